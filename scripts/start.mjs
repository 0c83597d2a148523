// Synthesises the app of this repository, with no AWS account, and previews it on this machine. Options after `--` go to the preview:
// npm start -- --port 9443
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const PROGRAM = path.join(ROOT, 'assets', 'cli', 'cdk-posthog.js');
const OUTPUT = path.join(ROOT, 'cdk.out');
const FAILED = 2;

/** What the CDK's command line would tell the app: the settings of cdk.json, and what it has looked up before. */
function context() {
  const read = (name) => (existsSync(path.join(ROOT, name)) ? JSON.parse(readFileSync(path.join(ROOT, name), 'utf8')) : {});
  return { ...read('cdk.json').context, ...read('cdk.context.json') };
}

/** Runs the app itself, without the checks that a deployment needs: the CDK's command line would do the same, and take three times as long. */
function synthesise() {
  const env = { ...process.env, CDK_OUTDIR: OUTPUT, CDK_CONTEXT_JSON: JSON.stringify(context()), CDK_VALIDATION: 'false' };
  const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', path.join('bin', 'posthog.ts')], { cwd: ROOT, env, encoding: 'utf8' });
  if (status !== 0) {
    process.stderr.write(`${stderr}\nnpm start: the app could not be synthesised\n`);
    process.exit(FAILED);
  }
}

const options = process.argv.slice(2);
if (!existsSync(PROGRAM)) {
  process.stderr.write('npm start: run `npm ci` first; it bundles the command line\n');
  process.exit(FAILED);
}
const isAsked = options.some((option) => /^(--template|-t|--help|-h)(=|$)/.test(option));
if (!isAsked) {
  synthesise();
}
process.argv = [process.argv[0], PROGRAM, 'preview', ...(isAsked ? [] : ['--template', path.join(OUTPUT, 'PostHog.template.json')]), ...options];
await import(PROGRAM);
