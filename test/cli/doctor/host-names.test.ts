import { Stack } from 'aws-cdk-lib/core';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { CERTIFICATE, deploymentOf, NOW, resultsOf, texts } from './deployments';
import { Deployment, Service, Subnet } from '../../../cli/doctor/deployment/deployment';
import { asText } from '../../../cli/doctor/report';
import { runDoctor } from '../../../cli/doctor/run-checks';
import { isUnavailable } from '../../../cli/aws/loaded';
import { PostHogProps } from '../../../lib';
import { newStack } from '../../helpers/stack';

const FURTHER = 'arn:aws:acm:eu-central-1:111122223333:certificate/further';

function namesIn(scope: Stack): Partial<PostHogProps> {
  const certificate = Certificate.fromCertificateArn(scope, 'Further', FURTHER);
  return {
    additionalDomainNames: [{ domainName: 'a.example.com', certificate }],
    ingestionDomainNames: [{ domainName: 't.example.com', certificate }],
  };
}

/** A deployment with a further name of the app and one for ingestion, whose certificate has some names. */
function deployed(...names: string[]): Deployment {
  const deployment = deploymentOf(namesIn(newStack()));
  return {
    ...deployment,
    listeners: deployment.listeners.map((listener) => (listener.port === 443 ? { ...listener, certificates: [CERTIFICATE, FURTHER] } : listener)),
    certificates: [
      ...deployment.certificates,
      { arn: FURTHER, details: { status: 'ISSUED', names, notAfter: new Date('2027-06-01T00:00:00Z'), renewable: true } },
    ],
  };
}

const HEALTHY = deployed('a.example.com', 't.example.com');

/** The deployment, a variable of Django changed. */
function withVariable(deployment: Deployment, name: string, value: string): Deployment {
  const services = isUnavailable(deployment.services) ? [] : deployment.services;
  const changed = services.map((service): Service => ({
    ...service,
    rollouts: service.rollouts.map((rollout) => ({
      ...rollout,
      containers: isUnavailable(rollout.containers)
        ? rollout.containers
        : rollout.containers.map((container) =>
            name in container.environment ? { ...container, environment: { ...container.environment, [name]: value } } : container,
          ),
    })),
  }));
  return { ...deployment, services: changed };
}

describe('host-names', () => {
  test('pass with certificates for all and trusted origins for those of the app', () => {
    expect(resultsOf(HEALTHY, 'host-names').map(({ status, text }) => [status, text])).toEqual([
      ['pass', 'further host names are configured: a.example.com, t.example.com; --host checks the rules of one'],
    ]);
    expect(texts(resultsOf(HEALTHY), 'fail')).toEqual([]);
  });

  test('have no result without further names', () => {
    expect(resultsOf(deploymentOf(), 'host-names')).toEqual([]);
  });

  test('fail for a name that no certificate covers', () => {
    expect(texts(resultsOf(deployed('a.example.com'), 'host-names'), 'fail')).toEqual(['no certificate of the listener covers t.example.com']);
  });

  test('fail for a name of the app that is no trusted origin, and not for one for ingestion', () => {
    expect(texts(resultsOf(withVariable(HEALTHY, 'EXTRA_CSRF_TRUSTED_ORIGINS', ''), 'host-names'), 'fail')).toEqual([
      'https://a.example.com is not in EXTRA_CSRF_TRUSTED_ORIGINS, so POST requests of the app fail the CSRF check there',
    ]);
  });
});

describe('--host', () => {
  const of = (host: string, deployment = HEALTHY) => runDoctor(deployment, { now: NOW, host });

  test('checks the rules and the certificate of a name for ingestion, where no one can open the app', () => {
    const { results } = of('t.example.com');
    expect(texts(results, 'fail')).toEqual([]);
    expect(results.find(({ check }) => check === 'app')?.text).toContain('no one can open the app');
    expect(results.find(({ check }) => check === 'certificate')?.text).toContain('the certificate for a.example.com, t.example.com is valid');
  });

  test('is in the first line of the report', () => {
    expect(asText(of('t.example.com')).split('\n')[0]).toContain(', for t.example.com, a further name of posthog.example.com');
    expect(asText(of('posthog.example.com')).split('\n')[0]).toMatch(/, for posthog\.example\.com$/);
  });

  test('fails for a name that Django does not allow', () => {
    const results = of('other.example.com').results.filter(({ check }) => check === 'proxy-settings');
    expect(results[0]).toMatchObject({ status: 'fail', text: expect.stringContaining('so requests for other.example.com get 400') as string });
  });
});

describe('trusted-proxies with two load balancers', () => {
  const other: Subnet = { id: 'subnet-internal', cidr: '10.0.9.0/27' };
  const listed = 'web' as const;
  const both = () => {
    const deployment = deploymentOf();
    const services = isUnavailable(deployment.services) ? [] : deployment.services;
    const web = services.flatMap(({ rollouts }) => rollouts.flatMap(({ containers }) => (isUnavailable(containers) ? [] : containers)));
    const own = web.find(({ name }) => name === listed)!.environment.TRUSTED_PROXIES;
    const others = Array.from({ length: 27 }, (_, i) => `10.0.9.${i + 4}`).join(',');
    return withVariable(deployment, 'TRUSTED_PROXIES', `${own},${others}`);
  };

  test('pass with the addresses of both', () => {
    const results = resultsOf({ ...both(), otherSubnets: [other] }, 'trusted-proxies');
    expect(texts(results, 'fail')).toEqual([]);
    expect(results[0].text).toContain('and no others but those of another load balancer in front of it');
  });

  test('fail with those of a load balancer that is not in front of the app', () => {
    expect(texts(resultsOf(both(), 'trusted-proxies'), 'fail')[0]).toContain('has 27 addresses that the load balancer cannot have');
  });

  test('are unknown if the other load balancer cannot be described', () => {
    expect(texts(resultsOf({ ...both(), otherSubnets: { unavailable: 'no permission' } }, 'trusted-proxies'), 'unknown')).toEqual([
      'the addresses that TRUSTED_PROXIES must have: no permission',
    ]);
  });
});
