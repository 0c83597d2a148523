import { PostHogProcess, Product } from '../../../lib';
import { DEFAULT_PRODUCTS, deployedProcesses, productsOf } from '../../../lib/catalog/processes/deployed-processes';
import { PROCESSES } from '../../../lib/catalog/processes';

const CORE = ['web', 'worker', 'personhog-replica', 'personhog-router'];

const names = (products: Product[]) => deployedProcesses(products).map(({ process }) => process as string);

const ALONE = Object.values(Product).filter((product) => product !== Product.DATA_PIPELINES);

test.each(ALONE)('%s deploys its processes and those of the app, and no others', (product) => {
  const wanted = PROCESSES.filter(({ products }) => products === undefined || products.includes(product)).map(({ process }) => process);
  expect(names([product])).toEqual(wanted);
  expect(wanted.length).toBeGreaterThan(CORE.length);
});

test('data pipelines deploy their processes in addition to those of events', () => {
  const events = names([Product.EVENTS]);
  const added = names([Product.EVENTS, Product.DATA_PIPELINES]).filter((process) => !events.includes(process));
  expect(added.map((process) => productsOf(process as PostHogProcess))).toEqual(added.map(() => [Product.DATA_PIPELINES]));
  expect(added).toContain('plugins');
});

test('deploys the app without any product', () => {
  expect(names([])).toEqual(CORE);
});

test('deploys every process with all products', () => {
  expect(names(Object.values(Product))).toEqual(PROCESSES.map(({ process }) => process));
  expect(PROCESSES.filter(({ products }) => products === undefined).map(({ process }) => process)).toEqual(CORE);
});

test('the default products are all except logs and AI', () => {
  expect(DEFAULT_PRODUCTS).toEqual(['events', 'feature-flags', 'session-replay', 'data-pipelines', 'error-tracking', 'live-events', 'exports']);
  expect(() => deployedProcesses(DEFAULT_PRODUCTS)).not.toThrow();
});

test('throws if a process lacks one that it needs', () => {
  expect(() => deployedProcesses([Product.DATA_PIPELINES])).toThrow(
    "`products` must include one of events, because plugins (data-pipelines) cannot work without capture, got: 'data-pipelines'",
  );
});

test('refuses an unknown product', () => {
  expect(() => deployedProcesses(['surveys' as Product])).toThrow('`products` must be one of events, feature-flags, session-replay, ');
});

test('returns the products of a process', () => {
  expect(productsOf(PostHogProcess.BROWSERLESS)).toEqual([Product.EXPORTS, Product.SESSION_REPLAY]);
  expect(productsOf(PostHogProcess.WEB)).toEqual([]);
});
