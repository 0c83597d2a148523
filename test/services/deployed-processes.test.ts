import { PostHogProcess, Product } from '../../lib';
import { DEFAULT_PRODUCTS, deployedProcesses, productsOf } from '../../lib/services/deployed-processes';
import { PROCESSES } from '../../lib/services/processes';

const CORE = ['web', 'worker', 'personhog-replica', 'personhog-router'];

const names = (products: Product[]) => deployedProcesses(products).map(({ process }) => process as string);

test.each<[Product, string[]]>([
  [Product.EVENTS, ['capture', 'ingestion-general', 'property-defs-rs']],
  [Product.FEATURE_FLAGS, ['feature-flags', 'hypercache-server']],
  [Product.SESSION_REPLAY, ['replay-capture', 'ingestion-sessionreplay', 'recording-api', 'browserless']],
  [Product.ERROR_TRACKING, ['ingestion-error-tracking', 'cymbal', 'cymbal-resolution', 'cymbal-notifications']],
  [Product.LOGS, ['capture-logs', 'ingestion-logs', 'ingestion-traces']],
  [Product.AI, ['capture-ai', 'property-defs-ai']],
  [Product.LIVE_EVENTS, ['livestream']],
  [Product.EXPORTS, ['browserless', 'temporal', 'temporal-django-worker', 'temporal-batch-exports-worker']],
])('%s is the app with %j', (product, expected) => {
  expect(names([product])).toEqual([...CORE, ...expected]);
});

test('data pipelines are plugins, and what it leaves out in production', () => {
  expect(names([Product.EVENTS, Product.DATA_PIPELINES])).toEqual([
    ...CORE,
    'capture',
    'ingestion-general',
    'property-defs-rs',
    'plugins',
    'cdp-cyclotron-v2-janitor',
    'cdp-hogflow-scheduler',
    'cdp-hogflow-subscription-matcher',
  ]);
});

test('without any product there is the app', () => {
  expect(names([])).toEqual(CORE);
});

test('every process belongs to a product or to the app, and all products are all processes', () => {
  expect(names(Object.values(Product))).toEqual(PROCESSES.map(({ process }) => process));
  expect(PROCESSES.filter(({ products }) => products === undefined).map(({ process }) => process)).toEqual(CORE);
});

test('by default it is everything but logs and large AI events', () => {
  expect(DEFAULT_PRODUCTS).toEqual(['events', 'feature-flags', 'session-replay', 'data-pipelines', 'error-tracking', 'live-events', 'exports']);
  expect(() => deployedProcesses(DEFAULT_PRODUCTS)).not.toThrow();
});

test('a dependency that is missing is named with what needs it', () => {
  expect(() => deployedProcesses([Product.DATA_PIPELINES])).toThrow(
    "`products` must include one of events, because plugins (data-pipelines) cannot work without capture, got: 'data-pipelines'",
  );
});

test('what is no product is refused', () => {
  expect(() => deployedProcesses(['surveys' as Product])).toThrow('`products` must be one of events, feature-flags, session-replay, ');
});

test('products can be asked for by process', () => {
  expect(productsOf(PostHogProcess.BROWSERLESS)).toEqual([Product.EXPORTS, Product.SESSION_REPLAY]);
  expect(productsOf(PostHogProcess.WEB)).toEqual([]);
});
