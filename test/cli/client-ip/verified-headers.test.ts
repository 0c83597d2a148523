import { Header } from '../../../cli/alb/headers';
import { verifiedHeaders } from '../../../cli/client-ip/verified-headers';

const LOAD_BALANCER = '10.0.0.4';
const TRUSTED = ['10.0.0.0/27', '130.176.0.0/16', '2600:9000::/28'];

function address(xff: string | string[], peer = LOAD_BALANCER): string | undefined {
  const headers: Header[] = [xff].flat().map((value) => ['X-Forwarded-For', value] as const);
  return verifiedHeaders(headers, peer, TRUSTED).find(([name]) => name === 'X-Forwarded-For')?.[1];
}

// The same cases that the real nginx is asked in test/nginx.
test.each<[string, string | string[], string]>([
  ['the client', '192.0.2.1', '192.0.2.1'],
  ['the client, behind what was forged', '1.2.3.4, 10.0.0.9, 192.0.2.1', '192.0.2.1'],
  ['the client of a network in front', '1.2.3.4, 192.0.2.1, 130.176.1.1', '192.0.2.1'],
  ['the client of a network in front, by IPv6', '2001:db8::1, 2600:9000::5', '2001:db8::1'],
  ['the client on another line', ['1.2.3.4', '192.0.2.1'], '192.0.2.1'],
  ['the client without its port', '192.0.2.1:41000', '192.0.2.1'],
  ['the client without brackets', '[2001:db8::1]:41000', '2001:db8::1'],
  ['the last trusted hop, where an entry is garbage', 'garbage, 130.176.1.1', '130.176.1.1'],
  ['the load balancer, without the header', [], LOAD_BALANCER],
  ['the load balancer, where the entry is garbage', 'garbage', LOAD_BALANCER],
])('resolves %s', (_, xff, expected) => {
  expect(address(xff)).toBe(expected);
});

test('a peer that bypasses the load balancer is the client', () => {
  expect(address('1.2.3.4', '10.0.1.9')).toBe('10.0.1.9');
});

test('the process receives one address, the host and the scheme, and no other header with an address', () => {
  const headers: Header[] = [
    ['Host', 'posthog.example.com'],
    ['Cookie', 'a'],
    ['X-Forwarded-For', '192.0.2.1'],
    ['X-Forwarded-Host', 'evil'],
    ['X-Forwarded-Proto', 'http'],
    ['X-Forwarded-Port', '80'],
    ['Forwarded', 'for=1.2.3.4'],
    ['x-real-ip', '1.2.3.4'],
    ['X-PostHog-Client-IP', '1.2.3.4'],
    ['X_Real_IP', '1.2.3.4'],
    ['X-Mine', 'b'],
  ];
  expect(verifiedHeaders(headers, LOAD_BALANCER, TRUSTED)).toEqual([
    ['Host', 'posthog.example.com'],
    ['Cookie', 'a'],
    ['X-Mine', 'b'],
    ['X-Forwarded-For', '192.0.2.1'],
    ['X-Forwarded-Host', 'posthog.example.com'],
    ['X-Forwarded-Proto', 'https'],
    ['X-Forwarded-Port', '443'],
  ]);
});

test('the headers that the nginx of another version drops are dropped, and no others', () => {
  const names = verifiedHeaders(
    [
      ['X-Mine', 'b'],
      ['x-real-ip', '1.2.3.4'],
    ],
    LOAD_BALANCER,
    TRUSTED,
    ['X-Mine'],
  ).map(([name]) => name);
  expect(names).toContain('x-real-ip');
  expect(names).not.toContain('X-Mine');
});
