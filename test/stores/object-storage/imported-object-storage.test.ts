import { Duration } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Bucket, IBucket } from 'aws-cdk-lib/aws-s3';
import { IObjectStorage, ObjectStorage } from '../../../lib';
import { newStack } from '../../helpers/stack';
import { Statement, statementsOf } from '../../helpers/template';

const ENV = { account: '111122223333', region: 'eu-central-1' };

function given(recordingsPrefix?: string, stack = newStack({ env: ENV }), bucket: IBucket = Bucket.fromBucketName(stack, 'Bucket', 'objects')) {
  return ObjectStorage.fromObjectStorageAttributes(stack, 'ObjectStorage', { bucket, recordingsPrefix });
}

function granted(grant: (storage: IObjectStorage, role: Role) => void): Statement[] {
  const stack = newStack({ env: ENV });
  grant(given(undefined, stack), new Role(stack, 'Role', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') }));
  const template = Template.fromStack(stack);
  return statementsOf(template, Object.keys(template.findResources('AWS::IAM::Role'))[0]);
}

test("imported ObjectStorage has the prefix session_recordings and the endpoint of the stack's region by default", () => {
  const stack = newStack({ env: ENV });
  const storage = given(undefined, stack);
  expect(stack.resolve({ region: storage.region, recordingsPrefix: storage.recordingsPrefix, bucket: storage.bucket.bucketName })).toEqual({
    region: 'eu-central-1',
    recordingsPrefix: 'session_recordings',
    bucket: 'objects',
  });
  expect(JSON.stringify(stack.resolve(storage.endpoint))).toMatch(/https:\/\/s3\.eu-central-1\./);
});

test('imported ObjectStorage takes `recordingsPrefix`', () => {
  expect(given('recordings/v2').recordingsPrefix).toBe('recordings/v2');
});

test.each(['', '/', '/recordings', 'recordings/'])('imported ObjectStorage rejects `recordingsPrefix` %p', (prefix) => {
  expect(() => given(prefix)).toThrow(
    `[Stack/ObjectStorage] \`recordingsPrefix\` must be a key prefix without a slash at either end, of up to 512 safe characters, got: '${prefix}'`,
  );
});

test('imported ObjectStorage defines no resources', () => {
  const stack = newStack();
  given(undefined, stack);
  expect(Template.fromStack(stack).toJSON()).not.toHaveProperty('Resources');
});

test('grantRead of imported ObjectStorage grants read access to its bucket only', () => {
  const statements = granted((storage, role) => storage.grantRead(role));
  expect(statements.flatMap(({ actions }) => actions).sort()).toEqual(['s3:GetBucketLocation', 's3:GetObject', 's3:ListBucket']);
  expect(JSON.stringify(statements.map(({ resources }) => resources))).not.toMatch(/"\*"/);
  expect(statements.flatMap(({ resources }) => resources)).toEqual(['arn:aws:s3:::objects', 'arn:aws:s3:::objects/*']);
});

test('grantReadWrite of imported ObjectStorage grants access to its bucket only', () => {
  const statements = granted((storage, role) => storage.grantReadWrite(role));
  expect(statements.flatMap(({ actions }) => actions)).toEqual(
    expect.arrayContaining(['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:ListBucket']),
  );
  expect(statements.flatMap(({ resources }) => resources)).toEqual(['arn:aws:s3:::objects', 'arn:aws:s3:::objects/*']);
});

test('imported ObjectStorage refers to a bucket of the same stack', () => {
  const stack = newStack();
  const bucket = new Bucket(stack, 'Own');
  expect(stack.resolve(given(undefined, stack, bucket).bucket.bucketName)).toEqual({ Ref: expect.stringMatching(/^Own/) as string });
});

test('imported ObjectStorage has the daily metrics of its bucket', () => {
  const storage = given();
  const day = Duration.days(1);
  expect([storage.metricBucketSize(), storage.metricNumberOfObjects(), storage.metric('NumberOfObjects')]).toMatchObject([
    { namespace: 'AWS/S3', metricName: 'BucketSizeBytes', dimensions: { BucketName: 'objects', StorageType: 'StandardStorage' }, period: day },
    { metricName: 'NumberOfObjects', dimensions: { BucketName: 'objects', StorageType: 'AllStorageTypes' }, period: day },
    { metricName: 'NumberOfObjects', dimensions: { BucketName: 'objects', StorageType: 'AllStorageTypes' } },
  ]);
});
