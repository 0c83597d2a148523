import { SecretValue } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { Postgres, PostgresAttributes } from '../../../lib';
import { forMigrations, requireAttribute } from '../../../lib/catalog/processes/shared/postgres';
import { newStack } from '../../helpers/stack';

function secret(scope: Construct, name: string): ISecret {
  return Secret.fromSecretNameV2(scope, name, name);
}

test('imported Postgres has one database for persons and everything else by default', () => {
  const stack = newStack();
  const urlSecret = secret(stack, 'url');
  const postgres = Postgres.fromPostgresAttributes(stack, 'Postgres', { urlSecret });
  expect(postgres.urlSecret).toBe(urlSecret);
  expect(postgres.personsUrlSecret).toBe(urlSecret);
});

test('imported Postgres takes `personsUrlSecret`', () => {
  const stack = newStack();
  const personsUrlSecret = secret(stack, 'persons');
  expect(Postgres.fromPostgresAttributes(stack, 'Postgres', { urlSecret: secret(stack, 'url'), personsUrlSecret }).personsUrlSecret).toBe(
    personsUrlSecret,
  );
});

test('imported Postgres gives Node processes the same secrets, or their own', () => {
  const stack = newStack();
  const [urlSecret, personsUrlSecret, nodeUrlSecret, nodePersonsUrlSecret] = ['url', 'persons', 'node', 'node-persons'].map((name) =>
    secret(stack, name),
  );
  const given = (id: string, attrs: Omit<PostgresAttributes, 'urlSecret'>) => Postgres.fromPostgresAttributes(stack, id, { urlSecret, ...attrs });
  expect(given('None', {})).toMatchObject({ nodeUrlSecret: urlSecret, nodePersonsUrlSecret: urlSecret });
  expect(given('Persons', { personsUrlSecret })).toMatchObject({ nodeUrlSecret: urlSecret, nodePersonsUrlSecret: personsUrlSecret });
  expect(given('Node', { nodeUrlSecret })).toMatchObject({ nodeUrlSecret, nodePersonsUrlSecret: nodeUrlSecret });
  expect(given('All', { personsUrlSecret, nodeUrlSecret, nodePersonsUrlSecret })).toMatchObject({ nodeUrlSecret, nodePersonsUrlSecret });
});

test('imported Postgres has optional attributes only if they are passed in', () => {
  const stack = newStack();
  const urlSecret = secret(stack, 'url');
  const bare = Postgres.fromPostgresAttributes(stack, 'Bare', { urlSecret });
  expect([bare.credentials, bare.host, bare.cyclotronUrlSecret, bare.nodeCyclotronUrlSecret]).toEqual([undefined, undefined, undefined, undefined]);
  expect(bare).toMatchObject({ port: 5432, tls: true });
  const [credentials, cyclotronUrlSecret, nodeCyclotronUrlSecret] = ['credentials', 'cyclotron', 'node-cyclotron'].map((name) => secret(stack, name));
  const all = { credentials, host: 'db.internal', port: 6432, tls: false, cyclotronUrlSecret, nodeCyclotronUrlSecret };
  expect(Postgres.fromPostgresAttributes(stack, 'Full', { urlSecret, ...all })).toMatchObject(all);
  expect(Postgres.fromPostgresAttributes(stack, 'One', { urlSecret, cyclotronUrlSecret })).toMatchObject({
    cyclotronUrlSecret,
    nodeCyclotronUrlSecret: cyclotronUrlSecret,
  });
});

test('imported Postgres has logins by purpose only if they are passed in', () => {
  const stack = newStack();
  const [urlSecret, personsUrlSecret, ownerUrlSecret, readerUrlSecret] = ['url', 'persons', 'owner', 'reader'].map((name) => secret(stack, name));
  const given = (id: string, attrs: Omit<PostgresAttributes, 'urlSecret'>) => Postgres.fromPostgresAttributes(stack, id, { urlSecret, ...attrs });
  const { ownerUrlSecret: owner, personsOwnerUrlSecret, readerUrlSecret: reader, personsReaderUrlSecret, loginCredentials } = given('Bare', {});
  expect([owner, personsOwnerUrlSecret, reader, personsReaderUrlSecret, loginCredentials]).toEqual(Array(5).fill(undefined));
  expect(given('One', { ownerUrlSecret, readerUrlSecret })).toMatchObject({
    ownerUrlSecret,
    personsOwnerUrlSecret: ownerUrlSecret,
    readerUrlSecret,
    personsReaderUrlSecret: readerUrlSecret,
  });
  const apart = given('Apart', { personsUrlSecret, ownerUrlSecret, readerUrlSecret });
  expect([apart.personsOwnerUrlSecret, apart.personsReaderUrlSecret]).toEqual([undefined, undefined]);
  expect(forMigrations(apart)).toMatchObject({ urlSecret: ownerUrlSecret, personsUrlSecret });
});

