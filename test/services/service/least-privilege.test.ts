import { Template } from 'aws-cdk-lib/assertions';
import { Secret as EcsSecret } from 'aws-cdk-lib/aws-ecs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { PostHogProcess, Product } from '../../../lib';
import { PROCESSES } from '../../../lib/catalog/processes';
import { newPostHog, newStack } from '../../helpers/stack';
import {
  containerOf,
  executionRoleStatements,
  idOf,
  ofType,
  securityGroupOf,
  taskOf,
  statementsOf,
  taskRoleStatements,
} from '../../helpers/template';

const NAMES = PROCESSES.map(({ process }) => process);
const stack = newStack({ env: { account: '111122223333', region: 'eu-central-1' } });
newPostHog(stack, {
  products: Object.values(Product),
  environment: { EMAIL_HOST: 'smtp.example.com' },
  secrets: { EMAIL_HOST_PASSWORD: EcsSecret.fromSecretsManager(Secret.fromSecretNameV2(stack, 'Email', 'email'), 'password') },
  serviceOptions: [
    {
      process: PostHogProcess.CAPTURE,
      secrets: {
        EXTRA: EcsSecret.fromSsmParameter(StringParameter.fromSecureStringParameterAttributes(stack, 'Extra', { parameterName: '/extra' })),
      },
    },
  ],
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
  const WRITE = [
    ...BUCKET,
    's3:AbortMultipartUpload',
    's3:DeleteObject',
    's3:GetObject',
    's3:ListMultipartUploadParts',
    's3:PutObject',
    's3:PutObjectTagging',
  ];

  const MAY: Record<string, string[]> = {
    'web': [...WRITE, 'sts:AssumeRole'],
    'worker': WRITE,
    'temporal-django-worker': [...WRITE, 'sts:AssumeRole'],
    'temporal-batch-exports-worker': [...WRITE, 'sts:AssumeRole'],
    'ingestion-sessionreplay': WRITE,
    'recording-api': WRITE,
    'capture-ai': WRITE,
    'ingestion-general': WRITE,
    'feature-flags': READ,
    'hypercache-server': READ,
  };

  test.each(NAMES)('%s may do what it needs to and nothing else', (process) => {
    expect(
      taskRoleStatements(template, process)
        .flatMap((statement) => statement.actions)
        .sort(),
    ).toEqual([...(MAY[process] ?? [])].sort());
  });

  const PREFIX: Record<string, string> = {
    'ingestion-sessionreplay': 'session_recordings/*',
    'recording-api': 'session_recordings/*',
    'capture-ai': 'llma/*',
    'ingestion-general': 'aio/*',
    'feature-flags': 'cache/*',
    'hypercache-server': 'cache/*',
  };

  test.each(NAMES)('%s reaches its own objects of the bucket and nothing else', (process) => {
    const statements = taskRoleStatements(template, process);
    const roles = statements.filter(({ actions }) => actions.includes('sts:AssumeRole'));
    const own = statements.filter((statement) => !roles.includes(statement));
    const objects = `arn:aws:s3:::objects/${PREFIX[process] ?? '*'}`;
    expect(['arn:aws:s3:::objects', objects]).toEqual(expect.arrayContaining(own.flatMap(({ resources }) => resources)));
    expect(
      roles
        .flatMap(({ resources }) => resources)
        .map(idOf)
        .filter((id) => !id.includes('FileDownloadsRole')),
    ).toEqual([]);
  });

  test('the role of file downloads reaches the prefix of batch exports and nothing else', () => {
    const [[role]] = ofType(template, 'AWS::IAM::Role').filter(([id]) => id.includes('FileDownloadsRole'));
    expect(statementsOf(template, role).map(({ resources }) => resources)).toEqual([
      ['arn:aws:s3:::objects'],
      ['arn:aws:s3:::objects/batch-exports/*'],
    ]);
  });

  test('whatever may do something has a role of its own, and all others share one that may not', () => {
    const roles = NAMES.map((process): [string, string] => [process, idOf(taskOf(template, process)[1].TaskRoleArn)]);
    expect(new Set(roles.filter(([process]) => process in MAY).map(([, role]) => role)).size).toBe(Object.keys(MAY).length);
    expect(new Set(roles.filter(([process]) => !(process in MAY)).map(([, role]) => role)).size).toBe(1);
  });

  test('every role can be taken by ECS tasks alone', () => {
    const roles = new Set(
      NAMES.flatMap((process) => [idOf(taskOf(template, process)[1].TaskRoleArn), idOf(taskOf(template, process)[1].ExecutionRoleArn)]),
    );
    for (const role of roles) {
      const { Properties } = template.findResources('AWS::IAM::Role')[role] as { Properties: Record<string, unknown> };
      expect(Properties.AssumeRolePolicyDocument).toEqual({
        Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' } }],
        Version: '2012-10-17',
      });
      expect(Properties.ManagedPolicyArns).toBeUndefined();
    }
  });
});

