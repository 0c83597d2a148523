// Bundles the programs of this package into assets/: the command line, and the functions that run in AWS. `npm ci` runs this, and so
// does `npm pack`; nothing is bundled at a synthesis.
import { copyFileSync, rmSync } from 'node:fs';
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

const PROGRAMS = [
  { entryPoints: ['bin/cdk-posthog.ts'], outfile: 'assets/cli/cdk-posthog.js', target: 'node20' },
];

/** The page of the local preview, which runs in a browser: its programs, and what they are written around. */
const PAGE = 'lib/cli/preview/page';
const PAGE_OUT = 'assets/cli/page';
const PAGE_FILES = ['index.html', 'demo.html', 'style.css'];

rmSync(path.join(ROOT, 'assets'), { recursive: true, force: true });
await Promise.all([
  ...PROGRAMS.map((program) => build({ ...SHARED, ...program })),
  build({ ...SHARED, entryPoints: [`${PAGE}/page.ts`, `${PAGE}/demo.ts`], outdir: PAGE_OUT, platform: 'browser', format: 'esm', target: 'es2022' }),
]);
PAGE_FILES.forEach((file) => copyFileSync(path.join(ROOT, PAGE, file), path.join(ROOT, PAGE_OUT, file)));
