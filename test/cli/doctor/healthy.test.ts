import { AppAccess, Cdn, ClientAddress, EndpointGroup, PostHogProps } from '../../../lib';
import { Access } from '../../../cli/ingress/access';
import { Deployment } from '../../../cli/doctor/deployment/deployment';
import { CHECKS } from '../../../cli/doctor/run-checks';
import { ALWAYS_PUBLIC } from '../../../lib/catalog/endpoints/endpoint-group';
import { deploymentOf, resultsOf, texts } from './deployments';
import { OIDC } from '../../ingress/fixtures';

const OPT_IN = Object.values(EndpointGroup).filter((group) => !ALWAYS_PUBLIC.includes(group));

const ACCESS: [Access, () => AppAccess][] = [
  ['anyone', () => AppAccess.anyone()],
  ['cidrs', () => AppAccess.fromCidrs(['203.0.113.0/24', '192.0.2.0/24', '2001:db8::/32', '10.0.0.0/8', '172.16.0.0/12', '198.51.100.0/24'])],
  ['authenticated', () => AppAccess.oidc(OIDC)],
  ['nobody', () => AppAccess.nobody()],
];

const GROUPS: [string, Partial<PostHogProps>][] = [
  ['no group', {}],
  ['every group', { publicEndpointGroups: OPT_IN }],
  ...OPT_IN.map((group): [string, Partial<PostHogProps>] => [group, { publicEndpointGroups: [group] }]),
];

describe.each(ACCESS)('a PostHog whose app is for %s', (access, appAccess) => {
  let plain: Deployment;
  beforeAll(() => {
    plain = deploymentOf({ appAccess: appAccess() });
  });

  test.each(GROUPS)('that opens %s passes every check', (_, props) => {
    const found = resultsOf(deploymentOf({ ...props, appAccess: appAccess() }), undefined, { access });
    expect(found.filter(({ status, check }) => status !== 'pass' && check !== 'release')).toEqual([]);
  });

  test('is recognised without --access', () => {
    const [first] = resultsOf(plain, 'app');
    expect(first.status).toBe('pass');
    expect(first.text).toContain('use --access to check the intended access');
  });

  test.each(ACCESS.map(([other]) => other).filter((other) => other !== access))('fails with --access %s', (other) => {
    const found = resultsOf(plain, 'app', { access: other });
    expect(texts(found, 'fail')).toEqual([expect.stringContaining(`but --access is ${other}`)]);
  });
});

test('every check but those of alarms, of the nginx sidecar, of further host names, of EC2 hosts and of volumes has a result', () => {
  const seen = new Set(resultsOf(deploymentOf({}, true)).map(({ check }) => check));
  expect(
    Object.keys(CHECKS)
      .filter((check) => !seen.has(check))
      .sort(),
  ).toEqual(['address-proxy', 'alarms', 'host-names', 'hosts', 'volumes']);
});

test('reports the opened endpoint groups, and the products that are not deployed', () => {
  const found = resultsOf(deploymentOf({ appAccess: AppAccess.nobody(), publicEndpointGroups: [EndpointGroup.OAUTH] }), 'endpoints');
  expect(texts(found, 'pass')).toEqual([expect.stringMatching(/^\d\d paths .*; also public: oauth; not deployed: capture-ai, capture-logs$/)]);
});

test.each([
  ['of its own', ClientAddress.verified(), "trusts the load balancer's subnets"],
  [
    'behind a content delivery network',
    ClientAddress.verified({ cdn: Cdn.fromCidrs(['198.51.100.0/24']) }),
    "trusts the load balancer's subnets; also trusts 198.51.100.0/24",
  ],
])('a PostHog with verified client IPs, %s, passes every check', (_, clientAddress, words) => {
  const found = resultsOf(deploymentOf({ clientAddress }));
  expect(found.filter(({ status, check }) => status !== 'pass' && check !== 'release')).toEqual([]);
  expect(
    texts(
      found.filter(({ check }) => check === 'address-proxy'),
      'pass',
    ),
  ).toEqual(['web', 'capture', 'feature-flags', 'hypercache-server', 'replay-capture'].map((name) => `${name}: its client-address ${words}`));
});
