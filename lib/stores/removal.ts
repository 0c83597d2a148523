import { CfnResource, RemovalPolicy } from 'aws-cdk-lib/core';
import { IConstruct } from 'constructs';

/** Whether something of a store outlives its removal from the stack: itself, or a snapshot of it. */
export function isKept(removalPolicy: RemovalPolicy): boolean {
  return removalPolicy !== RemovalPolicy.DESTROY;
}

/** The policy of what there are no snapshots of, beside a store of this policy. */
export function withoutSnapshot(removalPolicy: RemovalPolicy): RemovalPolicy {
  return removalPolicy === RemovalPolicy.SNAPSHOT ? RemovalPolicy.RETAIN : removalPolicy;
}

/**
 * Retains what a retained server stands on, which cannot be deleted while the server uses it: its groups of subnets and of parameters, its
 * configuration, its security group.
 */
export function retainDependencies(store: IConstruct, removalPolicy: RemovalPolicy): void {
  if (removalPolicy === RemovalPolicy.SNAPSHOT || removalPolicy === RemovalPolicy.DESTROY) {
    return;
  }
  const resources = store.node.findAll().filter((child) => CfnResource.isCfnResource(child));
  resources.filter(({ cfnResourceType }) => SURROUNDINGS.includes(cfnResourceType)).forEach((resource) => resource.applyRemovalPolicy(removalPolicy));
}

const SURROUNDINGS = [
  'AWS::EC2::SecurityGroup', 'AWS::ElastiCache::ParameterGroup', 'AWS::ElastiCache::SubnetGroup', 'AWS::IAM::Role', 'AWS::MSK::Configuration', 'AWS::RDS::DBClusterParameterGroup',
  'AWS::RDS::DBParameterGroup', 'AWS::RDS::DBSubnetGroup',
];
