import { Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { ObjectStorage } from '../../../lib';
import { ClickHouseObjects } from '../../../lib/stores/clickhouse/clickhouse-objects';
import { newPostHog, newStack, only } from '../../helpers/stack';
import { ofType } from '../../helpers/template';

const STATEMENTS = [
  {
    Effect: 'Allow',
    Action: ['s3:GetBucketLocation', 's3:ListBucket'],
    Resource: 'arn:aws:s3:::objects',
    Condition: { StringLikeIfExists: { 's3:prefix': ['batch-exports/*', 'dlt/*', 'managed/*'] } },
  },
  {
    Effect: 'Allow',
    Action: ['s3:AbortMultipartUpload', 's3:GetObject', 's3:ListMultipartUploadParts', 's3:PutObject'],
    Resource: 'arn:aws:s3:::objects/batch-exports/*',
  },
  { Effect: 'Allow', Action: 's3:GetObject', Resource: ['arn:aws:s3:::objects/dlt/*', 'arn:aws:s3:::objects/managed/*'] },
];

function storage(stack: Stack, key?: Key) {
  const bucket = Bucket.fromBucketAttributes(stack, 'Bucket', { bucketName: 'objects', encryptionKey: key });
  return ObjectStorage.fromObjectStorageAttributes(stack, 'Storage', { bucket });
}

const servers = (stack: Stack, ...ids: string[]) => ids.map((id) => new Role(stack, id, { assumedBy: new ServicePrincipal('ec2.amazonaws.com') }));

test('ClickHouseObjects lets servers write below one prefix and read the data warehouse', () => {
  const stack = newStack({ env: { account: '111122223333', region: 'eu-central-1' } });
  new ClickHouseObjects(stack, 'Objects', { serverRoles: servers(stack, 'One', 'Two'), storage: storage(stack) });
  const { PolicyDocument, Roles } = only(Template.fromStack(stack), 'AWS::IAM::Policy') as {
    PolicyDocument: { Statement: unknown };
    Roles: unknown[];
  };
  expect(PolicyDocument.Statement).toEqual(STATEMENTS);
  expect(Roles).toHaveLength(2);
});

test('ClickHouseObjects grants access to the key of an encrypted bucket', () => {
  const stack = newStack();
  const key = new Key(stack, 'Key');
  new ClickHouseObjects(stack, 'Objects', { serverRoles: servers(stack, 'One'), storage: storage(stack, key) });
  const { PolicyDocument } = only(Template.fromStack(stack), 'AWS::IAM::Policy') as { PolicyDocument: { Statement: { Action: unknown }[] } };
  expect(PolicyDocument.Statement.at(-1)!.Action).toEqual(['kms:Decrypt', 'kms:GenerateDataKey']);
});

test('ClickHouseObjects without roles defines no policy', () => {
  const stack = newStack();
  new ClickHouseObjects(stack, 'Objects', { serverRoles: [], storage: storage(stack) });
  Template.fromStack(stack).resourceCountIs('AWS::IAM::Policy', 0);
});

test('ClickHouseObjects of PostHog has the roles of the created servers', () => {
  const stack = newStack();
  newPostHog(stack, { clickHouse: undefined });
  const template = Template.fromStack(stack);
  const [[, { Properties }]] = ofType<{ Roles: { Ref: string }[] }>(template, 'AWS::IAM::Policy').filter(([id]) => id.includes('ClickHouseObjects'));
  expect(Properties.Roles.map(({ Ref }) => Ref)).toEqual([expect.stringMatching(/ClickHouseServer1Role/)]);
});
