import { Duration, Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { AuroraPostgres, Postgres, PostgresLogins, PostHogStores, Product } from '../../lib';
import { newPostHog } from '../helpers/stack';
import { idOf, ofType } from '../helpers/template';
import { zonedStack } from '../helpers/zones';

interface Secret {
  readonly SecretString?: unknown;
}

/**
 * The rotations that would lock clients out: those of a secret whose value another secret contains, which a rotation does not write. Processes read
 * connection URLs when they start.
 */
function lockingRotations(template: Template): string[] {
  const copied = new Set(
    ofType<Secret>(template, 'AWS::SecretsManager::Secret').flatMap(([, { Properties }]) => {
      const text = JSON.stringify(Properties.SecretString ?? '');
      return [...text.matchAll(/resolve:secretsmanager:",\{"Ref":"(\w+)"\}/g)].map(([, id]) => id);
    }),
  );
  const attached = new Map(
    ofType<{ SecretId: unknown }>(template, 'AWS::SecretsManager::SecretTargetAttachment').map(([id, { Properties }]) => [
      id,
      idOf(Properties.SecretId),
    ]),
  );
  return ofType<{ SecretId: unknown }>(template, 'AWS::SecretsManager::RotationSchedule').flatMap(([id, { Properties }]) => {
    const secret = idOf(Properties.SecretId);
    return copied.has(attached.get(secret) ?? secret) ? [id] : [];
  });
}

const automaticallyAfter = Duration.days(30);

function rotation(stack: Stack): LambdaFunction {
  return new LambdaFunction(stack, 'Rotation', { runtime: Runtime.NODEJS_24_X, handler: 'index.handler', code: Code.fromInline('//') });
}

test('no password that is part of another secret is rotated by a schedule', () => {
  const stack = zonedStack();
  newPostHog(stack, { products: Object.values(Product), ...created(), vpc: undefined });
  const stores = zonedStack();
  new PostHogStores(stores, 'Stores');
  const logins = zonedStack();
  const vpc = new Vpc(logins, 'Vpc');
  new Postgres(logins, 'Postgres', { vpc, logins: PostgresLogins.BY_PURPOSE });
  new AuroraPostgres(logins, 'Aurora', { vpc, logins: PostgresLogins.BY_PURPOSE });
  expect([stack, stores, logins].flatMap((one) => lockingRotations(Template.fromStack(one)))).toEqual([]);
});

test.each(['credentials', 'application', 'reader'] as const)('a schedule for the %s of PostgreSQL would be found', (name) => {
  const stack = zonedStack();
  const postgres = new Postgres(stack, 'Postgres', { vpc: new Vpc(stack, 'Vpc'), logins: PostgresLogins.BY_PURPOSE });
  const secret = name === 'credentials' ? postgres.credentials! : postgres.loginCredentials![name];
  secret.addRotationSchedule('Schedule', { rotationLambda: rotation(stack), automaticallyAfter });
  expect(lockingRotations(Template.fromStack(stack))).toHaveLength(1);
});

test('a rotation that the database instance adds would be found', () => {
  const stack = zonedStack();
  const vpc = new Vpc(stack, 'Vpc');
  const postgres = new Postgres(stack, 'Postgres', { vpc });
  (postgres.instance as unknown as { addRotationSingleUser(): void }).addRotationSingleUser();
  expect(lockingRotations(Template.fromStack(stack))).toEqual([expect.stringContaining('Rotation')]);
});

/** Data stores that PostHog creates, instead of those of the helper. */
function created() {
  return { postgres: undefined, cache: undefined, kafka: undefined, clickHouse: undefined, objectStorage: undefined };
}
