import fc from 'fast-check';
import { Lazy } from 'aws-cdk-lib/core';
import { checkHost, checkUnsupportedEndpoint } from '../../lib/stores/endpoint-checks';

const UNSUPPORTED = [{ pattern: /^bad\./, reason: 'it is bad; use a good one' }];

test('checkHost accepts host names and addresses', () => {
  fc.assert(fc.property(fc.oneof(fc.domain(), fc.ipV4()), (host) => checkHost('host', host, [])));
  expect(() => checkHost('host', 'db', [])).not.toThrow();
});

test('checkHost rejects everything that is no host name', () => {
  const hosts = ['', 'redis://cache', 'cache:6379', 'cache/', '-cache', 'cache.', 'ca che', 'user@cache', 'cache,other', '[::1]'];
  const messages = hosts.map((host) => {
    try {
      checkHost('host', host, []);
      return 'accepted';
    } catch (error) {
      return (error as Error).message;
    }
  });
  expect(messages).toEqual(hosts.map((host) => `\`host\` must be a host name, without scheme and port, got: '${host}'`));
});

test('checkHost rejects the host of an unsupported server', () => {
  expect(() => checkHost('host', 'bad.internal', UNSUPPORTED)).toThrow(
    "`host` must name a server that PostHog can use, got: 'bad.internal'; it is bad; use a good one",
  );
  expect(() => checkUnsupportedEndpoint('brokers', 'bad.internal', UNSUPPORTED)).toThrow('`brokers` must name a server that PostHog can use');
});

test('checkHost accepts tokens', () => {
  expect(() => checkHost('host', Lazy.string({ produce: () => 'not a host' }), UNSUPPORTED)).not.toThrow();
});
