import { Aspects, Stack, Tags } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { NatMode, Product } from '../../lib';
import { newPostHog, newStack } from '../helpers/stack';

type Resources = Record<string, { Type: string; Properties?: Record<string, unknown> }>;

/**
 * The function that closes the VPC's default security group, and its role. The CDK's `Vpc` makes them with its own `CustomResourceProvider`, of plain
 * resources (aws-cdk-lib/core/lib/custom-resource-provider/custom-resource-provider-base.ts).
 */
const OF_THE_CDK = /^CustomVpcRestrictDefaultSGCustomResourceProvider(Role|Handler)/;

/** The types of the template whose schemas in the CloudFormation registry have no tags. */
const WITHOUT_TAGS = [
  'AWS::ApplicationAutoScaling::ScalingPolicy',
  'AWS::CloudFormation::WaitCondition',
  'AWS::Backup::BackupSelection',
  'AWS::CloudFormation::WaitConditionHandle',
  'AWS::EC2::EIPAssociation',
  'AWS::EC2::Route',
  'AWS::EC2::SecurityGroupEgress',
  'AWS::EC2::SecurityGroupIngress',
  'AWS::EC2::SubnetRouteTableAssociation',
  'AWS::EC2::VPCGatewayAttachment',
  'AWS::ECS::ClusterCapacityProviderAssociations',
  'AWS::IAM::AccessKey',
  'AWS::IAM::InstanceProfile',
  'AWS::IAM::Policy',
  'AWS::MSK::Configuration',
  'AWS::S3::BucketPolicy',
  'AWS::Scheduler::Schedule',
  'AWS::SecretsManager::SecretTargetAttachment',
  'Custom::AWS',
  'Custom::PostHogDeploymentCheck',
  'Custom::PostHogFernetKey',
  'Custom::PostHogMigration',
  'Custom::PostHogRsaKey',
  'Custom::VpcRestrictDefaultSG',
];

/** A PostHog with everything that it can create. */
function everything(nat?: NatMode): Stack {
  const stack = newStack();
  const created = { postgres: undefined, cache: undefined, kafka: undefined, clickHouse: undefined, objectStorage: undefined };
  newPostHog(stack, { ...created, nat, products: Object.values(Product), enableExecuteCommand: true });
  return stack;
}

function resourcesOf(stack: Stack): Resources {
  return (Template.fromStack(stack).toJSON() as { Resources: Resources }).Resources;
}

test.each([NatMode.SINGLE, NatMode.INSTANCE])('a tag of the app reaches every resource that can have one, with nat %s', (nat) => {
  const stack = everything(nat);
  Tags.of(stack.node.root).add('cost-center', 'platform');
  const missing = Object.entries(resourcesOf(stack))
    .filter(([id, { Type }]) => !WITHOUT_TAGS.includes(Type) && !OF_THE_CDK.test(id))
    .filter(([, { Properties }]) => !JSON.stringify(Properties ?? {}).includes('"cost-center"'))
    .map(([id, { Type }]) => `${Type} ${id}`);
  expect(missing).toEqual([]);
});

test('an aspect on roles and functions reaches all but those of the CDK', () => {
  const stack = everything();
  Aspects.of(stack).add({
    visit: (node) => {
      if (node instanceof CfnRole) {
        node.permissionsBoundary = 'arn:boundary';
      } else if (node instanceof CfnFunction) {
        node.reservedConcurrentExecutions = 5;
      }
    },
  });
  const missing = Object.entries(resourcesOf(stack))
    .filter(([, { Type }]) => ['AWS::IAM::Role', 'AWS::Lambda::Function'].includes(Type))
    .filter(([, { Properties = {} }]) => !('PermissionsBoundary' in Properties || 'ReservedConcurrentExecutions' in Properties))
    .map(([id]) => id);
  expect(missing.filter((id) => !OF_THE_CDK.test(id))).toEqual([]);
  expect(missing).toHaveLength(2);
});
