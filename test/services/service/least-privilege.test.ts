import { Template } from 'aws-cdk-lib/assertions';
import { Secret as EcsSecret } from 'aws-cdk-lib/aws-ecs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { PostHogProcess, Product } from '../../../lib';
import { prefixesOf } from '../../../lib/catalog/object-prefixes';
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

/** One value for each process, so that one assertion shows every process that has another one. */
function each<T>(valueOf: (process: string) => T): Record<string, T> {
  return Object.fromEntries(NAMES.map((process) => [process, valueOf(process)]));
}

/** The names of the variables of a process. */
function variablesOf(process: string): { environment: string[]; secrets: string[] } {
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

  const ACTIONS: Record<string, string[]> = {
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

  test('allow each process the actions that it needs, and no others', () => {
    const actions = (process: string) => taskRoleStatements(template, process).flatMap((statement) => statement.actions);
    expect(each((process) => actions(process).sort())).toEqual(each((process) => [...(ACTIONS[process] ?? [])].sort()));
  });

  const PREFIX: Record<string, string> = {
    'ingestion-sessionreplay': 'session_recordings/*',
    'recording-api': 'session_recordings/*',
    'capture-ai': 'llma/*',
    'ingestion-general': 'aio/*',
    'feature-flags': 'cache/*',
    'hypercache-server': 'cache/*',
  };

  test('limit each process to the prefixes that the catalog has for it', () => {
    const table = NAMES.filter((process) => process in ACTIONS).map((process): [string, string[]] => [
      process,
      prefixesOf(process)?.map((prefix) => `${prefix}/*`) ?? ['*'],
    ]);
    expect(Object.fromEntries(table)).toEqual(Object.fromEntries(table.map(([process]) => [process, [PREFIX[process] ?? '*']])));
  });

  test('limit each process to its own objects of the bucket, and to the role of file downloads', () => {
    const others = (process: string) => {
      const objects = ['arn:aws:s3:::objects', `arn:aws:s3:::objects/${PREFIX[process] ?? '*'}`];
      return taskRoleStatements(template, process)
        .flatMap(({ actions, resources }) => resources.map((resource): [boolean, string] => [actions.includes('sts:AssumeRole'), idOf(resource)]))
        .filter(([assumes, resource]) => (assumes ? !resource.includes('FileDownloadsRole') : !objects.includes(resource)));
    };
    expect(each(others)).toEqual(each(() => []));
  });

  test('limit the role of file downloads to the prefix of batch exports', () => {
    const [[role]] = ofType(template, 'AWS::IAM::Role').filter(([id]) => id.includes('FileDownloadsRole'));
    expect(statementsOf(template, role).map(({ resources }) => resources)).toEqual([
      ['arn:aws:s3:::objects'],
      ['arn:aws:s3:::objects/batch-exports/*'],
    ]);
  });

  test('are separate for processes with permissions; all others share one without permissions', () => {
    const roles = NAMES.map((process): [string, string] => [process, idOf(taskOf(template, process)[1].TaskRoleArn)]);
    expect(new Set(roles.filter(([process]) => process in ACTIONS).map(([, role]) => role)).size).toBe(Object.keys(ACTIONS).length);
    expect(new Set(roles.filter(([process]) => !(process in ACTIONS)).map(([, role]) => role)).size).toBe(1);
  });

  test('can be assumed by ECS tasks only', () => {
    const roles = new Set(
      NAMES.flatMap((process) => [idOf(taskOf(template, process)[1].TaskRoleArn), idOf(taskOf(template, process)[1].ExecutionRoleArn)]),
    );
    for (const role of roles) {
      const { Properties } = template.findResources('AWS::IAM::Role')[role] as { Properties: Record<string, unknown> };
      expect(Properties.AssumeRolePolicyDocument).toEqual({
        Statement: [
          {
            Action: 'sts:AssumeRole',
            Effect: 'Allow',
            Principal: { Service: 'ecs-tasks.amazonaws.com' },
            Condition: {
              StringEquals: { 'aws:SourceAccount': '111122223333' },
              ArnLike: { 'aws:SourceArn': 'arn:aws:ecs:eu-central-1:111122223333:*' },
            },
          },
        ],
        Version: '2012-10-17',
      });
      expect(Properties.ManagedPolicyArns).toBeUndefined();
    }
  });
});

