import { Template } from 'aws-cdk-lib/assertions';
import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { Postgres, PostgresAttributes } from '../../lib';
import { newStack } from '../helpers/stack';

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
  expect(Postgres.fromPostgresAttributes(stack, 'Postgres', { urlSecret: secret(stack, 'url'), personsUrlSecret }).personsUrlSecret).toBe(personsUrlSecret);
});

test('Node processes are given the same secrets, or others', () => {
  const stack = newStack();
  const [urlSecret, personsUrlSecret, nodeUrlSecret, nodePersonsUrlSecret] = ['url', 'persons', 'node', 'node-persons'].map((name) => secret(stack, name));
  const given = (id: string, attrs: Omit<PostgresAttributes, 'urlSecret'>) => Postgres.fromPostgresAttributes(stack, id, { urlSecret, ...attrs });
  expect(given('None', {})).toMatchObject({ nodeUrlSecret: urlSecret, nodePersonsUrlSecret: urlSecret });
  expect(given('Persons', { personsUrlSecret })).toMatchObject({ nodeUrlSecret: urlSecret, nodePersonsUrlSecret: personsUrlSecret });
  expect(given('Node', { nodeUrlSecret })).toMatchObject({ nodeUrlSecret, nodePersonsUrlSecret: nodeUrlSecret });
  expect(given('All', { personsUrlSecret, nodeUrlSecret, nodePersonsUrlSecret })).toMatchObject({ nodeUrlSecret, nodePersonsUrlSecret });
});

test.each([[undefined, '5432'], [6432, '6432']])('with port %p connections are made on %s', (port, expected) => {
  const stack = newStack();
  expect(String(Postgres.fromPostgresAttributes(stack, 'Postgres', { urlSecret: secret(stack, 'url'), port }).connections.defaultPort)).toBe(expected);
});

test('the given security groups are its connections', () => {
  const stack = newStack();
  const group = SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1');
  expect(Postgres.fromPostgresAttributes(stack, 'Postgres', { urlSecret: secret(stack, 'url'), securityGroups: [group] }).connections.securityGroups).toEqual([group]);
});

test('nothing is created', () => {
  const stack = newStack();
  Postgres.fromPostgresAttributes(stack, 'Postgres', { urlSecret: secret(stack, 'url') });
  expect(Template.fromStack(stack).toJSON()).not.toHaveProperty('Resources');
});
