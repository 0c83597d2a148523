// Bundles the programs of this package into assets/: the command line, and the functions that run in AWS. `npm ci` runs this, and so
// does `npm pack`; nothing is bundled at a synthesis. `node scripts/bundle.mjs FOLDER` writes to another folder.
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { licencesOf } from './licences.mjs';

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const ASSETS = path.resolve(ROOT, process.argv[2] ?? 'assets');
const CLI = path.join(ASSETS, 'cli');

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
  metafile: true,
};

/** The scripts of posthog-js that a page loads, at once or later (`PostHogExtensionKind`, and `scriptConfig` of the remote configuration). */
const SDK_FILES = [
  'array', 'exception-autocapture', 'web-vitals', 'web-vitals-with-attribution', 'web-vitals-soft-navs', 'web-vitals-with-attribution-soft-navs', 'recorder', 'lazy-recorder', 'posthog-recorder',
  'tracing-headers', 'surveys', 'logs', 'conversations', 'product-tours', 'dead-clicks-autocapture', 'intercom-integration', 'crisp-chat-integration',
];

/** Leaves each command in a file of its own, so that none waits for what another needs, and notes which there are. */
function commandsApart(found) {
  return {
    name: 'commands apart',
    setup({ onResolve }) {
      onResolve({ filter: /^\.\/[a-z-]+\.js$/ }, ({ kind, path: name }) => {
        if (kind !== 'dynamic-import') {
          return undefined;
        }
        found.push(path.basename(name, '.js'));
        return { path: name, external: true };
      });
    },
  };
}

async function bundleCommandLine() {
  const commands = [];
  const options = { ...SHARED, outdir: CLI, target: 'node20', external: ['posthog-js'], supported: { 'dynamic-import': false } };
  const main = await build({ ...options, entryPoints: ['bin/cdk-posthog.ts'], plugins: [commandsApart(commands)] });
  const parts = await build({ ...options, entryPoints: commands.map((name) => `lib/cli/${name}.ts`) });
  writeFileSync(path.join(CLI, 'LICENSES.txt'), licencesOf(ROOT, [main.metafile, parts.metafile]));
}

/** The page of the preview, which runs in a browser: its programs, and what they are written around. */
async function bundlePage() {
  const page = path.join(ROOT, 'lib', 'cli', 'preview', 'page');
  await build({ ...SHARED, entryPoints: ['page', 'demo'].map((name) => path.join(page, `${name}.ts`)), outdir: path.join(CLI, 'page'), platform: 'browser', format: 'esm', target: 'es2022' });
  ['index.html', 'demo.html', 'style.css'].forEach((name) => cpSync(path.join(page, name), path.join(CLI, 'page', name)));
}

/** The SDK, which the preview serves to sites. */
function copySdk() {
  const dist = path.dirname(createRequire(import.meta.url).resolve('posthog-js'));
  const sdk = path.join(CLI, 'posthog-js');
  mkdirSync(sdk, { recursive: true });
  SDK_FILES.forEach((name) => cpSync(path.join(dist, `${name}.js`), path.join(sdk, `${name}.js`)));
  cpSync(path.join(dist, '..', 'LICENSE'), path.join(sdk, 'LICENSE'));
}

rmSync(ASSETS, { recursive: true, force: true });
await bundleCommandLine();
await bundlePage();
copySdk();
