import { CustomResource, CustomResourceProvider, Duration, Fn, Lazy } from 'aws-cdk-lib/core';
import { CfnLoadBalancer, IApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import { ADDRESS_PARTS } from './address-parts';
import { at } from '../../private/errors';
import { programFunction } from '../../private/program-function';

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

  private readonly serviceToken: string;
  private addressText?: string;
  private cidrList?: string[];

  public constructor(scope: Construct, id: string, private readonly loadBalancer: IApplicationLoadBalancer) {
    super(scope, id);
    this.serviceToken = at(this, () => addressFunction(this)).serviceToken;
  }

  /** All addresses, separated by commas. */
  public get text(): string {
    this.addressText ??= Fn.join('', Array.from({ length: ADDRESS_PARTS }, (_, part) => this.ask(`Part${part}`, String(part)).getAttString('Addresses')));
    return this.addressText;
  }

  /** The CIDR blocks of the load balancer's subnets, however many addresses are in them; a list that is a token. */
  public get cidrs(): string[] {
    this.cidrList ??= Fn.split(',', this.ask('Blocks').getAttString('Cidrs'));
    return this.cidrList;
  }

  private ask(id: string, part?: string): CustomResource {
    const { defaultChild } = this.loadBalancer.node;
    return new CustomResource(this, id, {
      serviceToken: this.serviceToken,
      // The function answers in time; this is for the case that it cannot be started.
      serviceTimeout: Duration.minutes(15),
      resourceType: TYPE,
      properties: {
        LoadBalancerArn: this.loadBalancer.loadBalancerArn,
        Part: part,
        // For CloudFormation to see that they change; the function asks AWS for the true ones.
        Subnets: CfnLoadBalancer.isCfnLoadBalancer(defaultChild) ? Lazy.any({ produce: () => defaultChild.subnets }) : undefined,
      },
    });
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
