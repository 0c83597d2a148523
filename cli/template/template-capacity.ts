import { launchedTypesOf, TemplateService } from './template-services';
import { CloudFormationTemplate, numberOf, ofType, referenced } from '../alb/template';

/** The capacity of tasks. `other`: a capacity provider that the template does not define. */
export type CapacityKind = 'fargate' | 'fargate-spot' | 'instances' | 'managed-instances' | 'other';

/** A capacity provider, as in a template. */
export interface TemplateProvider {
  readonly AutoScalingGroupProvider?: { readonly AutoScalingGroupArn?: unknown };
  readonly ManagedInstancesProvider?: { readonly InstanceLaunchTemplate?: { readonly CapacityOptionType?: unknown } };
}

const PROVIDER = 'AWS::ECS::CapacityProvider';

const OF_FARGATE: Readonly<Record<string, CapacityKind>> = { FARGATE: 'fargate', FARGATE_SPOT: 'fargate-spot' };

/** Returns the capacity provider of a service that its template defines; undefined if there is none. */
export function providerOf(
  template: CloudFormationTemplate,
  { CapacityProviderStrategy: [first] = [] }: TemplateService,
): TemplateProvider | undefined {
  return referenced<TemplateProvider>(template, PROVIDER, first?.CapacityProvider);
}

/** Returns what the tasks of a service run on. Without a strategy and a launch type, it is Fargate. */
export function capacityKindOf(template: CloudFormationTemplate, service: TemplateService): CapacityKind {
  const { CapacityProviderStrategy: strategy = [], LaunchType = 'FARGATE' } = service;
  if (strategy.length === 0) {
    return LaunchType === 'FARGATE' ? 'fargate' : 'other';
  }
  const names = strategy.map(({ CapacityProvider }) => CapacityProvider);
  if (names.every((name) => typeof name === 'string' && Object.hasOwn(OF_FARGATE, name))) {
    return names.includes('FARGATE_SPOT') ? 'fargate-spot' : 'fargate';
  }
  const provider = providerOf(template, service);
  if (provider === undefined) {
    return 'other';
  }
  return provider.AutoScalingGroupProvider ? 'instances' : 'managed-instances';
}

/** An Auto Scaling group of hosts: one with a capacity provider. */
export interface HostGroup {
  /** The logical id of the group. */
  readonly id: string;
  /** The instance types that are known at synthesis, the preferred one first. */
  readonly types: readonly string[];
  /** The numbers of instances; undefined if they are known at deployment only. */
  readonly min?: number;
  readonly max?: number;
  readonly spot: boolean;
  /** The subnets, as in the template. */
  readonly subnets: readonly unknown[];
}

type Properties = Readonly<Record<string, unknown>>;

/** Returns the groups of hosts of a template. */
export function hostGroupsOf(template: CloudFormationTemplate): HostGroup[] {
  const groups = ofType<TemplateProvider>(template, PROVIDER).map(
    ([, { AutoScalingGroupProvider }]) => AutoScalingGroupProvider?.AutoScalingGroupArn,
  );
  return ofType<Properties>(template, 'AWS::AutoScaling::AutoScalingGroup')
    .filter(([, group]) => groups.some((reference) => referenced(template, 'AWS::AutoScaling::AutoScalingGroup', reference) === group))
    .map(([id, group]) => ({
      id,
      types: launchedTypesOf(template, group).filter((type) => typeof type === 'string'),
      min: numberOf(group.MinSize),
      max: numberOf(group.MaxSize),
      spot: isSpot(group),
      subnets: Array.isArray(group.VPCZoneIdentifier) ? (group.VPCZoneIdentifier as unknown[]) : [],
    }));
}

/** Returns whether a group starts Spot Instances only. */
function isSpot({ MixedInstancesPolicy: policy }: Properties): boolean {
  const { InstancesDistribution: distribution = {} } = (policy ?? {}) as { readonly InstancesDistribution?: Properties };
  return numberOf(distribution.OnDemandPercentageAboveBaseCapacity) === 0;
}
