import { awsEnvironment, useEnvironment } from '../aws-environment';
import { Answers, denied, refusal, Wire } from '../doctor/wire';
import { cli, inFolder } from '../fixtures';
import { READS, WRITES } from '../../../cli/rotate-keys/rotation-api';

let wire: Wire;
beforeAll(async () => {
  wire = await Wire.start();
});
afterAll(() => wire.stop());
useEnvironment(() => awsEnvironment(wire));

const ARN = 'arn:aws:ecs:eu-central-1:111122223333:service/cluster-1/';
const secretArn = (name: string) => `arn:aws:secretsmanager:eu-central-1:111122223333:secret:${name}`;
const DAY = 24 * 60 * 60;

interface Version {
  readonly id: string;
  readonly text: string;
  readonly created: number;
  stages: string[];
}

/** Secrets Manager with versions and staging labels, and services whose tasks start when they are restarted. Built from the models of the SDK. */
class Account {
  public now = 1_780_000_000;
  public readonly secrets: Record<string, Version[]> = {};
  public readonly started: Record<string, number> = {};
  public rolloutState = 'COMPLETED';
  /** The number of writes after which the next one fails. */
  public writesLeft = Infinity;

  public constructor(
    private readonly variables: Readonly<Record<string, Readonly<Record<string, string>>>>,
    values: Readonly<Record<string, string>>,
  ) {
    Object.entries(values).forEach(
      ([name, text]) => (this.secrets[secretArn(name)] = [{ id: `${name}-1`, text, created: this.now, stages: ['AWSCURRENT'] }]),
    );
    Object.keys(variables).forEach((process) => (this.started[`${ARN}${process}`] = this.now));
  }

  public valueOf(name: string, stage = 'AWSCURRENT'): string | undefined {
    return this.secrets[secretArn(name)].find(({ stages }) => stages.includes(stage))?.text;
  }

  public get template(): object {
    const of = (process: string) => ({
      [`${process}Task`]: { Type: 'AWS::ECS::TaskDefinition', Properties: { ContainerDefinitions: [{ Name: process }] } },
      [`${process}Service`]: { Type: 'AWS::ECS::Service', Properties: { TaskDefinition: { Ref: `${process}Task` } } },
    });
    return { Resources: Object.assign({}, ...Object.keys(this.variables).map(of)) as object };
  }

  public get answers(): Answers {
    return {
      'cloudformation:ListStackResources': () => ({
        StackResourceSummaries: Object.keys(this.variables).map((process) => ({
          LogicalResourceId: `${process}Service`,
          PhysicalResourceId: `${ARN}${process}`,
          ResourceType: 'AWS::ECS::Service',
          ResourceStatus: 'CREATE_COMPLETE',
          LastUpdatedTimestamp: '2026-07-01T00:00:00Z',
        })),
      }),
      'ecs:DescribeServices': ({ services }) => ({
        services: [
          { serviceArn: (services as string[])[0], taskDefinition: (services as string[])[0], deployments: [{ rolloutState: this.rolloutState }] },
        ],
      }),
      'ecs:DescribeTaskDefinition': ({ taskDefinition }) => {
        const variables = this.variables[String(taskDefinition).split('/').at(-1)!];
        const secrets = Object.entries(variables).map(([name, secret]) => ({ name, valueFrom: secretArn(secret) }));
        return { taskDefinition: { containerDefinitions: [{ name: 'a', secrets }] } };
      },
      'ecs:ListTasks': ({ serviceName }) => ({ taskArns: [serviceName] }),
      'ecs:DescribeTasks': ({ tasks }) => ({ tasks: (tasks as string[]).map((taskArn) => ({ taskArn, createdAt: this.started[taskArn] })) }),
      'ecs:UpdateService': ({ service, forceNewDeployment }) => {
        expect(forceNewDeployment).toBe(true);
        this.started[String(service)] = this.now + 1;
        return { service: {} };
      },
      'secretsmanager:DescribeSecret': ({ SecretId }) => ({
        ARN: SecretId,
        VersionIdsToStages: Object.fromEntries(this.secrets[String(SecretId)].map(({ id, stages }) => [id, stages])),
      }),
      'secretsmanager:GetSecretValue': ({ SecretId, VersionStage }) => {
        const found = this.secrets[String(SecretId)].find(({ stages }) => stages.includes(String(VersionStage)));
        return found ? { SecretString: found.text, CreatedDate: found.created, VersionId: found.id } : refusal('ResourceNotFoundException');
      },
      'secretsmanager:PutSecretValue': ({ SecretId, SecretString, VersionStages }) => {
        if (this.writesLeft-- <= 0) {
          return refusal('InternalServiceError', 'try again');
        }
        const versions = this.secrets[String(SecretId)];
        this.now += 1;
        const current = versions.find(({ stages }) => stages.includes('AWSCURRENT'))!;
        versions.forEach(
          (version) => (version.stages = version.stages.filter((stage) => !['AWSPREVIOUS', ...(VersionStages as string[])].includes(stage))),
        );
        current.stages.push('AWSPREVIOUS');
        versions.push({ id: `v${versions.length + 1}`, text: String(SecretString), created: this.now, stages: [...(VersionStages as string[])] });
        return { ARN: SecretId };
      },
      'secretsmanager:UpdateSecretVersionStage': ({ SecretId, VersionStage, MoveToVersionId }) => {
        this.secrets[String(SecretId)].forEach((version) => {
          version.stages = [
            ...version.stages.filter((stage) => stage !== VersionStage),
            ...(version.id === MoveToVersionId ? [String(VersionStage)] : []),
          ];
        });
        return { ARN: SecretId };
      },
    };
  }
}

