import { PublicEndpoint } from '../../../lib';
import { evaluate } from '../../../cli/alb/evaluate';
import { ALWAYS_PUBLIC } from '../../../lib/catalog/endpoints/endpoint-group';
import { MANAGED_GROUPS } from '../../../lib/ingress/firewall/managed-rules';
import { rulesOf } from '../../helpers/listener-rules';
import { templateOf } from '../fixtures';
import { HOSTILE_PATHS } from '../routing/hostile-paths';
import { APP_REQUESTS, SIGN_IN_REQUESTS } from './app-requests';
import { ATTACKS } from './attacks';
import { protectedIngress, wafOf } from './fixtures';
import corpus from './sdk-traffic.json';
import { Evaluation, inspected, Waf, WafRequest } from './waf';

/** A recorded request. The type of the file has every header of any request as an optional one of each. */
type SdkRequest = WafRequest & { readonly sdk: string; readonly method: string };

const SDK_REQUESTS = corpus.requests as unknown as readonly SdkRequest[];
const RULES = MANAGED_GROUPS.flatMap(({ rules }) => rules);

/** The managed rules that decide whether a request is blocked for what is in it. The list of addresses decides as well, for every request. */
function decidedByContent({ deciding }: Evaluation): string[] {
  return Object.entries(deciding)
    .filter(([rule]) => rule !== 'IpReputation')
    .flatMap(([, rules]) => rules);
}

/** The parts of requests that managed rules inspect. */
function partsOf(rules: readonly string[]): string[] {
  return [...new Set(RULES.filter(({ name }) => rules.includes(name)).map(({ inspects }) => inspects))].sort();
}

