// Bundles the programs of this package into assets/: the command line, and the functions that run in AWS. `npm ci` runs this, and so
// does `npm pack`; nothing is bundled at a synthesis. `node scripts/bundle.mjs FOLDER` writes to another folder.
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { foldSchemaKeys } from './fold-schema-keys.mjs';
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
  plugins: [foldSchemaKeys],
  logLevel: 'warning',
  metafile: true,
};

const FUNCTIONS = [
  { entryPoints: ['lib/ingress/client-address/load-balancer-addresses.lambda.ts'], name: 'load-balancer-addresses', isCustomResource: true },
  { entryPoints: ['lib/ingress/cdn/origin-prefix-list.lambda.ts'], name: 'origin-prefix-list', isCustomResource: true },
  { entryPoints: ['lib/operations/deployment-check/deployment-check.lambda.ts'], name: 'deployment-check', isCustomResource: true },
  { entryPoints: ['lib/operations/canary/canary.lambda.ts'], name: 'canary', isCustomResource: false },
  { entryPoints: ['lib/operations/backup/functions/clickhouse-backup.lambda.ts'], name: 'clickhouse-backup', isCustomResource: false },
  { entryPoints: ['lib/operations/monitor/monitor.lambda.ts'], name: 'monitor', isCustomResource: false },
  { entryPoints: ['lib/services/secrets/keys.lambda.ts'], name: 'secret-keys', isCustomResource: true },
  { entryPoints: ['lib/services/capacity/provider-association.lambda.ts'], name: 'provider-association', isCustomResource: true },
  { entryPoints: ['lib/migration/functions/start.lambda.ts'], name: 'start-migration', isCustomResource: true },
  { entryPoints: ['lib/migration/functions/conclude.lambda.ts'], name: 'conclude-migration', isCustomResource: false },
];

/** The CDK's entry point of custom resources, which invokes `./index` and reports its result to CloudFormation (Apache License 2.0). */
const CDK = path.dirname(createRequire(import.meta.url).resolve('aws-cdk-lib/package.json'));
const ENTRY_POINT = path.join(CDK, 'custom-resource-handlers', 'dist', 'core', 'nodejs-entrypoint-handler', 'index.js');

/** The scripts of posthog-js that a page loads, at once or later (`PostHogExtensionKind`, and `scriptConfig` of the remote configuration). */
const SDK_FILES = [
  'array',
  'exception-autocapture',
  'web-vitals',
  'web-vitals-with-attribution',
  'web-vitals-soft-navs',
  'web-vitals-with-attribution-soft-navs',
  'recorder',
  'lazy-recorder',
  'posthog-recorder',
  'tracing-headers',
  'surveys',
  'logs',
  'conversations',
  'product-tours',
  'dead-clicks-autocapture',
  'intercom-integration',
  'crisp-chat-integration',
];

/** Leaves what is loaded later in a file of its own, so that no command waits for what another needs, and notes which files there are. */
function loadedLater(found) {
  return {
    name: 'loaded later',
    setup({ onResolve }) {
      onResolve({ filter: /^\.\/[a-z/-]+$/ }, ({ kind, path: name, resolveDir }) => {
        if (kind !== 'dynamic-import' || resolveDir.includes('node_modules')) {
          return undefined;
        }
        found.push(path.relative(path.join(ROOT, 'cli'), path.join(resolveDir, name)));
        return { path: `${name}.js`, external: true };
      });
    },
  };
}

/** The program, its commands, and what they load later, in the same folders as in cli/. */
async function bundleCommandLine() {
  const parts = [];
  const options = {
    ...SHARED,
    outdir: CLI,
    outbase: 'cli',
    target: 'node22',
    external: ['posthog-js'],
    supported: { 'dynamic-import': false },
    plugins: [...SHARED.plugins, loadedLater(parts)],
  };
  const { metafile } = await build({ ...options, entryPoints: { 'cdk-posthog': 'bin/cdk-posthog.ts' } });
  const metafiles = [metafile];
  for (let done = 0; done < parts.length; done += 1) {
    metafiles.push((await build({ ...options, entryPoints: [`cli/${parts[done]}.ts`] })).metafile);
  }
  writeFileSync(path.join(CLI, 'LICENSES.txt'), licencesOf(ROOT, metafiles));
}

/** The page of the preview, which runs in a browser: its programs, and what they are written around. */
async function bundlePage() {
  const page = path.join(ROOT, 'cli', 'preview', 'page');
  await build({
    ...SHARED,
    entryPoints: ['page', 'demo'].map((name) => path.join(page, `${name}.ts`)),
    outdir: path.join(CLI, 'preview', 'page'),
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
  });
  ['index.html', 'demo.html', 'style.css'].forEach((name) => cpSync(path.join(page, name), path.join(CLI, 'preview', 'page', name)));
}

/** The SDK, which the preview serves to sites. */
function copySdk() {
  const dist = path.dirname(createRequire(import.meta.url).resolve('posthog-js'));
  const sdk = path.join(CLI, 'preview', 'posthog-js');
  mkdirSync(sdk, { recursive: true });
  SDK_FILES.forEach((name) => cpSync(path.join(dist, `${name}.js`), path.join(sdk, `${name}.js`)));
  cpSync(path.join(dist, '..', 'LICENSE'), path.join(sdk, 'LICENSE'));
}

rmSync(ASSETS, { recursive: true, force: true });
await Promise.all([
  bundleCommandLine(),
  bundlePage(),
  ...FUNCTIONS.map(({ entryPoints, name }) => build({ ...SHARED, entryPoints, outfile: path.join(ASSETS, name, 'index.js'), target: 'node22' })),
]);
FUNCTIONS.filter(({ isCustomResource }) => isCustomResource).forEach(({ name }) => cpSync(ENTRY_POINT, path.join(ASSETS, name, '__entrypoint__.js')));
copySdk();
