import { DescribeServicesCommand, DescribeTaskDefinitionCommand, ContainerDefinition, Service, TaskDefinition } from '@aws-sdk/client-ecs';
import { World } from './world';
import { chunks } from '../../lib/private/collections';

/** How many services the API describes at once. */
const AT_ONCE = 10;

/** What each service runs where nothing is said of products; the container that the task is named after. */
export const DEFAULT_PROCESSES: readonly string[] = [
  'browserless',
  'capture',
  'cdp-cyclotron-v2-janitor',
  'cdp-hogflow-scheduler',
  'cdp-hogflow-subscription-matcher',
  'cymbal',
  'cymbal-notifications',
  'cymbal-resolution',
  'feature-flags',
  'hypercache-server',
  'ingestion-error-tracking',
  'ingestion-general',
  'ingestion-sessionreplay',
  'livestream',
  'personhog-replica',
  'personhog-router',
  'plugins',
  'property-defs-rs',
  'recording-api',
  'replay-capture',
  'temporal',
  'temporal-batch-exports-worker',
  'temporal-django-worker',
  'web',
  'worker',
];

/** What is added with all products. */
export const FURTHER_PROCESSES: readonly string[] = ['capture-ai', 'capture-logs', 'ingestion-logs', 'ingestion-traces', 'property-defs-ai'];

/** The ECS services of the stack. */
export async function servicesOf(world: World): Promise<Service[]> {
  const [cluster] = world.physicalIdsOf('AWS::ECS::Cluster');
  const ids = world.physicalIdsOf('AWS::ECS::Service');
  const parts = chunks(ids, AT_ONCE);
  const answers = await Promise.all(parts.map((services) => world.ecs.send(new DescribeServicesCommand({ cluster, services }))));
  return answers.flatMap(({ services = [] }) => services);
}

/** The services by the process that they run. */
export async function servicesByProcess(world: World): Promise<Map<string, Service>> {
  const found = await Promise.all(
    (await servicesOf(world)).map(async (service) => {
      const { taskDefinition } = await world.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: service.taskDefinition }));
      return [taskDefinition!.containerDefinitions![0].name!, service] as const;
    }),
  );
  return new Map(found.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** All task definitions of the stack: those of the services, and that of the migration. */
export async function taskDefinitionsOf(world: World): Promise<TaskDefinition[]> {
  const answers = await Promise.all(
    world.physicalIdsOf('AWS::ECS::TaskDefinition').map((taskDefinition) => world.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }))),
  );
  return answers.map(({ taskDefinition }) => taskDefinition!);
}

/** The containers of all task definitions of the stack, by name: where several have one of a name, one of these. */
export async function containersOf(world: World): Promise<Map<string, ContainerDefinition>> {
  const containers = (await taskDefinitionsOf(world)).flatMap(({ containerDefinitions = [] }) => containerDefinitions);
  return new Map(containers.map((container) => [container.name!, container]));
}

/** A container's plain-text environment. */
export function environmentOf(container: ContainerDefinition): Record<string, string> {
  return Object.fromEntries((container.environment ?? []).map(({ name, value }) => [name!, value!]));
}

/** Which container answers for each target group. */
export async function containersByTargetGroupArn(world: World): Promise<Map<string, string>> {
  const services = await servicesOf(world);
  return new Map(
    services.flatMap(({ loadBalancers = [] }) =>
      loadBalancers.map(({ targetGroupArn, containerName }) => [targetGroupArn!, containerName!] as const),
    ),
  );
}