describe('execution roles', () => {
  const NODE = ['clickhouse', 'node-cyclotron-url', 'node-url', 'EncryptionSaltKeys', 'InternalApiSecret', 'TemporalSecretKey'];

  test.each([
    [
      'web',
      [
        'clickhouse',
        'email',
        'postgres-url',
        'BrowserlessToken',
        'EncryptionSaltKeys',
        'FlagsSecretKeys',
        'InternalApiSecret',
        'InternalRequestToken',
        'JwtSigningKey',
        'OidcRsaPrivateKey',
        'SecretKey',
        'TemporalSecretKey',
      ],
    ],
    ['plugins', NODE],
    ['ingestion-logs', NODE],
    ['capture', []],
    ['capture-logs', []],
    ['feature-flags', ['postgres-url', 'FlagsSecretKeys', 'InternalRequestToken']],
    ['hypercache-server', []],
    ['property-defs-ai', ['postgres-url']],
    ['personhog-replica', ['postgres-url']],
    ['personhog-router', []],
    ['cymbal', ['postgres-url', 'InternalApiSecret', 'SymbolSetKeys']],
    ['livestream', ['JwtSigningKey']],
    ['browserless', ['BrowserlessToken']],
    ['temporal', ['postgres-login']],
  ])('of %s, and of other processes with its image, can read exactly the secrets %j', (process, expected) => {
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
              .replace(/(Keys?)Value$/, '$1'),
      );
    expect([...new Set(names)].sort()).toEqual([...expected].sort());
  });

  test('are separate for each image', () => {
    const roles = new Map(PROCESSES.map(({ process, image }) => [idOf(taskOf(template, process)[1].ExecutionRoleArn), image]));
    expect(roles.size).toBe(new Set(PROCESSES.map(({ image }) => image)).size);
  });

  test('can write to the log group of each process, with no other action of CloudWatch Logs', () => {
    const found = each((process) => {
      const logs = executionRoleStatements(template, process).filter(({ actions }) => actions.some((action) => action.startsWith('logs:')));
      const group = idOf(containerOf(template, process).LogConfiguration.Options['awslogs-group']);
      return [[...new Set(logs.flatMap(({ actions }) => actions))].sort(), logs.flatMap(({ resources }) => resources.map(idOf)).includes(group)];
    });
    expect(found).toEqual(each(() => [['logs:CreateLogStream', 'logs:PutLogEvents'], true]));
  });

  test('can read a parameter only if a process with the image has it in `secrets`', () => {
    const readers = NAMES.filter((process) => JSON.stringify(executionRoleStatements(template, process)).includes('parameter/extra'));
    expect(readers).toEqual(PROCESSES.filter(({ image }) => image === 'capture').map(({ process }) => process));
  });
});

describe('variables of processes', () => {
  test('from `environment` and `secrets` of PostHog reach the app only, those of an entry of `serviceOptions` its process only', () => {
    const app = ['web', 'worker', 'temporal-django-worker', 'temporal-batch-exports-worker'];
    expect(NAMES.filter((process) => variablesOf(process).environment.includes('EMAIL_HOST'))).toEqual(app);
    expect(NAMES.filter((process) => variablesOf(process).secrets.includes('EMAIL_HOST_PASSWORD'))).toEqual(app);
    expect(NAMES.filter((process) => variablesOf(process).secrets.includes('EXTRA'))).toEqual(['capture']);
  });

  test('are sorted by name', () => {
    const sorted = (process: string) => ({ environment: variablesOf(process).environment.sort(), secrets: variablesOf(process).secrets.sort() });
    expect(each(variablesOf)).toEqual(each(sorted));
  });

  test('have no plain-text value if the name says that it is secret', () => {
    const secret = /SECRET|PASSWORD|TOKEN|DATABASE_URL|SALT|CREDENTIAL|ACCESS_KEY|_DB_(READER|WRITER)/;
    const plain = (process: string) => (containerOf(template, process).Environment ?? []).filter(({ Value }) => Value !== '').map(({ Name }) => Name);
    expect(each((process) => plain(process).filter((name) => secret.test(name)))).toEqual(each(() => []));
  });

  test("the template has no database URL and no secret's value", () => {
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

  test('allow the load balancer to connect to the processes that answer clients, and to nothing else', () => {
    const rules = ofType<{ GroupId: unknown; DestinationSecurityGroupId: unknown; FromPort: number }>(template, 'AWS::EC2::SecurityGroupEgress').map(
      ([, { Properties }]) => Properties,
    );
    expect(rules.map(({ GroupId }) => idOf(GroupId)).filter((id) => id !== loadBalancer)).toEqual([]);
    expect(rules.map(({ DestinationSecurityGroupId, FromPort }) => [nameOf.get(idOf(DestinationSecurityGroupId)), FromPort]).sort()).toEqual([
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
