import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { ROOT } from '../helpers/app';
import { languagesStack } from './app';

type Json = Record<string, unknown>;

const folder = mkdtempSync(path.join(tmpdir(), 'languages-'));

afterAll(() => rmSync(folder, { recursive: true }));

/** Synthesises an app in Python and returns the template of its stack. */
function synthPython(app: string): Json {
  const python = path.join(ROOT, '.venv-languages', 'bin', 'python');
  execFileSync(python, [path.join(__dirname, app)], { env: { ...process.env, CDK_OUTDIR: folder }, stdio: 'pipe' });
  return JSON.parse(readFileSync(path.join(folder, 'Languages.template.json'), 'utf8')) as Json;
}

/**
 * Replaces the hashes of assets. A function of a custom resource includes the entry point of aws-cdk-lib, which differs between its newest versions
 * on PyPI and npm.
 */
function withoutHashes(template: Json): Json {
  return JSON.parse(JSON.stringify(template).replaceAll(/"[0-9a-f]{64}\.zip"/g, '"asset.zip"')) as Json;
}

test('an app in Python has the template of the same app in TypeScript', () => {
  const python = synthPython('app.py');
  expect(Object.keys(python.Resources as Json).length).toBeGreaterThan(100);
  expect(withoutHashes(python)).toEqual(withoutHashes(Template.fromStack(languagesStack()).toJSON()));
});
