import fc from 'fast-check';
import { Lazy, Token } from 'aws-cdk-lib/core';
import { checkHost, checkUnsupportedEndpoint, checkPort } from '../../lib/stores/endpoint-checks';

const UNSUPPORTED = [{ pattern: /^bad\./, reason: 'it is bad; use a good one' }];

test('host names and addresses pass', () => {
  fc.assert(fc.property(fc.oneof(fc.domain(), fc.ipV4()), (host) => checkHost('host', host, [])));
  expect(() => checkHost('host', 'db', [])).not.toThrow();
});

test.each(['', 'redis://cache', 'cache:6379', 'cache/', '-cache', 'cache.', 'ca che', 'user@cache', 'cache,other', '[::1]'])(
  'fails when the host is %p',
  (host) => {
    expect(() => checkHost('host', host, [])).toThrow(`\`host\` must be a host name, without scheme and port, got: '${host}'`);
  },
);

test('fails when the host is known not to work', () => {
  expect(() => checkHost('host', 'bad.internal', UNSUPPORTED)).toThrow(
    "`host` must name a server that PostHog can use, got: 'bad.internal'; it is bad; use a good one",
  );
  expect(() => checkUnsupportedEndpoint('brokers', 'bad.internal', UNSUPPORTED)).toThrow('`brokers` must name a server that PostHog can use');
});

test('ports from 1 to 65535 pass, and nothing else does', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 65535 }), (port) => checkPort('port', port)));
  fc.assert(
    fc.property(
      fc.oneof(
        fc.integer({ max: 0 }),
        fc.integer({ min: 65536 }),
        fc.double().filter((port) => !Number.isInteger(port)),
      ),
      (port) => {
        expect(() => checkPort('port', port)).toThrow('`port` must be a port from 1 to 65535, got: ');
      },
    ),
  );
});

test('tokens pass, because their value is not known yet', () => {
  expect(() => checkHost('host', Lazy.string({ produce: () => 'not a host' }), UNSUPPORTED)).not.toThrow();
  expect(() => checkPort('port', Token.asNumber({ Ref: 'Port' }))).not.toThrow();
});
