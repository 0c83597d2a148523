import { Deployment } from '../../../cli/doctor/deployment/deployment';
import { assignableAddresses } from '../../../lib/ingress/client-address/trusted-addresses';
import { containersOf, deploymentOf, resultsOf, known, texts, withContainer, withEnvironment, withService } from './deployments';

const UNAVAILABLE = { unavailable: 'the credentials do not allow it' };

let healthy: Deployment;
let subnets: { id: string; cidr?: string }[];
beforeAll(() => {
  healthy = deploymentOf();
  subnets = healthy.subnets as typeof subnets;
});

const wrongs = (deployment: Deployment, check: string) => texts(resultsOf(deployment, check), 'fail');
const unknowns = (deployment: Deployment, check: string) => texts(resultsOf(deployment, check), 'unknown');
const ofWeb = (variables: Record<string, string | undefined>) => withEnvironment(healthy, 'web', variables);

describe('TRUSTED_PROXIES', () => {
  const list = () =>
    containersOf(known(healthy)[0])
      .find(({ name }) => name === 'web')!
      .environment.TRUSTED_PROXIES.split(',');

  test('fails without the addresses of an added subnet, which is named', () => {
    const added = { ...healthy, subnets: [...subnets, { id: 'subnet-new', cidr: '10.0.200.0/27' }] };
    expect(wrongs(added, 'trusted-proxies')).toEqual(
      ['web', 'worker'].map(
        (name) => `${name}: TRUSTED_PROXIES lacks 27 addresses of subnet-new (10.0.200.0/27): 10.0.200.4, 10.0.200.5 and 25 more`,
      ),
    );
  });

  test('fails with the addresses of a removed subnet', () => {
    const [gone] = assignableAddresses([subnets[1].cidr!]);
    expect(wrongs({ ...healthy, subnets: subnets.slice(0, 1) }, 'trusted-proxies')[0]).toContain(
      `web: TRUSTED_PROXIES has 27 addresses that the load balancer cannot have: ${gone}, `,
    );
  });

  test('passes with white space, and in any order', () => {
    expect(wrongs(ofWeb({ TRUSTED_PROXIES: list().reverse().join(' , ') }), 'trusted-proxies')).toEqual([]);
  });

  test.each<[string, (all: string[]) => string | undefined, string]>([
    ['a CIDR block', () => '10.0.0.0/27', 'has 10.0.0.0/27, but PostHog compares strings and does not support CIDR blocks'],
    ['a CIDR block among addresses', (all) => [...all, '10.0.0.0/8'].join(','), 'has 10.0.0.0/8'],
    ['one address less', (all) => all.slice(1).join(','), 'lacks 1 address of subnet-1'],
    ['one address more', (all) => [...all, '203.0.113.9'].join(','), 'has 1 address that the load balancer cannot have: 203.0.113.9'],
    ['nothing', () => '', 'lacks 27 addresses of subnet-1'],
    ['no value', () => undefined, "is not set, so PostHog's IP filters refuse all requests"],
  ])('fails with %s', (_, change, words) => {
    expect(wrongs(ofWeb({ TRUSTED_PROXIES: change(list()) }), 'trusted-proxies')).toEqual([expect.stringContaining(`web: TRUSTED_PROXIES ${words}`)]);
  });

  test('fails for a subnet that is too large for a list of its addresses', () => {
    const large = { ...healthy, subnets: [{ id: 'subnet-large', cidr: '10.0.0.0/20' }] };
    expect(wrongs(large, 'trusted-proxies')[0]).toContain('is in subnet-large (10.0.0.0/20), which has more addresses than TRUSTED_PROXIES can list');
  });

  test('is unknown if it comes from a secret, or if subnets or tasks cannot be loaded', () => {
    const secret = withContainer(ofWeb({ TRUSTED_PROXIES: undefined }), 'web', (container) => ({ ...container, secrets: ['TRUSTED_PROXIES'] }));
    expect(unknowns(secret, 'trusted-proxies')).toEqual(['web: TRUSTED_PROXIES: it comes from a secret or a file']);
    expect(unknowns({ ...healthy, subnets: UNAVAILABLE }, 'trusted-proxies')).toHaveLength(1);
    expect(unknowns({ ...healthy, services: UNAVAILABLE }, 'trusted-proxies')).toHaveLength(1);
    const refused = withService(healthy, 'worker', (service) => ({ ...service, rollouts: [{ ...service.rollouts[0], containers: UNAVAILABLE }] }));
    expect(unknowns(refused, 'trusted-proxies')).toEqual(['TRUSTED_PROXIES of the running tasks: the credentials do not allow it']);
  });

  test('is checked in every task definition with running tasks', () => {
    const rolling = withService(healthy, 'web', ({ rollouts: [primary], ...service }) => ({
      ...service,
      rollouts: [
        primary,
        { ...primary, definition: 'web:0', containers: [{ name: 'web', image: '', environment: {}, secrets: [], hasEnvironmentFiles: false }] },
      ],
    }));
    expect(wrongs(rolling, 'trusted-proxies')).toEqual([expect.stringContaining('web (web:0): TRUSTED_PROXIES is not set')]);
  });
});

