import { CustomResource, Duration, Fn, Lazy } from 'aws-cdk-lib/core';
import { CfnLoadBalancer, IApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import { ADDRESS_PARTS } from './trusted-addresses';
import { acknowledge } from '../../private/acknowledge';
import { withPath } from '../../private/errors';
import { ProgramFunction } from '../../private/program-function';

const TYPE = 'Custom::PostHogLoadBalancerAddresses';

/**
 * The addresses that a load balancer can have, if they are not known before the deployment: a function looks them up in AWS.
 *
 * The list can be longer than one response of a custom resource, so several resources of the same function return a part each. They are updated
 * whenever the template has other subnets for the load balancer.
 */
export class LoadBalancerAddresses extends Construct {
  private readonly serviceToken: string;
  private addressText?: string;
  private cidrList?: string[];

  public constructor(
    scope: Construct,
    id: string,
    private readonly loadBalancer: IApplicationLoadBalancer,
  ) {
    super(scope, id);
    this.serviceToken = withPath(this, () => addressFunction(this)).serviceToken;
  }

  /** Defines the lookup of all addresses, and returns them, separated by commas. */
  public defineText(): string {
    this.addressText ??= Fn.join(
      '',
      Array.from({ length: ADDRESS_PARTS }, (_, part) => this.lookup(`Part${part}`, String(part)).getAttString('Addresses')),
    );
    return this.addressText;
  }

  /** Defines the lookup of the CIDR blocks of the load balancer's subnets, of any size, and returns them as a list that is a token. */
  public defineCidrs(): string[] {
    this.cidrList ??= Fn.split(',', this.lookup('Blocks').getAttString('Cidrs'));
    return this.cidrList;
  }

  private lookup(id: string, part?: string): CustomResource {
    const { defaultChild } = this.loadBalancer.node;
    return new CustomResource(this, id, {
      serviceToken: this.serviceToken,
      // The function responds in time; this covers a function that cannot be started.
      serviceTimeout: Duration.minutes(15),
      resourceType: TYPE,
      properties: {
        LoadBalancerArn: this.loadBalancer.loadBalancerArn,
        Part: part,
        // For CloudFormation to detect a change; the function describes the actual ones.
        Subnets: CfnLoadBalancer.isCfnLoadBalancer(defaultChild) ? Lazy.any({ produce: () => defaultChild.subnets }) : undefined,
      },
    });
  }
}

/** Returns the function of a stack, which serves all load balancers. */
function addressFunction(scope: Construct): ProgramFunction {
  const provider = ProgramFunction.of(scope, TYPE, {
    program: 'load-balancer-addresses',
    description: 'PostHog ingress: IP addresses of the load balancer',
    timeout: Duration.minutes(5),
    // Neither API call supports resource-level permissions.
    policyStatements: [{ Effect: 'Allow', Action: ['ec2:DescribeSubnets', 'elasticloadbalancing:DescribeLoadBalancers'], Resource: '*' }],
  });
  acknowledge(provider, { 'AwsSolutions-IAM5[Resource::*]': 'it describes subnets and load balancers, which does not support resource ARNs' });
  return provider;
}
