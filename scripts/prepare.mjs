// Prepares a checkout: bundles the programs of the package. For an installation from git, it also builds the library with jsii, because a package
// manager then packs the checkout without `prepack`. `npm ci` in a checkout does not wait for that.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');

/** npm sets the variable while it prepares a package from git (its module pacote); other package managers have another user agent. */
function isInstalledFromGit() {
  const { _PACOTE_NO_PREPARE_: byNpm, npm_config_user_agent: agent = 'npm/' } = process.env;
  return byNpm !== undefined || !agent.startsWith('npm/') || !existsSync(path.join(ROOT, '.git'));
}

function run(script) {
  const { status } = spawnSync('npm', ['run', '--silent', script], { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) {
    process.exit(status ?? 1);
  }
}

run('bundle');
if (isInstalledFromGit() && !existsSync(path.join(ROOT, 'build', 'index.js'))) {
  run('build');
}
