import { CustomResource, CustomResourceProvider, Duration, Fn, Lazy } from 'aws-cdk-lib/core';
import { CfnLoadBalancer, IApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import { ADDRESS_PARTS } from './address-parts';
import { at } from '../private/errors';
import { programFunction } from '../private/program-function';

const TYPE = 'Custom::PostHogLoadBalancerAddresses';

/**
 * The addresses that a load balancer can have, where nobody knows them before the deployment: a function asks AWS then.
 *
 * The list is longer than one answer may be, so several resources of the same function carry a part of it each. They ask again whenever the
 * template names other subnets for the load balancer.
 */
export class LoadBalancerAddresses extends Construct {
  /** The one for a load balancer that nobody has asked for in a place of its own. */
  public static of(loadBalancer: IApplicationLoadBalancer): LoadBalancerAddresses {
    const id = 'TrustedAddresses';
    return (loadBalancer.node.tryFindChild(id) as LoadBalancerAddresses | undefined) ?? new LoadBalancerAddresses(loadBalancer, id, loadBalancer);
  }

  /** All addresses, separated by commas. */
  public readonly text: string;
  /** The CIDR blocks of the load balancer's subnets; a list that is a token. */
  public readonly cidrs: string[];

  public constructor(scope: Construct, id: string, loadBalancer: IApplicationLoadBalancer) {
    super(scope, id);
    const { serviceToken } = at(this, () => addressFunction(this));
    const { defaultChild } = loadBalancer.node;
    const parts = Array.from({ length: ADDRESS_PARTS }, (_, part) => new CustomResource(this, `Part${part}`, {
      serviceToken,
      // The function answers in time; this is for the case that it cannot be started.
      serviceTimeout: Duration.minutes(15),
      resourceType: TYPE,
      properties: {
        LoadBalancerArn: loadBalancer.loadBalancerArn,
        Part: String(part),
        // For CloudFormation to see that they change; the function asks AWS for the true ones.
        Subnets: CfnLoadBalancer.isCfnLoadBalancer(defaultChild) ? Lazy.any({ produce: () => defaultChild.subnets }) : undefined,
      },
    }));
    this.text = Fn.join('', parts.map((part) => part.getAttString('Addresses')));
    this.cidrs = Fn.split(',', parts[0].getAttString('Cidrs'));
  }
}

/** The function of a stack, however many load balancers it is asked about. */
function addressFunction(scope: Construct): CustomResourceProvider {
  return programFunction(scope, TYPE, {
    program: 'load-balancer-addresses',
    description: 'Finds the addresses that a load balancer of PostHog can have',
    timeout: Duration.minutes(5),
    // Neither question knows of single resources.
    policyStatements: [{ Effect: 'Allow', Action: ['ec2:DescribeSubnets', 'elasticloadbalancing:DescribeLoadBalancers'], Resource: '*' }],
  });
}
