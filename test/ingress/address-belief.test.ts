import { PostHogProcess } from '../../lib';
import { beliefsOf, ProxySettings } from '../../lib/ingress/address-belief';
import { Header } from '../../lib/ingress/forwarded-headers';

const { WEB, CAPTURE, FEATURE_FLAGS, PLUGINS, WORKER, HYPERCACHE_SERVER, CAPTURE_LOGS } = PostHogProcess;
const PEER = '10.0.0.4';
const BEHIND: ProxySettings = { IS_BEHIND_PROXY: 'True', TRUSTED_PROXIES: '10.0.0.4, 10.0.0.5' };

function xff(...values: string[]): Header[] {
  return values.map((value) => ['X-Forwarded-For', value] as const);
}

function addresses(process: PostHogProcess, headers: Header[], settings = BEHIND, peer = PEER): (string | undefined)[] {
  return beliefsOf(process, { peer, headers }, settings).map(({ address }) => address);
}

describe('PostHog\'s rule for trusted proxies', () => {
  const trusted = (headers: Header[], settings = BEHIND, peer = PEER) => beliefsOf(WEB, { peer, headers }, settings)[0];

  test.each<[string, Header[], ProxySettings, string | undefined]>([
    ['the one entry', xff('192.0.2.1'), BEHIND, '192.0.2.1'],
    ['the first entry, where every later one is trusted', xff('192.0.2.1, 10.0.0.5'), BEHIND, '192.0.2.1'],
    ['entries on several lines as one list', xff('192.0.2.1', '10.0.0.5'), BEHIND, '192.0.2.1'],
    ['no address, where a later entry is not trusted', xff('1.2.3.4, 192.0.2.1'), BEHIND, undefined],
    ['no address, where a later entry is none', xff('1.2.3.4, garbage'), BEHIND, undefined],
    ['no address, where a CIDR block stands in the list', xff('192.0.2.1'), { ...BEHIND, TRUSTED_PROXIES: '10.0.0.0/27' }, undefined],
    ['no address, where the list is missing', xff('192.0.2.1'), { IS_BEHIND_PROXY: 'True' }, undefined],
    ['no address, where the first entry is none', xff('garbage'), BEHIND, undefined],
    ['an entry without its port', xff('192.0.2.1:41000'), BEHIND, '192.0.2.1'],
    ['an entry without brackets and port', xff('[2001:db8::1]:41000'), BEHIND, '2001:db8::1'],
    ['empty entries not at all', xff(' , 192.0.2.1,'), BEHIND, '192.0.2.1'],
    ['the peer, without the header', [], BEHIND, PEER],
    ['the peer, where there is no proxy', xff('192.0.2.1'), { TRUSTED_PROXIES: PEER }, PEER],
    ['whatever was written, where all are trusted', xff('1.2.3.4, 192.0.2.1'), { IS_BEHIND_PROXY: 'True', TRUST_ALL_PROXIES: 'True' }, '1.2.3.4'],
  ])('takes %s', (_, headers, settings, address) => {
    expect(trusted(headers, settings).address).toBe(address);
  });

  test('takes no address from a peer that is not trusted', () => {
    expect(trusted(xff('192.0.2.1'), BEHIND, '10.0.0.99')).toEqual({ asker: 'web: IP filters and login risk', reason: 'none: the hop 10.0.0.99 is not in TRUSTED_PROXIES, so it fails closed' });
  });

  test('says where it depends on the deployment', () => {
    expect(trusted(xff('192.0.2.1'), { IS_BEHIND_PROXY: 'True', TRUSTED_PROXIES: undefined }).reason).toContain('known at deployment');
  });
});

test('analytics of the app and webhooks take the first entry, whoever wrote it', () => {
  expect(addresses(WEB, xff('1.2.3.4, 192.0.2.1'))[1]).toBe('1.2.3.4');
  expect(addresses(WEB, [])[1]).toBe(PEER);
  expect(addresses(WEB, xff('garbage'))[1]).toBeUndefined();
  expect(addresses(PLUGINS, xff('1.2.3.4, 192.0.2.1'))).toEqual(['1.2.3.4']);
});

describe('the Rust services', () => {
  test.each<[string, Header[], string]>([
    ['the first entry', xff('1.2.3.4, 192.0.2.1'), '1.2.3.4'],
    ['the first entry that is an address', xff('unknown, 1.2.3.4:80, 192.0.2.1'), '192.0.2.1'],
    ['entries of several lines in their order', xff('1.2.3.4', '192.0.2.1'), '1.2.3.4'],
    ['Forwarded, without X-Forwarded-For', [['Forwarded', 'proto=https;for="[2001:db8::1]:80", for=5.6.7.8']], '2001:db8::1'],
    ['X-Real-IP, without both', [['X-Real-IP', '5.6.7.8'], ['CF-Connecting-IP', '9.9.9.9']], '5.6.7.8'],
    ['True-Client-IP, without it', [['True-Client-IP', '5.6.7.8'], ['CF-Connecting-IP', '9.9.9.9']], '5.6.7.8'],
    ['the peer, without any', [], PEER],
    ['the peer, where all is garbage', [['X-Forwarded-For', 'a, b'], ['Forwarded', 'for=_hidden'], ['X-Real-IP', 'c']], PEER],
  ])('take %s', (_, headers, address) => {
    expect(addresses(CAPTURE, headers)).toEqual([address]);
    expect(addresses(FEATURE_FLAGS, headers)).toEqual([address]);
  });
});

test.each([WORKER, HYPERCACHE_SERVER, CAPTURE_LOGS])('%s asks for no address', (process) => {
  expect(addresses(process, xff('1.2.3.4'))).toEqual([]);
});
