import { Certificate, Deployment, Service, TargetGroup, TargetHealth } from '../../../cli/doctor/deployment/deployment';
import { CERTIFICATE, deploymentOf, DOMAIN, resultsOf, NOW, texts, withListener, withService } from './deployments';

const UNAVAILABLE = { unavailable: 'the credentials do not allow it' };
const DAY = 24 * 60 * 60 * 1000;

let healthy: Deployment;
beforeAll(() => {
  healthy = deploymentOf();
});

const wrongs = (deployment: Deployment, check: string) => texts(resultsOf(deployment, check), 'fail');
const unknowns = (deployment: Deployment, check: string) => texts(resultsOf(deployment, check), 'unknown');

describe('listeners', () => {
  test('fail if the load balancer is not active', () => {
    expect(wrongs({ ...healthy, loadBalancer: { ...healthy.loadBalancer, state: 'provisioning' } }, 'listeners')).toEqual([
      'the load balancer is provisioning, not active',
    ]);
  });

  test('fail if no listener terminates TLS, and no request is checked', () => {
    const found = resultsOf(withListener(healthy, 443, () => undefined));
    expect(
      texts(
        found.filter(({ check }) => check === 'listeners'),
        'fail',
      ),
    ).toEqual(['no listener terminates TLS, so requests cannot be checked']);
    expect([...new Set(found.map(({ check }) => check))]).toEqual([
      'listeners',
      'attributes',
      'services',
      'release',
      'trusted-proxies',
      'proxy-settings',
    ]);
  });

  test('fail if TLS terminates on another port, and if no listener has plain HTTP', () => {
    const moved = withListener(
      withListener(healthy, 443, (listener) => ({ ...listener, port: 8443 })),
      80,
      () => undefined,
    );
    expect(wrongs(moved, 'listeners')).toEqual(['HTTPS is served on port 8443 only', 'plain HTTP is not served on port 80']);
    expect(resultsOf(moved, 'redirect')).toEqual([]);
  });
});

describe('the TLS policy', () => {
  const withPolicy = (tlsPolicy?: string) => withListener(healthy, 443, (listener) => ({ ...listener, tlsPolicy }));

  // As AWS names them, with the oldest version that each takes.
  test.each([
    ['ELBSecurityPolicy-TLS13-1-3-2021-06', '1.3'],
    ['ELBSecurityPolicy-TLS13-1-3-PQ-2025-09', '1.3'],
    ['ELBSecurityPolicy-TLS13-1-2-2021-06', '1.2'],
    ['ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06', '1.2'],
    ['ELBSecurityPolicy-TLS13-1-2-FIPS-2023-04', '1.2'],
    ['ELBSecurityPolicy-FS-1-2-Res-2020-10', '1.2'],
    ['ELBSecurityPolicy-TLS-1-2-Ext-2018-06', '1.2'],
  ])('passes for %s', (policy, version) => {
    expect(resultsOf(withPolicy(policy), 'tls-policy')).toEqual([
      { check: 'tls-policy', status: 'pass', text: `TLS ${version} and newer only: ${policy}` },
    ]);
  });

  test.each([
    ['ELBSecurityPolicy-2016-08', '1.0'],
    ['ELBSecurityPolicy-2015-05', '1.0'],
    ['ELBSecurityPolicy-TLS-1-0-2015-04', '1.0'],
    ['ELBSecurityPolicy-FS-2018-06', '1.0'],
    ['ELBSecurityPolicy-TLS13-1-0-2021-06', '1.0'],
    ['ELBSecurityPolicy-TLS-1-1-2017-01', '1.1'],
    ['ELBSecurityPolicy-FS-1-1-2019-08', '1.1'],
    ['ELBSecurityPolicy-TLS13-1-1-2021-06', '1.1'],
  ])('fails for %s', (policy, version) => {
    expect(wrongs(withPolicy(policy), 'tls-policy')).toEqual([`TLS ${version} is still accepted: ${policy}`]);
  });

  test('is unknown for a policy with an unknown name', () => {
    expect(unknowns(withPolicy('ELBSecurityPolicy-Next'), 'tls-policy')).toHaveLength(1);
  });
});