describe('TRUST_ALL_PROXIES', () => {
  test.each(['False', 'false', '0', ''])('=%s fails for every value', (value) => {
    expect(wrongs(ofWeb({ TRUST_ALL_PROXIES: value }), 'trusted-proxies')).toEqual([
      `web: TRUST_ALL_PROXIES=${value}, which versions before July 2026 read as true, as any string`,
    ]);
  });

  test('=True fails with and without a list, because every client is trusted', () => {
    expect(wrongs(ofWeb({ TRUST_ALL_PROXIES: 'True', TRUSTED_PROXIES: undefined }), 'trusted-proxies')).toEqual([
      'web: TRUST_ALL_PROXIES=True, so every client can choose the IP that PostHog sees',
    ]);
  });

  test('is checked without the subnets, and unknown if it comes from a secret', () => {
    expect(wrongs({ ...ofWeb({ TRUST_ALL_PROXIES: 'True' }), subnets: UNAVAILABLE }, 'trusted-proxies')).toHaveLength(1);
    expect(
      unknowns(
        withContainer(healthy, 'web', (container) => ({ ...container, secrets: ['TRUST_ALL_PROXIES'] })),
        'trusted-proxies',
      ),
    ).toHaveLength(1);
  });
});

describe('other proxy settings', () => {
  test.each([
    ['IS_BEHIND_PROXY', 'False', 'ignores X-Forwarded-For'],
    ['IS_BEHIND_PROXY', undefined, 'is not set'],
    ['DISABLE_SECURE_SSL_REDIRECT', 'False', 'redirects health checks'],
    ['DISABLE_SECURE_SSL_REDIRECT', undefined, 'is not set'],
    ['ALLOWED_HOSTS', '*', 'trusts any X-Forwarded-Host'],
    ['ALLOWED_HOSTS', undefined, 'is not set'],
    ['ALLOWED_HOSTS', 'other.example.com', 'requests for posthog.example.com get 400'],
    ['SITE_URL', 'http://posthog.example.com', 'POST requests fail the CSRF check'],
    ['SITE_URL', 'https://posthog.example.com/', 'POST requests fail the CSRF check'],
    ['SITE_URL', undefined, 'is not set'],
  ])('%s=%s is wrong', (name, value, words) => {
    const found = resultsOf(ofWeb({ [name]: value }), 'proxy-settings').filter(({ status }) => status === 'fail');
    expect(found).toHaveLength(1);
    expect(found[0].text).toMatch(new RegExp(`^web: ${name} is `));
    expect(found[0].text).toContain(words);
    expect(found[0].fix).toContain(name);
  });

  test.each([
    ['IS_BEHIND_PROXY', 'true'],
    ['IS_BEHIND_PROXY', '1'],
    ['ALLOWED_HOSTS', 'internal, posthog.example.com'],
    ['ALLOWED_HOSTS', '.example.com'],
  ])('%s=%s is right', (name, value) => {
    expect(wrongs(ofWeb({ [name]: value }), 'proxy-settings')).toEqual([]);
  });

  test('are unknown from secrets and files, or if tasks cannot be loaded', () => {
    expect(
      unknowns(
        withContainer(ofWeb({ SITE_URL: undefined }), 'web', (container) => ({ ...container, hasEnvironmentFiles: true })),
        'proxy-settings',
      ),
    ).toEqual(['web: SITE_URL: it comes from a secret or a file']);
    expect(unknowns({ ...healthy, services: UNAVAILABLE }, 'proxy-settings')).toHaveLength(1);
  });

  test('the option --domain takes precedence over the host names in the settings', () => {
    const found = resultsOf(healthy, 'proxy-settings', { domain: 'eu.example.com' });
    expect(texts(found, 'fail').map((text) => text.split(',')[0])).toEqual(
      ['web', 'worker'].flatMap((name) => [`${name}: ALLOWED_HOSTS is 'posthog.example.com'`, `${name}: SITE_URL is 'https://posthog.example.com'`]),
    );
  });
});

