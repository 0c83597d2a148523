import { AppAccess, EndpointGroup, PostHogIngress, PublicEndpoint } from '../../../lib';
import { TrailingSlash } from '../../../lib/catalog/endpoints/endpoint';
import { ALWAYS_PUBLIC } from '../../../lib/catalog/endpoints/endpoint-group';
import { evaluate } from '../../../cli/alb/evaluate';
import { samplesOf } from '../../../cli/ingress/probes';
import { PROCESSES } from '../../../lib/catalog/processes';
import { newIngress, newTargets, ROUTED, templateOf } from '../fixtures';
import { Answer, answersOf, INSIDE, Mode, MODES, OPT_IN, OUTSIDE } from './modes';
import { rulesOf } from '../../helpers/listener-rules';
import { newStack } from '../../helpers/stack';
import sdk from '../../contract/sdk-paths.json';

const ADDRESSES = [...INSIDE, ...OUTSIDE];
const METHODS = ['GET', 'POST', 'OPTIONS'];

/** Real sub-paths of endpoints of the table that do not list theirs. */
const PATHS_BELOW: Record<string, string[]> = {
  '/i/v0': ['/e', '/e/'],
  '/i/v1/analytics': ['/events', '/events/'],
  '/i/v1/ai': ['/events'],
  '/i/v0/ai': ['/batch', '/otel'],
  '/flags': ['/definitions', '/definitions/'],
  '/array': ['/phc_0123456789abcdef/config.js', '/phc_0123456789abcdef/config'],
  '/static': ['/array.js', '/recorder.js', '/recorder-v2.js', '/surveys.js', '/1.449.2/posthog-recorder.js', '/chunk-ABC_123.js.map'],
  '/api/conversations/v1/widget': ['/message', '/messages/0191-af/', '/tickets'],
  '/shared': ['/AbC-_123', '/AbC-_123.png'],
  '/external_surveys': ['/01919f2e-0000-7000-8000-000000000000', '/01919f2e-0000-7000-8000-000000000000/'],
  '/livestream': ['/events', '/stats', '/notifications'],
};

/** Real paths of endpoints that list theirs. */
const LISTED: Record<string, string[]> = {
  '/site_app': ['/1/phx_token-1/0123abcd/'],
  '/messaging-preferences': ['/eyJ0ZWFtIjox:1sXyZ_:ab-cd/', '/update'],
  '/oauth': ['/authorize/', '/token/', '/revoke/', '/introspect/', '/userinfo/', '/register/'],
  '/.well-known': ['/oauth-authorization-server', '/openid-configuration', '/jwks.json', '/security.txt'],
  '/webhooks': ['/github', '/github/pr', '/vercel', '/stamphog/github/'],
  '/slack': ['/interactivity-callback', '/event-callback/', '/command-callback', '/workspace/claims'],
  '/scim/v2': ['/01919f2e-0000-7000-8000-000000000000/Users', '/01919f2e-0000-7000-8000-000000000000/Users/1'],
  '/api/conversations/v1/slack': ['/events', '/interactivity/'],
  '/api/conversations/external/ticket': ['/01919f2e-0000-7000-8000-000000000000'],
};

function pathsOf(endpoint: PublicEndpoint): string[] {
  const isSlashless = endpoint._trailingSlash === TrailingSlash.NONE;
  if (endpoint._listed) {
    const samples = samplesOf(endpoint).flatMap((path, i) => (endpoint._listed![i].endsWith('/?') ? [path, `${path}/`] : [path]));
    return [...samples, ...(LISTED[endpoint.path] ?? []).map((suffix) => endpoint.path + suffix)];
  }
  const ids = endpoint.path.includes('*') ? ['1', '@current', 'a-flag_1.2'] : [''];
  const children = isSlashless ? ['/x', '/x.y'] : ['/x', '/x/', '/x.y'];
  const below = endpoint._matchesSubpaths ? (PATHS_BELOW[endpoint.path] ?? (endpoint._childrenOnly ? children : ['/x', '/x/', '/x/y.z'])) : [];
  return ids.flatMap((id) => {
    const path = endpoint.path.replaceAll('*', id);
    return [...(endpoint._matchesPath ? [path, ...(isSlashless ? [] : [`${path}/`])] : []), ...below.map((suffix) => path + suffix)];
  });
}

const ENDPOINTS = PublicEndpoint.all();
const ALWAYS = ENDPOINTS.filter(({ group }) => ALWAYS_PUBLIC.includes(group));
const ON_DEMAND = ENDPOINTS.filter(({ group }) => !ALWAYS_PUBLIC.includes(group));

/** The parameters that SDKs add. */
const QUERY = '?ip=1&_=1690000000000&ver=1.449.2&compression=gzip-js';

