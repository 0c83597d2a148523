import { Duration, Fn, RemovalPolicy, Token } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { ObjectStorage, ObjectStorageProps } from '../../../lib';
import { ObjectStorageKeys, SYMBOL_SETS_PREFIX } from '../../../lib/stores/object-storage/object-storage-keys';
import { newStack, only } from '../../helpers/stack';
import { idOf, ofType, statementsOf } from '../../helpers/template';

const BUCKET = 'AWS::S3::Bucket';
const ENV = { account: '111122223333', region: 'eu-central-1' };

interface Rule {
  Prefix?: string;
  ExpirationInDays?: unknown;
  NoncurrentVersionExpiration: { NoncurrentDays: number };
}

function made(props?: ObjectStorageProps, stack = newStack()): Template {
  new ObjectStorage(stack, 'ObjectStorage', props);
  return Template.fromStack(stack);
}

function rules(props?: ObjectStorageProps): Rule[] {
  return (only(made(props), BUCKET).LifecycleConfiguration as { Rules: Rule[] }).Rules;
}

function storageAndRole(stack = newStack({ env: ENV }), props?: ObjectStorageProps) {
  const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') });
  return { stack, role, storage: new ObjectStorage(stack, 'ObjectStorage', props) };
}

test('ObjectStorage has a private, encrypted, versioned bucket with a generated name by default', () => {
  const properties = only(made(), BUCKET);
  expect(properties).toMatchObject({
    PublicAccessBlockConfiguration: { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true },
    BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }] },
    VersioningConfiguration: { Status: 'Enabled' },
  });
  expect(['BucketName', 'LoggingConfiguration'].filter((name) => name in properties)).toEqual([]);
});

test('ObjectStorage denies requests without TLS 1.2', () => {
  interface Policy {
    Statement: { Effect: string; Condition: unknown; Principal: unknown; Action: string }[];
  }
  const { Statement } = only(made(), 'AWS::S3::BucketPolicy').PolicyDocument as Policy;
  expect(Statement.map(({ Effect, Condition, Action }) => [Effect, Action, Condition])).toEqual([
    ['Deny', 's3:*', { Bool: { 'aws:SecureTransport': 'false' } }],
    ['Deny', 's3:*', { NumericLessThan: { 's3:TlsVersion': 1.2 } }],
  ]);
});

test('ObjectStorage keeps deleted objects for 30 days, recordings for one, and expires unfinished uploads and staged exports after a week', () => {
  expect(rules()).toEqual([
    {
      Id: 'Leftovers',
      Status: 'Enabled',
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
      ExpiredObjectDeleteMarker: true,
      NoncurrentVersionExpiration: { NoncurrentDays: 30 },
    },
    { Id: 'Recordings', Status: 'Enabled', Prefix: 'session_recordings/', NoncurrentVersionExpiration: { NoncurrentDays: 1 } },
    { Id: 'batch-exports', Status: 'Enabled', Prefix: 'batch-exports/', ExpirationInDays: 7, NoncurrentVersionExpiration: { NoncurrentDays: 1 } },
  ]);
});

test('ObjectStorage with `recordingsExpiration` expires recordings only', () => {
  expect(
    rules({ recordingsExpiration: Duration.days(90), recordingsPrefix: 'replay/v2' }).map(({ Prefix, ExpirationInDays }) => [
      Prefix,
      ExpirationInDays,
    ]),
  ).toEqual([
    [undefined, undefined],
    ['replay/v2/', 90],
    ['batch-exports/', 7],
  ]);
});

test('ObjectStorage passes `noncurrentVersionExpiration` to the bucket', () => {
  expect(
    rules({ noncurrentVersionExpiration: Duration.days(365) }).map(({ NoncurrentVersionExpiration: { NoncurrentDays } }) => NoncurrentDays),
  ).toEqual([365, 1, 1]);
});

test('ObjectStorage encrypts with `encryptionKey`, and grants access to it', () => {
  const stack = newStack({ env: ENV });
  const { role, storage } = storageAndRole(stack, { encryptionKey: new Key(stack, 'Key') });
  storage.grantReadWrite(role);
  const template = Template.fromStack(stack);
  expect(only(template, BUCKET)).toMatchObject({
    BucketEncryption: { ServerSideEncryptionConfiguration: [{ BucketKeyEnabled: true, ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } }] },
  });
  const [[roleId]] = ofType(template, 'AWS::IAM::Role');
  expect(statementsOf(template, roleId).flatMap(({ actions }) => actions)).toEqual(expect.arrayContaining(['kms:Decrypt', 'kms:GenerateDataKey*']));
});

