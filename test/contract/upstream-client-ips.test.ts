import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CLIENT_IP_COMMIT, CLIENT_IP_READERS, ClientIpRule } from '../../lib/catalog/client-address';
import { resolveClientIp } from '../../cli/client-ip/client-ip';
import { Header } from '../../cli/alb/headers';

interface CheckContext {
  readonly name: string;
  readonly peer?: string;
  readonly settings?: Readonly<Record<string, string>>;
  readonly headers: readonly (readonly string[])[];
  readonly clientIps: Readonly<Record<ClientIpRule, string | null>>;
}

const UPSTREAM = JSON.parse(readFileSync(path.join(__dirname, 'upstream-client-ips.json'), 'utf8')) as {
  readonly source: { readonly commit: string };
  readonly cases: readonly CheckContext[];
};
const CASES = UPSTREAM.cases;
const DEFAULTS = { peer: '10.0.0.4', settings: { IS_BEHIND_PROXY: 'True', TRUSTED_PROXIES: '10.0.0.4,10.0.0.5,10.0.0.30' } };

test.each(Object.values(ClientIpRule))("the rule %s resolves what PostHog's function resolves", (rule) => {
  const different = CASES.map(({ name, clientIps, ...request }) => {
    const { peer, settings, headers } = { ...DEFAULTS, ...request };
    const { address = null } = resolveClientIp(rule, { peer, headers: headers.map(([key, value]): Header => [key, value]) }, settings);
    return { name, headers, upstream: clientIps[rule], address };
  }).filter((found) => found.upstream !== found.address);
  expect(different).toEqual([]);
});

test('the cases are of the commit that the readers name, and cover every rule', () => {
  expect(CASES.length).toBeGreaterThan(60);
  expect(UPSTREAM.source.commit).toBe(CLIENT_IP_COMMIT);
  const used = new Set(
    Object.values(CLIENT_IP_READERS)
      .flat()
      .map(({ rule }) => rule),
  );
  expect([...used].sort()).toEqual(Object.values(ClientIpRule).sort());
});

test('every reader of client IPs has a file of PostHog as its source', () => {
  const sources = Object.values(CLIENT_IP_READERS)
    .flat()
    .map(({ source }) => source);
  expect(sources.filter((source) => !/^(posthog|rust|nodejs)\/[\w./-]+\.(py|rs|ts)/.test(source))).toEqual([]);
});