describe('the nginx sidecar that verifies client IPs', () => {
  const conf = (blocks: (string | undefined)[]) =>
    `http {\n  real_ip_recursive on;\n${blocks.map((block) => `  set_real_ip_from ${block};\n`).join('')}}`;
  /** Every service that answers requests has one, as the library makes it. */
  const verified = (blocks = subnets.map(({ cidr }) => cidr)): Deployment =>
    ['web', 'capture', 'replay-capture', 'feature-flags', 'hypercache-server'].reduce(
      (deployment, name) =>
        withService(deployment, name, (service) => ({
          ...service,
          targets: service.targets.map((target) => ({ ...target, container: 'client-address' })),
          rollouts: service.rollouts.map((rollout) => ({
            ...rollout,
            containers: [
              ...containersOf(service),
              { name: 'client-address', image: 'nginx', environment: { NGINX_CONF: conf(blocks) }, secrets: [], hasEnvironmentFiles: false },
            ],
          })),
        })),
      withEnvironment(withEnvironment(healthy, 'web', { TRUSTED_PROXIES: '127.0.0.1' }), 'worker', { TRUSTED_PROXIES: '127.0.0.1' }),
    );

  test('passes if it trusts the load balancer, and Django trusts it', () => {
    expect(resultsOf(verified()).filter(({ status, check }) => status !== 'pass' && check !== 'release')).toEqual([]);
    expect(texts(resultsOf(verified(), 'address-proxy'), 'pass')).toHaveLength(5);
    expect(texts(resultsOf(verified(), 'trusted-proxies'), 'pass')).toEqual(
      ['web', 'worker'].map((name) => `${name}: TRUSTED_PROXIES is its nginx sidecar, 127.0.0.1`),
    );
  });

  test('passes if it trusts single addresses of the load balancer, and others', () => {
    const addresses = assignableAddresses(subnets.map(({ cidr }) => cidr!));
    expect(texts(resultsOf(verified([...addresses, '198.51.100.0/24']), 'address-proxy'), 'pass')[0]).toBe(
      "web: its client-address trusts the load balancer's subnets; also trusts 198.51.100.0/24",
    );
  });

  test('fails if it does not trust a subnet', () => {
    expect(wrongs(verified([subnets[0].cidr]), 'address-proxy')).toContain(
      `web: its client-address does not trust subnet-2 (${subnets[1].cidr}), a subnet of the load balancer`,
    );
  });

  test('must trust the CIDR block of a subnet that is too large for a list', () => {
    const large = { id: 'subnet-large', cidr: '10.8.0.0/20' };
    const told = (...blocks: string[]) => ({ ...verified([...subnets.map(({ cidr }) => cidr), ...blocks]), subnets: [...subnets, large] });
    expect(texts(resultsOf(told('10.8.0.0/20'), 'address-proxy'), 'pass')).toHaveLength(5);
    expect(wrongs(told(), 'address-proxy')[0]).toBe(
      'web: its client-address does not trust subnet-large (10.8.0.0/20), a subnet of the load balancer',
    );
    expect(wrongs(told('10.8.0.0/21', '10.8.8.0/21'), 'address-proxy')).toHaveLength(5);
  });

  test('fails if requests bypass it', () => {
    const past = withService(verified(), 'web', (service) => ({
      ...service,
      targets: service.targets.map((target) => ({ ...target, container: 'web' })),
    }));
    expect(wrongs(past, 'address-proxy')).toEqual([
      'web: the load balancer sends requests to web and bypasses the client-address container, which verifies client IPs',
    ]);
  });

  test('fails if Django trusts the load balancer instead', () => {
    expect(wrongs(withEnvironment(verified(), 'web', { TRUSTED_PROXIES: '10.0.0.4,10.0.0.5' }), 'trusted-proxies')).toEqual([
      'web: TRUSTED_PROXIES is 10.0.0.4, 10.0.0.5, but requests come from its nginx sidecar',
    ]);
    expect(wrongs(withEnvironment(verified(), 'web', { TRUSTED_PROXIES: undefined }), 'trusted-proxies')).toEqual([
      'web: TRUSTED_PROXIES is not set, but requests come from its nginx sidecar',
    ]);
  });

  test('is unknown if its configuration or the subnets cannot be loaded', () => {
    expect(
      unknowns(
        withContainer(verified(), 'client-address', (container) => ({ ...container, environment: {} })),
        'address-proxy',
      ),
    ).toHaveLength(5);
    expect(unknowns({ ...verified(), subnets: UNAVAILABLE }, 'address-proxy')).toHaveLength(5);
  });
});
