import { readFileSync } from 'node:fs';
import path from 'node:path';
import { App, Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { Certificate, ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { Cache, ClickHouse, Kafka, ObjectStorage, Postgres, PostgresAttributes, PostHog, PostHogProps, Product } from '../../lib';
import { Stores } from '../../lib/stores/posthog-stores';

const ROOT = path.join(__dirname, '..', '..');

/** The feature flags that users get from `cdk init`, as this project's own app has them. */
export const FEATURE_FLAGS: Record<string, unknown> = Object.fromEntries(
  Object.entries((JSON.parse(readFileSync(path.join(ROOT, 'cdk.json'), 'utf8')) as { context: Record<string, unknown> }).context).filter(
    ([key]) => !key.startsWith('posthog:'),
  ),
);

/** A stack as a user would have it, without what takes time: the validation of templates, which is a test of its own, and tree.json. */
export function newStack(props?: { env?: { account?: string; region?: string } }): Stack {
  return new Stack(new App({ context: FEATURE_FLAGS, builtinCloudFormationValidation: false, treeMetadata: false }), 'Stack', props);
}

/** A certificate that somebody has already. */
export function certificate(scope: Construct): ICertificate {
  return Certificate.fromCertificateArn(
    scope,
    'GivenCertificate',
    'arn:aws:acm:eu-central-1:111122223333:certificate/11111111-2222-3333-4444-555555555555',
  );
}

/** Stores that somebody runs already. */
export function stores(scope: Construct): Stores {
  return {
    postgres: Postgres.fromPostgresAttributes(scope, 'Postgres', givenPostgres(scope)),
    cache: Cache.fromCacheAttributes(scope, 'Cache', { host: 'cache.internal' }),
    kafka: Kafka.fromKafkaAttributes(scope, 'Kafka', { bootstrapServers: 'b-1.internal:9094,b-2.internal:9094' }),
    clickHouse: ClickHouse.fromClickHouseAttributes(scope, 'ClickHouse', {
      host: 'clickhouse.internal',
      credentials: Secret.fromSecretNameV2(scope, 'ClickHouseSecret', 'clickhouse'),
    }),
    objectStorage: ObjectStorage.fromObjectStorageAttributes(scope, 'ObjectStorage', { bucket: Bucket.fromBucketName(scope, 'Bucket', 'objects') }),
  };
}

/** A PostgreSQL that somebody runs already, with all that is known of it. */
export function givenPostgres(scope: Construct): PostgresAttributes {
  const secret = (name: string) =>
    (scope.node.tryFindChild(`Secret-${name}`) as ISecret | undefined) ?? Secret.fromSecretNameV2(scope, `Secret-${name}`, name);
  return {
    host: 'postgres.internal',
    credentials: secret('postgres-login'),
    urlSecret: secret('postgres-url'),
    nodeUrlSecret: secret('node-url'),
    cyclotronUrlSecret: secret('cyclotron-url'),
    nodeCyclotronUrlSecret: secret('node-cyclotron-url'),
  };
}

/** Few enough products for a test to be quick; `products: undefined` is what users get. */
export const FEW: Product[] = [Product.EVENTS, Product.FEATURE_FLAGS, Product.SESSION_REPLAY];

/** A PostHog with few products, stores that stand already, and the props of a test. */
export function newPostHog(scope: Construct, overrides: Partial<PostHogProps> = {}, id = 'PostHog'): PostHog {
  const given = new Construct(scope, `${id}Given`);
  return new PostHog(scope, id, {
    domainName: 'posthog.example.com',
    certificate: certificate(given),
    products: FEW,
    ...stores(given),
    ...overrides,
  });
}

/** The only properties of the only resource of a type. */
export function only(template: Template, type: string): Record<string, unknown> {
  const found = Object.values(template.findResources(type));
  if (found.length !== 1) {
    throw new Error(`expected one ${type}, got: ${found.length}`);
  }
  return (found[0] as { Properties: Record<string, unknown> }).Properties;
}

/** The environment of a container, by name: texts as they are, references unresolved, secrets as `{ secret: ... }`. */
export function environmentOf(template: Template, container: string): Record<string, unknown> {
  interface Container {
    Name: string;
    Environment?: { Name: string; Value: unknown }[];
    Secrets?: { Name: string; ValueFrom: unknown }[];
  }
  const definitions = Object.values(template.findResources('AWS::ECS::TaskDefinition')) as { Properties: { ContainerDefinitions: Container[] } }[];
  const found = definitions.flatMap((definition) => definition.Properties.ContainerDefinitions).find(({ Name }) => Name === container);
  if (!found) {
    throw new Error(`no container named ${container}`);
  }
  const plain = (found.Environment ?? []).map(({ Name, Value }): [string, unknown] => [Name, Value]);
  const secret = (found.Secrets ?? []).map(({ Name, ValueFrom }): [string, unknown] => [Name, { secret: ValueFrom }]);
  return Object.fromEntries([...plain, ...secret]);
}
