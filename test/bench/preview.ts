import { spawn } from 'node:child_process';
import { request } from 'node:https';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { App, Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { Figures } from './figures';
import { Load, measureLoad } from './preview-load';
import { measureSynth, median } from './synth';
import { FEATURE_FLAGS, newPostHog } from '../helpers/stack';
import { printed } from '../helpers/programs';
import { ROOT } from '../helpers/app';

const ROUNDS = 5;
const LOAD: Load = { connections: 200, seconds: 30 };
/** Events a second that nobody who tries things out comes near. */
const ENOUGH = 1000;
/** What memory may differ by between the beginning and the end, for it to be flat: buffers of 200 connections come and go. */
const FLAT_MEBIBYTES = 48;

/** Seconds from starting a command to the first answer of the preview that it starts. */
async function firstAnswer(command: string, args: readonly string[]): Promise<number> {
  const begun = Date.now();
  const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  const { match } = await printed(child, /https:\/\/localhost:(\d+)/);
  const port = Number(match[1]);
  await new Promise<void>((resolve, reject) => {
    request({ port, path: '/flags/?v=2', rejectUnauthorized: false, agent: false }, (response) => response.resume().once('end', () => resolve()))
      .once('error', reject)
      .end();
  });
  const seconds = (Date.now() - begun) / 1000;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  // As Ctrl-C does it: npm and what it has started, together.
  process.kill(-child.pid!, 'SIGINT');
  await ended;
  return seconds;
}

async function firstAnswers(command: string, args: readonly string[]): Promise<number> {
  const seconds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    seconds.push(await firstAnswer(command, args));
  }
  return median(seconds);
}

async function bench(): Promise<void> {
  const figures = new Figures('npm run bench:preview');
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-'));
  const template = path.join(folder, 'Bench.template.json');
  const stack = new Stack(new App({ context: FEATURE_FLAGS }), 'Stack');
  newPostHog(stack);
  writeFileSync(template, JSON.stringify(Template.fromStack(stack).toJSON()));

  process.stderr.write(`first answers, ${ROUNDS} rounds\n`);
  const ports = ['--port', '0', '--http-port', '0'];
  const fromNothing = await firstAnswers('npm', ['start', '--', ...ports]);
  const synth = measureSynth({ app: 'node --import tsx bin/posthog.ts' }, ROUNDS).app.seconds;
  figures.row(
    '`npm start`, until the first answer',
    `${fromNothing.toFixed(2)} s`,
    `${synth.toFixed(2)} s, \`cdk synth\` alone`,
    fromNothing / synth,
    'at most 1',
    fromNothing <= synth,
  );
  const fromTemplate = await firstAnswers(process.execPath, ['assets/cli/cdk-posthog.js', 'preview', '--template', template, ...ports]);
  figures.row(
    '`cdk-posthog preview`, until the first answer',
    `${fromTemplate.toFixed(2)} s`,
    '1 s, which feels immediate',
    fromTemplate,
    'below 1',
    fromTemplate < 1,
  );

  process.stderr.write(`${LOAD.connections} connections for ${LOAD.seconds} seconds, twice\n`);
  const through = await measureLoad(['preview', template], LOAD);
  const direct = await measureLoad(['stub'], LOAD);
  rmSync(folder, { recursive: true });
  const ratio = through.perSecond / direct.perSecond;
  figures.row(
    `events a second, ${LOAD.connections} connections for ${LOAD.seconds} s, over TLS and through the rules`,
    through.perSecond.toFixed(0),
    `${direct.perSecond.toFixed(0)}, the stub alone, plain`,
    ratio,
    `at least ${ENOUGH.toLocaleString('en')}`,
    through.perSecond >= ENOUGH,
  );
  const bad = through.lost + through.failed;
  figures.row('of them lost, refused or taken twice', `${bad} of ${through.answered}`, '0', bad, '0', bad === 0);
  const [before, after] = [through.mebibytesBefore, through.mebibytesAfter];
  figures.row(
    'memory after that',
    `${after.toFixed(0)} MiB`,
    `${before.toFixed(0)} MiB, before`,
    after / before,
    `flat: at most ${FLAT_MEBIBYTES} MiB more`,
    after - before <= FLAT_MEBIBYTES,
  );
  figures.write(`medians of ${ROUNDS} rounds, and one run of load`);
}

void bench();
