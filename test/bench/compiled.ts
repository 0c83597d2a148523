import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { ROOT } from '../helpers/app';

/** The library in JavaScript, as a package has it: a file for each of its sources. */
export interface CompiledLibrary {
  /** Its entry point. */
  readonly main: string;
  /** The files outside of the library that loading it loads, almost all of the CDK, in their order. */
  readonly dependencies: readonly string[];
  remove(): void;
}

/** Compiles the library into a folder beside `lib`, because it finds its scripts from there. */
export function compileLibrary(): CompiledLibrary {
  const outdir = mkdtempSync(path.join(ROOT, '.bench-'));
  const sources = readdirSync(path.join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' }).filter((file) => /(?<!\.lambda)\.ts$/.test(file));
  const entryPoints = sources.map((file) => path.join(ROOT, 'lib', file));
  buildSync({ entryPoints, outdir, outbase: path.join(ROOT, 'lib'), platform: 'node', format: 'cjs', target: 'node22', logLevel: 'error' });
  const main = path.join(outdir, 'index.js');
  const script = 'require(process.argv[1]); console.log(JSON.stringify(Object.keys(require.cache)))';
  const loaded = JSON.parse(execFileSync(process.execPath, ['-e', script, main], { encoding: 'utf8' })) as string[];
  return {
    main,
    dependencies: loaded.filter((file) => file.includes(`${path.sep}node_modules${path.sep}`)),
    remove: () => rmSync(outdir, { recursive: true }),
  };
}
