import { execFileSync, ExecFileSyncOptionsWithStringEncoding } from 'node:child_process';
import path from 'node:path';
import { App, Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { compileLibrary } from './compiled';
import { MACHINE, readSection, writeSection } from './document';
import { measureLoad } from './load';
import { measureSynth, median, synthesised } from './synth';
import { programFolder } from '../../lib/private/assets';
import { FEATURE_FLAGS, newPostHog } from '../helpers/stack';

const COMMAND = 'npm run bench';
const ROUNDS = 7;

/** One figure with its floor, as a line of the table; a figure over its goal is named at the end. */
type Row = [what: string, figure: string, floor: string, ratio: number, goal: string, met: boolean];

/** What is measured. `npm run bench -- functions` measures one part and leaves the lines of the others as they are. */
const PARTS: Record<string, () => Row[]> = {
  synth() {
    const app = 'node --import tsx bin/posthog.ts';
    const template = synthesised(app);
    const { posthog, bucket, same } = measureSynth(
      {
        posthog: app,
        bucket: 'node --import tsx test/bench/one-bucket.ts',
        same: `node --import tsx test/bench/same-template.ts ${template.files.join(' ')}`,
      },
      ROUNDS,
    );
    template.remove();
    const [time, own, memory] = [posthog.seconds / bucket.seconds, posthog.seconds / same.seconds, posthog.mebibytes / bucket.mebibytes];
    return [
      ['`cdk synth`, wall time', `${posthog.seconds.toFixed(2)} s`, `${bucket.seconds.toFixed(2)} s, one bucket`, time, 'at most 1.6', time <= 1.6],
      [
        '`cdk synth` of the same template',
        `${posthog.seconds.toFixed(2)} s`,
        `${same.seconds.toFixed(2)} s, included as it is`,
        own,
        'at most 1.15',
        own <= 1.15,
      ],
      [
        '`cdk synth`, peak memory',
        `${posthog.mebibytes.toFixed(0)} MiB`,
        `${bucket.mebibytes.toFixed(0)} MiB, one bucket`,
        memory,
        'at most 1.5',
        memory <= 1.5,
      ],
    ];
  },
  many() {
    const each = Object.fromEntries([1, 5, 20].map((count) => [count, millisecondsFor(count) / count]));
    return [5, 20].map((count) => {
      const ratio = each[count] / each[1];
      return [
        `each of ${count} PostHogs in one app, in process`,
        `${each[count].toFixed(0)} ms`,
        `${each[1].toFixed(0)} ms, one alone`,
        ratio,
        'linear: at most 1.1',
        ratio <= 1.1,
      ];
    });
  },
  template() {
    const stack = new Stack(new App({ context: FEATURE_FLAGS }), 'Stack');
    newPostHog(stack, {
      products: undefined,
      postgres: undefined,
      cache: undefined,
      kafka: undefined,
      clickHouse: undefined,
      objectStorage: undefined,
    });
    const template = Template.fromStack(stack).toJSON() as { Resources: object };
    // As `cdk deploy` uploads it: the CDK indents by one.
    const kibibytes = JSON.stringify(template, undefined, 1).length / 1024;
    const resources = Object.keys(template.Resources).length;
    return [
      ['template size', `${kibibytes.toFixed(0)} KiB`, "1,024 KiB, CloudFormation's limit", kibibytes / 1024, 'below 1', kibibytes < 1024],
      ['resources', String(resources), "500, CloudFormation's limit", resources / 500, 'below 1', resources < 500],
    ];
  },
  import() {
    const library = compileLibrary();
    try {
      const { all, cdk } = measureLoad({ all: [library.main], cdk: library.dependencies }, ROUNDS);
      const time = all.milliseconds / cdk.milliseconds;
      return [
        [
          "`require('cdk-posthog')`",
          `${all.milliseconds.toFixed(0)} ms, ${Math.round(all.kibibytes).toLocaleString('en')} KiB`,
          `${cdk.milliseconds.toFixed(0)} ms, ${Math.round(cdk.kibibytes).toLocaleString('en')} KiB, the files of the CDK that it loads`,
          time,
          'at most 2',
          time <= 2,
        ],
      ];
    } finally {
      library.remove();
    }
  },
  functions() {
    const { bundled, floor } = measureLoad(
      {
        bundled: [path.join(programFolder('load-balancer-addresses'), 'index.js')],
        floor: ['@aws-sdk/client-elastic-load-balancing-v2', '@aws-sdk/client-ec2'],
      },
      ROUNDS,
    );
    const [time, size] = [bundled.milliseconds / floor.milliseconds, bundled.kibibytes / floor.kibibytes];
    return [
      [
        'loading the function that finds addresses',
        `${bundled.milliseconds.toFixed(0)} ms`,
        `${floor.milliseconds.toFixed(0)} ms, its two SDK clients unbundled`,
        time,
        'at most 0.25',
        time <= 0.25,
      ],
      [
        'its size',
        `${bundled.kibibytes.toFixed(0)} KiB`,
        `${Math.round(floor.kibibytes).toLocaleString('en')} KiB, its two SDK clients unbundled`,
        size,
        'at most 0.25',
        size <= 0.25,
      ],
    ];
  },
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(PARTS, name));
if (unknown.length > 0) {
  throw new Error(`there is no part ${unknown.join(', ')}; these are: ${Object.keys(PARTS).join(', ')}`);
}
const measured = Object.entries(PARTS)
  .filter(([name]) => asked.length === 0 || asked.includes(name))
  .flatMap(([name, measure]) => {
    process.stderr.write(`${name}\n`);
    return measure();
  });
const lines = measured.map(
  ([what, figure, floor, ratio, goal, met]) => `| ${[what, figure, floor, ratio.toFixed(2), `${goal}${met ? '' : ' (missed)'}`].join(' | ')} |`,
);

const before = asked.length === 0 ? '' : readSection(COMMAND);
// A part may be measured on another machine than the rest was.
const heading =
  asked.length === 0 ? `${MACHINE}; medians of ${ROUNDS} rounds.` : `${/^.* rounds\./m.exec(before)![0]} Of ${asked.join(', ')}: ${MACHINE}.`;
const earlier = before.split('\n').filter((line) => /^\| (?!what|---)/.test(line));
const kept = earlier.map((line) => lines.find((other) => whatOf(other) === whatOf(line)) ?? line);
const added = lines.filter((line) => !earlier.some((other) => whatOf(other) === whatOf(line)));
writeSection(COMMAND, heading, ['| what | PostHog | floor | ratio | goal |', '| --- | ---: | ---: | ---: | --- |', ...kept, ...added].join('\n'));
const missed = measured.filter(([, , , , , met]) => !met).map(([what]) => what);
if (missed.length > 0) {
  process.stderr.write(`goals missed: ${missed.join('; ')}\n`);
  process.exitCode = 1;
}

function whatOf(line: string): string {
  return line.split(' | ')[0];
}

function millisecondsFor(count: number): number {
  const script = path.join(__dirname, 'many.ts');
  const options: ExecFileSyncOptionsWithStringEncoding = {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, CDK_VALIDATION: 'false' },
  };
  return median(Array.from({ length: 5 }, () => Number(execFileSync(process.execPath, ['--import', 'tsx', script, String(count)], options))));
}
