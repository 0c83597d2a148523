import { logicalId } from '../../cli/alb/template';
import { Template } from '../../cli/updates/replacement';
import { PostHogProcess } from '../../lib/catalog/posthog-process';

/** A duration in minutes: a good day, a usual one, and a bad one on which nothing fails. */
export interface Duration {
  readonly fast: number;
  readonly typical: number;
  readonly slow: number;
}

/** The kinds of durations. */
export const SPEEDS = ['fast', 'typical', 'slow'] as const satisfies readonly (keyof Duration)[];

/** The time that a resource takes, and where that is from. */
interface Row {
  /** Its name in the table; that of its process for a service. */
  readonly name?: string;
  readonly create: Duration;
  /** The time that an update takes, if it differs. */
  readonly update?: Duration;
  readonly source: string;
}

function minutes(fast: number, typical: number, slow: number): Duration {
  return { fast, typical, slow };
}

const ECS: Row = {
  create: minutes(2.5, 4, 8),
  // The old tasks drain and stop, for up to two minutes.
  update: minutes(3, 5, 9),
  source: 'estimate: image pull of one to two minutes, a start of 20 to 60 s (docs/verification.md), two health checks, and the steady state of ECS',
};

/** Processes that start slowly: Django imports for a minute, and the health checks of both come from the load balancer. */
const SLOW_START: Row = {
  create: minutes(4, 7, 12),
  update: minutes(5, 8, 13),
  source: 'estimate: the app image has 9.8 GB; web answers after 57 to 300 s, plugins after 35 s, with health checks every 30 s',
};

const SLOW_PROCESSES: readonly string[] = [PostHogProcess.WEB, PostHogProcess.PLUGINS];

/** The resources that take minutes. */
const ROWS: Readonly<Record<string, Row>> = {
  'AWS::MSK::Cluster': {
    name: 'Kafka',
    create: minutes(20, 30, 45),
    source:
      'reports of 10 to 30 minutes (Snowflake-Labs/sfquickstarts#662), 30 to 40 (mattclay/aws-terminator#143, ansible-collections/community.aws#1947) and ' +
      'close to 60 (hashicorp/terraform-provider-aws#17726)',
  },
  'AWS::RDS::DBInstance': { name: 'PostgreSQL', create: minutes(6, 10, 15), source: 'estimate, with a first backup' },
  'AWS::ElastiCache::ReplicationGroup': { name: 'cache', create: minutes(5, 8, 13), source: 'estimate' },
  'AWS::AutoScaling::AutoScalingGroup': {
    name: 'instance of ClickHouse',
    create: minutes(4, 7, 15),
    source: 'estimate: boot, two images, and the signal of an instance that has started; an update replaces the instance',
  },
  'AWS::ElasticLoadBalancingV2::LoadBalancer': { name: 'load balancer', create: minutes(1.5, 2.5, 4), source: 'estimate' },
  'AWS::EC2::NatGateway': { name: 'NAT gateway', create: minutes(1.5, 2, 3), source: 'estimate' },
  'AWS::ServiceDiscovery::PrivateDnsNamespace': {
    name: 'namespace',
    create: minutes(1, 1, 1),
    source: 'estimate: a hosted zone and its association with the VPC',
  },
  'AWS::CertificateManager::Certificate': { name: 'certificate', create: minutes(1, 3, 10), source: 'estimate: validation by DNS' },
  'AWS::Route53::RecordSet': {
    name: 'record of the domain name',
    create: minutes(0.5, 1, 1.5),
    source: 'Route 53 propagates a change within 60 s (Route 53 API reference, ChangeResourceRecordSets)',
  },
};

/** The migration, which a wait condition waits for: of an empty database, or of the one release before. Each is a new condition. */
const MIGRATION: Row = {
  name: 'migration',
  create: minutes(45, 75, 150),
  update: minutes(4, 10, 40),
  source: 'others saw more than an hour for an empty database (docs/upgrades.md); estimate for a release of a few weeks later',
};

/** Every other resource takes some seconds. */
const OTHER = minutes(0.1, 0.25, 0.5);

/** A resource of a deployment. */
export interface Step {
  /** Undefined for a resource that takes some seconds. */
  readonly name?: string;
  readonly duration: Duration;
}

/** Returns the time that CloudFormation takes to create or update a resource. */
export function stepOf(template: Template, id: string, isUpdate: boolean): Step {
  const row = rowOf(template, id);
  return { name: row?.name, duration: (isUpdate ? row?.update : undefined) ?? row?.create ?? OTHER };
}

function rowOf(template: Template, id: string): Row | undefined {
  switch (template.Resources[id].Type) {
    case 'AWS::CloudFormation::WaitCondition':
      return MIGRATION;
    case 'AWS::ECS::Service': {
      const process = processOf(template, id);
      return { ...(SLOW_PROCESSES.includes(process) ? SLOW_START : ECS), name: process };
    }
    default:
      return ROWS[template.Resources[id].Type];
  }
}

/** Returns the process of a service: the name of the first container of its task. */
export function processOf({ Resources }: Template, service: string): string {
  const { TaskDefinition: reference } = Resources[service].Properties as { readonly TaskDefinition: unknown };
  const task = Resources[logicalId(reference)!].Properties as { readonly ContainerDefinitions: readonly { readonly Name: string }[] };
  return task.ContainerDefinitions[0].Name;
}