describe('execution roles', () => {
  const NODE = ['clickhouse', 'node-cyclotron-url', 'node-url', 'EncryptionSaltKeys', 'InternalApiSecret', 'SecretKey'];

  test.each([
    [
      'web',
      [
        'clickhouse',
        'email',
        'postgres-url',
        'BrowserlessToken',
        'EncryptionSaltKeys',
        'InternalApiSecret',
        'InternalRequestToken',
        'OidcRsaPrivateKey',
        'SecretKey',
      ],
    ],
    ['plugins', NODE],
    ['ingestion-logs', NODE],
    ['capture', []],
    ['capture-logs', []],
    ['feature-flags', ['postgres-url', 'InternalRequestToken', 'SecretKey']],
    ['hypercache-server', []],
    ['property-defs-ai', ['postgres-url']],
    ['personhog-replica', ['postgres-url']],
    ['personhog-router', []],
    ['cymbal', ['postgres-url', 'InternalApiSecret', 'SymbolSetKeys']],
    ['livestream', ['SecretKey']],
    ['browserless', ['BrowserlessToken']],
    ['temporal', ['postgres-login']],
  ])('of %s, and of others with its image, reads exactly the secrets %j', (process, expected) => {
    const statements = executionRoleStatements(template, process).filter(({ actions }) =>
      actions.some((action) => action.startsWith('secretsmanager:')),
    );
    expect(new Set(statements.flatMap(({ actions }) => actions))).toEqual(
      new Set(expected.length ? ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'] : []),
    );
    const names = statements
      .flatMap(({ resources }) => resources)
      .map((resource) =>
        typeof resource === 'string'
          ? resource.split(':secret:')[1].replace('-??????', '')
          : idOf(resource)
              .replace(/^PostHog(Secrets)?|[0-9A-F]{8}$/g, '')
              .replace('SymbolSetKeysSecret', 'SymbolSetKeys')
              .replace('PrivateKeyValue', 'PrivateKey'),
      );
    expect([...new Set(names)].sort()).toEqual([...expected].sort());
  });

  test('each image has its own', () => {
    const roles = new Map(PROCESSES.map(({ process, image }) => [idOf(taskOf(template, process)[1].ExecutionRoleArn), image]));
    expect(roles.size).toBe(new Set(PROCESSES.map(({ image }) => image)).size);
  });

  test.each(NAMES)('of %s writes to the log of the process', (process) => {
    const logs = executionRoleStatements(template, process).filter(({ actions }) => actions.some((action) => action.startsWith('logs:')));
    expect(new Set(logs.flatMap(({ actions }) => actions))).toEqual(new Set(['logs:CreateLogStream', 'logs:PutLogEvents']));
    expect(logs.flatMap(({ resources }) => resources)).toContainEqual({
      'Fn::GetAtt': [idOf(containerOf(template, process).LogConfiguration.Options['awslogs-group']), 'Arn'],
    });
  });

  test('reads a parameter where a process is given one, and nobody else does', () => {
    const readers = NAMES.filter((process) => JSON.stringify(executionRoleStatements(template, process)).includes('parameter/extra'));
    expect(readers).toEqual(PROCESSES.filter(({ image }) => image === 'capture').map(({ process }) => process));
  });
});

describe('what processes are told', () => {
  test('further settings of the whole reach the app and nobody else', () => {
    const app = ['web', 'worker', 'temporal-django-worker', 'temporal-batch-exports-worker'];
    expect(NAMES.filter((process) => told(process).environment.includes('EMAIL_HOST'))).toEqual(app);
    expect(NAMES.filter((process) => told(process).secrets.includes('EMAIL_HOST_PASSWORD'))).toEqual(app);
    expect(NAMES.filter((process) => told(process).secrets.includes('EXTRA'))).toEqual(['capture']);
  });

  test.each(NAMES)('%s has its variables in order', (process) => {
    const { environment, secrets } = told(process);
    expect(environment).toEqual([...environment].sort());
    expect(secrets).toEqual([...secrets].sort());
  });

  test.each(NAMES)('%s is told nothing in clear text whose name says that it is secret', (process) => {
    const given = (containerOf(template, process).Environment ?? []).filter(({ Value }) => Value !== '').map(({ Name }) => Name);
    expect(given.filter((name) => /SECRET|PASSWORD|TOKEN|DATABASE_URL|SALT|CREDENTIAL|ACCESS_KEY|_DB_(READER|WRITER)/.test(name))).toEqual([]);
  });

  test("no database URL and no secret's value stand anywhere in the template", () => {
    expect(json).not.toMatch(/postgres(ql)?:\/\//);
    expect(json).not.toContain('{{resolve:');
    expect(json).not.toMatch(/"(SecretString|Password|password)":"/);
    expect(json).not.toMatch(/redis+:\/\/[^"]*@/);
  });
});

describe('security groups', () => {
  const loadBalancer = idOf(
    ofType<{ SecurityGroups: unknown[] }>(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer')[0][1].Properties.SecurityGroups[0],
  );
  const nameOf = new Map(NAMES.map((process): [string, string] => [securityGroupOf(template, process), process]).reverse());

  test('the load balancer may go to the processes that answer it and nowhere else', () => {
    const ways = ofType<{ GroupId: unknown; DestinationSecurityGroupId: unknown; FromPort: number }>(template, 'AWS::EC2::SecurityGroupEgress').map(
      ([, { Properties }]) => Properties,
    );
    expect(ways.map(({ GroupId }) => idOf(GroupId)).filter((id) => id !== loadBalancer)).toEqual([]);
    expect(ways.map(({ DestinationSecurityGroupId, FromPort }) => [nameOf.get(idOf(DestinationSecurityGroupId)), FromPort]).sort()).toEqual([
      ['capture', 3000],
      ['capture-ai', 3000],
      ['capture-logs', 4318],
      ['capture-logs', 8080],
      ['feature-flags', 3001],
      ['hypercache-server', 3002],
      ['livestream', 8080],
      ['plugins', 6738],
      ['replay-capture', 3000],
      ['web', 8000],
    ]);
    expect(template.findResources('AWS::EC2::SecurityGroup')[loadBalancer]).not.toHaveProperty('Properties.SecurityGroupEgress');
  });
});
