import { CloudFormationTemplate, logicalId, numberOf, ofType, referenced } from '../alb/template';
import { CLIENT_ADDRESS_CONTAINER, isProcess } from '../../lib/internal';

/** A container of a task definition, as in a template. */
export interface TemplateContainer {
  readonly Name: string;
  readonly Image?: unknown;
  readonly Cpu?: unknown;
  readonly Memory?: unknown;
  readonly MemoryReservation?: unknown;
  readonly Environment?: readonly { readonly Name: string; readonly Value?: unknown }[];
  readonly Secrets?: readonly { readonly Name: string; readonly ValueFrom: unknown }[];
  readonly EnvironmentFiles?: readonly { readonly Value: unknown }[];
  readonly PortMappings?: readonly { readonly ContainerPort: number }[];
}

/** A task definition, as in a template. */
export interface TemplateTask {
  readonly ContainerDefinitions?: readonly TemplateContainer[];
  readonly TaskRoleArn?: unknown;
  readonly Cpu?: unknown;
  readonly Memory?: unknown;
  readonly RuntimePlatform?: { readonly CpuArchitecture?: unknown };
  readonly EphemeralStorage?: { readonly SizeInGiB?: unknown };
}

/** An ECS service, as in a template. */
export interface TemplateService {
  readonly TaskDefinition?: unknown;
  readonly DesiredCount?: unknown;
  readonly Cluster?: unknown;
  readonly LaunchType?: unknown;
  readonly CapacityProviderStrategy?: readonly { readonly CapacityProvider?: unknown; readonly Base?: unknown; readonly Weight?: unknown }[];
  readonly DeploymentConfiguration?: { readonly MaximumPercent?: unknown };
  readonly LoadBalancers?: readonly { readonly TargetGroupArn: unknown; readonly ContainerName: string }[];
  readonly NetworkConfiguration?: { readonly AwsvpcConfiguration?: { readonly SecurityGroups?: readonly unknown[] } };
}

/** Returns the task definitions of a template, by logical id. */
export function tasksOf(template: CloudFormationTemplate): [id: string, task: TemplateTask][] {
  return ofType<TemplateTask>(template, 'AWS::ECS::TaskDefinition');
}

/** Returns the services of a template, by logical id. */
export function servicesOf(template: CloudFormationTemplate): [id: string, service: TemplateService][] {
  return ofType<TemplateService>(template, 'AWS::ECS::Service');
}

/** Returns the task definition of a service; undefined if it is not in the template. */
export function taskOf(template: CloudFormationTemplate, { TaskDefinition }: TemplateService): TemplateTask | undefined {
  return referenced<TemplateTask>(template, 'AWS::ECS::TaskDefinition', TaskDefinition);
}

/** Returns the minimum and the maximum number of tasks of a service; undefined if they are known at deployment only. */
export function taskCountOf(
  template: CloudFormationTemplate,
  [id, { DesiredCount }]: [id: string, service: TemplateService],
): {
  readonly min?: number;
  readonly max?: number;
} {
  const scaling = ofType<{ ResourceId?: unknown; MinCapacity?: unknown; MaxCapacity?: unknown }>(
    template,
    'AWS::ApplicationAutoScaling::ScalableTarget',
  ).find(([, { ResourceId }]) => JSON.stringify(ResourceId).includes(`"${id}"`))?.[1];
  const min = numberOf(scaling?.MinCapacity ?? DesiredCount ?? 1);
  return { min, max: scaling ? numberOf(scaling.MaxCapacity) : min };
}

/** The data of a launch template, as in a template. */
export interface TemplateLaunchData {
  readonly InstanceType?: unknown;
  readonly BlockDeviceMappings?: unknown;
  readonly Monitoring?: { readonly Enabled?: unknown };
  readonly IamInstanceProfile?: { readonly Arn?: unknown };
}

/** The mixed instances policy of an Auto Scaling group, as in a template. */
interface MixedInstancesPolicy {
  readonly LaunchTemplate?: {
    readonly LaunchTemplateSpecification?: { readonly LaunchTemplateId?: unknown };
    readonly Overrides?: readonly { readonly InstanceType?: unknown }[];
  };
}

/** Returns the launch template of an Auto Scaling group; undefined if it is not in the template. */
export function launchTemplateOf(template: CloudFormationTemplate, group: Readonly<Record<string, unknown>>): TemplateLaunchData | undefined {
  const { LaunchTemplate: mixed } = (group.MixedInstancesPolicy ?? {}) as MixedInstancesPolicy;
  const single: { readonly LaunchTemplateId?: unknown } | undefined = group.LaunchTemplate ?? undefined;
  const id = (mixed?.LaunchTemplateSpecification ?? single)?.LaunchTemplateId;
  return referenced<{ LaunchTemplateData?: TemplateLaunchData }>(template, 'AWS::EC2::LaunchTemplate', id)?.LaunchTemplateData;
}

/** Returns the instance types of an Auto Scaling group, the preferred one first. One can be a value that is known at deployment only. */
export function launchedTypesOf(template: CloudFormationTemplate, group: Readonly<Record<string, unknown>>): unknown[] {
  const { LaunchTemplate: mixed } = (group.MixedInstancesPolicy ?? {}) as MixedInstancesPolicy;
  const types = (mixed?.Overrides ?? []).flatMap(({ InstanceType }) => InstanceType ?? []);
  return types.length > 0 ? types : [launchTemplateOf(template, group)?.InstanceType];
}

/** Returns the preferred instance type of an Auto Scaling group; undefined if it is known at deployment only. */
export function launchedTypeOf(template: CloudFormationTemplate, group: Readonly<Record<string, unknown>>): unknown {
  return launchedTypesOf(template, group)[0];
}

/** Returns the containers of a task definition; none if they are known at deployment only. */
export function containersOf(task: TemplateTask | undefined): readonly TemplateContainer[] {
  return Array.isArray(task?.ContainerDefinitions) ? (task.ContainerDefinitions as readonly TemplateContainer[]) : [];
}

/**
 * Returns the container of each target group, by the target group's logical id. For the nginx sidecar that verifies client IPs, this is the
 * container behind it.
 *
 * @param template the synthesised template
 */
export function containersByTargetGroup(template: CloudFormationTemplate): Record<string, string> {
  const targets = servicesOf(template).flatMap(([, service]) => (service.LoadBalancers ?? []).map((target) => ({ service, target })));
  return Object.fromEntries(
    targets.map(({ service, target }): [string, string] => [
      String(logicalId(target.TargetGroupArn)),
      target.ContainerName === CLIENT_ADDRESS_CONTAINER ? containerBehind(template, service) : target.ContainerName,
    ]),
  );
}

function containerBehind(template: CloudFormationTemplate, service: TemplateService): string {
  const others = containersOf(taskOf(template, service))
    .map(({ Name }) => Name)
    .filter((name) => name !== CLIENT_ADDRESS_CONTAINER);
  // A task may also have sidecars of the process, such as a log router.
  const processes = others.filter(isProcess);
  const candidates = processes.length > 0 ? processes : others;
  if (candidates.length !== 1) {
    throw new Error(
      `the task must have one process of PostHog next to ${CLIENT_ADDRESS_CONTAINER}, or one container, got: ${candidates.join(', ') || 'none'}`,
    );
  }
  return candidates[0];
}
