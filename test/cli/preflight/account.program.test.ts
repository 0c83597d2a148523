import { Answers, refusal } from '../doctor/wire';
import { ACCOUNT, SOURCES } from './account-answers';
import { CERTIFICATE, RESOURCES, answering, preflight, of, wrong, answerNameServers, useAccount } from './account-fixtures';

useAccount();

test('every answer has the page that it was built from', () => {
  expect(Object.keys(SOURCES).sort()).toEqual(Object.keys(ACCOUNT).sort());
});

describe('a new account', () => {
  test('is compared with its quotas, less what other resources use', async () => {
    answering({});
    const { accountRead, results } = await preflight();
    expect(accountRead).toBe(true);
    expect(of(results, 'quota').map(([status, text]) => `${status} ${text}`)).toEqual([
      'pass Fargate On-Demand vCPU resource count: 4, 8 during an update; the account has 30, 2 in other use',
      'pass Fargate Spot vCPU resource count: 1, 2 during an update; the account has 100, 4 in other use',
      'pass Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances: 2; the account has 100, 4 in other use',
      'pass EC2-VPC Elastic IPs: 1; the account has 100, 1 in other use',
      'pass VPCs per Region: 1; the account has 100, 1 in other use',
      'pass NAT gateways per Availability Zone: 1; each has 100, 1 in other use',
      'pass Application Load Balancers per Region: 1; the account has 100, 1 in other use',
      'pass Rules per Application Load Balancer: 1; each has 100, 1 in other use',
      'pass Target Groups per Region: 1; the account has 100, 1 in other use',
      'pass DB instances: 1; the account has 100, in use unknown',
      'pass Nodes per region: 1; the account has 100, in use unknown',
      'pass Number of brokers per account: 2; the account has 100, 0 in other use',
      'pass Roles per account: 1; the account has 1000, 40 in other use',
      'pass Network interfaces per Region: 13, 18 during an update; the account has 100, 1 in other use',
      'pass Secrets per Region: 1; the account has 100, in use unknown',
    ]);
  });

  test('passes the other checks if nothing is in the way', async () => {
    answering({});
    const { results, exitCode } = await preflight();
    expect(of(results, 'stack')).toEqual([['pass', 'PostHog is not deployed yet']]);
    expect(of(results, 'roles')).toEqual([['pass', 'the 7 service-linked roles exist']]);
    expect(of(results, 'names')).toEqual([['pass', 'the 9 names in the templates are free']]);
    expect(of(results, 'region')).toEqual([
      ['pass', 'eu-central-1 has the zones eu-central-1a, eu-central-1b'],
      ['pass', 'EC2 has r7g.large in eu-central-1a, eu-central-1b'],
      ['pass', 'MSK has version 3.9.x.kraft in eu-central-1'],
    ]);
    expect(of(results, 'certificate')).toEqual([['pass', 'the certificate for posthog.example.com is ISSUED']]);
    expect(of(results, 'zone')).toEqual([['pass', 'the hosted zone example.com exists and is delegated']]);
    expect(exitCode).toBe(0);
  });

  test('fails if not even the minimum number of tasks fits, with the command that requests more', async () => {
    answering({ 'servicequotas:GetServiceQuota': () => ({ Quota: { Value: 5 } }) });
    const { results, exitCode } = await preflight({ Task: RESOURCES.Task, Service: RESOURCES.Service });
    expect(wrong(results, 'quota')[0]).toEqual([
      'fail',
      'Fargate On-Demand vCPU resource count: 4, 8 during an update; the account has 5, 2 in other use',
      'aws service-quotas request-service-quota-increase --service-code fargate --quota-code L-3032A538 --desired-value 10 --region eu-central-1',
    ]);
    expect(exitCode).toBe(1);
  });

  test('warns if the minimum fits and an update does not', async () => {
    answering({
      'servicequotas:GetServiceQuota': () => ({ Quota: { Value: 7 } }),
      'ec2:DescribeNetworkInterfaces': () => ({ networkInterfaceSet: [] }),
    });
    const { results, exitCode } = await preflight({ Task: RESOURCES.Task, Service: RESOURCES.Service });
    expect(wrong(results, 'quota').map(([status, text]) => `${status} ${text.split(':')[0]}`)).toEqual([
      'warning Fargate On-Demand vCPU resource count',
      'warning Network interfaces per Region',
    ]);
    expect(exitCode).toBe(0);
  });

  test('gets the commands that create missing service-linked roles', async () => {
    answering({ 'iam:GetRole': () => refusal('NoSuchEntity', 'The role with name AWSServiceRoleForRDS cannot be found.') });
    const { results, exitCode } = await preflight({ Database: RESOURCES.Database });
    expect(of(results, 'roles')).toEqual([
      [
        'warning',
        'there is no service-linked role AWSServiceRoleForRDS; rds.amazonaws.com creates it if the credentials allow that',
        'aws iam create-service-linked-role --aws-service-name rds.amazonaws.com',
      ],
    ]);
    expect(exitCode).toBe(0);
  });
});