/** A request of an SDK, and the process that answers it. */
interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly process: string;
  /** The group of its endpoint, unless that is always public. */
  readonly group?: string;
}

const REQUESTS: readonly SdkRequest[] = sdk.requests.filter(({ process }) => process !== 'nobody');
const SDK_REQUESTS = REQUESTS.filter(({ group }) => group === undefined);
const SDK_API_REQUESTS = REQUESTS.filter(({ group }) => group === EndpointGroup.SDK_API);

const DENIED = [
  '/internal',
  '/internal/',
  '/internal/x',
  '/internal/tasks/runs/1/agent-proxy-callback/',
  '/internal/notebooks/data_plane/query/',
  '/api/internal',
  '/api/internal/x',
  '/api/internal/hog_flows/process_due_schedules',
  '/api/projects/1/internal/x',
  '/api/projects/@current/internal/signals/emit',
  '/api/environments/1/internal/x',
  '/_stats',
  '/_stats/',
  '/_metrics',
  '/_metrics/',
  '/livestream/metrics',
  '/livestream/metrics/',
  // A fragment, which no client sends: NGINX Unit and Granian end the path there.
  '/_stats#',
  '/_stats/#',
  '/_stats#x',
  '/_metrics#',
  '/internal#',
  '/api/internal#/x',
  '/livestream/metrics#',
  '/x/..#',
  '/i/v1/metrics#',
  // A scheme, which Granian serves.
  'http://posthog.example.com/_stats',
  'x://y/internal/notebooks/data_plane/query/',
  // The slash, encoded.
  '/internal%2Fx',
  '/internal%2fx',
  '/%2Finternal/x',
  '/api%2Finternal/x',
  '/api%2Finternal%2Fx',
  '/api/internal%2Fx',
  '/api/projects%2F1%2Finternal%2Fx',
  '/api%2fprojects/1/internal/x',
  '/%2F_stats',
  '/_stats%2F',
  '%2Finternal/x',
  '/livestream%2Fmetrics',
  '/livestream/%2fmetrics',
  '/%2flivestream/metrics',
  '/livestream/metrics%2F',
  // The slash, doubled.
  '//internal/x',
  '/internal//x',
  '/api//internal/x',
  '//api/internal/x',
  '/api/projects//1/internal/x',
  '/api/projects/1//internal/x',
  '//_stats',
  '/_stats//',
  '///internal/x',
  '/livestream//metrics',
  // The slash, encoded, next to a dot segment: NGINX Unit decodes before it resolves.
  '/x%2f..%2f_stats',
  '/x%2f../_stats',
  '/x/..%2f_stats',
  '/.%2f_stats',
  '/static/..%2finternal/x',
  '/x/..%2Fapi/internal/hog_flows/process_due_schedules',
  '/api/projects/1/x/..%2finternal/hog_flows',
  '/x%2F.%2F..%2F_metrics',
  // Letters, encoded.
  '/%69nternal/x',
  '/i%6Eternal/x',
  '/i%6eternal/x',
  '/interna%6C/x',
  '/%61pi/internal/x',
  '/api/%69nternal/x',
  '/api/projects/1/%69nternal/x',
  '/api/%70rojects/1/internal/x',
  '/%5Fstats',
  '/%5fstats',
  '/_%73tats',
  '/_stat%73',
  '/%5F%73%74%61%74%73',
  '/%69%6E%74%65%72%6E%61%6C/x',
  '/api/projects/%31/internal/x',
  '/livestream/metri%63s',
  '/live%73tream/metrics',
  // Through another path.
  '/./internal/x',
  '/x/../internal/x',
  '/api/./internal/x',
  '/api/x/../internal/x',
  '/login/../_stats',
  '/%2e/internal/x',
  '/x/%2E%2E/internal/x',
  '/x/.%2e/_stats',
  '/livestream/./metrics',
  '/livestream/x/../metrics',
  '/x/../livestream/metrics',
];

/** PostHog's `opt_slash_path` (posthog/utils.py, July 2026) reads an encoded `?` or `#` and the rest as a part of the path. */
const DENIED_AS_DJANGO_READS_IT = ['/_stats%3F', '/_stats%3fx=1', '/_stats/%3Fx', '/_stats%23', '/_stats/%23x'];

const APP_PAGES = ['/', '/login', '/signup', '/project/1', '/api/projects/1/insights/', '/admin/', '/_preflight', '/api/users/@me/'];

test('every endpoint belongs to a process that is deployed with all products', () => {
  const deployed = PROCESSES.map(({ process }) => process);
  expect(ENDPOINTS.filter(({ process }) => !deployed.includes(process)).map(({ path }) => path)).toEqual([]);
});

