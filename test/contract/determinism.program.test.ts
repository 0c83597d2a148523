import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { AppRun, ROOT, run, runApp } from '../helpers/app';

const NO_NETWORK = pathToFileURL(path.join(ROOT, 'test', 'helpers', 'no-network.mjs')).href;
const folder = mkdtempSync(path.join(tmpdir(), 'cdk-posthog-copy-'));

/** The parts of a run that are deployed. */
function deployed({ files }: AppRun): Record<string, string> {
  return Object.fromEntries(Object.entries(files).filter(([name]) => /\.(template|assets)\.json$/.test(name)));
}

afterAll(() => rmSync(folder, { recursive: true }));

let first: AppRun;
let elsewhere: AppRun;
let copied: AppRun;

beforeAll(async () => {
  const copy = path.join(folder, 'copy');
  for (const part of ['assets', 'bin', 'lib', 'cdk.json', 'package.json', 'tsconfig.json']) {
    cpSync(path.join(ROOT, part), path.join(copy, part), { recursive: true });
  }
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'));
  [first, elsewhere, copied] = await Promise.all([
    runApp({ preload: NO_NETWORK }),
    runApp({ preload: NO_NETWORK, cwd: path.join(ROOT, 'lib') }),
    runApp({ root: copy }),
  ]);
}, 300_000);

test('the sample app synthesises without network access', () => {
  expect([first, elsewhere, copied].map(({ exitCode, output }) => [exitCode, output.includes('NETWORK ACCESS')])).toEqual([
    [0, false],
    [0, false],
    [0, false],
  ]);
});

test('the sample app synthesises the same templates from another folder and from a copy', () => {
  expect(Object.keys(deployed(first)).sort()).toEqual([
    'PostHog.assets.json',
    'PostHog.template.json',
    'PostHogStores.assets.json',
    'PostHogStores.template.json',
  ]);
  expect(deployed(elsewhere)).toEqual(deployed(first));
  expect(deployed(copied)).toEqual(deployed(first));
});

test('the templates of the sample app contain no path of this machine', () => {
  for (const part of [ROOT, tmpdir(), process.env.HOME ?? ROOT]) {
    // Programs in containers have their own /tmp.
    const text = (first.files['PostHog.template.json'] + first.files['PostHogStores.template.json']).replaceAll(
      /\/tmp\/(dynamicconfig\.yaml|posthog)/g,
      '',
    );
    expect(text).not.toContain(part === '/' ? ROOT : `${part}/`);
  }
});

test.each([
  ['fetch', 'await fetch("https://example.com").catch(() => 0)'],
  ['a socket', 'import("node:net").then(({ connect }) => connect(443, "192.0.2.1").on("error", () => 0))'],
  ['a look-up', 'import("node:dns").then(({ default: dns }) => dns.lookup("example.com", () => 0))'],
  ['another program', 'import("node:child_process").then(({ default: cp }) => cp.spawn("aws", []).on("error", () => 0))'],
])('the guard against network access detects %s', async (_, program) => {
  const { exitCode, output } = await run(['--import', NO_NETWORK, '--input-type=module', '-e', program], ROOT, { PATH: process.env.PATH });
  expect({ exitCode, output }).toEqual({ exitCode: 77, output: expect.stringContaining('NETWORK ACCESS') as string });
});