async function rotate(account: Account, ...argv: string[]) {
  wire.answers = account.answers;
  wire.asked = [];
  jest.useFakeTimers({
    now: account.now * 1000,
    doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'queueMicrotask', 'performance', 'hrtime'],
  });
  try {
    return await inFolder({ 'a.template.json': JSON.stringify(account.template) }, () => cli('rotate-keys', ...argv, '-t', 'a.template.json'));
  } finally {
    jest.useRealTimers();
  }
}

const DJANGO = {
  SECRET_KEY: 'key',
  SECRET_KEY_FALLBACKS: 'fallbacks',
  JWT_SIGNING_KEY_FALLBACKS: 'key',
  FLAGS_SECRET_KEYS: 'flags',
  ENCRYPTION_SALT_KEYS: 'salt',
};
const newAccount = () =>
  new Account(
    { 'web': DJANGO, 'feature-flags': { FLAGS_SECRET_KEYS: 'flags' }, 'capture': {} },
    { key: 'old', fallbacks: 'old', flags: 'f1', salt: 's1' },
  );

test('without --run, it reads and changes nothing', async () => {
  const account = newAccount();
  const { exitCode, out } = await rotate(account, 'secret-key');
  expect(exitCode).toBe(0);
  expect(out).toContain('next: 1 of 3, add');
  expect(out).toContain('read by web\n');
  expect(out).not.toContain('old,');
  expect(wire.asked.filter((action) => (WRITES as readonly string[]).includes(action))).toEqual([]);
  expect(account.secrets[secretArn('key')]).toHaveLength(1);
});

test('SECRET_KEY is rotated in three steps, each with new tasks, and no key is ever lost', async () => {
  const account = newAccount();
  expect((await rotate(account, 'secret-key', '--run')).out).toContain('done: 1 of 3, add');
  expect([...new Set(wire.asked)].filter((action) => (WRITES as readonly string[]).includes(action)).sort()).toEqual([...WRITES]);
  await rotate(account, 'secret-key');
  expect([...new Set(wire.asked)].sort()).toEqual([...READS]);
  expect(account.valueOf('key')).toBe('old');
  const created = account.valueOf('fallbacks')!;
  expect(created).toMatch(/^[A-Za-z0-9]{64}$/);

  expect((await rotate(account, 'secret-key', '--run')).out).toContain('done: 2 of 3, swap');
  expect([account.valueOf('key'), account.valueOf('fallbacks')]).toEqual([created, 'old']);
  expect([account.valueOf('key', 'POSTHOG_BEFORE_ROTATION'), account.valueOf('fallbacks', 'POSTHOG_BEFORE_ROTATION')]).toEqual(['old', 'old']);

  account.now += 13 * DAY;
  const early = await rotate(account, 'secret-key', '--run');
  expect(early.exitCode).toBe(1);
  expect(early.out).toContain('✗ 14 days since the swap, which was 13 days ago');
  expect(early.out).toContain('✗ `python manage.py audit_encrypted_field_keys` has succeeded');
  expect(account.valueOf('fallbacks')).toBe('old');

  account.now += DAY;
  expect((await rotate(account, 'secret-key', '--run')).exitCode).toBe(1);
  expect((await rotate(account, 'secret-key', '--run', '--checked')).out).toContain('done: 3 of 3, remove');
  expect([account.valueOf('key'), account.valueOf('fallbacks')]).toEqual([created, created]);

  // The next rotation begins again, although the version of the key is that of the last swap.
  expect((await rotate(account, 'secret-key')).out).toContain('next: 1 of 3, add');
  await rotate(account, 'secret-key', '--run');
  expect((await rotate(account, 'secret-key')).out).toContain('next: 2 of 3, swap');
});

test('FLAGS_SECRET_KEYS is rotated within its list, for the app and for feature-flags', async () => {
  const account = newAccount();
  const { out } = await rotate(account, 'flags-secret-keys', '--run');
  expect(out).toContain('read by web, feature-flags\n');
  const [first, created] = account.valueOf('flags')!.split(',');
  expect(first).toBe('f1');
  await rotate(account, 'flags-secret-keys', '--run');
  expect(account.valueOf('flags')).toBe(`${created},f1`);
  expect(await rotate(account, 'flags-secret-keys', '--run')).toMatchObject({ exitCode: 1 });
  await rotate(account, 'flags-secret-keys', '--run', '--checked');
  expect(account.valueOf('flags')).toBe(created);
});

