import { Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { AuroraPostgres, Postgres, PostgresLogins, PostgresProps, PostHogNetwork, PostHogStores } from '../../../lib';
import { LOGIN_NAMES } from '../../../lib/stores/postgres/postgres-url';
import { environmentOf, newPostHog, newStack, stores } from '../../helpers/stack';
import { executionRoleStatements, idOf, ofType } from '../../helpers/template';
import { zonedStack } from '../../helpers/zones';
import { network } from '../networks';

const SECRET = 'AWS::SecretsManager::Secret';
const BY_PURPOSE = { logins: PostgresLogins.BY_PURPOSE };

function server(props: Partial<PostgresProps> = BY_PURPOSE): { stack: Stack; postgres: Postgres } {
  const { stack, vpc } = network();
  return { stack, postgres: new Postgres(stack, 'Postgres', { vpc, ...props }) };
}

/** The secrets of a template: their ids without prefix and hash, with the names of their users. */
function secretsOf(stack: Stack): string[] {
  return ofType<{ SecretString?: unknown; GenerateSecretString?: { SecretStringTemplate: string } }>(Template.fromStack(stack), SECRET).map(
    ([id, { Properties }]) => {
      const text = JSON.stringify(Properties.SecretString ?? Properties.GenerateSecretString?.SecretStringTemplate);
      const [, user] = /postgres:\/\/(\w+):|username\\":\\"(\w+)/.exec(text)!.filter((found) => found !== undefined);
      return `${id.replace(/^Postgres/, '').replace(/[0-9A-F]{8}$/, '')} ${user}`;
    },
  );
}

test('Postgres has a single login by default', () => {
  const { stack, postgres } = server({});
  expect(secretsOf(stack)).toEqual(['Credentials posthog', 'Url posthog', 'NodeUrl posthog', 'CyclotronUrl posthog', 'NodeCyclotronUrl posthog']);
  expect([postgres.ownerUrlSecret, postgres.readerUrlSecret, postgres.loginCredentials, postgres._singleLogin]).toEqual(Array(4).fill(undefined));
});

test('Postgres with logins by purpose has a password for each, and keeps the secrets of the single login', () => {
  expect(secretsOf(server().stack)).toEqual([
    ...secretsOf(server({}).stack),
    `ApplicationCredentials ${LOGIN_NAMES.application}`,
    `ReaderCredentials ${LOGIN_NAMES.reader}`,
    `TemporalCredentials ${LOGIN_NAMES.temporal}`,
    `ApplicationUrl ${LOGIN_NAMES.application}`,
    `ApplicationNodeUrl ${LOGIN_NAMES.application}`,
    `ApplicationNodeCyclotronUrl ${LOGIN_NAMES.application}`,
    `ReaderUrl ${LOGIN_NAMES.reader}`,
  ]);
});

test('each URL has the password of its login', () => {
  const urls = ofType<{ SecretString?: { 'Fn::Join': [string, unknown[]] } }>(Template.fromStack(server().stack), SECRET)
    .filter(([id]) => /^Postgres(Application|Reader)\w*Url/.test(id))
    .map(([, { Properties }]) => Properties.SecretString!['Fn::Join'][1])
    .map(([, password, , , rest]) => [idOf(password).replace(/[0-9A-F]{8}$/, ''), rest]);
  expect(urls).toEqual([
    ['PostgresApplicationCredentials', ':5432/posthog?sslmode=require&connect_timeout=5'],
    ['PostgresApplicationCredentials', ':5432/posthog?sslmode=no-verify'],
    ['PostgresApplicationCredentials', ':5432/cyclotron_node?sslmode=no-verify'],
    ['PostgresReaderCredentials', ':5432/posthog?sslmode=require&connect_timeout=5'],
  ]);
});

test('AuroraPostgres supports logins by purpose', () => {
  const { stack, vpc } = network();
  const postgres = new AuroraPostgres(stack, 'Postgres', { vpc, ...BY_PURPOSE });
  expect([postgres.urlSecret, postgres.ownerUrlSecret, postgres.readerUrlSecret].map((secret) => secret?.node.id)).toEqual([
    'ApplicationUrl',
    'Url',
    'ReaderUrl',
  ]);
});

test('a master user must not have the name of a login', () => {
  expect(() => server({ ...BY_PURPOSE, snapshotIdentifier: 'before', username: LOGIN_NAMES.reader })).toThrow(
    "`username` must not be the login of a process, got: 'posthog_reader'; restore the snapshot with its master user",
  );
});

/** The id of the secret of the server that a value refers to, without prefix and hash. */
function secretOf(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /"Ref":"Postgres(\w+)[0-9A-F]{8}"/.exec(text)![1];
}

describe('a PostHog with logins by purpose', () => {
  const stack = zonedStack();
  const { vpc, loadBalancerSubnets, serviceSubnets } = new PostHogNetwork(stack, 'Network');
  newPostHog(stack, {
    products: undefined,
    vpc,
    loadBalancerSubnets,
    serviceSubnets,
    postgres: new Postgres(stack, 'Postgres', { vpc, ...BY_PURPOSE }),
  });
  const template = Template.fromStack(stack);
  const idsOf = (container: string, pattern: RegExp) =>
    Object.fromEntries(
      Object.entries(environmentOf(template, container))
        .filter(([name]) => pattern.test(name))
        .map(([name, value]) => [name, secretOf((value as { secret: unknown }).secret)]),
    );
  const DATABASES = /(DATABASE|PERSONS_DB)\w*_URL$|^DATABASE_URL$|^POSTGRES_(USER|PWD)$|_LOGIN$/;

  test('gives each process its login', () => {
    expect({
      web: idsOf('web', DATABASES),
      plugins: idsOf('plugins', DATABASES),
      flags: idsOf('feature-flags', DATABASES),
      replica: idsOf('personhog-replica', DATABASES),
      temporal: idsOf('temporal', DATABASES),
    }).toEqual({
      web: { DATABASE_URL: 'ApplicationUrl', PERSONS_DB_READER_URL: 'ApplicationUrl', PERSONS_DB_WRITER_URL: 'ApplicationUrl' },
      plugins: {
        BEHAVIORAL_COHORTS_DATABASE_URL: 'ApplicationNodeUrl',
        CYCLOTRON_NODE_DATABASE_URL: 'ApplicationNodeCyclotronUrl',
        DATABASE_URL: 'ApplicationNodeUrl',
        PERSONS_DATABASE_URL: 'ApplicationNodeUrl',
        PERSONS_READONLY_DATABASE_URL: 'ApplicationNodeUrl',
      },
      flags: {
        PERSONS_READ_DATABASE_URL: 'ReaderUrl',
        PERSONS_WRITE_DATABASE_URL: 'ReaderUrl',
        READ_DATABASE_URL: 'ReaderUrl',
        WRITE_DATABASE_URL: 'ReaderUrl',
      },
      replica: { PRIMARY_DATABASE_URL: 'ApplicationUrl' },
      temporal: { POSTGRES_PWD: 'TemporalCredentials', POSTGRES_USER: 'TemporalCredentials' },
    });
  });

  test('migrates as the owner, and gives the passwords to the last container only', () => {
    const owner = { DATABASE_URL: 'Url', PERSONS_DB_READER_URL: 'Url', PERSONS_DB_WRITER_URL: 'Url' };
    expect(idsOf('checks', DATABASES)).toEqual(owner);
    expect(idsOf('cyclotron-node', DATABASES)).toEqual({ CYCLOTRON_NODE_DATABASE_URL: 'CyclotronUrl' });
    expect(idsOf('migrate', DATABASES)).toEqual({
      ...owner,
      MIGRATION_APPLICATION_LOGIN: 'ApplicationCredentials',
      MIGRATION_READER_LOGIN: 'ReaderCredentials',
      MIGRATION_TEMPORAL_LOGIN: 'TemporalCredentials',
    });
  });

  test.each([
    ['web', ['Url', 'ApplicationUrl']],
    ['plugins', ['NodeUrl', 'NodeCyclotronUrl', 'ApplicationNodeUrl', 'ApplicationNodeCyclotronUrl']],
    ['feature-flags', ['Url', 'ReaderUrl']],
    ['temporal', ['Credentials', 'TemporalCredentials']],
  ])('the execution role of %s also reads the single login, with which tasks start until they are replaced', (process, expected) => {
    const secrets = executionRoleStatements(template, process)
      .filter(({ actions }) => actions.includes('secretsmanager:GetSecretValue'))
      .flatMap(({ resources }) => resources)
      .map((resource) => JSON.stringify(resource))
      .filter((resource) => resource.includes('"Postgres'))
      .map(secretOf);
    expect(new Set(secrets)).toEqual(new Set(expected));
  });
});

test('PostHogStores exports the secrets of all logins, so that processes can change to them', () => {
  const stack = newStack();
  const vpc = new Vpc(stack, 'Vpc');
  new PostHogStores(stack, 'Stores', {
    ...stores(new Construct(stack, 'Others')),
    vpc,
    postgres: new Postgres(stack, 'Postgres', { vpc, ...BY_PURPOSE }),
  });
  const exported = Object.values(Template.fromStack(stack).toJSON().Outputs as Record<string, { Value: { Ref?: string } }>)
    .flatMap(({ Value: { Ref: id } }) => (id?.startsWith('Postgres') && /Url|Credentials/.test(id) ? [id.replace(/[0-9A-F]{8}$/, '')] : []))
    .map((id) => id.replace(/^Postgres/, ''));
  expect(new Set(exported)).toEqual(
    new Set([
      'Credentials',
      'Url',
      'NodeUrl',
      'CyclotronUrl',
      'NodeCyclotronUrl',
      'ApplicationCredentials',
      'ApplicationUrl',
      'ApplicationNodeUrl',
      'ApplicationNodeCyclotronUrl',
      'ReaderCredentials',
      'ReaderUrl',
      'TemporalCredentials',
    ]),
  );
});
