// Bundles the programs of this package into assets/: the command line, and the functions that run in AWS. `npm ci` runs this, and so
// does `npm pack`; nothing is bundled at a synthesis.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');

const SHARED = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  minify: true,
  legalComments: 'none',
  // The SDK's modules for bundlers, which leave out what is not used.
  mainFields: ['module', 'main'],
  logLevel: 'warning',
};

const CLI = path.join(ROOT, 'assets', 'cli');

/** Leaves what is loaded later in a file of its own, so that no command waits for what another needs, and notes which files there are. */
function loadedLater(found) {
  return {
    name: 'loaded later',
    setup({ onResolve }) {
      onResolve({ filter: /^\.\/[a-z/-]+\.js$/ }, ({ kind, path: name, resolveDir }) => {
        if (kind !== 'dynamic-import' || resolveDir.includes('node_modules')) {
          return undefined;
        }
        found.push(name.replace(/\.js$/, ''));
        return { path: name, external: true };
      });
    },
  };
}

/** The program, its commands, and what they load later, beside each other as they stand in lib/cli. */
async function bundleCommandLine() {
  const parts = [];
  const options = { ...SHARED, outdir: CLI, outbase: 'lib/cli', target: 'node20', plugins: [loadedLater(parts)] };
  await build({ ...options, entryPoints: { 'cdk-posthog': 'bin/cdk-posthog.ts' } });
  for (let done = 0; done < parts.length; done += 1) {
    await build({ ...options, entryPoints: [`lib/cli/${parts[done]}.ts`] });
  }
}

rmSync(path.join(ROOT, 'assets'), { recursive: true, force: true });
await bundleCommandLine();