describe('a domain', () => {
  const certificate = (change: object) => ({ 'acm:DescribeCertificate': () => ({ Certificate: { DomainName: 'a.example.com', ...change } }) });

  test.each([
    ['is pending', certificate({ Status: 'PENDING_VALIDATION' }), 'is PENDING_VALIDATION, not ISSUED'],
    ['does not exist', { 'acm:DescribeCertificate': () => refusal('ResourceNotFoundException') }, 'there is no certificate arn:'],
  ])('fails whose certificate %s', async (_, answers: Answers, text) => {
    answering(answers);
    const { results, exitCode } = await preflight();
    expect(wrong(results, 'certificate')).toEqual([['fail', expect.stringContaining(text), expect.any(String)]]);
    expect(exitCode).toBe(1);
  });

  test('fails whose certificate is in another region', async () => {
    answering({});
    const { results } = await preflight(RESOURCES, '--region', 'us-east-1');
    expect(wrong(results, 'certificate')[0][1]).toContain('is in eu-central-1, and the load balancer in us-east-1');
  });

  test.each([
    ['does not exist', () => refusal('NoSuchHostedZone'), 'there is no hosted zone Z1'],
    ['is of another domain', () => ({ HostedZone: { Name: 'example.org.' } }), 'is example.org, which does not contain posthog.example.com'],
    ['is private', () => ({ HostedZone: { Name: 'example.com.', Config: { PrivateZone: true } } }), 'the hosted zone example.com is private'],
  ])('fails whose hosted zone %s', async (_, zone: () => object, text) => {
    answering({ 'route53:GetHostedZone': zone });
    const { results } = await preflight();
    expect(wrong(results, 'zone')).toEqual([['fail', expect.stringContaining(text), expect.any(String)]]);
  });
});

describe('with two certificates', () => {
  const REFUSE = [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '403' } }];
  const further = CERTIFICATE.replace(/1$/, '2');
  const resources = {
    Listener: {
      Type: 'AWS::ElasticLoadBalancingV2::Listener',
      Properties: { Port: 443, DefaultActions: REFUSE, Certificates: [{ CertificateArn: CERTIFICATE }] },
    },
    Further: {
      Type: 'AWS::ElasticLoadBalancingV2::ListenerCertificate',
      Properties: { ListenerArn: { Ref: 'Listener' }, Certificates: [{ CertificateArn: further }] },
    },
    Rule: {
      Type: 'AWS::ElasticLoadBalancingV2::ListenerRule',
      Properties: {
        ListenerArn: { Ref: 'Listener' },
        Priority: 1,
        Conditions: [{ Field: 'host-header', HostHeaderConfig: { Values: ['a.example.com', 't.example.com'] } }],
        Actions: REFUSE,
      },
    },
  };
  const covering = (names: Record<string, string>) =>
    answering({
      'acm:DescribeCertificate': ({ CertificateArn }) => ({
        Certificate: { Status: 'ISSUED', DomainName: names[String(CertificateArn)], SubjectAlternativeNames: [names[String(CertificateArn)]] },
      }),
    });

  test('passes if each host name is covered by one of them', async () => {
    covering({ [CERTIFICATE]: 'a.example.com', [further]: 't.example.com' });
    const { results } = await preflight(resources);
    expect(of(results, 'certificate')).toEqual([
      ['pass', 'the certificate for a.example.com is ISSUED, and covers a.example.com'],
      ['pass', 'the certificate for t.example.com is ISSUED, and covers t.example.com'],
    ]);
  });

  test('fails for a host name that neither covers', async () => {
    covering({ [CERTIFICATE]: 'a.example.com', [further]: 'u.example.com' });
    const { results } = await preflight(resources);
    expect(wrong(results, 'certificate').map(([, text]) => text)).toEqual([
      'the certificate covers a.example.com, not t.example.com',
      'the certificate covers u.example.com, not t.example.com',
    ]);
  });
});

test('accepts a private hosted zone that has names of an internal load balancer only', async () => {
  answering({ 'route53:GetHostedZone': () => ({ HostedZone: { Name: 'example.com.', Config: { PrivateZone: true } } }) });
  const resources = {
    Internal: { Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer', Properties: { Subnets: ['a', 'b'], Scheme: 'internal' } },
    Record: {
      Type: 'AWS::Route53::RecordSet',
      Properties: {
        HostedZoneId: 'Z1',
        Name: 'posthog.example.com.',
        Type: 'A',
        AliasTarget: { DNSName: { 'Fn::GetAtt': ['Internal', 'DNSName'] } },
      },
    },
  };
  const { results } = await preflight(resources);
  expect(of(results, 'zone')).toEqual([
    ['pass', 'the hosted zone example.com exists and is private; its records are those of an internal load balancer'],
  ]);
});

test.each([
  ['are others', () => ['ns1.example.net'], 'fail', 'but its name servers are ns1.example.net'],
  [
    'are not published',
    (domain: string) => {
      if (domain === 'com') {
        return ['a.gtld-servers.net'];
      }
      throw refusal('Error', '', 'ENOTFOUND');
    },
    'fail',
    'no name servers are published for it',
  ],
  [
    'cannot be resolved here',
    () => {
      throw refusal('Error', '', 'ENOTFOUND');
    },
    'warning',
    'whether it is delegated is unknown',
  ],
])('a zone whose name servers %s has the right result', async (_, servers: (domain: string) => string[], status, text) => {
  answering({});
  answerNameServers(servers);
  const { results } = await preflight();
  expect(of(results, 'zone')).toEqual([[status, expect.stringContaining(text), expect.any(String)]]);
});
