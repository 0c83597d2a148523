import { AppAccess, EndpointGroup, PostHogIngress, PostHogProcess, PublicEndpoint } from '../../../lib';
import { ALWAYS_PUBLIC } from '../../../lib/catalog/endpoints/endpoint-group';
import { evaluate } from '../../../cli/alb/evaluate';
import { PROCESSES } from '../../../lib/services/processes';
import { newIngress, newTargets, ROUTED, templateOf } from '../fixtures';
import { Answer, answersOf, INSIDE, Mode, MODES, OPT_IN, OUTSIDE } from './modes';
import { rulesOf } from '../../helpers/listener-rules';
import { newStack } from '../../helpers/stack';
import sdk from '../../contract/sdk-paths.json';

const ADDRESSES = [...INSIDE, ...OUTSIDE];
const METHODS = ['GET', 'POST', 'OPTIONS'];
const DEPLOYED = PROCESSES.map(({ process }) => process);

/** Real sub-paths of endpoints of the table. */
const PATHS_BELOW: Record<string, string[]> = {
  '/i/v0': ['/e', '/e/'],
  '/i/v1/analytics': ['/events', '/events/'],
  '/i/v1/ai': ['/events'],
  '/i/v0/ai': ['/batch', '/otel'],
  '/flags': ['/definitions', '/definitions/'],
  '/array': ['/phc_0123456789abcdef/config.js', '/phc_0123456789abcdef/config'],
  '/static': ['/array.js', '/recorder.js', '/recorder-v2.js', '/surveys.js', '/1.449.2/posthog-recorder.js', '/chunk-ABC_123.js.map'],
  '/site_app': ['/1/phx_token-1/0123abcd/'],
  '/api/conversations/v1/widget': ['/message', '/messages/0191-af/', '/tickets'],
  '/shared': ['/AbC-_123', '/AbC-_123.png'],
  '/external_surveys': ['/01919f2e-0000-7000-8000-000000000000', '/01919f2e-0000-7000-8000-000000000000/'],
  '/messaging-preferences': ['/eyJ0ZWFtIjox:1sXyZ_:ab-cd/', '/update'],
  '/oauth': ['/authorize/', '/token/', '/revoke/', '/introspect/', '/userinfo/', '/register/'],
  '/.well-known': ['/oauth-authorization-server', '/openid-configuration', '/jwks.json', '/security.txt'],
  '/webhooks': ['/github', '/github/pr', '/vercel', '/stamphog/github/'],
  '/slack': ['/interactivity-callback', '/event-callback/', '/workspace/claims'],
  '/scim/v2': ['/9f2e/Users', '/9f2e/Users/1/'],
  '/livestream': ['/events', '/stats', '/notifications'],
};

function pathsOf(endpoint: PublicEndpoint): string[] {
  const ids = endpoint.path.includes('*') ? ['1', '@current', 'a-flag_1.2'] : [''];
  const below = endpoint._matchesSubpaths
    ? (PATHS_BELOW[endpoint.path] ?? (endpoint._childrenOnly ? ['/x', '/x/', '/x.y'] : ['/x', '/x/', '/x/y.z']))
    : [];
  return ids.flatMap((id) => {
    const path = endpoint.path.replaceAll('*', id);
    return [...(endpoint._matchesPath ? [path, `${path}/`] : []), ...below.map((suffix) => path + suffix)];
  });
}

/** Returns the deployed process of an endpoint. */
function owner(endpoint: PublicEndpoint): PostHogProcess | undefined {
  return DEPLOYED.find((process) => process === endpoint.process);
}

const ROWS = PublicEndpoint.all().map((endpoint): [string, PublicEndpoint] => [endpoint.path, endpoint]);
const ALWAYS = ROWS.filter(([, endpoint]) => ALWAYS_PUBLIC.includes(endpoint.group) && owner(endpoint));
const ON_DEMAND = ROWS.filter(([, endpoint]) => !ALWAYS_PUBLIC.includes(endpoint.group) && owner(endpoint));

test('every row of the table is tested', () => {
  expect([ALWAYS.length, ON_DEMAND.length]).toEqual([27, 41]);
  expect(ROWS.filter(([, endpoint]) => !owner(endpoint))).toEqual([]);
});

const ALL_SDK_REQUESTS: readonly { readonly method: string; readonly path: string; readonly process: string; readonly group?: string }[] =
  sdk.requests;
/** Requests of SDKs to processes that are deployed. */
const SDK_REQUESTS = ALL_SDK_REQUESTS.filter(({ process, group }) => group === undefined && DEPLOYED.includes(process as PostHogProcess)).map(
  ({ method, path, process }): [string, string, string] => [method, path, process],
);

