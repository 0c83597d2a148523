import { Fn, Token } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { Cache, CacheAttributes, CacheEncryption } from '../../../lib';
import { newStack } from '../../helpers/stack';

function given(attrs: CacheAttributes, stack = newStack()) {
  return Cache.fromCacheAttributes(stack, 'Cache', attrs);
}

test('imported Cache has port 6379 and preferred encryption by default', () => {
  expect(given({ host: 'cache.internal' })).toMatchObject({ host: 'cache.internal', port: 6379, encryption: CacheEncryption.PREFERRED });
});

test('imported Cache takes `port` and `encryption`', () => {
  expect(given({ host: 'cache.internal', port: 6380, encryption: CacheEncryption.NONE })).toMatchObject({
    port: 6380,
    encryption: CacheEncryption.NONE,
  });
});

test('imported Cache defines no resources', () => {
  const stack = newStack();
  given({ host: 'cache.internal' }, stack);
  expect(Template.fromStack(stack).toJSON()).not.toHaveProperty('Resources');
});

test.each(['master.cache.abc123.euc1.cache.amazonaws.com', 'cache.abc123.ng.0001.euc1.cache.amazonaws.com', '10.0.20.4'])(
  'imported Cache accepts host %s',
  (host) => {
    expect(given({ host }).host).toBe(host);
  },
);

test('imported Cache accepts tokens as `host` and `port`', () => {
  expect(given({ host: Fn.importValue('Host'), port: Token.asNumber(Fn.importValue('Port')) })).toBeDefined();
});

test.each([
  [
    'posthog-abc123.serverless.euc1.cache.amazonaws.com',
    'ElastiCache Serverless is always in cluster mode, which PostHog cannot use; use node-based Valkey with cluster mode disabled',
  ],
  [
    'clustercfg.cache.abc123.euc1.cache.amazonaws.com',
    'this is the configuration endpoint of a group in cluster mode, which PostHog cannot use; use node-based Valkey with cluster mode disabled',
  ],
  ['eu1-happy-owl-12345.upstash.io', 'Upstash requires TLS and a password, which PostHog cannot use; use node-based Valkey'],
  [
    'redis-12345.c1.us-east-1-2.ec2.redns.redis-cloud.com',
    'Redis Cloud requires a password, which PostHog cannot use; use node-based Valkey without a password',
  ],
])('imported Cache rejects host %s, which cannot work', (host, reason) => {
  expect(() => given({ host })).toThrow(`[Stack/Cache] \`host\` must name a server that PostHog can use, got: '${host}'; ${reason}`);
});

test.each(['redis://cache.internal', 'rediss://cache.internal:6379/', 'cache.internal:6379', ''])(
  'imported Cache rejects host %p, which is no host name',
  (host) => {
    expect(() => given({ host })).toThrow(`[Stack/Cache] \`host\` must be a host name, without scheme and port, got: '${host}'`);
  },
);

test.each([0, 65536, 63.79])('imported Cache rejects port %d', (port) => {
  expect(() => given({ host: 'cache.internal', port })).toThrow(`[Stack/Cache] \`port\` must be a port from 1 to 65535, got: ${port}`);
});

test('imported Cache has metrics with `replicationGroupId`, and none without', () => {
  expect(given({ host: 'cache.internal', replicationGroupId: 'posthog' }).metricEvictions()).toMatchObject({
    namespace: 'AWS/ElastiCache',
    metricName: 'Evictions',
    dimensions: { CacheClusterId: 'posthog-001' },
  });
  expect(() => given({ host: 'cache.internal' }).metric('Evictions')).toThrow(
    '[Stack/Cache] `replicationGroupId` is required for metrics, because CloudWatch has them by that name; pass it to Cache.fromCacheAttributes()',
  );
});
