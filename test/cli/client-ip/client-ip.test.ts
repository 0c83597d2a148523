import fc from 'fast-check';
import { PostHogProcess } from '../../../lib';
import { resolveClientIps } from '../../../cli/client-ip/client-ip';
import { Header } from '../../../cli/alb/headers';

const { WEB, CAPTURE, FEATURE_FLAGS, PLUGINS, WORKER, HYPERCACHE_SERVER, CAPTURE_LOGS } = PostHogProcess;
const PEER = '10.0.0.4';
const BEHIND = { IS_BEHIND_PROXY: 'True', TRUSTED_PROXIES: '10.0.0.4, 10.0.0.5' };

function xff(...values: string[]): Header[] {
  return values.map((value) => ['X-Forwarded-For', value] as const);
}

// What each rule resolves is in test/contract/upstream-client-ips.test.ts, against the real functions.
test('every reader of a client IP in a process has a result with its reason', () => {
  expect(resolveClientIps(WEB, { peer: PEER, headers: xff('1.2.3.4, 192.0.2.1') }, BEHIND)).toEqual([
    { reader: 'web: IP filters and login risk', reason: 'none: the hop 192.0.2.1 is not in TRUSTED_PROXIES, so it fails closed' },
    { reader: 'web: sign-up limits, sessions and the activity log', address: '1.2.3.4', reason: 'the first entry of X-Forwarded-For, unchecked' },
    { reader: 'web: rate limits of the API', address: '1.2.3.4,192.0.2.1', reason: 'the whole X-Forwarded-For as one text, unchecked' },
    { reader: 'web: login limits', address: '1.2.3.4', reason: 'the first entry of X-Forwarded-For, unchecked' },
  ]);
});

test('a client IP is unknown if TRUSTED_PROXIES is known at deployment only', () => {
  const [filters] = resolveClientIps(WEB, { peer: PEER, headers: xff('192.0.2.1') }, { IS_BEHIND_PROXY: 'True', TRUSTED_PROXIES: undefined });
  expect(filters).toEqual({ reader: 'web: IP filters and login risk', reason: 'known at deployment: TRUSTED_PROXIES is not in the template' });
});

test('a forged header changes the client IP of these login limits', () => {
  const reasons = ['unknown, 192.0.2.1', '127.0.0.1, 192.0.2.1', ''].map(
    (value) => resolveClientIps(WEB, { peer: PEER, headers: value === '' ? [] : xff(value) }, BEHIND)[3].reason,
  );
  expect(reasons).toEqual([
    'an entry of X-Forwarded-For is no address, so the peer',
    'the first entry of X-Forwarded-For is a loopback or private address, so the peer',
    'there is no X-Forwarded-For, so the peer',
  ]);
});

test('feature-flags resolves an entry with a port, and capture does not', () => {
  const request = { peer: PEER, headers: xff('1.2.3.4:80, 192.0.2.1') };
  expect([CAPTURE, FEATURE_FLAGS, PLUGINS].map((process) => resolveClientIps(process, request, {}).map(({ address }) => address))).toEqual([
    ['192.0.2.1'],
    ['1.2.3.4'],
    ['1.2.3.4:80'],
  ]);
});

test.each([WORKER, HYPERCACHE_SERVER, CAPTURE_LOGS])('%s reads no client IP', (process) => {
  expect(resolveClientIps(process, { peer: PEER, headers: xff('1.2.3.4') }, {})).toEqual([]);
});

test('no header makes a reader throw', () => {
  const name = fc.constantFrom('X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'CloudFront-Viewer-Address');
  const value = fc.oneof(fc.string(), fc.stringMatching(/^[\d.,:;=" [\]%fora-f]*$/), fc.ipV4(), fc.ipV6());
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value)), (headers) => {
      for (const process of [WEB, CAPTURE, FEATURE_FLAGS, PLUGINS]) {
        resolveClientIps(process, { peer: PEER, headers }, BEHIND);
      }
    }),
  );
});
