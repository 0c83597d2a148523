import { Resolver } from 'node:dns/promises';
import { inFolder, cli } from '../fixtures';
import { awsEnvironment, useEnvironment } from '../aws-environment';
import { Answers, denied, refusal, Wire } from '../doctor/wire';
import { ACCOUNT, notDeployed, SOURCES } from './account-answers';
import { ACTIONS } from '../../../cli/preflight/check-account';
import { NamedCheckResult } from '../../../cli/doctor/check';

let wire: Wire;
/** The public DNS: the name servers of a domain. */
let nameServers: (domain: string) => string[];

beforeAll(async () => {
  wire = await Wire.start();
  jest.spyOn(Resolver.prototype, 'resolveNs').mockImplementation((domain) => Promise.resolve().then(() => nameServers(domain)));
});
afterAll(() => wire.stop());
useEnvironment(() => awsEnvironment(wire));
beforeEach(() => {
  wire.answers = ACCOUNT;
  wire.asked = [];
  nameServers = () => ['ns-2048.awsdns-64.com', 'ns-2049.awsdns-65.net'];
});

const CERTIFICATE = 'arn:aws:acm:eu-central-1:111122223333:certificate/1';

/** A template with a resource of each kind that an account is read for. */
const RESOURCES: Record<string, { Type: string; Properties?: object }> = {
  Vpc: { Type: 'AWS::EC2::VPC' },
  Address: { Type: 'AWS::EC2::EIP' },
  Nat: { Type: 'AWS::EC2::NatGateway', Properties: { SubnetId: { Ref: 'Subnet' } } },
  Balancer: { Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer', Properties: { Subnets: ['a', 'b'], Name: 'posthog' } },
  Listener: {
    Type: 'AWS::ElasticLoadBalancingV2::Listener',
    Properties: { Port: 8443, DefaultActions: [], LoadBalancerArn: { Ref: 'Balancer' }, Certificates: [{ CertificateArn: CERTIFICATE }] },
  },
  Group: { Type: 'AWS::ElasticLoadBalancingV2::TargetGroup', Properties: { Name: 'posthog-web' } },
  Rule: { Type: 'AWS::ElasticLoadBalancingV2::ListenerRule', Properties: { ListenerArn: 'arn:listener', Actions: [], Conditions: [] } },
  Record: { Type: 'AWS::Route53::RecordSet', Properties: { HostedZoneId: 'Z1', Name: 'posthog.example.com.', Type: 'A' } },
  Namespace: { Type: 'AWS::ServiceDiscovery::PrivateDnsNamespace', Properties: { Name: 'posthog.internal', Vpc: { Ref: 'Vpc' } } },
  Task: { Type: 'AWS::ECS::TaskDefinition', Properties: { Cpu: '1024', ContainerDefinitions: [{ Name: 'web', Image: 'ghcr.io/x' }] } },
  Service: { Type: 'AWS::ECS::Service', Properties: { TaskDefinition: { Ref: 'Task' }, DesiredCount: 4 } },
  Spot: {
    Type: 'AWS::ECS::Service',
    Properties: { TaskDefinition: { Ref: 'Task' }, DesiredCount: 1, CapacityProviderStrategy: [{ CapacityProvider: 'FARGATE_SPOT' }] },
  },
  Target: { Type: 'AWS::ApplicationAutoScaling::ScalableTarget', Properties: { ServiceNamespace: 'ecs', ResourceId: 'service/other/other' } },
  Launch: { Type: 'AWS::EC2::LaunchTemplate', Properties: { LaunchTemplateData: { InstanceType: 'r7g.large' } } },
  Server: { Type: 'AWS::AutoScaling::AutoScalingGroup', Properties: { MinSize: '1', LaunchTemplate: { LaunchTemplateId: { Ref: 'Launch' } } } },
  Volume: { Type: 'AWS::EC2::Volume', Properties: { Tags: [{ Key: 'cdk-posthog:volume', Value: 'PostHog/ClickHouse' }] } },
  Database: { Type: 'AWS::RDS::DBInstance' },
  Cache: { Type: 'AWS::ElastiCache::ReplicationGroup', Properties: { NumCacheClusters: 1 } },
  Kafka: { Type: 'AWS::MSK::Cluster', Properties: { ClusterName: 'posthog-kafka', NumberOfBrokerNodes: 2, KafkaVersion: '3.9.x.kraft' } },
  KafkaConfiguration: { Type: 'AWS::MSK::Configuration', Properties: { Name: 'posthog-kafka' } },
  Secret: { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'posthog/key' } },
  Logs: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/posthog/web' } },
  Role: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'posthog-web' } },
};

