import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../helpers/app';

// scripts/lint-workflows.sh checks the syntax. These are the references to this repository that actionlint cannot know.

const WORKFLOWS = readdirSync(path.join(ROOT, '.github', 'workflows')).map((file) => path.join('.github', 'workflows', file));
const PAGES = ['CONTRIBUTING.md', 'SECURITY.md', path.join('.github', 'pull_request_template.md')];
const { scripts, files } = JSON.parse(read('package.json')) as { scripts: Record<string, string>; files: string[] };

function read(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

/** Returns each first group of a pattern in files, with the file. */
function found(names: readonly string[], pattern: RegExp): { file: string; text: string }[] {
  return names.flatMap((file) => [...read(file).matchAll(pattern)].map(([, text]) => ({ file, text })));
}

test('there are workflows for the gate, for releases and for proposals of a newer PostHog', () => {
  expect(WORKFLOWS.map((file) => path.basename(file)).sort()).toEqual(['ci.yml', 'propose-release.yml', 'release.yml']);
});

test('every script that a workflow or a shell script runs exists', () => {
  const shell = readdirSync(path.join(ROOT, 'scripts'))
    .filter((file) => file.endsWith('.sh'))
    .map((file) => path.join('scripts', file));
  const run = found(
    [...WORKFLOWS, ...shell, path.join('.ci', 'run'), path.join('.ci', 'full'), 'package.json'],
    /\b(scripts\/[\w/-]+\.(?:sh|mjs|ts|py))\b/g,
  );
  expect(run.length).toBeGreaterThan(20);
  expect(run.filter(({ text }) => !existsSync(path.join(ROOT, text)))).toEqual([]);
  const gates = found(WORKFLOWS, /'(\.ci\/\w+)'/g);
  expect(new Set(gates.map(({ text }) => text))).toEqual(new Set(['.ci/run', '.ci/full']));
  expect(gates.filter(({ text }) => !(statSync(path.join(ROOT, text)).mode & 0o100))).toEqual([]);
});

test('every npm script that a workflow, a gate or a page names exists', () => {
  const named = found([...WORKFLOWS, ...PAGES, path.join('.ci', 'run'), path.join('.ci', 'full')], /\bnpm run (?:--silent )?([a-z][\w:-]*)/g);
  expect(named.length).toBeGreaterThan(15);
  expect(named.filter(({ text }) => !(text in scripts))).toEqual([]);
});

test('every action is pinned by a commit, with its version as a comment, and one version of each is used', () => {
  const actions = found(WORKFLOWS, /^\s*(?:- )?uses: (.+)$/gm).filter(({ text }) => !text.startsWith('./'));
  expect(actions.length).toBeGreaterThan(10);
  expect(actions.filter(({ text }) => !/^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(text))).toEqual([]);
  const pins = [...new Set(actions.map(({ text }) => text))];
  expect(pins.length).toBe(new Set(pins.map((pin) => pin.split('@')[0])).size);
});

test('a workflow has no permissions but those that its jobs name, and no job but those that push keeps credentials', () => {
  for (const file of WORKFLOWS) {
    expect(read(file)).toMatch(/^permissions: \{\}$|^permissions:\n {2}contents: read$/m);
  }
  const writing = found(WORKFLOWS, /^ {6}([\w-]+: write)$/gm).map(({ file, text }) => `${path.basename(file)}: ${text}`);
  expect([...new Set(writing)].sort()).toEqual([
    'propose-release.yml: contents: write',
    'propose-release.yml: pull-requests: write',
    'release.yml: contents: write',
    'release.yml: id-token: write',
  ]);
  const checkouts = found(WORKFLOWS, /uses: actions\/checkout@[^\n]*\n((?: {8,10}[^\n]*\n)*)/g);
  expect(checkouts.filter(({ text }) => !text.includes('persist-credentials: false')).map(({ file }) => path.basename(file))).toEqual([
    'propose-release.yml',
  ]);
});

test('every secret and variable that a workflow reads is in CONTRIBUTING.md', () => {
  const settings = found(WORKFLOWS, /\b(?:secrets|vars)\.(\w+)/g);
  expect(settings.length).toBeGreaterThan(3);
  expect(settings.filter(({ text }) => !read('CONTRIBUTING.md').includes(`\`${text}\``))).toEqual([]);
  const environments = found(WORKFLOWS, /^ {4}environment: (\w+)$/gm).map(({ text }) => text);
  expect(environments).toEqual(['npm', 'pypi', 'maven', 'nuget', 'go']);
});

test('every code owner, path and label of the community files is one that is there', () => {
  const owned = found([path.join('.github', 'CODEOWNERS')], /^(\/\S+)/gm);
  expect(owned.length).toBeGreaterThan(0);
  expect(owned.filter(({ text }) => !existsSync(path.join(ROOT, text)))).toEqual([]);
  const linked = found(
    readdirSync(path.join(ROOT, '.github', 'ISSUE_TEMPLATE')).map((file) => path.join('.github', 'ISSUE_TEMPLATE', file)),
    /https:\/\/github\.com\/cdk-posthog\/cdk-posthog\/blob\/main\/([^#)\s]+)/g,
  );
  expect(linked.length).toBeGreaterThan(0);
  expect(linked.filter(({ text }) => !existsSync(path.join(ROOT, text)))).toEqual([]);
});

test('community files and decisions are not in the package', () => {
  expect(files).toContain('!docs/adr');
  expect(files.filter((file) => /github|SECURITY|CODE_OF|scripts/.test(file))).toEqual([]);
});

test('Node.js of .nvmrc is the oldest that the package supports', () => {
  const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };
  expect(`>= ${read('.nvmrc').trim()}`).toBe(engines.node);
});
