import { CommandError } from '../command';
import { CloudFormationTemplate, logicalId, ofType } from '../alb/template';
import { stackOf } from '../template/stacks';
import { hostGroupsOf } from '../template/template-capacity';
import { StackFile } from '../template/template-file';
import { containersOf, servicesOf, taskCountOf, taskOf, TemplateContainer } from '../template/template-services';
import { isProcess, PostHogProcess } from '../../lib/internal';

/** A resource of a synthesised app. */
export interface ResourceName {
  /** The name of the stack; for a nested stack followed by its logical id: `PostHog/Nested`. */
  readonly stack: string;
  readonly id: string;
}

/** A service of an installation. */
export interface RunbookService {
  readonly process: PostHogProcess;
  readonly service: ResourceName;
  /** Its log group; undefined if the template does not create it. */
  readonly logGroup?: ResourceName;
  /** The prefix of its log streams: each ends with the id of the task. */
  readonly streamPrefix: string;
  readonly minTasks?: number;
  /** Indicates whether Application Auto Scaling changes the number of its tasks. */
  readonly scales: boolean;
  readonly usesCapacityProvider: boolean;
  readonly allowsCommands: boolean;
}

/** A PostHog of a synthesised app, as its operators see it. */
export interface Installation {
  readonly region?: string;
  readonly services: readonly RunbookService[];
  /** The Auto Scaling group of the first ClickHouse server; undefined for an existing server. */
  readonly clickHouse?: ResourceName;
  /** The Auto Scaling groups of EC2 hosts; none if tasks run on Fargate. */
  readonly hosts: readonly ResourceName[];
  /** The instance of PostgreSQL; undefined for Aurora and existing servers. */
  readonly postgres?: ResourceName;
  /** The data stores that stay on, and are billed, while no task runs. */
  readonly billed: readonly string[];
}

/** Resources that are billed by the hour, with the words that a runbook has for them. */
const BILLED: Readonly<Record<string, string>> = {
  'AWS::ElasticLoadBalancingV2::LoadBalancer': 'load balancer',
  'AWS::EC2::NatGateway': 'NAT gateway',
  'AWS::RDS::DBInstance': 'PostgreSQL on RDS',
  'AWS::RDS::DBCluster': 'PostgreSQL on Aurora',
  'AWS::ElastiCache::ReplicationGroup': 'cache on ElastiCache',
  'AWS::MSK::Cluster': 'Kafka on MSK',
  'AWS::AutoScaling::AutoScalingGroup': 'EC2 instances of data stores',
};

/**
 * Returns the PostHog of synthesised stacks.
 *
 * @param stacks the stacks, each with those that are synthesised together with it
 */
export function installationOf(stacks: readonly StackFile[]): Installation {
  const services = stacks.flatMap((file) =>
    servicesOf(file.template)
      .filter(([id]) => file.has(id))
      .flatMap((entry) => serviceOf(file, entry) ?? []),
  );
  if (services.length === 0) {
    throw new CommandError('no template has a service that runs a process of PostHog; name those of its stacks with --template FILE');
  }
  const twice = services.find((one, i) => services.findIndex(({ process }) => process === one.process) !== i);
  if (twice) {
    const ids = services.filter(({ process }) => process === twice.process).map(({ service: { stack, id } }) => `${stack}/${id}`);
    throw new CommandError(`several services run ${twice.process}: ${ids.join(', ')}; name the templates of one PostHog with --template FILE`);
  }
  const regions = new Set(stacks.flatMap((file) => stackOf(file).region ?? []));
  return {
    region: regions.size === 1 ? [...regions][0] : undefined,
    services,
    clickHouse: firstOf(stacks, 'AWS::AutoScaling::AutoScalingGroup', /Server1GroupASG/),
    hosts: stacks.flatMap((file) =>
      hostGroupsOf(file.template)
        .filter(({ id }) => file.has(id))
        .map(({ id }) => ({ stack: file.stack, id })),
    ),
    postgres: firstOf(stacks, 'AWS::RDS::DBInstance'),
    billed: [...new Set(stacks.flatMap(billedIn))],
  };
}

function billedIn(file: StackFile): string[] {
  const hosts = new Set(hostGroupsOf(file.template).map(({ id }) => id));
  return ownResources(file).flatMap(([id, { Type }]) => (hosts.has(id) ? 'EC2 hosts of tasks, down to their minimum' : (BILLED[Type] ?? [])));
}

function serviceOf(file: StackFile, entry: ReturnType<typeof servicesOf>[number]): RunbookService | undefined {
  const [id, service] = entry;
  const container = containersOf(taskOf(file.template, service)).find(({ Name }) => isProcess(Name));
  if (!container) {
    return undefined;
  }
  const { group, prefix } = logsOf(container);
  const { min } = taskCountOf(file.template, entry);
  return {
    process: container.Name as PostHogProcess,
    service: { stack: file.stack, id },
    ...(group !== undefined && file.has(group) ? { logGroup: { stack: file.stack, id: group } } : {}),
    streamPrefix: `${prefix}/${container.Name}/`,
    minTasks: min,
    scales: scales(file.template, id),
    usesCapacityProvider: service.CapacityProviderStrategy !== undefined,
    allowsCommands: (service as { EnableExecuteCommand?: unknown }).EnableExecuteCommand === true,
  };
}

function logsOf(container: TemplateContainer): { readonly group?: string; readonly prefix: string } {
  const { LogConfiguration: logs } = container as { readonly LogConfiguration?: { readonly Options?: Readonly<Record<string, unknown>> } };
  const prefix = logs?.Options?.['awslogs-stream-prefix'];
  return { group: logicalId(logs?.Options?.['awslogs-group']), prefix: typeof prefix === 'string' ? prefix : container.Name };
}

function scales(template: CloudFormationTemplate, id: string): boolean {
  return ofType<{ ResourceId?: unknown }>(template, 'AWS::ApplicationAutoScaling::ScalableTarget').some(([, { ResourceId }]) =>
    JSON.stringify(ResourceId).includes(`"${id}"`),
  );
}

function firstOf(stacks: readonly StackFile[], type: string, pattern = /./): ResourceName | undefined {
  return stacks.flatMap((file) =>
    ownResources(file)
      .filter(([id, { Type }]) => Type === type && pattern.test(id))
      .map(([id]) => ({ stack: file.stack, id })),
  )[0];
}

function ownResources({ template, has }: StackFile): [id: string, resource: { readonly Type: string }][] {
  return Object.entries(template.Resources).filter(([id]) => has(id));
}