describe.each(MODES.map((mode): [string, Mode] => [mode.name, mode]))('with the app open to %s', (_, mode) => {
  let answer: Answer;
  beforeAll(() => {
    answer = answersOf(mode);
  });

  /** Returns the requests with another answer, for all addresses and methods. */
  function wrong(target: string, expected: string | undefined, { addresses = ADDRESSES, methods = METHODS } = {}): string[] {
    return addresses.flatMap((sourceIp) =>
      methods.flatMap((method) => {
        const actual = answer({ target, sourceIp, method });
        return actual === expected ? [] : [`${method} ${target} from ${sourceIp}: ${actual}, not ${expected}`];
      }),
    );
  }

  test('each endpoint that is always public reaches its process', () => {
    const requests = ALWAYS.flatMap((endpoint) => pathsOf(endpoint).map((path) => ({ path, process: endpoint.process })));
    expect(requests.flatMap(({ path, process }) => [...wrong(path, process), ...wrong(path + QUERY, process)])).toEqual([]);
  });

  test('each endpoint of another group is public if the app or its group is', () => {
    const requests = ON_DEMAND.flatMap((endpoint) => pathsOf(endpoint).map((target) => ({ target, process: endpoint.process })));
    expect(
      mode.isOpen || mode.optIn
        ? requests.flatMap(({ target, process }) => wrong(target, process))
        : requests.filter(({ target, process }) => [process, 'web'].includes(answer({ target, sourceIp: OUTSIDE[0] }))),
    ).toEqual([]);
  });

  test('each internal path is refused in every spelling', () => {
    expect(DENIED.flatMap((path) => [...wrong(path, 'refused'), ...wrong(`${path}?x=1`, 'refused')])).toEqual([]);
    expect(DENIED_AS_DJANGO_READS_IT.flatMap((path) => wrong(path, 'refused'))).toEqual([]);
  });

  test('each page of the app is answered for the allowed clients only', () => {
    const [inside, outside] = {
      anyone: ['web', 'web'],
      fromCidrs: ['web', 'refused'],
      authenticated: ['sign in', 'sign in'],
      nobody: ['refused', 'refused'],
    }[mode.access];
    expect(APP_PAGES.flatMap((page) => [...wrong(page, inside, { addresses: INSIDE }), ...wrong(page, outside, { addresses: OUTSIDE })])).toEqual([]);
  });

  test('each request of an SDK reaches its process', () => {
    expect(SDK_REQUESTS.flatMap(({ method, path, process }) => wrong(path, process, { methods: [method, 'OPTIONS'] }))).toEqual([]);
  });

  test('each request with an API key reaches its process if its group is public', () => {
    const missed = SDK_API_REQUESTS.filter(({ method, path, process }) =>
      OUTSIDE.some((sourceIp) => answer({ target: path, sourceIp, method }) !== process),
    );
    expect(missed).toEqual(mode.isOpen || mode.optIn ? [] : SDK_API_REQUESTS);
  });
});

test('an allow-list compares the address that connects, not the forwarded one', () => {
  const answer = answersOf(MODES.find(({ access }) => access === 'fromCidrs')!);
  const answers = OUTSIDE.map((sourceIp) => answer({ target: '/', sourceIp, headers: { 'X-Forwarded-For': INSIDE[0] } }));
  expect(answers.filter((actual) => actual !== 'refused')).toEqual([]);
});

describe('with every process routed', () => {
  const stack = newStack();
  const ingress: PostHogIngress = newIngress(stack, { appAccess: AppAccess.nobody(), publicEndpointGroups: [...OPT_IN] });
  const owners = new Map(
    ROUTED.map((process) => {
      const targets = newTargets(stack, process, ingress.loadBalancer.vpc!);
      ingress.route(process, targets);
      return [stack.getLogicalId(targets.node.defaultChild as never), process] as const;
    }),
  );
  const rules = rulesOf(templateOf(stack));
  const answering = (target: string): string | undefined =>
    owners.get(evaluate(rules, { target, host: 'posthog.example.com' })!.actions[0].targetGroup ?? '');

  test('each endpoint reaches its own process', () => {
    const paths = ENDPOINTS.flatMap((endpoint) => pathsOf(endpoint).map((path) => ({ path, process: endpoint.process })));
    expect(paths.filter(({ path, process }) => answering(path) !== process)).toEqual([]);
  });

  test('each request of an SDK reaches its process', () => {
    expect(REQUESTS.filter(({ path, process }) => answering(path) !== process)).toEqual([]);
  });
});

test('the requests of SDKs name their sources, and no path twice', () => {
  expect(sdk.source).toContain('posthog-js 1.449.2');
  expect(sdk.source).toContain('posthog-node 5.70.0');
  const paths = sdk.requests.map(({ path }) => path);
  expect(paths.filter((path, index) => paths.indexOf(path) !== index)).toEqual([]);
});