/** Requests of SDKs that are open on demand. */
const SDK_API_REQUESTS = ALL_SDK_REQUESTS.filter(({ group }) => group === EndpointGroup.SDK_API).map(
  ({ method, path, process }): [string, string, string] => [method, path, process],
);

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

describe.each(MODES.map((mode): [string, Mode] => [mode.name, mode]))('with the app open to %s', (_, mode) => {
  let answer: Answer;
  beforeAll(() => {
    answer = answersOf(mode);
  });

  /** The distinct outcomes of a path, for all addresses and methods. */
  function answers(paths: readonly string[], suffix = ''): string[] {
    return [
      ...new Set(
        paths.flatMap((path) => ADDRESSES.flatMap((sourceIp) => METHODS.map((method) => answer({ target: path + suffix, sourceIp, method })))),
      ),
    ];
  }

  test.each(ALWAYS)('%s reaches the process that answers it', (__, endpoint) => {
    expect(answers(pathsOf(endpoint))).toEqual([owner(endpoint)]);
    expect(answers(pathsOf(endpoint), '?ip=1&_=1690000000000&ver=1.449.2&compression=gzip-js')).toEqual([owner(endpoint)]);
  });

  test.each(ON_DEMAND)('%s is public if its group is', (__, endpoint) => {
    if (mode.isOpen || mode.optIn) {
      expect(answers(pathsOf(endpoint))).toEqual([owner(endpoint)]);
    } else {
      const foreign = pathsOf(endpoint).map((target) => answer({ target, sourceIp: OUTSIDE[0] }));
      expect(foreign).not.toContain('web');
    }
  });

  test.each(DENIED)('%s is refused', (path) => {
    expect(answers([path])).toEqual(['refused']);
    expect(answers([path], '?x=1')).toEqual(['refused']);
  });

  test.each(DENIED_AS_DJANGO_READS_IT)('%s is refused', (path) => {
    expect(answers([path])).toEqual(['refused']);
  });

  test.each(['/', '/login', '/signup', '/project/1', '/api/projects/1/insights/', '/admin/', '/_preflight', '/api/users/@me/'])(
    '%s is a page of the app',
    (path) => {
      const expected: Record<string, string[]> = { anyone: ['web'], fromCidrs: ['web', 'refused'], authenticated: ['sign in'], nobody: ['refused'] };
      expect(answers([path])).toEqual(expected[mode.name.split(',')[0]]);
    },
  );

  test('only the allowed addresses can open the app', () => {
    if (mode.name.startsWith('fromCidrs')) {
      expect(INSIDE.map((sourceIp) => answer({ target: '/', sourceIp }))).toEqual(INSIDE.map(() => 'web'));
      expect(OUTSIDE.map((sourceIp) => answer({ target: '/', sourceIp, headers: { 'X-Forwarded-For': INSIDE[0] } }))).toEqual(
        OUTSIDE.map(() => 'refused'),
      );
    }
  });

  test.each(SDK_REQUESTS)('%s %s of an SDK reaches %s', (method, target, process) => {
    const reached = ADDRESSES.flatMap((sourceIp) => [method, 'OPTIONS'].map((verb) => answer({ target, sourceIp, method: verb })));
    expect([...new Set(reached)]).toEqual([process]);
  });

  test.each(SDK_API_REQUESTS)('%s %s with an API key reaches %s if its group is public', (method, target, process) => {
    const reached = OUTSIDE.map((sourceIp) => answer({ target, sourceIp, method }));
    expect(reached.includes(process)).toBe(mode.isOpen || mode.optIn);
  });
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
  const answering = (target: string): string | undefined => owners.get(evaluate(rules, { target })!.actions[0].targetGroup ?? '');

  test.each(ROWS)('%s reaches its own process', (_, endpoint) => {
    expect([...new Set(pathsOf(endpoint).map(answering))]).toEqual([endpoint.process]);
  });

  test.each(sdk.requests.filter(({ process }) => process !== 'nobody').map(({ path, process }): [string, string] => [path, process]))(
    '%s of an SDK reaches %s',
    (path, process) => {
      expect(answering(path)).toBe(process);
    },
  );
});

test('the data file has its source, and no duplicate request', () => {
  expect(sdk.source).toContain('posthog-js 1.449.2');
  expect(sdk.source).toContain('posthog-node 5.70.0');
  expect(new Set(sdk.requests.map(({ path }) => path)).size).toBe(sdk.requests.length);
});
