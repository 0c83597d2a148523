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
    'Postgres',
    'PublicEndpoint',
    'TrustedProxies',
  ]);
});

test.each([
  ['NatMode', ['single', 'per-zone', 'instance', 'none']],
  ['PostHogProcess', ['web', 'worker', 'capture', 'replay-capture', 'capture-ai', 'capture-logs', 'feature-flags', 'hypercache-server', 'plugins']],
  ['EndpointGroup', ['ingestion', 'sdk', 'shared-content', 'end-user-pages', 'inbound-webhooks', 'oauth']],
  ['CacheEncryption', ['preferred', 'none']],
  ['CacheEviction', ['noeviction', 'volatile-lru', 'allkeys-lru']],
  ['KafkaEncryption', ['tls', 'plaintext']],
] as const)('%s has the values %j, which settings of users hold', (name, values) => {
  expect(Object.values(library[name])).toEqual(values);
});