describe('attributes', () => {
  test.each([
    ['routing.http.xff_header_processing.mode', 'remove', 'every client seems to be the load balancer'],
    ['routing.http.xff_header_processing.mode', 'preserve', 'so they can choose their IP'],
    ['routing.http.xff_client_port.enabled', 'true', 'has ports'],
    ['routing.http.drop_invalid_header_fields.enabled', 'false', 'X_Forwarded_For'],
    ['routing.http.preserve_host_header.enabled', 'false', 'Host header'],
    ['routing.http.desync_mitigation_mode', 'monitor', 'ambiguous requests'],
  ])('fail for %s=%s', (key, value, words) => {
    const found = resultsOf({ ...healthy, attributes: { ...healthy.attributes, [key]: value } }, 'attributes').filter(
      ({ status }) => status === 'fail',
    );
    expect(found).toHaveLength(1);
    expect(found[0].text).toContain(words);
    expect(found[0].fix).toContain(`--attributes Key=${key},Value=`);
  });

  test("have AWS's defaults if they are not set", () => {
    expect(wrongs({ ...healthy, attributes: {} }, 'attributes')).toHaveLength(2);
  });

  test('are unknown if they cannot be loaded', () => {
    expect(unknowns({ ...healthy, attributes: UNAVAILABLE }, 'attributes')).toEqual([
      "the load balancer's attributes: the credentials do not allow it",
    ]);
  });

  test.each([
    ['', 'fail'],
    ['max-age=0', 'fail'],
    ['max-age=1', 'pass'],
  ])('of the listener: Strict-Transport-Security %s is %s', (value, status) => {
    const changed = withListener(healthy, 443, (listener) => ({
      ...listener,
      attributes: { 'routing.http.response.strict_transport_security.header_value': value },
    }));
    expect(resultsOf(changed, 'listener-attributes').map((result) => result.status)).toEqual([status]);
  });

  test('of the listener are unknown if they cannot be loaded', () => {
    expect(
      unknowns(
        withListener(healthy, 443, (listener) => ({ ...listener, attributes: UNAVAILABLE })),
        'listener-attributes',
      ),
    ).toHaveLength(1);
  });
});

describe('targets', () => {
  const withTargets = (targets: TargetHealth[]): Deployment => ({
    ...healthy,
    targetGroups: (healthy.targetGroups as readonly TargetGroup[]).map((group) =>
      /Web/.test(group.name) ? { ...group, targets } : { ...group, targets: UNAVAILABLE },
    ),
  });
  const [well, ill] = [
    { target: '10.0.1.4:8000', state: 'healthy' },
    {
      target: '10.0.2.4:8000',
      state: 'unhealthy',
      reason: 'Target.ResponseCodeMismatch',
      description: 'Health checks failed with these codes: [400]',
    },
  ];

  test("fail for an unhealthy target, with the load balancer's reason", () => {
    const [found] = resultsOf(withTargets([well, ill]), 'targets').filter(({ status }) => status === 'fail');
    expect(found.text).toBe(
      'web: 1 of 2 targets are healthy; 10.0.2.4:8000 is unhealthy: Health checks failed with these codes: [400] (health check: HTTP /_livez)',
    );
    expect(found.fix).toBe('read the log of the process: its health check responds with an error');
  });

  test.each(['draining', 'unhealthy.draining'])('fail if no target is registered, not counting targets that are %s', (state) => {
    expect(wrongs(withTargets([{ target: '10.0.1.4:8000', state }]), 'targets')).toEqual(['web: no target is registered, so requests get 503']);
    expect(texts(resultsOf(withTargets([well, { target: '10.0.1.4:8000', state }]), 'targets'), 'pass')).toContain('web: 1 of 1 target is healthy');
  });

  test('are unknown while a target is in its first health checks', () => {
    const [found] = resultsOf(withTargets([{ target: '10.0.1.4:8000', state: 'initial', reason: 'Elb.InitialHealthChecking' }]), 'targets').filter(
      ({ status }) => status === 'fail',
    );
    expect(found).toMatchObject({
      text: expect.stringContaining('0 of 1 target is healthy; 10.0.1.4:8000 is initial: Elb.InitialHealthChecking') as string,
      fix: expect.stringContaining('wait') as string,
    });
  });

  test('are unknown without health checks, or if they cannot be loaded', () => {
    expect(unknowns(withTargets([{ target: '10.0.1.4:8000', state: 'unavailable' }]), 'targets')).toContain('web: health checks are turned off');
    expect(unknowns(withTargets([well]), 'targets')).toContain('the health of capture: the credentials do not allow it');
    expect(unknowns({ ...healthy, targetGroups: UNAVAILABLE }, 'targets')).toHaveLength(1);
  });

  test('are not checked in target groups that no rule forwards to', () => {
    const groups = [{ arn: 'arn:other', name: 'other', healthCheck: '', targets: [] }];
    expect(resultsOf({ ...healthy, targetGroups: groups }, 'targets')).toEqual([]);
  });
});

