import { App, Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { IKey, Key } from 'aws-cdk-lib/aws-kms';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { AuroraPostgres, PostHog, PostHogStores, Product } from '../../lib';
import { encryptWith } from '../../lib/private/encryption-key';
import { certificate, FEATURE_FLAGS, newPostHog, newStack } from '../helpers/stack';
import { ofType, statementsOf } from '../helpers/template';
import { zonedStack } from '../helpers/zones';

const KEY_ARN = 'arn:aws:kms:us-west-1:111122223333:key/11111111-2222-3333-4444-555555555555';

/** The property with the key, of every type that holds data at rest. */
const KEYS: Readonly<Record<string, (properties: never) => unknown>> = {
  'AWS::EC2::Volume': ({ KmsKeyId }: { KmsKeyId: unknown }) => KmsKeyId,
  'AWS::ElastiCache::ReplicationGroup': ({ KmsKeyId }: { KmsKeyId: unknown }) => KmsKeyId,
  'AWS::Logs::LogGroup': ({ KmsKeyId }: { KmsKeyId: unknown }) => KmsKeyId,
  'AWS::MSK::Cluster': ({ EncryptionInfo }: { EncryptionInfo: { EncryptionAtRest?: { DataVolumeKMSKeyId: unknown } } }) =>
    EncryptionInfo.EncryptionAtRest?.DataVolumeKMSKeyId,
  'AWS::RDS::DBCluster': ({ KmsKeyId }: { KmsKeyId: unknown }) => KmsKeyId,
  'AWS::RDS::DBInstance': ({ KmsKeyId }: { KmsKeyId: unknown }) => KmsKeyId,
  'AWS::S3::Bucket': ({ BucketEncryption: { ServerSideEncryptionConfiguration: rules } }: Bucket) =>
    rules[0].ServerSideEncryptionByDefault.KMSMasterKeyID,
  'AWS::SecretsManager::Secret': ({ KmsKeyId }: { KmsKeyId: unknown }) => KmsKeyId,
};

interface Bucket {
  readonly BucketEncryption: {
    readonly ServerSideEncryptionConfiguration: readonly { readonly ServerSideEncryptionByDefault: { readonly KMSMasterKeyID?: unknown } }[];
  };
}

/** Functions of the whole stack, which only run during deployments. */
const OF_STACK = /^(Custom|AWS)/;

/** The resources with data at rest, without those of functions of the stack, and the key of each. */
function keysOf(template: Template): [id: string, key: unknown][] {
  return Object.entries(KEYS).flatMap(([type, keyOf]) =>
    ofType(template, type)
      .filter(([id, { Properties }]) => !OF_STACK.test(id) && (Properties as { DBClusterIdentifier?: unknown }).DBClusterIdentifier === undefined)
      .map(([id, { Properties }]): [string, unknown] => [id, keyOf(Properties as never)]),
  );
}

function posthog(encryptionKey?: (stack: Stack) => IKey): Template {
  const stack = zonedStack();
  new PostHog(stack, 'PostHog', {
    domainName: 'posthog.example.com',
    certificate: certificate(stack),
    products: Object.values(Product),
    encryptionKey: encryptionKey?.(stack),
  });
  return Template.fromStack(stack);
}

function zone(stack: Stack) {
  return HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z0123456789', zoneName: 'example.com' });
}

const imported = (stack: Stack) => Key.fromKeyArn(stack, 'Key', KEY_ARN);

test('everything that a PostHog with `encryptionKey` creates has this key, and nothing has one without it', () => {
  const encrypted = keysOf(posthog(imported));
  expect(encrypted.filter(([, key]) => key !== KEY_ARN)).toEqual([]);
  expect(new Set(encrypted.map(([id]) => id.replace(/\d*[0-9A-F]{8}$/, ''))).size).toBeGreaterThan(25);
  expect(keysOf(posthog()).filter(([, key]) => key !== undefined)).toEqual([]);
});

test('everything that PostHogStores creates has its key, and PostHog follows it', () => {
  const app = new App({ context: FEATURE_FLAGS, treeMetadata: false });
  const [first, second] = ['First', 'Second'].map((id) => new Stack(app, id, { env: { account: '111122223333', region: 'us-west-1' } }));
  const stores = new PostHogStores(first, 'Stores', { encryptionKey: new Key(first, 'Key') });
  newPostHog(second, {
    stores,
    certificate: undefined,
    domainZone: zone(second),
    postgres: undefined,
    cache: undefined,
    kafka: undefined,
    clickHouse: undefined,
    objectStorage: undefined,
  });
  for (const stack of [first, second]) {
    const keys = keysOf(Template.fromStack(stack));
    expect(keys.length).toBeGreaterThan(5);
    // Its ARN, or the import of it.
    expect(keys.filter(([, key]) => !/Key[0-9A-F]{8}/.test(JSON.stringify(key)))).toEqual([]);
  }
});

test('Aurora has the key of its scope', () => {
  const stack = newStack();
  const scope = new Stack(stack, 'Scope');
  encryptWith(scope, imported(scope));
  new AuroraPostgres(scope, 'Postgres', { vpc: new Vpc(scope, 'Vpc') });
  expect(keysOf(Template.fromStack(scope)).map(([, key]) => key)).toEqual(Array(6).fill(KEY_ARN));
});

test('CloudWatch Logs of the account may use a key that the app creates', () => {
  const template = posthog((stack) => new Key(stack, 'Key'));
  const [[, { Properties }]] = ofType<{ KeyPolicy: { Statement: { Sid?: string }[] } }>(template, 'AWS::KMS::Key');
  expect(Properties.KeyPolicy.Statement.filter(({ Sid }) => Sid === 'Logs')).toEqual([
    {
      Sid: 'Logs',
      Effect: 'Allow',
      Principal: { Service: expect.stringMatching(/^logs\./) as string },
      Action: ['kms:Decrypt', 'kms:Describe*', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
      Resource: '*',
      Condition: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': expect.anything() as unknown } },
    },
  ]);
});

test('the role of an instance may attach a volume with the key', () => {
  const template = posthog(imported);
  const [[role]] = ofType(template, 'AWS::IAM::Role').filter(([id]) => /ClickHouse.*Role/.test(id));
  const actions = statementsOf(template, role)
    .filter(({ resources }) => resources.includes(KEY_ARN))
    .flatMap(({ actions: found }) => found);
  expect(actions).toEqual(expect.arrayContaining(['kms:CreateGrant', 'kms:DescribeKey', 'kms:GenerateDataKeyWithoutPlaintext', 'kms:Decrypt']));
});

test('each role that may read a secret may use the key of the secret', () => {
  const template = posthog(imported);
  const readers = ofType(template, 'AWS::IAM::Role')
    .map(([id]) => ({ id, statements: statementsOf(template, id) }))
    .filter(({ statements }) => statements.some(({ actions }) => actions.includes('secretsmanager:GetSecretValue')));
  const without = readers.filter(
    ({ statements }) => !statements.some(({ actions, resources }) => actions.includes('kms:Decrypt') && resources.includes(KEY_ARN)),
  );
  expect(without.map(({ id }) => id)).toEqual([]);
  expect(readers.length).toBeGreaterThan(5);
});