/** What each rule that blocks looks for, after the examples in its documentation (see managed-rules.ts). */
const PATTERNS: readonly [names: RegExp, pattern: RegExp][] = [
  [/^JavaDeserializationRCE/, /getRuntime|classLoader|java\.(lang|io)/i],
  [/^Log4JRCE/, /\$\{|%24%7B/i],
  [/^ReactJSRCE/, /__proto__|constructor/],
  [/^ExploitablePaths/, /web-inf|\.env|\.git|wp-/i],
  [/^RestrictedExtensions/, /\.(log|ini|conf|bak|sql|key|pem)\b/i],
  [/^GenericLFI/, /\.\.|%2e%2e/i],
  [/^GenericRFI/, /:\/\/\d+\.\d+\.\d+\.\d+/],
  [/^EC2MetaDataSSRF/, /169\.254/],
  [/^CrossSiteScripting/, /<|%3c/i],
  [/^SQLi/, /'|--|\bor\b|\bunion\b/i],
  [/^UserAgent_BadBots/, /nessus|nmap/i],
  [/^(PROPFIND|Host_localhost|SizeRestrictions)/, /^$/],
];

/** The managed rules of which a request has the documented pattern. */
function looksLike(rules: readonly string[], request: WafRequest): string[] {
  return rules.filter((name) => {
    const pattern = PATTERNS.find(([names]) => names.test(name))![1];
    return pattern.test(inspected(RULES.find((rule) => rule.name === name)!.inspects, request).text ?? '');
  });
}

describe('requests of real SDKs', () => {
  const waf = wafOf();

  test('the corpus has what posthog-js with recordings, posthog-node and posthog-python send', () => {
    const sent = (sdk: string) => SDK_REQUESTS.filter((request) => request.sdk === sdk);
    expect(['posthog-js', 'posthog-node', 'posthog-python'].filter((sdk) => sent(sdk).length === 0)).toEqual([]);
    expect(sent('posthog-js').filter(({ path }) => path.startsWith('/s/')).length).toBeGreaterThan(0);
    expect(SDK_REQUESTS.some(({ bodyBytes = 0 }) => bodyBytes > 8_192)).toBe(true);
    expect(SDK_REQUESTS.some(({ method }) => method === 'OPTIONS')).toBe(true);
  });

  test('no rule looks at what is in a request to an SDK endpoint', () => {
    const open = SDK_REQUESTS.filter(({ path }) => rowsOf(path).some(({ group }) => ALWAYS_PUBLIC.includes(group)));
    const wrong = open.filter((request) => {
      const { rule, deciding, counting } = waf.evaluate(request);
      return rule !== 'SdkEndpoints' || Object.keys(deciding).join() !== 'IpReputation' || counting.length > 0;
    });
    expect(wrong).toEqual([]);
    expect(open.length).toBeGreaterThanOrEqual(25);
  });

  test('requests to the API with a key are blocked for their path or a header at most, and have nothing of an attack', () => {
    // The load balancer refuses metrics.
    const others = SDK_REQUESTS.filter(
      ({ path }) => !path.startsWith('/i/v1/metrics') && !rowsOf(path).some(({ group }) => ALWAYS_PUBLIC.includes(group)),
    );
    const wrong = others.flatMap((request) => unsafe(waf.evaluate(request), request).map((found) => `${request.path}: ${found}`));
    expect(wrong).toEqual([]);
    expect(others.length).toBeGreaterThan(0);
  });

  test('a server can send a million events from one address', () => {
    const event = SDK_REQUESTS.find(({ sdk, path }) => sdk === 'posthog-python' && path.startsWith('/batch'))!;
    expect(waf.rules.filter(({ Statement }) => 'RateBasedStatement' in Statement).map(({ Name }) => Name)).toEqual(['SignInRate', 'ApiRate']);
    expect(waf.evaluate(event).rule).toBe('SdkEndpoints');
  });
});

/** The rows of the endpoint table that a path belongs to. */
function rowsOf(path: string): PublicEndpoint[] {
  const [plain] = path.split('?');
  return PublicEndpoint.all().filter((endpoint) => {
    const own = endpoint.path.replaceAll('*', '[^/]+').replaceAll('.', '\\.');
    return (endpoint._matchesPath && new RegExp(`^${own}/?$`).test(plain)) || (endpoint._matchesSubpaths && new RegExp(`^${own}/.`).test(plain));
  });
}

/** What can block a request of the app: a rule, one for another part than the path and the headers, or a documented pattern. */
function unsafe(evaluation: Evaluation, request: WafRequest, parts = ['path', 'header', 'method']): string[] {
  const rules = decidedByContent(evaluation);
  return [
    ...(evaluation.outcome === 'blocked' ? [`blocked by ${evaluation.rule}`] : []),
    ...partsOf(rules).filter((part) => !parts.includes(part)),
    ...looksLike(rules, request),
  ];
}

describe('requests of the app', () => {
  test('none can be blocked for its body, its query string or its cookies, and none has a documented pattern elsewhere', () => {
    const waf = wafOf();
    const wrong = Object.entries(APP_REQUESTS).flatMap(([name, request]) => {
      const parts =
        request.path.startsWith('/project') || /^\/(api|oauth|toolbar_oauth|login|livestream\/)/.test(request.path)
          ? undefined
          : ['path', 'header', 'method', 'query'];
      return unsafe(waf.evaluate(request), request, parts).map((found) => `${name}: ${found}`);
    });
    expect(wrong).toEqual([]);
  });

  test('their bodies, query strings and cookies are counted', () => {
    const waf = wafOf();
    const counted = (name: string) => waf.evaluate(APP_REQUESTS[name]).counting;
    expect(counted('a HogQL query')).toEqual(
      expect.arrayContaining(['SQLi_BODY', 'CrossSiteScripting_BODY', 'SQLi_COOKIE', 'SizeRestrictions_Cookie_HEADER']),
    );
    expect(counted('a dashboard of 200 KB')).toContain('SizeRestrictions_BODY');
    expect(counted('an uploaded picture')).toContain('SizeRestrictions_BODY');
    expect(counted('recordings by many filters')).toEqual(expect.arrayContaining(['SizeRestrictions_QUERYSTRING', 'SQLi_QUERYARGUMENTS']));
    expect(counted('a script without a User-Agent')).toContain('NoUserAgent_HEADER');
    expect(counted('the page of a person with a long distinct id')).toContain('SizeRestrictions_URIPATH');
  });

  test('a dashboard of the corpus has 200 KB', () => {
    expect(Buffer.byteLength(APP_REQUESTS['a dashboard of 200 KB'].body!)).toBeGreaterThan(200_000);
  });

  test('requests to sign in have no documented pattern in any part that is inspected', () => {
    const waf = wafOf();
    const wrong = Object.entries(SIGN_IN_REQUESTS).flatMap(([name, request]) =>
      unsafe(waf.evaluate(request), request, ['path', 'header', 'method', 'body', 'query']).map((found) => `${name}: ${found}`),
    );
    expect(wrong).toEqual([]);
  });

  test('a page to return to with SQL in it can block a sign-in, as docs/firewall.md says', () => {
    const signIn = {
      ...SIGN_IN_REQUESTS['a sign-in'],
      body: JSON.stringify({ email: 'ada@example.com', next: "/project/1/sql?open_query=SELECT ' OR 1=1" }),
    };
    expect(looksLike(decidedByContent(wafOf().evaluate(signIn)), signIn)).toContain('SQLi_BODY');
  });

  test('the body of a passkey is not inspected, whose certificates can have more than 8 KB', () => {
    expect(partsOf(decidedByContent(wafOf().evaluate(SIGN_IN_REQUESTS['a passkey'])))).toEqual(['header', 'path']);
  });
});

describe('rate limits', () => {
  const SIGN_IN = SIGN_IN_REQUESTS['a sign-in'];
  const repeat = (waf: Waf, times: number, request: WafRequest) => Array.from({ length: times }, () => waf.evaluate(request).rule).filter(Boolean);

  test('a hundred sign-ins of one address in five minutes pass, the next one is blocked, and another address is not', () => {
    const waf = wafOf();
    expect(repeat(waf, 100, SIGN_IN)).toEqual([]);
    expect(waf.evaluate(SIGN_IN)).toMatchObject({ outcome: 'blocked', rule: 'SignInRate' });
    expect(waf.evaluate({ ...SIGN_IN, path: '/api/reset/' }).rule).toBe('SignInRate');
    expect(waf.evaluate({ ...SIGN_IN, address: '203.0.113.10' }).rule).toBeUndefined();
  });

  test('the API has a limit of its own, which preflight requests and SDK endpoints do not use up', () => {
    const waf = wafOf({ apiLimit: 10 });
    expect(repeat(waf, 50, APP_REQUESTS['a preflight request of the toolbar'])).toEqual([]);
    repeat(waf, 50, { path: '/api/surveys/?token=phc_x' });
    expect(repeat(waf, 10, APP_REQUESTS['a HogQL query'])).toEqual([]);
    expect(waf.evaluate(APP_REQUESTS['a HogQL query'])).toMatchObject({ outcome: 'blocked', rule: 'ApiRate' });
  });

  test('SDK endpoints have a limit on demand, without preflight requests', () => {
    const waf = wafOf({ sdkLimit: 10 });
    repeat(waf, 50, { method: 'OPTIONS', path: '/flags/' });
    expect(repeat(waf, 11, { method: 'POST', path: '/flags/' })).toEqual([...Array<string>(10).fill('SdkEndpoints'), 'SdkRate']);
  });

  test('behind a network, the address is that of its header, and requests without it are not limited', () => {
    const waf = wafOf({ signInLimit: 10, clientAddressHeader: 'CF-Connecting-IP' });
    const from = (address: string) => ({ ...SIGN_IN, headers: { ...SIGN_IN.headers, 'cf-connecting-ip': address } });
    repeat(waf, 50, from('198.51.100.1'));
    expect(waf.evaluate(from('198.51.100.1')).rule).toBe('SignInRate');
    expect(waf.evaluate(from('198.51.100.2')).rule).toBeUndefined();
    expect(repeat(waf, 50, SIGN_IN)).toEqual([]);
  });
});

describe('attacks', () => {
  test('each reaches the managed rule that knows it, in a rule that blocks', () => {
    const waf = wafOf();
    const wrong = Object.entries(ATTACKS)
      .filter(([, { blocks }]) => blocks !== undefined)
      .filter(([, { request, rule, blocks }]) => !waf.evaluate(request).deciding[blocks!]?.includes(rule))
      .map(([name]) => name);
    expect(wrong).toEqual([]);
  });

  test('where the app sends the same, they are only counted', () => {
    const waf = wafOf();
    const wrong = Object.entries(ATTACKS)
      .filter(([, { blocks }]) => blocks === undefined)
      .filter(([, { request, rule }]) => {
        const evaluation = waf.evaluate(request);
        return decidedByContent(evaluation).includes(rule) || !evaluation.counting.includes(rule);
      })
      .map(([name]) => name);
    expect(wrong).toEqual([]);
  });

  test('a body of more than 8 KB, which hides its end from the firewall, is blocked at a sign-in', () => {
    expect(wafOf().evaluate({ method: 'POST', path: '/api/login', body: 'x'.repeat(8_193) })).toMatchObject({
      outcome: 'blocked',
      rule: 'SignInAttacks',
    });
  });

  test('PROPFIND is blocked', () => {
    expect(wafOf().evaluate({ method: 'PROPFIND', path: '/', headers: { 'user-agent': 'x' } })).toMatchObject({
      outcome: 'blocked',
      rule: 'Attacks',
    });
  });

  test('every request, of SDKs too, is compared with the addresses that AWS knows', () => {
    const waf = wafOf();
    const requests = [...SDK_REQUESTS, ...Object.values(APP_REQUESTS), ...Object.values(ATTACKS).map(({ request }) => request)];
    expect(requests.filter((request) => !('IpReputation' in waf.evaluate(request).deciding))).toEqual([]);
  });
});

describe('the paths of SDK endpoints', () => {
  test('are those of the endpoint table that are always public', () => {
    const waf = wafOf();
    const sample = ({ path, _matchesPath, _listed }: PublicEndpoint) => {
      const below = _listed?.[0] ?? (_matchesPath ? undefined : 'x/config.js');
      return [path, below]
        .filter((part) => part !== undefined)
        .join('/')
        .replaceAll(/\*|<int>/g, '12')
        .replace('/?', '');
    };
    const wrong = PublicEndpoint.all().filter(
      (endpoint) => (waf.evaluate({ path: sample(endpoint) }).rule === 'SdkEndpoints') !== ALWAYS_PUBLIC.includes(endpoint.group),
    );
    expect(wrong.map(sample)).toEqual([]);
  });

  test('no hostile path that the firewall exempts reaches the app by the default rule of the load balancer', () => {
    const template = templateOf(protectedIngress().stack);
    const [waf, rules] = [new Waf(template), rulesOf(template)];
    const exempt = HOSTILE_PATHS.filter((path) => waf.evaluate({ path }).rule === 'SdkEndpoints');
    expect(exempt.filter((target) => evaluate(rules, { target, host: 'posthog.example.com' })?.priority === undefined)).toEqual([]);
    expect(exempt.length).toBeGreaterThan(0);
  });
});
