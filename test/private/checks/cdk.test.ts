import { App, Aws, CfnParameter, RemovalPolicy, Stack, Token } from 'aws-cdk-lib/core';
import { InstanceType, Vpc } from 'aws-cdk-lib/aws-ec2';
import {
  environment,
  instanceType,
  logRetention,
  removalPolicyWithoutSnapshot,
  snapshotId,
  subnetSelection,
  vpc,
} from '../../../lib/private/checks/cdk';

const stack = new Stack(new App(), 'Stack');

test('a VPC may be looked up, and no other construct stands for it', () => {
  const app = new Stack(new App(), 'Other', { env: { account: '111122223333', region: 'eu-central-1' } });
  expect(() => vpc('vpc', Vpc.fromLookup(app, 'Vpc', { vpcName: 'platform' }))).not.toThrow();
  expect(() => vpc('vpc', stack)).toThrow('`vpc` must be a VPC, got: Stack; use Vpc.fromLookup(), for example');
});

test('a selection of subnets has no props of its own, and none that is misspelt', () => {
  expect(() => subnetSelection('vpcSubnets', { subnetGroupName: 'Apps', onePerAz: true })).not.toThrow();
  expect(() => subnetSelection('vpcSubnets', { subnetGroup: 'Apps', subnetgroupname: 'Apps' })).toThrow(
    '`vpcSubnets.subnetgroupname` does not exist; write `vpcSubnets.subnetGroupName`',
  );
  expect(() => subnetSelection('vpcSubnets', { subnets: ['subnet-1'] })).toThrow("`vpcSubnets.subnets[0]` must be a subnet, got: 'subnet-1'");
});

test('instance types have no prefix of a service, and may be tokens', () => {
  expect(() => instanceType()('instanceType', new InstanceType('m7g.metal-48xl'))).not.toThrow();
  expect(() => instanceType()('instanceType', new InstanceType(new CfnParameter(stack, 'Type').valueAsString))).not.toThrow();
  expect(() => instanceType('that RDS supports, without `db.`')('instanceType', new InstanceType('db.t4g.medium'))).toThrow(
    "`instanceType` must be an instance type that RDS supports, without `db.`, got: 'db.t4g.medium'",
  );
  expect(() => instanceType()('instanceType', 'm7g.large')).toThrow("`instanceType` must be an InstanceType, such as m7g.large, got: 'm7g.large'");
});

test('the environment has up to 32 KiB, without tokens', () => {
  const name = 'A'.repeat(1024);
  expect(() => environment('environment', { [name]: 'x'.repeat(31 * 1024) })).not.toThrow();
  expect(() => environment('environment', { [name]: 'x'.repeat(31 * 1024), B: Aws.REGION })).not.toThrow();
  expect(() => environment('environment', { [name]: 'ü'.repeat(16 * 1024) })).toThrow(
    '`environment` may have 32768 bytes of names and values together, and has 33792: a task definition is limited to 64 KiB; pass large values in `secrets`',
  );
});

test('ids of snapshots, the retention of logs and removal policies have their values', () => {
  expect(() => snapshotId('snapshotId', 'snap-0123456789abcdef0')).not.toThrow();
  expect(() => snapshotId('snapshotId', '')).toThrow("`snapshotId` must be the id of an EBS snapshot, such as snap-0123456789abcdef0, got: ''");
  expect(() => logRetention('logRetention', Token.asNumber({ Ref: 'Days' }))).not.toThrow();
  expect(() => logRetention('logRetention', 2)).toThrow('`logRetention` must be one of 1, 3, 5, 7, ');
  expect(() => removalPolicyWithoutSnapshot('there are none')('removalPolicy', RemovalPolicy.SNAPSHOT)).toThrow(
    "`removalPolicy` must be RETAIN or DESTROY: there are none, got: 'snapshot'",
  );
  expect(() => removalPolicyWithoutSnapshot('there are none')('removalPolicy', 'DESTROY')).toThrow('`removalPolicy` must be one of destroy, retain');
});
