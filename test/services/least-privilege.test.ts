import { Template } from 'aws-cdk-lib/assertions';
import { Secret as EcsSecret } from 'aws-cdk-lib/aws-ecs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { PostHogProcess } from '../../lib';
import { PROCESSES } from '../../lib/services/processes';
import { newPostHog, newStack } from '../helpers/stack';
import { containerOf, executionRoleStatements, idOf, ofType, securityGroupOf, taskOf, taskRoleStatements, waysInto } from '../helpers/template';

const NAMES = PROCESSES.map(({ process }) => process);
const stack = newStack({ env: { account: '111122223333', region: 'eu-central-1' } });
newPostHog(stack, {
  environment: { EMAIL_HOST: 'smtp.example.com' },
  secrets: { EMAIL_HOST_PASSWORD: EcsSecret.fromSecretsManager(Secret.fromSecretNameV2(stack, 'Email', 'email'), 'password') },
  serviceOptions: {
    [PostHogProcess.CAPTURE]: { secrets: { EXTRA: EcsSecret.fromSsmParameter(StringParameter.fromSecureStringParameterAttributes(stack, 'Extra', { parameterName: '/extra' })) } },
  },
});
const template = Template.fromStack(stack);
const json = JSON.stringify(template.toJSON());

/** What a process is told, as `NAME=value` and `NAME=<secret>`. */
function told(process: string): { environment: string[]; secrets: string[] } {
  const { Environment = [], Secrets = [] } = containerOf(template, process);
  return { environment: Environment.map(({ Name }) => Name), secrets: Secrets.map(({ Name }) => Name) };
}

