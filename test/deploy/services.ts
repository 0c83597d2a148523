import { DescribeServicesCommand, DescribeTaskDefinitionCommand, ContainerDefinition, Service } from '@aws-sdk/client-ecs';
import { World } from './world';

/** The ECS services of the stack. */
export async function servicesOf(world: World): Promise<Service[]> {
  const [cluster] = world.physicalIdsOf('AWS::ECS::Cluster');
  const { services = [] } = await world.ecs.send(new DescribeServicesCommand({ cluster, services: world.physicalIdsOf('AWS::ECS::Service') }));
  return services;
}

/** The containers of all task definitions of the stack, by name. */
export async function containersOf(world: World): Promise<Map<string, ContainerDefinition>> {
  const found = await Promise.all(world.physicalIdsOf('AWS::ECS::TaskDefinition').map((taskDefinition) =>
    world.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }))));
  const containers = found.flatMap(({ taskDefinition }) => taskDefinition?.containerDefinitions ?? []);
  return new Map(containers.map((container) => [container.name!, container]));
}

/** A container's environment: what stands in clear text. */
export function environmentOf(container: ContainerDefinition): Record<string, string> {
  return Object.fromEntries((container.environment ?? []).map(({ name, value }) => [name!, value!]));
}

/** Which container answers for each target group. */
export async function containersByTargetGroupArn(world: World): Promise<Map<string, string>> {
  const services = await servicesOf(world);
  return new Map(services.flatMap(({ loadBalancers = [] }) => loadBalancers.map(({ targetGroupArn, containerName }) => [targetGroupArn!, containerName!] as const)));
}
