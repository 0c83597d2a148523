import { SecretValue } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { Postgres, PostgresAttributes } from '../../../lib';
import { requireAttribute } from '../../../lib/catalog/processes/shared/postgres';
import { newStack } from '../../helpers/stack';

function secret(scope: Construct, name: string): ISecret {
  return Secret.fromSecretNameV2(scope, name, name);
}

test('persons are in the same database by default', () => {
  const stack = newStack();
  const urlSecret = secret(stack, 'url');
  const postgres = Postgres.fromPostgresAttributes(stack, 'Postgres', { urlSecret });
  expect(postgres.urlSecret).toBe(urlSecret);
  expect(postgres.personsUrlSecret).toBe(urlSecret);
});

test('persons can be in a database of their own', () => {
  const stack = newStack();
  const personsUrlSecret = secret(stack, 'persons');
  expect(Postgres.fromPostgresAttributes(stack, 'Postgres', { urlSecret: secret(stack, 'url'), personsUrlSecret }).personsUrlSecret).toBe(
    personsUrlSecret,
  );
});

test('Node processes are given the same secrets, or others', () => {
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

test('what only some processes need is not known unless it is said', () => {
  const stack = newStack();
  const urlSecret = secret(stack, 'url');
  const unsaid = Postgres.fromPostgresAttributes(stack, 'Unsaid', { urlSecret });
  expect([unsaid.credentials, unsaid.host, unsaid.cyclotronUrlSecret, unsaid.nodeCyclotronUrlSecret]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  expect(unsaid).toMatchObject({ port: 5432, tls: true });
  const [credentials, cyclotronUrlSecret, nodeCyclotronUrlSecret] = ['credentials', 'cyclotron', 'node-cyclotron'].map((name) => secret(stack, name));
  const said = { credentials, host: 'db.internal', port: 6432, tls: false, cyclotronUrlSecret, nodeCyclotronUrlSecret };
  expect(Postgres.fromPostgresAttributes(stack, 'Said', { urlSecret, ...said })).toMatchObject(said);
  expect(Postgres.fromPostgresAttributes(stack, 'One', { urlSecret, cyclotronUrlSecret })).toMatchObject({
    cyclotronUrlSecret,
    nodeCyclotronUrlSecret: cyclotronUrlSecret,
  });
});

test('whoever needs what is not known is told its name, and gets what is', () => {
  const stack = newStack();
  const urlSecret = secret(stack, 'url');
  const unsaid = Postgres.fromPostgresAttributes(stack, 'Unsaid', { urlSecret });
  expect(() => requireAttribute(unsaid, 'host', 'temporal, which does not support connection URLs')).toThrow(
    '`host` of the PostgreSQL server is required for temporal, which does not support connection URLs, got: undefined; pass it to Postgres.fromPostgresAttributes()',
  );
  expect(requireAttribute(Postgres.fromPostgresAttributes(stack, 'Said', { urlSecret, host: 'db.internal' }), 'host', 'temporal')).toBe(
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
])('fails when the host is %s', (_, host, message) => {
  const stack = newStack();
  expect(() => Postgres.fromPostgresAttributes(stack, 'Postgres', { urlSecret: secret(stack, 'url'), host })).toThrow(message);
});

test('fails when the credentials are known to be no JSON, or a URL to be JSON', () => {
  const stack = newStack();
  const urlSecret = secret(stack, 'url');
  const text = new Secret(stack, 'Text');
  const literal = new Secret(stack, 'Literal', { secretStringValue: SecretValue.unsafePlainText('posthog:secret') });
  const json = new Secret(stack, 'Json', { generateSecretString: { secretStringTemplate: '{"username":"posthog"}', generateStringKey: 'password' } });
  const reference = new Secret(stack, 'Reference', { secretStringValue: SecretValue.secretsManager('other') });
  for (const [index, credentials] of [text, literal].entries()) {
    expect(() => Postgres.fromPostgresAttributes(stack, `Credentials${index}`, { urlSecret, credentials })).toThrow(
      `\`credentials\` must be a secret with the keys username and password, got: '${credentials.node.path}, whose whole text is the value'; ` +
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
])('with port %p connections are made on %s', (port, expected) => {
  const stack = newStack();
  expect(String(Postgres.fromPostgresAttributes(stack, 'Postgres', { urlSecret: secret(stack, 'url'), port }).connections.defaultPort)).toBe(
    expected,
  );
});

test('the given security groups are its connections', () => {
  const stack = newStack();
  const group = SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1');
  expect(
    Postgres.fromPostgresAttributes(stack, 'Postgres', { urlSecret: secret(stack, 'url'), securityGroups: [group] }).connections.securityGroups,
  ).toEqual([group]);
});

test('nothing is created', () => {
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