describe('task roles', () => {
  const BUCKET = ['s3:GetBucketLocation', 's3:ListBucket'];
  const READ = [...BUCKET, 's3:GetObject'];
  const WRITE = [...BUCKET, 's3:AbortMultipartUpload', 's3:DeleteObject', 's3:GetObject', 's3:ListMultipartUploadParts', 's3:PutObject', 's3:PutObjectTagging'];

  test.each([
    ['web', WRITE],
    ['worker', WRITE],
    ['capture', []],
    ['replay-capture', []],
    ['feature-flags', READ],
    ['hypercache-server', READ],
  ])('%s may do %j and nothing else', (process, actions) => {
    expect(taskRoleStatements(template, process).flatMap((statement) => statement.actions).sort()).toEqual([...actions].sort());
  });

  test.each(NAMES)('%s may touch nothing but the bucket', (process) => {
    for (const { resources } of taskRoleStatements(template, process)) {
      expect(['arn:aws:s3:::objects', 'arn:aws:s3:::objects/*']).toEqual(expect.arrayContaining(resources));
    }
  });

  test('every process has a role of its own, which only ECS tasks can take', () => {
    const roles = NAMES.flatMap((process) => [idOf(taskOf(template, process)[1].TaskRoleArn), idOf(taskOf(template, process)[1].ExecutionRoleArn)]);
    expect(new Set(roles).size).toBe(12);
    for (const role of roles) {
      const { Properties } = template.findResources('AWS::IAM::Role')[role] as { Properties: Record<string, unknown> };
      expect(Properties).toEqual({
        AssumeRolePolicyDocument: { Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' } }], Version: '2012-10-17' },
      });
    }
  });
});

describe('execution roles', () => {
  test.each([
    ['web', ['clickhouse', 'email', 'postgres-url', 'EncryptionSaltKeys', 'InternalApiSecret', 'InternalRequestToken', 'SecretKey']],
    ['worker', ['clickhouse', 'email', 'postgres-url', 'EncryptionSaltKeys', 'InternalApiSecret', 'InternalRequestToken', 'SecretKey']],
    ['capture', []],
    ['replay-capture', []],
    ['feature-flags', ['postgres-url', 'InternalRequestToken', 'SecretKey']],
    ['hypercache-server', []],
  ])('of %s reads exactly the secrets %j', (process, expected) => {
    const statements = executionRoleStatements(template, process).filter(({ actions }) => actions.some((action) => action.startsWith('secretsmanager:')));
    expect(new Set(statements.flatMap(({ actions }) => actions))).toEqual(new Set(expected.length ? ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'] : []));
    const names = statements.flatMap(({ resources }) => resources).map((resource) =>
      (typeof resource === 'string' ? resource.split(':secret:')[1].replace('-??????', '') : idOf(resource).replace(/^PostHogSecrets|[0-9A-F]{8}$/g, '')));
    expect(names.sort()).toEqual([...expected].sort());
  });

  test.each(NAMES)('of %s writes to the log of the process', (process) => {
    const logs = executionRoleStatements(template, process).filter(({ actions }) => actions.some((action) => action.startsWith('logs:')));
    expect(logs).toEqual([{
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [{ 'Fn::GetAtt': [idOf(containerOf(template, process).LogConfiguration.Options['awslogs-group']), 'Arn'] }],
    }]);
  });

  test('reads a parameter where a process is given one, and nobody else does', () => {
    const readers = NAMES.filter((process) => JSON.stringify(executionRoleStatements(template, process)).includes('parameter/extra'));
    expect(readers).toEqual(['capture']);
  });
});

describe('what processes are told', () => {
  test('further settings of the whole reach the app and nobody else', () => {
    expect(NAMES.filter((process) => told(process).environment.includes('EMAIL_HOST'))).toEqual(['web', 'worker']);
    expect(NAMES.filter((process) => told(process).secrets.includes('EMAIL_HOST_PASSWORD'))).toEqual(['web', 'worker']);
    expect(NAMES.filter((process) => told(process).secrets.includes('EXTRA'))).toEqual(['capture']);
  });

  test.each(NAMES)('%s has its variables in order', (process) => {
    const { environment, secrets } = told(process);
    expect(environment).toEqual([...environment].sort());
    expect(secrets).toEqual([...secrets].sort());
  });

  test.each(NAMES)('%s is told nothing in clear text whose name says that it is secret', (process) => {
    expect(told(process).environment.filter((name) => /SECRET|PASSWORD|TOKEN|DATABASE_URL|SALT|CREDENTIAL|ACCESS_KEY|_DB_(READER|WRITER)/.test(name))).toEqual([]);
  });

  test('no database URL and no secret\'s value stand anywhere in the template', () => {
    expect(json).not.toMatch(/postgres(ql)?:\/\//);
    expect(json).not.toContain('{{resolve:');
    expect(json).not.toMatch(/"(SecretString|Password|password)":/);
    expect(json).not.toMatch(/redis+:\/\/[^"]*@/);
  });
});

describe('security groups', () => {
  const loadBalancer = idOf((ofType<{ SecurityGroups: unknown[] }>(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer')[0][1].Properties.SecurityGroups)[0]);
  const nameOf = new Map([...NAMES.map((process): [string, string] => [securityGroupOf(template, process), process]), [loadBalancer, 'load balancer']]);

  test.each([
    ['web', [['load balancer', 8000]]],
    ['worker', []],
    ['capture', [['load balancer', 3000], ['web', 3000], ['worker', 3000]]],
    ['replay-capture', [['load balancer', 3000], ['web', 3000], ['worker', 3000]]],
    ['feature-flags', [['load balancer', 3001], ['web', 3001], ['worker', 3001]]],
    ['hypercache-server', [['load balancer', 3002]]],
  ])('%s admits the load balancer where it answers it, its callers, and nobody else', (process, expected) => {
    expect(waysInto(template, securityGroupOf(template, process)).map(({ from, port }) => [nameOf.get(from), port]).sort()).toEqual(expected);
  });

  test('no group of a process admits an address', () => {
    for (const process of NAMES) {
      expect(template.findResources('AWS::EC2::SecurityGroup')[securityGroupOf(template, process)]).not.toHaveProperty('Properties.SecurityGroupIngress');
    }
  });

  test('every process has a group of its own', () => {
    expect(nameOf.size).toBe(7);
  });

  test('the load balancer may go to the processes that answer it and nowhere else', () => {
    const ways = ofType<{ GroupId: unknown; DestinationSecurityGroupId: unknown; FromPort: number }>(template, 'AWS::EC2::SecurityGroupEgress').map(([, { Properties }]) => Properties);
    expect(ways.map(({ GroupId }) => idOf(GroupId)).filter((id) => id !== loadBalancer)).toEqual([]);
    expect(ways.map(({ DestinationSecurityGroupId, FromPort }) => [nameOf.get(idOf(DestinationSecurityGroupId)), FromPort]).sort()).toEqual([
      ['capture', 3000], ['feature-flags', 3001], ['hypercache-server', 3002], ['replay-capture', 3000], ['web', 8000],
    ]);
    expect(template.findResources('AWS::EC2::SecurityGroup')[loadBalancer]).not.toHaveProperty('Properties.SecurityGroupEgress');
  });
});
