// Bundles the programs of this package into assets/: the command line, and the functions that run in AWS. `npm ci` runs this, and so
// does `npm pack`; nothing is bundled at a synthesis.
import { rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { foldSchemaKeys } from './fold-schema-keys.mjs';

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
  plugins: [foldSchemaKeys],
  logLevel: 'warning',
};

const PROGRAMS = [
  { entryPoints: ['bin/cdk-posthog.ts'], outfile: 'assets/cli/cdk-posthog.js', target: 'node20' },
  { entryPoints: ['lib/ingress/load-balancer-addresses.lambda.ts'], outfile: 'assets/load-balancer-addresses/index.js', target: 'node22' },
  { entryPoints: ['lib/services/one-off-task.lambda.ts'], outfile: 'assets/one-off-task/index.js', target: 'node22' },
];

rmSync(path.join(ROOT, 'assets'), { recursive: true, force: true });
await Promise.all(PROGRAMS.map((program) => build({ ...SHARED, ...program })));