test('ObjectStorage logs requests to `serverAccessLogsBucket`', () => {
  const stack = newStack();
  expect(only(made({ serverAccessLogsBucket: Bucket.fromBucketName(stack, 'Log', 'log') }, stack), BUCKET)).toMatchObject({
    LoggingConfiguration: { DestinationBucketName: 'log', LogFilePrefix: 'posthog/' },
  });
});

test('ObjectStorage gives clients its bucket, region, endpoint and prefix of recordings', () => {
  const { stack, storage } = storageAndRole(undefined, { recordingsPrefix: 'replay' });
  expect(stack.resolve({ bucket: storage.bucket.bucketName, region: storage.region, prefix: storage.recordingsPrefix })).toEqual({
    bucket: { Ref: expect.stringMatching(/^ObjectStorageBucket/) as string },
    region: 'eu-central-1',
    prefix: 'replay',
  });
  expect(stack.resolve(storage.endpoint)).toEqual({ 'Fn::Join': ['', ['https://s3.eu-central-1.', { Ref: 'AWS::URLSuffix' }]] });
});

test.each([
  ['grantRead', ['s3:GetObject']],
  ['grantReadWrite', ['s3:GetObject', 's3:PutObject', 's3:DeleteObject']],
] as const)('%s of ObjectStorage is limited to its bucket', (grant, expected) => {
  const { stack, role, storage } = storageAndRole();
  storage[grant](role);
  const template = Template.fromStack(stack);
  const statements = statementsOf(template, ofType(template, 'AWS::IAM::Role')[0][0]);
  expect(statements.flatMap(({ actions }) => actions)).toEqual(expect.arrayContaining(['s3:ListBucket', ...expected]));
  expect(statements.flatMap(({ actions }) => actions).includes('s3:PutObject')).toBe(grant === 'grantReadWrite');
  expect(
    new Set(statements.flatMap(({ resources }) => resources).map((resource) => JSON.stringify(resource).includes('ObjectStorageBucket'))),
  ).toEqual(new Set([true]));
});

test.each([
  [undefined, ['RetainExceptOnCreate', 'Retain']],
  [RemovalPolicy.RETAIN, ['RetainExceptOnCreate', 'Retain']],
  [RemovalPolicy.DESTROY, ['Delete', 'Delete']],
])('ObjectStorage with removal policy %s has deletion policies %s', (removalPolicy, policies) => {
  expect(ofType(made({ removalPolicy }), BUCKET).map(([, { DeletionPolicy, UpdateReplacePolicy }]) => [DeletionPolicy, UpdateReplacePolicy])).toEqual(
    [policies],
  );
});

test('ObjectStorage empties a destroyed bucket, unless `autoDeleteObjects` is false, and a retained one never', () => {
  const empties = (props: ObjectStorageProps) => Object.keys(made(props).findResources('Custom::S3AutoDeleteObjects')).length;
  expect([{ removalPolicy: RemovalPolicy.DESTROY }, { removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: false }, {}].map(empties)).toEqual([
    1, 0, 0,
  ]);
});

test('the function that empties a bucket logs to a log group that is deleted with the stack', () => {
  const template = made({ removalPolicy: RemovalPolicy.DESTROY });
  const [[logs, { DeletionPolicy }]] = ofType(template, 'AWS::Logs::LogGroup');
  expect(DeletionPolicy).toBe('Delete');
  expect(only(template, 'AWS::Lambda::Function')).toMatchObject({ LoggingConfig: { LogGroup: { Ref: logs } } });
  // With the managed policy, it could create another log group.
  expect(only(template, 'AWS::IAM::Role')).not.toHaveProperty('ManagedPolicyArns');
});

test('two ObjectStorage in one stack are two buckets', () => {
  const stack = newStack();
  new ObjectStorage(stack, 'One');
  new ObjectStorage(stack, 'Two');
  Template.fromStack(stack).resourceCountIs(BUCKET, 2);
});

