import * as library from '../../lib';

test('the library exports this at run time, and removing any of it is a breaking change', () => {
  expect(Object.keys(library).sort()).toEqual([
    'AppAccess',
    'AuroraPostgres',
    'Cache',
    'CacheEncryption',
    'CacheEviction',
    'Cdn',
    'ClickHouse',
    'ClientAddress',
    'EmailEncryption',
    'EndpointGroup',
    'Kafka',
    'KafkaEncryption',
    'NatMode',
    'ObjectStorage',
    'PostHog',
    'PostHogIngress',
    'PostHogNetwork',
    'PostHogProcess',
    'PostHogRelease',
    'PostHogSize',
    'Postgres',
    'Product',
    'PublicEndpoint',
    'TrustedProxies',
  ]);
});

test.each([
  ['NatMode', ['single', 'per-zone', 'instance', 'none']],
  ['PostHogProcess', [
    'web', 'worker', 'capture', 'replay-capture', 'capture-ai', 'capture-logs', 'feature-flags', 'hypercache-server', 'plugins',
    'cdp-cyclotron-v2-janitor', 'cdp-hogflow-scheduler', 'cdp-hogflow-subscription-matcher', 'ingestion-general', 'ingestion-sessionreplay',
    'ingestion-error-tracking', 'ingestion-logs', 'ingestion-traces', 'recording-api', 'property-defs-rs', 'property-defs-ai', 'personhog-replica',
    'personhog-router', 'cymbal', 'cymbal-resolution', 'cymbal-notifications', 'livestream', 'browserless', 'temporal', 'temporal-django-worker',
    'temporal-batch-exports-worker',
  ]],
  ['Product', ['events', 'feature-flags', 'session-replay', 'data-pipelines', 'error-tracking', 'logs', 'ai', 'live-events', 'exports']],
  ['PostHogSize', ['dev', 'small', 'production', 'large']],
  ['EmailEncryption', ['starttls', 'tls', 'none']],
  ['EndpointGroup', ['ingestion', 'sdk', 'shared-content', 'end-user-pages', 'inbound-webhooks', 'oauth', 'sdk-api', 'live-events']],
  ['CacheEncryption', ['preferred', 'none']],
  ['CacheEviction', ['noeviction', 'volatile-lru', 'allkeys-lru']],
  ['KafkaEncryption', ['tls', 'plaintext']],
] as const)('%s has the values %j, which settings of users hold', (name, values) => {
  expect(Object.values(library[name])).toEqual(values);
});