describe('services', () => {
  const withWeb = (change: (service: Service) => Partial<Service>) =>
    wrongs(
      withService(healthy, 'web', (service) => ({ ...service, ...change(service) })),
      'services',
    );

  test.each<[string, (service: Service) => Partial<Service>, RegExp]>([
    [
      'has too few tasks',
      () => ({ runningCount: 1, lastEvent: '(service web) was unable to place a task' }),
      /^web: 1 of 2 tasks run; last ECS event: \(service web\) was unable to place a task$/,
    ],
    ['wants none', () => ({ desiredCount: 0, runningCount: 0 }), /^web: the desired count is 0$/],
    ['is going', () => ({ status: 'DRAINING' }), /^web: the service is DRAINING$/],
    [
      'has a rollout that failed',
      ({ rollouts: [primary] }) => ({ rollouts: [{ ...primary, state: 'FAILED', reason: 'tasks failed to start' }] }),
      /^web: the deployment of \S+:1 has failed: tasks failed to start$/,
    ],
    [
      'is being rolled out',
      ({ rollouts: [primary] }) => ({ rollouts: [{ ...primary, state: 'IN_PROGRESS' }] }),
      /^web: a deployment is in progress: 2 of 2 tasks run$/,
    ],
    [
      'still runs an old definition',
      ({ rollouts: [primary] }) => ({ rollouts: [primary, { ...primary, definition: 'web:0', runningCount: 1 }] }),
      /^web: a deployment is in progress: 2 of 2 tasks run, and 1 of web:0 still runs$/,
    ],
    ['does not run the newest', () => ({ newestDefinition: 'web:2' }), /^web: 2 of 2 tasks run \S+:1, and web:2 is newer$/],
  ])('fail for a service that %s', (_, change, text) => {
    expect(withWeb(change)).toEqual([expect.stringMatching(text)]);
  });

  test('are unknown if there are none, or if they cannot be loaded', () => {
    expect(unknowns({ ...healthy, services: [] }, 'services')).toHaveLength(1);
    expect(unknowns({ ...healthy, services: UNAVAILABLE }, 'services')).toEqual(['the ECS services: the credentials do not allow it']);
    expect(
      unknowns(
        withService(healthy, 'web', (service) => ({ ...service, newestDefinition: UNAVAILABLE })),
        'services',
      ),
    ).toEqual(['whether web runs the newest task definition: the credentials do not allow it']);
  });
});

describe('the certificate', () => {
  const issued = { status: 'ISSUED', names: [DOMAIN], notAfter: new Date(NOW.getTime() + 100 * DAY), renewable: true };
  const withDetails = (...all: Certificate['details'][]): Deployment => {
    const certificates = all.map((details, i) => ({ arn: `${CERTIFICATE}${i}`, details }));
    return withListener({ ...healthy, certificates }, 443, (listener) => ({ ...listener, certificates: certificates.map(({ arn }) => arn) }));
  };
  const inDays = (days: number) => ({ ...issued, notAfter: new Date(NOW.getTime() + days * DAY) });
  const certificateResults = (...all: Certificate['details'][]) => resultsOf(withDetails(...all), 'certificate', { domain: DOMAIN });

  test.each([
    [14, 'pass'],
    [13.9, 'fail'],
    [1, 'fail'],
    [-1, 'fail'],
  ])('that expires in %d days is %s', (days, status) => {
    expect(certificateResults(inDays(days)).map((result) => result.status)).toEqual([status]);
  });

  test('fails after it has expired, with the fix', () => {
    expect(certificateResults(inDays(-3))[0].text).toBe(`the certificate for ${DOMAIN} has expired on 2026-11-21`);
    expect(certificateResults({ ...inDays(3), renewable: false })[0].fix).toMatch(/^import a renewed certificate/);
    expect(certificateResults(inDays(3))[0].fix).toMatch(/^keep the DNS validation record/);
  });

  test('names the service that renews it', () => {
    expect(certificateResults(issued)[0].text).toContain('valid for 100 days, until 2027-03-04, and renews automatically');
    expect(certificateResults({ ...issued, renewable: false })[0].text).toContain('; renew it yourself');
  });

  test.each(['PENDING_VALIDATION', 'EXPIRED', 'REVOKED', 'FAILED'])('fails with the status %s', (status) => {
    expect(texts(certificateResults({ ...issued, status }), 'fail')).toEqual([expect.stringContaining(`is ${status}, not ISSUED`)]);
  });

  test('fails if its renewal is pending', () => {
    expect(texts(certificateResults({ ...issued, renewal: 'PENDING_VALIDATION' }), 'fail')).toEqual([
      expect.stringContaining('is not being renewed: PENDING_VALIDATION'),
    ]);
  });

  test.each([
    [['*.example.com'], 'pass'],
    [['example.com'], 'fail'],
    [['*.com'], 'fail'],
    [['*.posthog.example.com'], 'fail'],
    [['other.example.com', DOMAIN.toUpperCase()], 'pass'],
  ])('for %j is %s', (names, status) => {
    expect(certificateResults({ ...issued, names }).map((result) => result.status)).toEqual([status]);
  });

  test('of another application on the same listener is not checked', () => {
    expect(certificateResults(issued, { ...inDays(1), names: ['shop.example.com'] }).map(({ status }) => status)).toEqual(['pass']);
  });

  test('is unknown if it cannot be loaded', () => {
    expect(texts(certificateResults(UNAVAILABLE), 'unknown')).toEqual([`the certificate ${CERTIFICATE}0: the credentials do not allow it`]);
    expect(
      unknowns(
        withListener(healthy, 443, (listener) => ({ ...listener, certificates: UNAVAILABLE })),
        'certificate',
      ),
    ).toHaveLength(1);
    expect(texts(certificateResults({ ...issued, notAfter: undefined }), 'unknown')).toHaveLength(1);
  });
});
