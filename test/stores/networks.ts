import { Stack } from 'aws-cdk-lib/core';
import { IVpc, SubnetConfiguration, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { newStack } from '../helpers/stack';

export const ISOLATED: SubnetConfiguration = { name: 'Isolated', subnetType: SubnetType.PRIVATE_ISOLATED };
export const PRIVATE: SubnetConfiguration = { name: 'Private', subnetType: SubnetType.PRIVATE_WITH_EGRESS };
export const PUBLIC: SubnetConfiguration = { name: 'Public', subnetType: SubnetType.PUBLIC };

/** A stack and a VPC in it with subnets of these kinds; by default, isolated ones alone. */
export function network(subnetConfiguration: SubnetConfiguration[] = [ISOLATED], maxAzs = 2): { stack: Stack; vpc: IVpc } {
  const stack = newStack();
  const natGateways = subnetConfiguration.includes(PRIVATE) ? undefined : 0;
  return { stack, vpc: new Vpc(stack, 'Vpc', { subnetConfiguration, natGateways, maxAzs }) };
}