test('the old key of ENCRYPTION_SALT_KEYS is never removed, and a second rotation puts another one in front', async () => {
  const account = newAccount();
  for (let i = 0; i < 4; i++) {
    await rotate(account, 'encryption-salt-keys', '--run', '--checked');
  }
  const keys = account.valueOf('salt')!.split(',');
  expect(keys).toHaveLength(3);
  expect(keys).toContain('s1');
  expect(keys[0]).not.toBe('s1');
  expect((await rotate(account, 'encryption-salt-keys')).out).toContain('note: the old key stays in the list');
});

test('a step waits for a deployment that is under way', async () => {
  const account = newAccount();
  account.rolloutState = 'IN_PROGRESS';
  const { exitCode, out } = await rotate(account, 'secret-key', '--run');
  expect([exitCode, account.valueOf('fallbacks')]).toEqual([1, 'old']);
  expect(out).toContain('✗ a deployment is under way: web');
});

test('tasks that have not read the last values are started again before the next step', async () => {
  const account = newAccount();
  await rotate(account, 'secret-key', '--run');
  account.started[`${ARN}web`] = account.now - 5;
  const { exitCode, out } = await rotate(account, 'secret-key', '--run');
  expect(exitCode).toBe(0);
  expect(out).toContain('✗ tasks have not started since the last step: web');
  expect(out).toContain('done: start new tasks of the services above');
  expect(account.valueOf('key')).toBe('old');
  expect((await rotate(account, 'secret-key')).out).toContain('next: 2 of 3, swap');
});

test.each([1, 2])('a swap that fails after %d writes loses no key, and the next run finishes it', async (writes) => {
  const account = newAccount();
  await rotate(account, 'secret-key', '--run');
  const created = account.valueOf('fallbacks')!;
  account.writesLeft = writes;
  expect((await rotate(account, 'secret-key', '--run')).exitCode).toBe(2);
  const accepted = [account.valueOf('key'), ...account.valueOf('fallbacks')!.split(',')];
  expect(accepted).toEqual(expect.arrayContaining(['old', created]));
  account.writesLeft = Infinity;
  await rotate(account, 'secret-key', '--run');
  await rotate(account, 'secret-key', '--run');
  expect([account.valueOf('key'), account.valueOf('fallbacks')]).toEqual([created, 'old']);
});

test('a key whose fallbacks have no variable yet is refused, with the prop to set', async () => {
  const account = new Account({ web: { OIDC_RSA_PRIVATE_KEY: 'oidc' } }, { oidc: 'pem' });
  const { exitCode, err } = await rotate(account, 'oidc-rsa-private-key');
  expect(exitCode).toBe(2);
  expect(err).toContain('`secrets: { OIDC_RSA_PRIVATE_KEY_INACTIVE_1: ecs.Secret.fromSecretsManager(secret) }`');
});

test('OIDC_RSA_PRIVATE_KEY keeps the old key as the inactive one', async () => {
  const account = new Account(
    { web: { OIDC_RSA_PRIVATE_KEY: 'oidc', OIDC_RSA_PRIVATE_KEY_INACTIVE_1: 'inactive' } },
    { oidc: 'pem', inactive: 'pem' },
  );
  await rotate(account, 'oidc-rsa-private-key', '--run');
  const created = account.valueOf('inactive')!;
  account.writesLeft = 1;
  await rotate(account, 'oidc-rsa-private-key', '--run');
  expect([account.valueOf('oidc'), account.valueOf('inactive')]).toEqual([created, created]);
  account.writesLeft = Infinity;
  expect((await rotate(account, 'oidc-rsa-private-key')).out).toContain('next: finish the step that was interrupted');
  await rotate(account, 'oidc-rsa-private-key', '--run');
  expect([account.valueOf('oidc'), account.valueOf('inactive')]).toEqual([created, 'pem']);
});

test('no key is printed', async () => {
  const account = newAccount();
  const texts = [await rotate(account, 'secret-key', '--run', '--json'), await rotate(account, 'flags-secret-keys', '--run')].map(
    ({ out, err }) => out + err,
  );
  const keys = ['key', 'fallbacks', 'flags'].flatMap((name) => account.valueOf(name)!.split(',')).filter((key) => key.length > 10);
  keys.forEach((key) => expect(texts.join()).not.toContain(key));
});

test('missing permissions stop the command', async () => {
  const account = newAccount();
  wire.answers = { ...account.answers, 'secretsmanager:GetSecretValue': denied };
  const { exitCode, err } = await inFolder({ 'a.template.json': JSON.stringify(account.template) }, () =>
    cli('rotate-keys', 'secret-key', '-t', 'a.template.json'),
  );
  expect([exitCode, err]).toEqual([2, expect.stringContaining('the credentials do not allow secretsmanager:GetSecretValue')]);
});

test.each([[['nonsense']], [['constructor']], [['secret-key', 'more']]])('refuses %j', async (argv) => {
  const { exitCode, err } = await cli('rotate-keys', ...argv);
  expect([exitCode, err]).toEqual([
    2,
    expect.stringContaining('KEY must be one of secret-key, encryption-salt-keys, flags-secret-keys, oidc-rsa-private-key'),
  ]);
});
