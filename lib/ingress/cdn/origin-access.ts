import { CustomResource, Duration } from 'aws-cdk-lib/core';
import { CfnSecurityGroupIngress } from 'aws-cdk-lib/aws-ec2';
import { CfnLoadBalancer, IApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import { acknowledge } from '../../private/acknowledge';
import { ProgramFunction } from '../../private/program-function';

/** The prefix list of the addresses from which CloudFront connects to origins, public ones and those in a VPC. Each region has another id for it. */
const ORIGIN_FACING = 'com.amazonaws.global.cloudfront.origin-facing';

const TYPE = 'Custom::PostHogPrefixList';

/** The properties of the custom resource that looks up the prefix list. */
export interface PrefixListRequest {
  readonly Name: string;
}

/** The attributes that the function returns. */
export interface PrefixListAnswer {
  readonly PrefixListId: string;
}

const ID: keyof PrefixListAnswer = 'PrefixListId';

/** Returns whether a load balancer is internal; undefined if it is imported. */
export function isInternal(loadBalancer: IApplicationLoadBalancer): boolean | undefined {
  const definition = loadBalancer.node.defaultChild;
  return definition instanceof CfnLoadBalancer ? definition.scheme === 'internal' : undefined;
}

/**
 * Allows CloudFront to connect to a load balancer. The rules are of the stack of the distribution, which refers to the load balancer: the stack of
 * the load balancer cannot refer back.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/LocationsOfEdgeServers.html (managed prefix list)
 */
export function allowCloudFront(scope: Construct, loadBalancer: IApplicationLoadBalancer, prefixListId = lookUp(scope)): void {
  loadBalancer.connections.securityGroups.forEach(({ securityGroupId }, index) => {
    new CfnSecurityGroupIngress(scope, `FromCloudFront${index === 0 ? '' : index + 1}`, {
      groupId: securityGroupId,
      ipProtocol: 'tcp',
      fromPort: 443,
      toPort: 443,
      sourcePrefixListId: prefixListId,
      description: 'from CloudFront',
    });
  });
}

/** Defines the look-up of the prefix list at deployment, and returns its id. */
function lookUp(scope: Construct): string {
  const provider = ProgramFunction.of(scope, TYPE, {
    program: 'origin-prefix-list',
    description: 'PostHog CDN: prefix list of CloudFront',
    timeout: Duration.minutes(3),
    policyStatements: [{ Effect: 'Allow', Action: 'ec2:DescribeManagedPrefixLists', Resource: '*' }],
  });
  acknowledge(provider, { 'AwsSolutions-IAM5[Resource::*]': 'it describes prefix lists, which does not support resource ARNs' });
  const request: PrefixListRequest = { Name: ORIGIN_FACING };
  return new CustomResource(scope, 'OriginFacing', {
    serviceToken: provider.serviceToken,
    // The function responds in time; this covers a function that cannot be started.
    serviceTimeout: Duration.minutes(10),
    resourceType: TYPE,
    properties: { ...request },
  }).getAttString(ID);
}
