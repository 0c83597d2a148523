import { execFileSync, ExecFileSyncOptionsWithStringEncoding } from 'node:child_process';
import path from 'node:path';
import { App, Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { Figures } from './figures';
import { measureSynth, median } from './synth';
import { FEATURE_FLAGS, newPostHog } from '../helpers/stack';

const ROUNDS = 7;
const figures = new Figures('npm run bench');
const row = figures.row.bind(figures);

process.stderr.write(`cdk synth, ${ROUNDS} rounds by turns\n`);
const { app, floor } = measureSynth({ app: 'node --import tsx bin/posthog.ts', floor: 'node --import tsx test/bench/one-bucket.ts' }, ROUNDS);
row('`cdk synth`, wall time', `${app.seconds.toFixed(2)} s`, `${floor.seconds.toFixed(2)} s, one bucket`, app.seconds / floor.seconds, 'at most 1.6', app.seconds / floor.seconds <= 1.6);
row('`cdk synth`, peak memory', `${app.mebibytes.toFixed(0)} MiB`, `${floor.mebibytes.toFixed(0)} MiB, one bucket`, app.mebibytes / floor.mebibytes, 'at most 1.5', app.mebibytes / floor.mebibytes <= 1.5);

process.stderr.write('many PostHogs in one app\n');
const each = Object.fromEntries([1, 5, 20].map((count) => [count, millisecondsFor(count) / count]));
for (const count of [5, 20]) {
  const ratio = each[count] / each[1];
  row(`each of ${count} PostHogs in one app, in process`, `${each[count].toFixed(0)} ms`, `${each[1].toFixed(0)} ms, one alone`, ratio, 'linear: at most 1.1', ratio <= 1.1);
}

const stack = new Stack(new App({ context: FEATURE_FLAGS }), 'Stack');
newPostHog(stack);
const template = Template.fromStack(stack).toJSON() as { Resources: object };
const kibibytes = JSON.stringify(template).length / 1024;
const resources = Object.keys(template.Resources).length;
row('template size', `${kibibytes.toFixed(0)} KiB`, '1,024 KiB, CloudFormation\'s limit', kibibytes / 1024, 'below 1', kibibytes < 1024);
row('resources', String(resources), '500, CloudFormation\'s limit', resources / 500, 'below 1', resources < 500);

figures.write(`medians of ${ROUNDS} rounds`);

function millisecondsFor(count: number): number {
  const script = path.join(__dirname, 'many.ts');
  const options: ExecFileSyncOptionsWithStringEncoding = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, CDK_VALIDATION: 'false' } };
  return median(Array.from({ length: 5 }, () => Number(execFileSync(process.execPath, ['--import', 'tsx', script, String(count)], options))));
}
