import { Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { AppAccess, ClientAddress, PostHogProcess, PublicEndpoint } from '../../../lib';
import { IngressModel, ClientRequest } from '../../../cli/ingress/ingress-model';
import { trace, ruleName } from '../../../cli/ingress/request-trace';
import { ingressesOf } from '../../../cli/template/template-ingress';
import { ALWAYS_PUBLIC } from '../../../lib/catalog/endpoints/endpoint-group';
import { samplesOf } from '../../../cli/ingress/probes';
import { Header } from '../../../cli/alb/headers';
import { CloudFormationTemplate } from '../../../cli/alb/template';
import { newPostHog, newStack } from '../../helpers/stack';
import { OIDC } from '../../ingress/fixtures';
import { ingressOf } from '../fixtures';

const OPEN = ingressOf();
/** Data pipelines call the app at a private name, which it answers to as well. */
const WITH_PIPELINES = ingressOf({ products: undefined, postgres: undefined });
const CLOSED = ingressOf({ appAccess: AppAccess.fromCidrs(['203.0.113.0/24']) });

function request(target: string, more: Partial<ClientRequest> = {}): ClientRequest {
  return { scheme: 'https', method: 'GET', host: 'posthog.example.com', target, sourceIp: '192.0.2.1', headers: [], ...more };
}

function outcome(ingress: IngressModel, target: string, more: Partial<ClientRequest> = {}) {
  return trace(ingress, request(target, more)).outcome;
}

function arrival(ingress: IngressModel, target: string, headers: Header[] = []) {
  const found = outcome(ingress, target, { headers });
  if (found.kind !== 'forwarded') {
    throw new Error(`${target} does not arrive: ${JSON.stringify(found)}`);
  }
  return found;
}

test('an ingress has its host names, attributes and an address of its load balancer', () => {
  expect(OPEN.hosts).toEqual(['posthog.example.com']);
  expect(WITH_PIPELINES.hosts).toEqual(['posthog.example.com']);
  expect(OPEN.attributes['routing.http.preserve_host_header.enabled']).toBe('true');
  expect(OPEN.loadBalancerAddress).toBe('10.0.0.4');
  expect(OPEN.listenerAttributes['routing.http.response.server.enabled']).toBe('false');
});

test('an ingress in large subnets has an address of its load balancer', () => {
  const stack = newStack();
  newPostHog(stack, { vpc: new Vpc(stack, 'Vpc'), clientAddress: ClientAddress.verified() });
  const [ingress] = ingressesOf({ file: 'a template', template: Template.fromStack(stack).toJSON() as CloudFormationTemplate });
  expect(ingress.loadBalancerAddress).toBe('10.0.0.4');
});

test('events are forwarded with the headers of the load balancer', () => {
  const { target, peer, headers } = arrival(OPEN, '/e/?x=1', [
    ['User-Agent', 'a browser'],
    ['X-Forwarded-Proto', 'gopher'],
  ]);
  expect([target.process, peer]).toEqual(['capture', '10.0.0.4']);
  expect(headers).toEqual([
    ['Host', 'posthog.example.com'],
    ['User-Agent', 'a browser'],
    ['X-Forwarded-For', '192.0.2.1'],
    ['X-Forwarded-Proto', 'https'],
    ['X-Forwarded-Port', '443'],
  ]);
});

test('every process resolves the client IP of a request without forged headers', () => {
  for (const [target, asked] of [
    ['/e', 1],
    ['/s', 1],
    ['/flags', 1],
    ['/array/x/config', 0],
    ['/login', 4],
  ] as const) {
    expect({ target, addresses: arrival(OPEN, target).clientIps.map(({ address }) => address) }).toEqual({
      target,
      addresses: Array.from({ length: asked }, () => '192.0.2.1'),
    });
  }
});

test('a forged address reaches the Rust services and three of four readers in Django', () => {
  const forged: Header[] = [['X-Forwarded-For', '1.2.3.4']];
  expect(arrival(OPEN, '/e', forged).clientIps.map(({ address }) => address)).toEqual(['1.2.3.4']);
  expect(arrival(OPEN, '/login', forged).clientIps.map(({ reader, address, reason }) => [reader, address, reason])).toEqual([
    ['web: IP filters and login risk', undefined, 'none: the hop 192.0.2.1 is not in TRUSTED_PROXIES, so it fails closed'],
    ['web: sign-up limits, sessions and the activity log', '1.2.3.4', 'the first entry of X-Forwarded-For, unchecked'],
    ['web: rate limits of the API', '1.2.3.4,192.0.2.1', 'the whole X-Forwarded-For as one text, unchecked'],
    ['web: login limits', '1.2.3.4', 'the first entry of X-Forwarded-For, unchecked'],
  ]);
});

test('refused requests get a fixed response of the load balancer', () => {
  expect(outcome(CLOSED, '/login')).toEqual({ kind: 'fixed-response', status: 403, contentType: 'text/plain', body: 'Forbidden' });
  expect(outcome(CLOSED, '/login', { sourceIp: '203.0.113.9' })).toMatchObject({ kind: 'forwarded', target: { process: 'web' } });
  expect(outcome(CLOSED, '/e')).toMatchObject({ kind: 'forwarded', target: { process: 'capture' } });
});

test('clients that must sign in get a sign-in', () => {
  expect(outcome(ingressOf({ appAccess: AppAccess.oidc(OIDC) }), '/login')).toMatchObject({
    kind: 'sign-in',
    where: 'https://login.example.com/authorize',
    then: { kind: 'forwarded', target: { process: 'web' } },
  });
});

test('plain HTTP is redirected, with path and query', () => {
  expect(outcome(OPEN, '/a/b?c=d&e=%2F', { scheme: 'http' })).toEqual({
    kind: 'redirect',
    status: 301,
    location: 'https://posthog.example.com/a/b?c=d&e=%2F',
  });
  expect(outcome(OPEN, '/', { scheme: 'http', host: 'posthog.example.com:80' })).toMatchObject({ location: 'https://posthog.example.com/' });
  expect(outcome({ ...OPEN, plainRules: undefined }, '/', { scheme: 'http' })).toEqual({ kind: 'unknown', reason: 'no listener for plain HTTP' });
});

test('a redirect keeps the parts of the URL that it does not name', () => {
  const ingress: IngressModel = {
    ...OPEN,
    rules: [
      {
        conditions: [],
        actions: [
          {
            type: 'redirect',
            statusCode: 'HTTP_302',
            redirect: { host: 'www.#{host}', port: '8443', path: '/x/#{path}', query: 'from=#{host}&#{query}' },
          },
        ],
      },
    ],
  };
  expect(outcome(ingress, '/a?b=c')).toEqual({
    kind: 'redirect',
    status: 302,
    location: 'https://www.posthog.example.com:8443/x/a?from=posthog.example.com&b=c',
  });
});

test('an outcome that is not in the template is unknown', () => {
  expect(outcome({ ...OPEN, rules: [] }, '/')).toEqual({
    kind: 'unknown',
    reason: "no rule matches, and the listener's default action is not in this template",
  });
  expect(outcome({ ...OPEN, targets: {} }, '/e')).toMatchObject({
    kind: 'unknown',
    reason: expect.stringContaining('target group without a service') as string,
  });
});

test('rules have their names', () => {
  expect(ruleName(trace(OPEN, request('/e')).rule!)).toBe('rule 100 (Events)');
  expect(ruleName(trace(OPEN, request('/login')).rule!)).toBe('rule 1999');
  expect(ruleName({ priority: 77, conditions: [], actions: [] })).toBe('rule 77');
  // On an existing listener, priorities have an offset; the logical id has the name.
  expect(ruleName({ id: 'PostHogIngressEventsRule0A1B2C3D', priority: 4100, conditions: [], actions: [] })).toBe('rule 4100 (Events)');
});

test('every sample of an endpoint that is always public reaches the process that owns it, where that is deployed', () => {
  const deployed = Object.values(CLOSED.targets).map(({ process }) => process);
  const owned = PublicEndpoint.all().filter(({ group, process }) => ALWAYS_PUBLIC.includes(group) && deployed.includes(process));
  expect(owned.length).toBeGreaterThan(20);
  const wrong = owned
    .flatMap((endpoint) =>
      samplesOf(endpoint).map((target) => ({ target, process: endpoint.process, found: outcome(CLOSED, target, { method: 'POST' }) })),
    )
    .filter(({ process, found }) => found.kind !== 'forwarded' || found.target.process !== String(process));
  // capture takes what capture-ai would, where that is not deployed.
  expect(wrong).toEqual([]);
  expect(Object.values(PostHogProcess).length).toBeGreaterThan(deployed.length);
});

describe('with verified client IPs', () => {
  const ingress = ingressOf({ clientAddress: ClientAddress.verified() });

  test('every process resolves the address that connected, not a forged one', () => {
    const forged: Header[] = [
      ['X-Forwarded-For', '1.2.3.4'],
      ['Forwarded', 'for=1.2.3.4'],
      ['X-Real-IP', '1.2.3.4'],
      ['CF-Connecting-IP', '1.2.3.4'],
      ['X_Forwarded_For', '1.2.3.4'],
    ];
    for (const target of ['/e', '/s', '/flags', '/login']) {
      const { clientIps, headers, peer } = arrival(ingress, target, forged);
      expect({ target, addresses: new Set(clientIps.map(({ address }) => address)), peer }).toEqual({
        target,
        addresses: new Set(['192.0.2.1']),
        peer: '127.0.0.1',
      });
      expect(JSON.stringify(headers)).not.toContain('1.2.3.4');
    }
  });

  test('the target is the process, and not its sidecar', () => {
    expect([...new Set(Object.values(ingress.targets).map(({ process }) => process))].sort()).toEqual([
      'capture',
      'feature-flags',
      'hypercache-server',
      'replay-capture',
      'web',
    ]);
    expect(Object.values(ingress.targets).map(({ verifying }) => verifying?.trusted)).toEqual(
      Array.from({ length: 5 }, () => ['10.0.0.0/27', '10.0.0.32/27']),
    );
  });
});
