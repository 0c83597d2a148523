import { execFileSync } from 'node:child_process';
import { median } from './synth';
import { ROOT } from '../helpers/app';

/** What loading some modules takes, without starting Node.js. */
export interface LoadCost {
  readonly milliseconds: number;
  /** Of the files that were loaded. */
  readonly kibibytes: number;
}

const LOAD = `
const start = process.hrtime.bigint();
process.argv.slice(1).forEach((name) => require(name));
const milliseconds = Number(process.hrtime.bigint() - start) / 1e6;
const bytes = Object.keys(require.cache).reduce((sum, file) => sum + require('node:fs').statSync(file).size, 0);
console.log(JSON.stringify({ milliseconds, kibibytes: bytes / 1024 }));
`;

/** Loads modules by turns, each time in a new process, so that other load of the machine affects all of them, and returns the median of each. */
export function measureLoad<Name extends string>(modules: Readonly<Record<Name, readonly string[]>>, rounds: number): Record<Name, LoadCost> {
  const names = Object.keys(modules) as Name[];
  const samples = names.map((): LoadCost[] => []);
  for (let round = 0; round <= rounds; round++) {
    names.forEach((name, i) => {
      const cost = loadOnce(modules[name]);
      // The first round fills caches.
      if (round > 0) {
        samples[i].push(cost);
      }
    });
  }
  return Object.fromEntries(
    names.map((name, i) => [name, { milliseconds: median(samples[i].map(({ milliseconds }) => milliseconds)), kibibytes: samples[i][0].kibibytes }]),
  ) as Record<Name, LoadCost>;
}

function loadOnce(names: readonly string[]): LoadCost {
  return JSON.parse(
    execFileSync(process.execPath, ['-e', LOAD, ...names], { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  ) as LoadCost;
}