const answering = (answers: Answers) => {
  wire.answers = { ...ACCOUNT, ...free, ...answers };
};
/** The names of the template are free in this account. */
const free: Answers = {
  'iam:GetRole': ({ RoleName }) => (String(RoleName).startsWith('AWSServiceRole') ? ACCOUNT['iam:GetRole']({ RoleName }) : refusal('NoSuchEntity')),
  'elasticloadbalancing:DescribeLoadBalancers': (question) =>
    question['Names.member.1'] ? refusal('LoadBalancerNotFound') : ACCOUNT['elasticloadbalancing:DescribeLoadBalancers'](question),
  'elasticloadbalancing:DescribeTargetGroups': (question) =>
    question['Names.member.1'] ? refusal('TargetGroupNotFound') : ACCOUNT['elasticloadbalancing:DescribeTargetGroups'](question),
};

async function preflight(resources: object = RESOURCES, ...args: string[]) {
  const run = await inFolder({ 'PostHog.template.json': JSON.stringify({ Resources: resources }) }, () =>
    cli('preflight', '--template', 'PostHog.template.json', '--json', ...args),
  );
  const { results, accountRead } = JSON.parse(run.out || '{"results":[]}') as { results: NamedCheckResult[]; accountRead: boolean };
  return { ...run, accountRead, results };
}

/** The results of a check in short, with the commands of those that do not pass. */
const of = (results: readonly NamedCheckResult[], check: string) =>
  results.filter((result) => result.check === check).map(({ status, text, fix }) => [status, text, ...(fix ? [fix] : [])]);
const wrong = (results: readonly NamedCheckResult[], check: string) => of(results, check).filter(([status]) => status !== 'pass');

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
])('a zone whose name servers %s has the right result', async (_, servers: typeof nameServers, status, text) => {
  answering({});
  nameServers = servers;
  const { results } = await preflight();
  expect(of(results, 'zone')).toEqual([[status, expect.stringContaining(text), expect.any(String)]]);
});

describe('what an earlier try left behind', () => {
  test('fails for each name that is taken, with a command', async () => {
    wire.answers = {
      ...ACCOUNT,
      'kafka:ListClustersV2': () => ({
        clusterInfoList: [{ clusterName: 'posthog-kafka', clusterArn: 'arn:kafka', state: 'ACTIVE', provisioned: { numberOfBrokerNodes: 2 } }],
      }),
      'kafka:ListConfigurations': () => ({ configurations: [{ name: 'posthog-kafka', arn: 'arn:configuration' }] }),
      'logs:DescribeLogGroups': () => ({ logGroups: [{ logGroupName: '/posthog/web' }] }),
      'secretsmanager:DescribeSecret': () => ({ Name: 'posthog/key', DeletedDate: 1_523_477_145 }),
      'route53:ListResourceRecordSets': () => ({
        ResourceRecordSets: [{ Name: 'posthog.example.com.', Type: 'A' }],
        IsTruncated: false,
        MaxItems: 1,
      }),
      'route53:ListHostedZonesByName': () => ({
        HostedZones: [{ Id: '1', Name: 'posthog.internal.', CallerReference: '1', Config: { PrivateZone: true } }],
        IsTruncated: false,
        MaxItems: 100,
      }),
      'ec2:DescribeVolumes': () => ({ volumeSet: [{ volumeId: 'vol-1' }] }),
      'secretsmanager:ListSecrets': () => ({ SecretList: [{ Name: 'old', Tags: [{ Key: 'aws:cloudformation:stack-name', Value: 'PostHog' }] }] }),
    };
    const { results, exitCode } = await preflight();
    expect(
      of(results, 'names')
        .map(([status, text]) => `${status} ${text}`)
        .sort(),
    ).toEqual([
      'fail the volume vol-1 of an earlier stack PostHog has the tag of a new one: an instance that finds two refuses to choose',
      'fail there is a load balancer posthog already',
      'fail there is a log group /posthog/web already',
      'fail there is a record posthog.example.com. of type A already in the zone Z1',
      'fail there is a role posthog-web already',
      'fail there is a secret posthog/key already, which waits for its deletion',
      'fail there is a target group posthog-web already',
      'fail there is an MSK cluster posthog-kafka already (ACTIVE)',
      'fail there is an MSK configuration posthog-kafka already',
      'warning 1 secrets of an earlier stack PostHog are retained, and billed; its databases are useless without them',
      'warning there is a private zone posthog.internal already; in the same VPC, Cloud Map refuses a second one',
    ]);
    expect(results.filter(({ check, fix }) => check === 'names' && !fix)).toEqual([]);
    expect(exitCode).toBe(1);
  });

  test('reports a Kafka cluster with a name that is not in the template', async () => {
    answering({
      'kafka:ListClustersV2': () => ({
        clusterInfoList: [{ clusterName: 'posthog-kafka-1a2b', clusterArn: 'arn:kafka', tags: { 'aws:cloudformation:stack-name': 'PostHog' } }],
      }),
    });
    const { results } = await preflight();
    expect(wrong(results, 'names')).toEqual([
      ['warning', 'the MSK cluster posthog-kafka-1a2b of an earlier stack PostHog still runs, and is billed', expect.stringContaining('arn:kafka')],
    ]);
  });
});

