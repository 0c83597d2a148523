import { StackResourceSummary } from '@aws-sdk/client-cloudformation';
import { LoadBalancer } from '@aws-sdk/client-elastic-load-balancing-v2';
import { Aws } from './aws';
import { AwsRefusal, needed } from './aws-error';
import { CommandError } from '../command';

/** Which load balancer is meant: by its name or ARN, or else by its stack. */
export type Named = { readonly loadBalancer: string } | { readonly stack: string };

/** The load balancer that was meant, and what its stack tells about the rest. */
export interface Found {
  readonly loadBalancer: LoadBalancer;
  readonly stack?: string;
  /** The listener that the stack gives rules to, where it stands elsewhere. */
  readonly listener?: string;
  /** The stack's ECS services, by their ARNs. */
  readonly services: readonly string[];
}

const LOAD_BALANCER = 'AWS::ElasticLoadBalancingV2::LoadBalancer';
const LISTENER_RULE = 'AWS::ElasticLoadBalancingV2::ListenerRule';
const SERVICE = 'AWS::ECS::Service';
const STACK = 'AWS::CloudFormation::Stack';

/** `arn:...:listener-rule/app/NAME/ID/LISTENER/RULE` */
const RULE_ARN = /^(?<prefix>.*:)listener-rule\/(?<balancer>app\/[^/]+\/[^/]+)\/(?<listener>[^/]+)\/[^/]+$/;

/** Finds the load balancer that is meant. */
export async function findLoadBalancer(aws: Aws, named: Named): Promise<Found> {
  return 'loadBalancer' in named ? byName(aws, named.loadBalancer) : byStack(aws, named.stack);
}

async function byName(aws: Aws, name: string): Promise<Found> {
  const loadBalancer = await describe(aws, name);
  if (!loadBalancer) {
    throw new CommandError(`there is no load balancer '${name}' in ${aws.region}: check the name, or name another region with --region`);
  }
  return { loadBalancer, services: [] };
}

async function byStack(aws: Aws, stack: string): Promise<Found> {
  const resources = await resourcesOf(aws, stack);
  const [arn, ...more] = idsOf(resources, LOAD_BALANCER);
  if (more.length > 0) {
    throw new CommandError(`the stack '${stack}' has several load balancers: ${[arn, ...more].map(nameIn).join(', ')}; name one with --load-balancer`);
  }
  // Without a load balancer of its own, the stack gives rules to the listener of another.
  const rule = RULE_ARN.exec(idsOf(resources, LISTENER_RULE)[0] ?? '')?.groups;
  const theirs = rule && `${rule.prefix}loadbalancer/${rule.balancer}`;
  const wanted = arn ?? theirs;
  if (wanted === undefined) {
    throw new CommandError(`the stack '${stack}' in ${aws.region} has no load balancer, and no rules for the listener of one: name one with --load-balancer`);
  }
  const loadBalancer = await describe(aws, wanted);
  if (!loadBalancer) {
    throw new CommandError(`the load balancer ${nameIn(wanted)} of the stack '${stack}' is not there any more: deploy the stack again`);
  }
  return {
    loadBalancer,
    stack,
    listener: arn === undefined && rule ? `${rule.prefix}listener/${rule.balancer}/${rule.listener}` : undefined,
    services: idsOf(resources, SERVICE),
  };
}

async function describe(aws: Aws, name: string): Promise<LoadBalancer | undefined> {
  try {
    const found = await aws.loadBalancers(name.startsWith('arn:') ? { LoadBalancerArns: [name] } : { Names: [name] });
    return checked(found[0]);
  } catch (error) {
    if (error instanceof AwsRefusal && error.name.startsWith('LoadBalancerNotFound')) {
      return undefined;
    }
    throw error instanceof AwsRefusal ? new CommandError(error.message) : error;
  }
}

function checked(loadBalancer: LoadBalancer | undefined): LoadBalancer | undefined {
  if (loadBalancer && (loadBalancer.Type ?? 'application') !== 'application') {
    throw new CommandError(`${loadBalancer.LoadBalancerName} is a ${loadBalancer.Type} load balancer; PostHog stands behind an application load balancer`);
  }
  return loadBalancer;
}

/** The resources of a stack and of those nested in it. */
async function resourcesOf(aws: Aws, stack: string): Promise<StackResourceSummary[]> {
  const resources = await stackResources(aws, stack);
  const nested = await Promise.all(idsOf(resources, STACK).map((id) => resourcesOf(aws, id)));
  return [...resources, ...nested.flat()];
}

async function stackResources(aws: Aws, stack: string): Promise<StackResourceSummary[]> {
  try {
    return await aws.stackResources(stack);
  } catch (error) {
    if (error instanceof AwsRefusal && /does not exist/.test(error.message)) {
      throw new CommandError(`there is no stack '${stack}' in ${aws.region}: name it with --stack, name another region with --region, or name the load balancer with --load-balancer`);
    }
    return needed(Promise.reject(error as Error));
  }
}

function idsOf(resources: readonly StackResourceSummary[], type: string): string[] {
  return resources.filter(({ ResourceType }) => ResourceType === type).flatMap(({ PhysicalResourceId: id }) => (id ? [id] : []));
}

/** `arn:...:loadbalancer/app/NAME/ID` */
function nameIn(arn: string): string {
  return arn.split('/').at(-2) ?? arn;
}
