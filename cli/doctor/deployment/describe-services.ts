import { ContainerDefinition, Deployment as EcsDeployment, Service as EcsService, TaskDefinition } from '@aws-sdk/client-ecs';
import { Aws } from './aws';
import { orUnavailable, short } from '../../aws/aws-error';
import { Container, Rollout, Service } from './deployment';
import { Loaded, isUnavailable } from '../../aws/loaded';
import { isDjango } from './processes';

/** The capacity providers of Fargate. */
const OF_FARGATE = ['FARGATE', 'FARGATE_SPOT'];

/**
 * Describes the ECS services of a stack. If none of them registers with the load balancer's target groups, describes those of the account that
 * do, and those in the same clusters that run Django.
 *
 * @param aws the AWS APIs
 * @param known the ARNs of the stack's services
 * @param targetGroups the ARNs of the load balancer's target groups
 */
export async function describeServices(aws: Aws, known: readonly string[], targetGroups: Loaded<readonly string[]>): Promise<Loaded<Service[]>> {
  const definitions = new Definitions(aws);
  const describe = (services: readonly EcsService[]) => Promise.all(services.map((service) => serviceOf(service, definitions)));
  return orUnavailable(
    named(aws, known).then(async (own) => {
      if (isUnavailable(targetGroups)) {
        return own.length > 0 ? describe(own) : targetGroups;
      }
      return own.some((service) => answers(service, targetGroups))
        ? describe(own)
        : [...(await describe(own)), ...(await search(aws, targetGroups, describe))];
    }),
  );
}

async function named(aws: Aws, arns: readonly string[]): Promise<EcsService[]> {
  return (await Promise.all([...byCluster(arns)].map(([cluster, services]) => aws.services(cluster, services)))).flat();
}

async function search(
  aws: Aws,
  targetGroups: readonly string[],
  describe: (services: readonly EcsService[]) => Promise<Service[]>,
): Promise<Service[]> {
  const clusters = await Promise.all((await aws.clusters()).map(async (cluster) => aws.services(cluster, await aws.serviceArns(cluster))));
  const candidates = clusters.filter((services) => services.some((service) => answers(service, targetGroups))).flat();
  const described = await describe(candidates);
  return described.filter((service, i) => answers(candidates[i], targetGroups) || runsDjango(service));
}

/** `arn:...:service/CLUSTER/NAME`; ARNs from before 2018 have no cluster; the default one is assumed. */
function byCluster(arns: readonly string[]): Map<string, string[]> {
  const clusters = new Map<string, string[]>();
  for (const arn of arns) {
    const parts = arn.split('/');
    const cluster = parts.length > 2 ? parts[1] : 'default';
    clusters.set(cluster, [...(clusters.get(cluster) ?? []), arn]);
  }
  return clusters;
}

function answers({ loadBalancers = [] }: EcsService, targetGroups: readonly string[]): boolean {
  return loadBalancers.some(({ targetGroupArn = '' }) => targetGroups.includes(targetGroupArn));
}

function runsDjango({ rollouts }: Service): boolean {
  return rollouts.some(({ containers }) => !isUnavailable(containers) && containers.some(isDjango));
}

/** Loads each task definition once, because they never change. */
class Definitions {
  private readonly answers = new Map<string, Promise<Loaded<TaskDefinition>>>();

  public constructor(private readonly aws: Aws) {}

  public get(name: string): Promise<Loaded<TaskDefinition>> {
    const answer = this.answers.get(name) ?? orUnavailable(this.aws.taskDefinition(name));
    this.answers.set(name, answer);
    return answer;
  }
}

async function serviceOf(service: EcsService, definitions: Definitions): Promise<Service> {
  const { taskDefinition = '', deployments = [], loadBalancers = [], events = [], capacityProviderStrategy = [] } = service;
  const primary = deployments.find(({ status }) => status === 'PRIMARY');
  const others = deployments.filter(({ status, runningCount = 0 }) => status !== 'PRIMARY' && runningCount > 0);
  const [newest, ...rollouts] = await Promise.all([
    definitions.get(familyOf(taskDefinition)),
    // The task definition of the service is that of its primary deployment.
    rolloutOf({ ...primary, taskDefinition }, definitions),
    ...others.map((other) => rolloutOf(other, definitions)),
  ]);
  return {
    name: service.serviceName ?? '',
    cluster: (service.clusterArn ?? '').split('/').at(-1)!,
    status: service.status ?? '',
    desiredCount: service.desiredCount ?? 0,
    runningCount: service.runningCount ?? 0,
    capacityProviders: capacityProviderStrategy.flatMap(({ capacityProvider = '' }) =>
      OF_FARGATE.includes(capacityProvider) ? [] : [capacityProvider],
    ),
    targets: loadBalancers.flatMap(({ targetGroupArn, containerName }) =>
      targetGroupArn ? [{ targetGroup: targetGroupArn, container: containerName ?? '' }] : [],
    ),
    rollouts,
    newestDefinition: isUnavailable(newest) ? newest : definitionName(newest.taskDefinitionArn ?? ''),
    lastEvent: events[0]?.message && short(events[0].message),
  };
}

async function rolloutOf(rollout: EcsDeployment, definitions: Definitions): Promise<Rollout> {
  const { taskDefinition: arn = '' } = rollout;
  const definition = await definitions.get(arn);
  return {
    state: rollout.rolloutState,
    reason: rollout.rolloutStateReason,
    runningCount: rollout.runningCount ?? 0,
    definition: definitionName(arn),
    containers: isUnavailable(definition) ? definition : (definition.containerDefinitions ?? []).map(containerOf),
  };
}

function containerOf({ name = '', image = '', environment = [], secrets = [], environmentFiles = [] }: ContainerDefinition): Container {
  return {
    name,
    image,
    environment: Object.fromEntries(environment.map((variable) => [variable.name ?? '', variable.value ?? ''])),
    secrets: secrets.map((secret) => secret.name ?? ''),
    hasEnvironmentFiles: environmentFiles.length > 0,
  };
}

/** Returns `posthog-web:12` of `arn:...:task-definition/posthog-web:12`. */
function definitionName(arn: string): string {
  return arn.split('/').at(-1)!;
}

function familyOf(arn: string): string {
  return definitionName(arn).split(':')[0];
}