describe('a stack', () => {
  const deployed = (status: string, resources: object = RESOURCES): Answers => ({
    'cloudformation:DescribeStacks': () => ({ Stacks: [{ StackName: 'PostHog', StackStatus: status, CreationTime: '2026-11-30T08:00:00Z' }] }),
    'cloudformation:GetTemplate': () => ({ TemplateBody: JSON.stringify({ Resources: resources }) }),
    'cloudformation:ListStackResources': () => ({
      StackResourceSummaries: Object.entries(resources).map(([LogicalResourceId, { Type }]) => ({
        LogicalResourceId,
        PhysicalResourceId: 'id',
        ResourceType: Type as string,
        ResourceStatus: 'CREATE_COMPLETE',
      })),
    }),
  });

  test.each([
    ['ROLLBACK_FAILED', 'fail', 'delete-stack --stack-name PostHog'],
    ['ROLLBACK_COMPLETE', 'warning', 'npx cdk deploy PostHog'],
    ['UPDATE_ROLLBACK_FAILED', 'fail', 'continue-update-rollback --stack-name PostHog'],
    ['UPDATE_IN_PROGRESS', 'fail', 'npx cdk-posthog watch --stack PostHog'],
    ['UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'fail', 'npx cdk-posthog watch --stack PostHog'],
    ['CREATE_FAILED', 'warning', 'npx cdk deploy PostHog --no-rollback'],
    ['DELETE_FAILED', 'fail', 'delete-stack --stack-name PostHog'],
  ])('in %s has the result %s, and the command that goes on', async (status, result, fix) => {
    answering(deployed(status));
    const { results } = await preflight();
    expect(of(results, 'stack')).toEqual([[result, expect.stringContaining(`PostHog is ${status}`), expect.stringContaining(fix)]]);
  });

  test('that is deployed is compared with its own template, and its own resources are no other use', async () => {
    answering({
      ...deployed('UPDATE_COMPLETE'),
      'kafka:ListClustersV2': () => ({ clusterInfoList: [{ clusterName: 'posthog-kafka', provisioned: { numberOfBrokerNodes: 2 } }] }),
    });
    const { results, exitCode } = await preflight();
    expect(of(results, 'update')).toEqual([['pass', 'PostHog: no change that AWS is known to refuse']]);
    expect(of(results, 'quota').find(([, text]) => text.startsWith('Number of brokers'))?.[1]).toBe(
      'Number of brokers per account: 2; the account has 100, 0 in other use',
    );
    expect(of(results, 'names')).toEqual([]);
    expect(exitCode).toBe(0);
  });

  test('that is deployed fails for an update that AWS refuses', async () => {
    const smaller = {
      ...RESOURCES,
      Kafka: { Type: 'AWS::MSK::Cluster', Properties: { ...RESOURCES.Kafka.Properties, NumberOfBrokerNodes: 4, KafkaVersion: '3.8.x' } },
    };
    answering(deployed('CREATE_COMPLETE', smaller));
    const { results, exitCode } = await preflight();
    expect(wrong(results, 'update')[0][1]).toContain('PostHog: Kafka (AWS::MSK::Cluster): MSK changes one thing in an update');
    expect(exitCode).toBe(1);
  });

  test('that was rolled back does not own what it retained', async () => {
    answering({
      ...deployed('ROLLBACK_COMPLETE'),
      'kafka:ListConfigurations': () => ({ configurations: [{ name: 'posthog-kafka', arn: 'arn:configuration' }] }),
    });
    const { results } = await preflight();
    expect(wrong(results, 'names').map(([, text]) => text)).toEqual(['there is an MSK configuration posthog-kafka already']);
  });
});

describe('permissions', () => {
  test('are exactly the documented ones', async () => {
    answering({
      'cloudformation:DescribeStacks': () => ({
        Stacks: [{ StackName: 'PostHog', StackStatus: 'UPDATE_COMPLETE', CreationTime: '2026-11-30T08:00:00Z' }],
      }),
      'cloudformation:GetTemplate': () => ({ TemplateBody: '{"Resources":{}}' }),
      'cloudformation:ListStackResources': () => ({ StackResourceSummaries: [] }),
    });
    await preflight();
    answering({});
    await preflight();
    expect([...new Set(wire.asked)].sort()).toEqual([...ACTIONS]);
  });

  test('that are missing give unknown results with the action, and exit code 2', async () => {
    const actions = ['servicequotas:GetServiceQuota', 'iam:GetRole', 'kafka:ListKafkaVersions', 'cloudformation:DescribeStacks'];
    answering(Object.fromEntries(actions.map((action) => [action, denied])));
    const { results, exitCode } = await preflight();
    const unknown = results.filter(({ status }) => status === 'unknown').map(({ text }) => text);
    expect(actions.filter((action) => !unknown.some((text) => text.includes(`the credentials do not allow ${action}`)))).toEqual([]);
    expect(results.filter(({ status }) => status === 'fail')).toEqual([]);
    expect(exitCode).toBe(2);
    expect((await preflight(RESOURCES, '--allow-unknown')).exitCode).toBe(0);
  });

  test('that have expired stop the command', async () => {
    answering({ 'cloudformation:DescribeStacks': () => refusal('ExpiredToken') });
    expect(await preflight()).toMatchObject({ exitCode: 2, err: 'cdk-posthog: the AWS credentials have expired: sign in again' });
  });

  test('are repeated by the SDK if a request is throttled', async () => {
    process.env.AWS_MAX_ATTEMPTS = '3';
    let calls = 0;
    answering({
      'iam:GetAccountSummary': (question) => ((calls += 1) < 2 ? refusal('Throttling', 'Rate exceeded') : ACCOUNT['iam:GetAccountSummary'](question)),
    });
    const { results } = await preflight();
    expect(of(results, 'quota').find(([, text]) => text.startsWith('Roles'))?.[0]).toBe('pass');
  });
});

test('a stack of the manifest has its own name and region', async () => {
  answering({ 'cloudformation:DescribeStacks': ({ StackName }) => refusal('ValidationError', `Stack with id ${String(StackName)} does not exist`) });
  const artifact = (name: string, region: string) => ({
    type: 'aws:cloudformation:stack',
    environment: `aws://unknown-account/${region}`,
    properties: { templateFile: `${name}.template.json`, stackName: `prod-${name}` },
  });
  const template = JSON.stringify({ Resources: { Database: RESOURCES.Database } });
  const run = await inFolder(
    {
      'manifest.json': JSON.stringify({ artifacts: { Stores: artifact('Stores', 'eu-central-1'), App: artifact('App', 'us-east-1') } }),
      'Stores.template.json': template,
      'App.template.json': template,
    },
    () => cli('preflight', '--template', 'Stores.template.json', '--template', 'App.template.json'),
  );
  expect(run.out).toContain('Stores.template.json in eu-central-1\n');
  expect(run.out).toContain('App.template.json in us-east-1\n');
  expect(run.out).toContain('prod-App is not deployed yet');
  expect(notDeployed.message).toContain('does not exist');
});
