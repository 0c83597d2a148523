import { execFileSync } from 'node:child_process';
import { cli, inFolder, Run, templateOfPostHog } from '../fixtures';

const TEMPLATE = templateOfPostHog();

function environment(template: object, ...argv: string[]): Promise<Run> {
  return inFolder({ 'a.json': JSON.stringify(template) }, () => cli('environment', ...argv, '-t', 'a.json'));
}

function taskOf(containers: object[]): object {
  return { Resources: { Task: { Type: 'AWS::ECS::TaskDefinition', Properties: { ContainerDefinitions: containers } } } };
}

test('prints variables as shell exports, and secrets by name as comments', async () => {
  const { exitCode, out } = await environment(TEMPLATE, 'web');
  expect(exitCode).toBe(0);
  const lines = out.split('\n');
  expect(lines[0]).toMatch(/^# web in PostHogServicesWebTask[0-9A-F]{8}, image /);
  expect(lines).toContain("export SITE_URL='https://posthog.example.com'");
  expect(lines).toContain("export OBJECT_STORAGE_REGION='${AWS::Region}' # known at deployment");
  expect(lines.find((line) => line.startsWith('# export SECRET_KEY='))).toMatch(
    /^# export SECRET_KEY= # secret PostHogSecretsSecretKey[0-9A-F]{8} \(PostHog app: SECRET_KEY\)$/,
  );
  expect(lines).toContain('# export CLICKHOUSE_PASSWORD= # secret clickhouse, key password');
  expect(lines).toContain('# export DATABASE_URL= # secret postgres-url');
});

test('prints every container of the task, in their order', async () => {
  const { out } = await environment(TEMPLATE, 'migrate', '--json');
  interface Container {
    name: string;
    environment: Record<string, string>;
    knownAtDeployment: string[];
    secrets: Record<string, object>;
  }
  const { task, containers } = JSON.parse(out) as { task: string; containers: Container[] };
  expect(task).toMatch(/^PostHogMigrationTask/);
  expect(containers.map(({ name }) => name)).toEqual(expect.arrayContaining(['checks', 'migrate']));
  const migrate = containers.find(({ name }) => name === 'migrate');
  expect(migrate?.environment).toMatchObject({ IS_BEHIND_PROXY: 'True' });
  expect(migrate?.secrets).toMatchObject({
    DATABASE_URL: { secret: 'postgres-url' },
    CLICKHOUSE_PASSWORD: { secret: 'clickhouse', key: 'password' },
  });
});

test('sourced variables have the values of the template, including quotes and line breaks', async () => {
  const odd = 'it\'s $HOME `id` "x"\nsecond line';
  const { out } = await environment(taskOf([{ Name: 'web', Image: 'x', Environment: [{ Name: 'ODD', Value: odd }] }]), 'web');
  expect(execFileSync('sh', ['-c', `${out}\nprintf %s "$ODD"`], { encoding: 'utf8' })).toBe(odd);
});

test('the output defines variables only, and runs no command', async () => {
  const [evil, name] = ['x\nexit 3\n', 'A;exit 3;'];
  const { out } = await environment(
    {
      Resources: {
        Key: { Type: 'AWS::SecretsManager::Secret', Properties: { Description: evil } },
        Task: {
          Type: 'AWS::ECS::TaskDefinition',
          Properties: {
            ContainerDefinitions: [
              { Name: 'web', Image: evil, Environment: [{ Name: name, Value: evil }], Secrets: [{ Name: 'KEY', ValueFrom: { Ref: 'Key' } }] },
            ],
          },
        },
      },
    },
    'web',
  );
  expect(execFileSync('sh', ['-c', `${out}\necho "reached ${'$'}{KEY-unset}"`], { encoding: 'utf8' })).toBe('reached unset\n');
});

test.each<[unknown, string, boolean]>([
  ['a', 'a', true],
  [{ Ref: 'Bucket' }, '${Bucket}', false],
  [{ 'Fn::GetAtt': ['Bucket', 'Arn'] }, '${Bucket.Arn}', false],
  [{ 'Fn::Join': ['', ['s3://', { Ref: 'Bucket' }, '/x']] }, 's3://${Bucket}/x', false],
  [{ 'Fn::Join': [',', ['a', 'b']] }, 'a,b', true],
  [{ 'Fn::Join': [',', { Ref: 'List' }] }, '${{"Fn::Join":[",",{"Ref":"List"}]}}', false],
  [{ 'Fn::ImportValue': 'Stores:Url' }, '${ImportValue Stores:Url}', false],
  [{ 'Fn::Sub': 'x-${AWS::Region}' }, 'x-${AWS::Region}', false],
  [{ 'Fn::Select': [0, { Ref: 'List' }] }, '${{"Fn::Select":[0,{"Ref":"List"}]}}', false],
])('shows the value %j as text', async (value, text, known) => {
  const { out } = await environment(taskOf([{ Name: 'web', Environment: [{ Name: 'X', Value: value }] }]), 'web', '--format', 'json');
  expect(JSON.parse(out)).toMatchObject({ containers: [{ environment: { X: text }, knownAtDeployment: known ? [] : ['X'] }] });
});

test.each<[unknown, object]>([
  [{ 'Fn::Join': ['', [{ Ref: 'Login' }, ':password::']] }, { secret: 'Login', key: 'password' }],
  ['arn:aws:secretsmanager:eu-west-1:1:secret:posthog/db-a1b2c3:url::', { secret: 'posthog/db-a1b2c3', key: 'url' }],
  ['arn:aws:ssm:eu-west-1:1:parameter/posthog/key', { secret: 'posthog/key' }],
  ['posthog-key', { secret: 'posthog-key' }],
])('names the secret of %j', async (valueFrom, secret) => {
  const { out } = await environment(taskOf([{ Name: 'web', Secrets: [{ Name: 'X', ValueFrom: valueFrom }] }]), 'web', '--json');
  expect((JSON.parse(out) as { containers: { secrets: object }[] }).containers[0].secrets).toEqual({ X: secret });
});

test('names the files with further variables', async () => {
  const { out } = await environment(taskOf([{ Name: 'web', EnvironmentFiles: [{ Type: 's3', Value: 'arn:aws:s3:::b/x.env' }] }]), 'web');
  expect(out).toContain('# further variables: arn:aws:s3:::b/x.env');
});

describe('if several tasks have the container', () => {
  const two = {
    Resources: Object.fromEntries(
      ['A', 'B'].map((id) => [id, { Type: 'AWS::ECS::TaskDefinition', Properties: { ContainerDefinitions: [{ Name: 'web', Image: id }] } }]),
    ),
  };

  test('one must be chosen with --task', async () => {
    expect(await environment(two, 'web')).toMatchObject({
      exitCode: 2,
      err: "cdk-posthog: several tasks have a container 'web': A, B; choose one with --task ID",
    });
  });

  test('the one of --task is printed', async () => {
    expect((await environment(two, 'web', '--task', 'B')).out).toBe('# web in B, image B');
  });
});

test.each([
  [[], 'environment takes one process, such as: cdk-posthog environment web'],
  [['web', 'worker'], 'environment takes one process'],
  [['nginx'], "PROCESS must be a container of the template, got: 'nginx'; available: "],
  [['web', '--format', 'yaml'], "--format must be one of shell, json, got: 'yaml'"],
  [['web', '--task', 'X'], "--task must be a task with a container 'web', got: 'X'; available: PostHogServicesWebTask"],
])('refuses the arguments %j', async (argv, message) => {
  const { exitCode, err } = await environment(TEMPLATE, ...argv);
  expect(exitCode).toBe(2);
  expect(err).toContain(message);
});

test('refuses a template without tasks', async () => {
  expect(await environment({ Resources: {} }, 'web')).toMatchObject({
    exitCode: 2,
    err: 'cdk-posthog: the template has no ECS task; name the template of the services with --template FILE',
  });
});

test('refuses a template that is missing', async () => {
  expect(await cli('environment', 'web', '-t', 'missing.json')).toMatchObject({ exitCode: 2 });
});
