import { CfnResource, CustomResource, CustomResourceProvider, CustomResourceProviderRuntime, Duration, Fn, Lazy, RemovalPolicy, Size } from 'aws-cdk-lib/core';
import { CfnLoadBalancer, IApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { ADDRESS_PARTS } from './address-parts';
import { acknowledge } from '../private/acknowledge';
import { programFolder } from '../private/assets';
import { at } from '../private/errors';

const TYPE = 'Custom::PostHogLoadBalancerAddresses';
const FUNCTION_TIMEOUT = Duration.minutes(5);

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
  const provider = CustomResourceProvider.getOrCreateProvider(scope, TYPE, {
    codeDirectory: programFolder('load-balancer-addresses'),
    runtime: CustomResourceProviderRuntime.NODEJS_24_X,
    timeout: FUNCTION_TIMEOUT,
    memorySize: Size.mebibytes(256),
    description: 'Finds the addresses that a load balancer of PostHog can have',
    policyStatements: [{ Effect: 'Allow', Action: ['ec2:DescribeSubnets', 'elasticloadbalancing:DescribeLoadBalancers'], Resource: '*' }],
  });
  if (!provider.node.tryFindChild('Logs')) {
    defineLogs(provider);
  }
  return provider;
}

/** Logs that end with the stack, and that the function may write to instead of to all that there are. */
function defineLogs(provider: CustomResourceProvider): void {
  const logs = new LogGroup(provider, 'Logs', { retention: RetentionDays.ONE_MONTH, removalPolicy: RemovalPolicy.DESTROY });
  provider.addToRolePolicy({ Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: logs.logGroupArn });
  (provider.node.findChild('Handler') as CfnResource).addPropertyOverride('LoggingConfig', { LogGroup: logs.logGroupName });
  // Not there where the app brings its own roles.
  (provider.node.tryFindChild('Role') as CfnResource | undefined)?.addPropertyDeletionOverride('ManagedPolicyArns');
  acknowledge(logs, { CloudWatchLogGroupEncrypted: 'encrypted with the key that CloudWatch Logs keeps' });
}
