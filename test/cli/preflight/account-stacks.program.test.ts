import { inFolder, cli } from '../fixtures';
import { Answers, denied, refusal } from '../doctor/wire';
import { ACCOUNT, notDeployed } from './account-answers';
import { ACTIONS } from '../../../cli/preflight/check-account';
import { wire, HOSTS, RESOURCES, answering, preflight, of, wrong, useAccount } from './account-fixtures';

useAccount();

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
    await preflight({ ...RESOURCES, ...HOSTS });
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
