import { StackResourceSummary } from '@aws-sdk/client-cloudformation';
import { LoadBalancer } from '@aws-sdk/client-elastic-load-balancing-v2';
import { Aws } from './aws';
import { AwsRefusal, needed } from '../../aws/aws-error';
import { CommandError } from '../../command';
import { SCHEMES } from '../../ingress/ingress-model';

/** A load balancer by its name or ARN, or by its stack. If a stack has several, one of them is named, or its scheme is. */
export type Named = { readonly loadBalancer: string } | { readonly stack: string; readonly among?: string };

/** The load balancer, with related resources of its stack. */
export interface Found {
  readonly loadBalancer: LoadBalancer;
  readonly stack?: string;
  /** The existing listener that the stack adds rules to. */
  readonly listener?: string;
  /** The stack's ECS services, by their ARNs. */
  readonly services: readonly string[];
  /** The names of the stack's alarms; undefined if there is no stack. */
  readonly alarms?: readonly string[];
}

const LOAD_BALANCER = 'AWS::ElasticLoadBalancingV2::LoadBalancer';
const LISTENER_RULE = 'AWS::ElasticLoadBalancingV2::ListenerRule';
const SERVICE = 'AWS::ECS::Service';
const ALARMS = ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm'];
const STACK = 'AWS::CloudFormation::Stack';

/** `arn:...:listener-rule/app/NAME/ID/LISTENER/RULE` */
const RULE_ARN = /^(?<prefix>.*:)listener-rule\/(?<balancer>app\/[^/]+\/[^/]+)\/(?<listener>[^/]+)\/[^/]+$/;

/** Finds the load balancer. */
export async function findLoadBalancer(aws: Aws, named: Named): Promise<Found> {
  return 'loadBalancer' in named ? byName(aws, named.loadBalancer) : byStack(aws, named.stack, named.among);
}

async function byName(aws: Aws, name: string): Promise<Found> {
  const loadBalancer = await describe(aws, name);
  if (!loadBalancer) {
    throw new CommandError(`there is no load balancer '${name}' in ${aws.region}: check the name, or use another region with --region`);
  }
  return { loadBalancer, services: [] };
}

async function byStack(aws: Aws, stack: string, among: string | undefined): Promise<Found> {
  const resources = await resourcesOf(aws, stack);
  const arn = await chosen(aws, stack, idsOf(resources, LOAD_BALANCER), among);
  // Without a load balancer of its own, the stack adds rules to an existing listener.
  const rule = RULE_ARN.exec(idsOf(resources, LISTENER_RULE)[0] ?? '')?.groups;
  const existing = rule && `${rule.prefix}loadbalancer/${rule.balancer}`;
  const wanted = arn ?? existing;
  if (wanted === undefined) {
    throw new CommandError(
      `the stack '${stack}' in ${aws.region} has no load balancer, and no rules for an existing listener: name the load balancer with --load-balancer`,
    );
  }
  const loadBalancer = await describe(aws, wanted);
  if (!loadBalancer) {
    throw new CommandError(`the load balancer ${nameIn(wanted)} of the stack '${stack}' does not exist any more: redeploy the stack`);
  }
  return {
    loadBalancer,
    stack,
    listener: arn === undefined && rule ? `${rule.prefix}listener/${rule.balancer}/${rule.listener}` : undefined,
    services: idsOf(resources, SERVICE),
    // Of a composite alarm, the id may be its ARN.
    alarms: ALARMS.flatMap((type) => idsOf(resources, type)).map((id) => id.split(':alarm:').at(-1)!),
  };
}

/** Returns the load balancer of a stack, or the one of several that is named, by its name, its ARN or its scheme; undefined if there is none. */
async function chosen(aws: Aws, stack: string, arns: readonly string[], among: string | undefined): Promise<string | undefined> {
  const isScheme = SCHEMES.some((scheme) => scheme === among);
  const found: string[] = [];
  for (const arn of among === undefined ? [] : arns) {
    const matches = isScheme ? (await describe(aws, arn))?.Scheme === among : [arn, nameIn(arn)].includes(among!);
    found.push(...(matches ? [arn] : []));
  }
  if (among === undefined ? arns.length > 1 : found.length !== 1) {
    const problem = among === undefined ? 'has several load balancers' : `has ${found.length === 0 ? 'no' : 'several'} load balancers '${among}'`;
    throw new CommandError(
      `the stack '${stack}' ${problem}: ${arns.map(nameIn).join(', ') || 'it has none'}; choose one with --load-balancer ${SCHEMES.join(', ')} or its name`,
    );
  }
  return found[0] ?? arns[0];
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
    throw new CommandError(`${loadBalancer.LoadBalancerName} is a ${loadBalancer.Type} load balancer; PostHog needs an application load balancer`);
  }
  return loadBalancer;
}

/** Returns the resources of a stack and of its nested stacks. */
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
      throw new CommandError(`there is no stack '${stack}' in ${aws.region}: use --stack, --region, or --load-balancer`);
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
