import { CfnResource, RemovalPolicy } from 'aws-cdk-lib/core';
import { IConstruct } from 'constructs';
import { resourcePolicy } from '../private/removal-policy';

/** Returns whether a data store, or a snapshot of it, is kept when it is removed from the stack. */
export function isKept(removalPolicy: RemovalPolicy): boolean {
  return removalPolicy !== RemovalPolicy.DESTROY;
}

/** Returns the policy for resources without snapshots that belong to a data store with this policy. */
export function withoutSnapshot(removalPolicy: RemovalPolicy): RemovalPolicy {
  return resourcePolicy(removalPolicy === RemovalPolicy.SNAPSHOT ? RemovalPolicy.RETAIN : removalPolicy);
}

/**
 * Retains the dependencies of a retained server, which cannot be deleted while the server uses them: its subnet group, parameter group,
 * configuration and security group. The instances of an Aurora cluster are retained with it: the CDK would delete them.
 */
export function retainDependencies(store: IConstruct, removalPolicy: RemovalPolicy): void {
  if (removalPolicy === RemovalPolicy.SNAPSHOT || removalPolicy === RemovalPolicy.DESTROY) {
    return;
  }
  store.node
    .findAll()
    .filter((child) => CfnResource.isCfnResource(child))
    .filter(({ cfnResourceType }) => RETAINED.includes(cfnResourceType))
    .forEach((resource) => resource.applyRemovalPolicy(resourcePolicy(removalPolicy)));
}

const RETAINED = [
  'AWS::EC2::SecurityGroup',
  'AWS::ElastiCache::ParameterGroup',
  'AWS::ElastiCache::SubnetGroup',
  'AWS::IAM::Role',
  'AWS::MSK::Configuration',
  'AWS::RDS::DBClusterParameterGroup',
  'AWS::RDS::DBInstance',
  'AWS::RDS::DBParameterGroup',
  'AWS::RDS::DBSubnetGroup',
];