test('ObjectStorage accepts a token as `recordingsExpiration`', () => {
  const number = Token.asNumber(Fn.importValue('Days'));
  expect(rules({ recordingsExpiration: Duration.days(number) })[1].ExpirationInDays).toEqual({ 'Fn::ImportValue': 'Days' });
});

test.each<[string, ObjectStorageProps, string]>([
  [
    'a `recordingsExpiration` of 0 days',
    { recordingsExpiration: Duration.days(0) },
    '`recordingsExpiration` must be whole days, from 1 to 36500, got: ',
  ],
  [
    'a `recordingsExpiration` of 30 hours',
    { recordingsExpiration: Duration.hours(30) },
    '`recordingsExpiration` must be whole days, from 1 to 36500, got: 30 hours',
  ],
  [
    'a `noncurrentVersionExpiration` of 0 days',
    { noncurrentVersionExpiration: Duration.days(0) },
    '`noncurrentVersionExpiration` must be whole days, from 1 to 36500, got: ',
  ],
  [
    'a `recordingsPrefix` that ends with a slash',
    { recordingsPrefix: 'replay/' },
    "`recordingsPrefix` must be a key prefix without a slash at either end, of up to 512 safe characters, got: 'replay/'",
  ],
  [
    '`RemovalPolicy.SNAPSHOT`',
    { removalPolicy: RemovalPolicy.SNAPSHOT },
    "`removalPolicy` must be RETAIN or DESTROY: buckets have no snapshots, got: 'snapshot'",
  ],
  [
    '`autoDeleteObjects` without `RemovalPolicy.DESTROY`',
    { autoDeleteObjects: true },
    '`autoDeleteObjects` needs `removalPolicy: RemovalPolicy.DESTROY`; leave it out, or set that policy',
  ],
])('ObjectStorage rejects %s', (_, props, message) => {
  expect(() => made(props)).toThrow(`[Stack/ObjectStorage] ${message}`);
});

describe('ObjectStorageKeys', () => {
  function keys(serial?: number): Template {
    const { stack, storage } = storageAndRole();
    new ObjectStorageKeys(stack, 'Keys', { storage, prefix: SYMBOL_SETS_PREFIX, serial });
    return Template.fromStack(stack);
  }

  test('grant access to objects below one prefix, and to list the bucket', () => {
    const { Users, PolicyDocument } = only(keys(), 'AWS::IAM::Policy') as {
      Users: unknown[];
      PolicyDocument: { Statement: { Action: string[]; Resource: unknown }[] };
    };
    expect(Users.map(idOf)).toEqual([expect.stringMatching(/^KeysUser/)]);
    const bucket = { 'Fn::GetAtt': [expect.stringMatching(/^ObjectStorageBucket/), 'Arn'] };
    expect(PolicyDocument.Statement.map(({ Action: actions, Resource: resource }) => [actions, resource])).toEqual([
      [expect.arrayContaining(['s3:ListBucket']), bucket],
      [expect.arrayContaining(['s3:GetObject', 's3:PutObject']), { 'Fn::Join': ['', [bucket, '/symbolsets/*']] }],
    ]);
  });

  test('are in a secret, by reference only', () => {
    const template = keys();
    const [[keyId]] = ofType(template, 'AWS::IAM::AccessKey');
    expect(only(template, 'AWS::SecretsManager::Secret').SecretString).toEqual({
      'Fn::Join': ['', ['{"accessKeyId":"', { Ref: keyId }, '","secretAccessKey":"', { 'Fn::GetAtt': [keyId, 'SecretAccessKey'] }, '"}']],
    });
  });

  test('depend on the policy of their user', () => {
    const template = keys();
    const [[, secret]] = ofType(template, 'AWS::SecretsManager::Secret');
    expect(secret.DependsOn).toEqual(expect.arrayContaining(ofType(template, 'AWS::IAM::Policy').map(([id]) => id)));
  });

  test('are created again with the next serial number', () => {
    expect(only(keys(2), 'AWS::IAM::AccessKey')).toMatchObject({ Serial: 2 });
    expect(idOf(only(keys(2), 'AWS::IAM::AccessKey').UserName)).toMatch(/^KeysUser/);
  });
});