test('requireAttribute returns an attribute, or names the missing one', () => {
  const stack = newStack();
  const urlSecret = secret(stack, 'url');
  const bare = Postgres.fromPostgresAttributes(stack, 'Bare', { urlSecret });
  expect(() => requireAttribute(bare, 'host', 'temporal, which does not support connection URLs')).toThrow(
    '`host` of the PostgreSQL server is required for temporal, which does not support connection URLs; pass it to Postgres.fromPostgresAttributes()',
  );
  expect(requireAttribute(Postgres.fromPostgresAttributes(stack, 'Full', { urlSecret, host: 'db.internal' }), 'host', 'temporal')).toBe(
    'db.internal',
  );
});

test.each([
  ['a URL', 'postgres://db.internal', "`host` must be a host name, without scheme and port, got: 'postgres://db.internal'"],
  [
    'a reader endpoint of Aurora',
    'posthog.cluster-ro-abc123.eu-central-1.rds.amazonaws.com',
    '; this is a reader endpoint, and PostHog writes; use the writer endpoint',
  ],
])('imported Postgres rejects %s as `host`', (_, host, message) => {
  const stack = newStack();
  expect(() => Postgres.fromPostgresAttributes(stack, 'Postgres', { urlSecret: secret(stack, 'url'), host })).toThrow(message);
});

test('imported Postgres rejects `credentials` without JSON and URL secrets with JSON', () => {
  const stack = newStack();
  const urlSecret = secret(stack, 'url');
  const text = new Secret(stack, 'Text');
  const literal = new Secret(stack, 'Literal', { secretStringValue: SecretValue.unsafePlainText('posthog:secret') });
  const json = new Secret(stack, 'Json', { generateSecretString: { secretStringTemplate: '{"username":"posthog"}', generateStringKey: 'password' } });
  const reference = new Secret(stack, 'Reference', { secretStringValue: SecretValue.secretsManager('other') });
  for (const [index, credentials] of [text, literal].entries()) {
    expect(() => Postgres.fromPostgresAttributes(stack, `Credentials${index}`, { urlSecret, credentials })).toThrow(
      `\`credentials\` must be a secret that contains JSON with the keys username and password, got: ${credentials.node.path}; ` +
        'create one that contains JSON: {"username": "...", "password": "..."}',
    );
  }
  for (const name of ['cyclotronUrlSecret', 'nodeCyclotronUrlSecret']) {
    expect(() => Postgres.fromPostgresAttributes(stack, name, { urlSecret, [name]: json })).toThrow(
      `\`${name}\` must be a secret whose whole text is the value`,
    );
  }
  [json, reference].forEach((credentials, index) => {
    expect(Postgres.fromPostgresAttributes(stack, `Fine${index}`, { urlSecret, credentials }).credentials).toBe(credentials);
  });
});

test.each([
  [undefined, '5432'],
  [6432, '6432'],
])('imported Postgres with `port` %p has connections on port %s', (port, expected) => {
  const stack = newStack();
  expect(String(Postgres.fromPostgresAttributes(stack, 'Postgres', { urlSecret: secret(stack, 'url'), port }).connections.defaultPort)).toBe(
    expected,
  );
});

test('imported Postgres has the security groups that are passed in', () => {
  const stack = newStack();
  const group = SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1');
  expect(
    Postgres.fromPostgresAttributes(stack, 'Postgres', { urlSecret: secret(stack, 'url'), securityGroups: [group] }).connections.securityGroups,
  ).toEqual([group]);
});

test('imported Postgres defines no resources', () => {
  const stack = newStack();
  Postgres.fromPostgresAttributes(stack, 'Postgres', { urlSecret: secret(stack, 'url') });
  expect(Template.fromStack(stack).toJSON()).not.toHaveProperty('Resources');
});

test.each([
  ['instanceIdentifier', 'DBInstanceIdentifier'],
  ['clusterIdentifier', 'DBClusterIdentifier'],
] as const)('imported Postgres with `%s` has metrics by %s', (attribute, dimension) => {
  const stack = newStack();
  const postgres = Postgres.fromPostgresAttributes(stack, 'Postgres', { urlSecret: secret(stack, 'url'), [attribute]: 'posthog' });
  expect(postgres[attribute]).toBe('posthog');
  expect(postgres.metricDatabaseConnections()).toMatchObject({ metricName: 'DatabaseConnections', dimensions: { [dimension]: 'posthog' } });
});

test('imported Postgres without an identifier has no metrics', () => {
  const stack = newStack();
  expect(() => Postgres.fromPostgresAttributes(stack, 'Postgres', { urlSecret: secret(stack, 'url') }).metric('CPUUtilization')).toThrow(
    '[Stack/Postgres] `instanceIdentifier` is required for metrics, because CloudWatch has them by that name; ' +
      'pass it to Postgres.fromPostgresAttributes()',
  );
});

test('imported Postgres rejects both identifiers together', () => {
  const stack = newStack();
  const both = { instanceIdentifier: 'one', clusterIdentifier: 'other' };
  expect(() => Postgres.fromPostgresAttributes(stack, 'Postgres', { urlSecret: secret(stack, 'url'), ...both })).toThrow(
    '[Stack/Postgres] `instanceIdentifier` cannot be combined with `clusterIdentifier`; a server is either an RDS instance or an Aurora cluster',
  );
});
