import { CfnTaskDefinition, ContainerDefinitionOptions, TaskDefinition } from 'aws-cdk-lib/aws-ecs';

/** The resources of a sidecar on a shared instance, where every container has its own. On Fargate, it has a part of those of its task. */
export interface SidecarSize {
  /** The CPU units that it reserves; it gets more while the instance has them. */
  readonly cpu: number;
  readonly memoryReservationMiB: number;
  readonly memoryLimitMiB: number;
}

/** Returns the resources of a sidecar: none of its own in a task with memory, which Fargate requires. */
export function sidecarSize(
  taskDefinition: TaskDefinition,
  { cpu, memoryReservationMiB, memoryLimitMiB }: SidecarSize,
): Pick<ContainerDefinitionOptions, 'cpu' | 'memoryReservationMiB' | 'memoryLimitMiB'> {
  const { memory } = taskDefinition.node.defaultChild as CfnTaskDefinition;
  return memory === undefined ? { cpu, memoryReservationMiB, memoryLimitMiB } : {};
}
