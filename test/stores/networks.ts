import { Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { IVpc, SubnetConfiguration, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { newStack, only } from '../helpers/stack';
import { idOf, ofType } from '../helpers/template';

export const ISOLATED: SubnetConfiguration = { name: 'Isolated', subnetType: SubnetType.PRIVATE_ISOLATED };
export const PRIVATE: SubnetConfiguration = { name: 'Private', subnetType: SubnetType.PRIVATE_WITH_EGRESS };
export const PUBLIC: SubnetConfiguration = { name: 'Public', subnetType: SubnetType.PUBLIC };

/** A stack and a VPC in it with subnets of these kinds; by default, isolated ones alone. */
export function network(subnetConfiguration: SubnetConfiguration[] = [ISOLATED], maxAzs = 2): { stack: Stack; vpc: IVpc } {
  const stack = newStack();
  const natGateways = subnetConfiguration.includes(PRIVATE) ? undefined : 0;
  return { stack, vpc: new Vpc(stack, 'Vpc', { subnetConfiguration, natGateways, maxAzs }) };
}

/** A template's one security group admits nobody and reaches nothing, and is the one that these references name. */
export function expectClosed(template: Template, references: unknown): void {
  const group = only(template, 'AWS::EC2::SecurityGroup');
  expect(group).not.toHaveProperty('SecurityGroupIngress');
  expect(group.SecurityGroupEgress).toEqual([expect.objectContaining({ CidrIp: '255.255.255.255/32' })]);
  template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
  const [[groupId]] = ofType(template, 'AWS::EC2::SecurityGroup');
  expect((references as unknown[]).map(idOf)).toEqual([groupId]);
}
