import { Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { IVpc, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { PostHog, PostHogProps } from '../lib';
import { deployedProcesses } from '../lib/catalog/processes/deployed-processes';
import { FEW, newPostHog, newStack } from './helpers/stack';

export const NAMES = deployedProcesses(FEW).map(({ process }) => process as string);
export const NETWORK = [
  'AWS::EC2::VPC',
  'AWS::EC2::Subnet',
  'AWS::EC2::NatGateway',
  'AWS::EC2::InternetGateway',
  'AWS::EC2::FlowLog',
  'AWS::EC2::VPCEndpoint',
  'AWS::EC2::RouteTable',
];
export const DIGEST = `sha256:${'ab'.repeat(32)}`;

export function build(overrides: (stack: Stack) => Partial<PostHogProps>): { stack: Stack; posthog: PostHog } {
  const stack = newStack({ env: { account: '111122223333', region: 'eu-central-1' } });
  return { stack, posthog: newPostHog(stack, overrides(stack)) };
}

export function synth(overrides: (stack: Stack) => Partial<PostHogProps>): Template {
  return Template.fromStack(build(overrides).stack);
}

/** A VPC of three zones that lies elsewhere. */
export function importedVpc(
  scope: Construct,
  id = 'Given',
  tiers: { isPublic?: boolean; isPrivate?: boolean } = { isPublic: true, isPrivate: true },
): IVpc {
  const names = (kind: string) => ['a', 'b', 'c'].map((zone) => `subnet-${kind}-${zone}`);
  return Vpc.fromVpcAttributes(scope, id, {
    vpcId: 'vpc-0123456789abcdef0',
    vpcCidrBlock: '10.9.0.0/16',
    availabilityZones: ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'],
    ...(tiers.isPublic && {
      publicSubnetIds: names('public'),
      publicSubnetRouteTableIds: names('rtb-public'),
      publicSubnetIpv4CidrBlocks: ['10.9.0.0/27', '10.9.0.32/27', '10.9.0.64/27'],
    }),
    ...(tiers.isPrivate && {
      privateSubnetIds: names('private'),
      privateSubnetRouteTableIds: names('rtb-private'),
      privateSubnetIpv4CidrBlocks: ['10.9.4.0/24', '10.9.5.0/24', '10.9.6.0/24'],
    }),
  });
}
