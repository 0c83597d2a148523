import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PostHogProcess, PostHogSize, Product } from '../../lib';
import { connectionsOf, POSTGRES_CONNECTIONS } from '../../lib/catalog/postgres-connections';
import { PROCESSES } from '../../lib/catalog/processes';
import { DEFAULT_PRODUCTS, deployedProcesses } from '../../lib/catalog/processes/deployed-processes';
import { ROOT } from '../helpers/app';

const sums = (products: readonly Product[]) =>
  Object.fromEntries(
    Object.values(PostHogSize).map((size) => {
      const { min, max } = connectionsOf(deployedProcesses(products).map(({ process, sizes }) => [process, sizes[size]]));
      return [size, [min, max]];
    }),
  );

test('exactly the processes that connect to PostgreSQL have connections', () => {
  const users = PROCESSES.filter(({ stores }) => stores.includes('postgres')).map(({ process }) => process);
  expect(Object.keys(POSTGRES_CONNECTIONS).sort()).toEqual([...users].sort());
});

test('the sums of the default products and of all products are those of docs/stores.md', () => {
  const page = readFileSync(path.join(ROOT, 'docs', 'stores.md'), 'utf8');
  const row = (size: PostHogSize) => {
    const [own, all] = [sums(DEFAULT_PRODUCTS)[size], sums(Object.values(Product))[size]];
    return `| \`${size.toUpperCase()}\` | ${[...own, ...all].map((sum) => sum.toLocaleString('en-US')).join(' | ')} |`;
  };
  expect(page).toContain(Object.values(PostHogSize).map(row).join('\n'));
});

test.each([
  [PostHogSize.DEV, 400],
  [PostHogSize.SMALL, 405],
  [PostHogSize.PRODUCTION, 811],
  [PostHogSize.LARGE, 6488],
])('the server that docs/scale.md has for %s holds the pools of every product', (size, limit) => {
  const { known } = connectionsOf(deployedProcesses(Object.values(Product)).map(({ process, sizes: all }) => [process, all[size]]));
  expect(known).toBeLessThanOrEqual(limit);
});

test('a larger task of web and worker has more connections', () => {
  const of = (process: PostHogProcess, cpu: number, memoryLimitMiB: number) => POSTGRES_CONNECTIONS[process]!.perTask({ cpu, memoryLimitMiB });
  expect([of(PostHogProcess.WEB, 2048, 8192), of(PostHogProcess.WEB, 2048, 16384)]).toEqual([12, 24]);
  expect([of(PostHogProcess.WORKER, 2048, 8192), of(PostHogProcess.WORKER, 4096, 16384)]).toEqual([6, 12]);
});
