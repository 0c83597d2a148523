import path from 'node:path';
import { Duration } from 'aws-cdk-lib/core';
import {
  ContainerDefinition, ContainerDefinitionOptions, ContainerDependencyCondition, CpuArchitecture, FargateTaskDefinition, LogDrivers, OperatingSystemFamily, Secret,
} from 'aws-cdk-lib/aws-ecs';
import { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { MigrationPlan } from './migration-options';
import { migrationScript, topicsScript } from './migration-script';
import { acknowledge } from '../private/acknowledge';
import { containerImage } from '../private/container-image';
import { IKafka, KafkaEncryption } from '../stores/kafka/kafka-client';
import { KafkaTopic, topicLines } from '../stores/kafka/kafka-topics';
import { REDPANDA_IMAGE } from '../stores/kafka/redpanda-config';
import { ProcessSettings } from '../private/process-settings';

/** The topics that a migration makes first. */
export interface MigratedTopics {
  readonly kafka: IKafka;
  /** What there must be. */
  readonly topics: readonly KafkaTopic[];
}

/** The database of workflows, where it is migrated as well. */
export interface MigratedWorkflows {
  /** The image `sqlx-migrate`. */
  readonly image: string;
  /** The connection URL of the database, which is made where it is not there. */
  readonly databaseUrl: Secret;
}

/** What is migrated to. */
export interface MigratedRelease {
  /** What it is called. */
  readonly name: string;
  /** PostHog's image. */
  readonly image: string;
  /** When it was current, as `2026-09-11`; left out where that is not known. */
  readonly date?: string;
  /** The commit of PostHog/posthog that it was built from; left out where that is not known. */
  readonly upstreamCommit?: string;
}

/** What the containers of a migration are made from. */
export interface MigrationContainers {
  readonly release: MigratedRelease;
  readonly cpuArchitecture: CpuArchitecture;
  /** What Django must know. */
  readonly settings: ProcessSettings;
  readonly topics?: MigratedTopics;
  readonly workflows?: MigratedWorkflows;
}

/** The containers that look before anything is changed. */
export const LOOKING = ['preflight', 'migrate'] as const;

/** Where `preflight` leaves the script for `migrate`: the script twice would leave too little room for settings in a task definition of 64 KiB. */
const SCRIPT_FILE = '/migration/migrate.py';

/** What the streams of the log begin with. */
export const STREAM_PREFIX = 'migration';

/**
 * What Django gets for its requests, and a migration answers none: every change of the load balancer would migrate again, and the list of
 * its addresses can fill a quarter of a task definition.
 */
const OF_REQUESTS = ['TRUSTED_PROXIES'];

/**
 * Settings that make bin/migrate do what it should, and no more. MIGRATE_MAX_RETRIES is upstream's: ten attempts at `manage.py migrate` wait
 * 3 seconds, then twice as long after each, 25.5 minutes in all (bin/migrate of PostHog/posthog, July 2026), long enough for a failover.
 *
 * Async migrations are marked by bin/migrate itself; as part of Django's start they would ask tables that an empty database does not have
 * (posthog/apps.py).
 */
const OF_MIGRATIONS = { SKIP_ASYNC_MIGRATIONS_SETUP: '1' };

/** The task that migrates, as ECS runs it: each container begins when the one before has succeeded, and the last decides. */
export class MigrationTask extends Construct {
  public readonly taskDefinition: FargateTaskDefinition;

  private last?: ContainerDefinition;

  public constructor(scope: Construct, id: string, private readonly logs: ILogGroup, plan: MigrationPlan, containers: MigrationContainers) {
    super(scope, id);
    this.taskDefinition = new FargateTaskDefinition(this, 'Definition', {
      cpu: plan.cpu,
      memoryLimitMiB: plan.memoryLimitMiB,
      runtimePlatform: { operatingSystemFamily: OperatingSystemFamily.LINUX, cpuArchitecture: containers.cpuArchitecture },
    });
    const { release, settings, topics, workflows } = containers;
    const django: ContainerDefinitionOptions = {
      image: containerImage(this, 'Repository', release.image),
      environment: { ...withoutRequests(settings.environment), ...OF_MIGRATIONS, ...ofPlan(plan, release) },
      secrets: settings.secrets,
    };
    // The image's own entry point is that of its web server.
    this.add('preflight', { ...django, entryPoint: ['python', '-c'], command: [migrationScript(), 'preflight'] });
    if (topics) {
      this.add('topics', this.topics(topics));
    }
    if (workflows) {
      this.add('cyclotron-node', {
        image: containerImage(this, 'WorkflowsRepository', workflows.image),
        command: ['cyclotron-node'],
        secrets: { CYCLOTRON_NODE_DATABASE_URL: workflows.databaseUrl },
      });
    }
    // The long one comes last: ECS ends a task in which a container has waited for another for three hours (aws/containers-roadmap issue 1532).
    this.add('migrate', { ...django, entryPoint: ['python'], command: [SCRIPT_FILE, 'migrate'], stopTimeout: Duration.minutes(2), essential: true });
    this.share('preflight', 'migrate');
    acknowledge(this, {
      'AwsSolutions-ECS2': 'what stands in clear text is no secret; secrets come from Secrets Manager',
      'AwsSolutions-IAM5[Resource::*]': 'ECR gives the password of its registries without knowing resources',
    });
  }

  /** Gives containers a folder that they share. */
  private share(...names: (typeof LOOKING)[number][]): void {
    const volume = 'script';
    this.taskDefinition.addVolume({ name: volume });
    names.forEach((name) => this.taskDefinition.findContainer(name)!.addMountPoints({ sourceVolume: volume, containerPath: path.dirname(SCRIPT_FILE), readOnly: name === 'migrate' }));
  }

  private add(name: string, options: ContainerDefinitionOptions): void {
    const logging = LogDrivers.awsLogs({ logGroup: this.logs, streamPrefix: STREAM_PREFIX });
    const container = this.taskDefinition.addContainer(name, { essential: false, ...options, logging });
    if (this.last) {
      container.addContainerDependencies({ container: this.last, condition: ContainerDependencyCondition.SUCCESS });
    }
    this.last = container;
  }

  private topics({ kafka, topics }: MigratedTopics): ContainerDefinitionOptions {
    return {
      // Upstream makes its topics with the same image (docker-compose.hobby.yml, kafka-init).
      image: containerImage(this, 'TopicsRepository', REDPANDA_IMAGE),
      entryPoint: ['/bin/sh', '-c'],
      command: [topicsScript()],
      environment: {
        BROKERS: kafka.bootstrapServers,
        TLS: String(kafka.encryption === KafkaEncryption.TLS),
        TOPICS: topicLines(topics),
      },
    };
  }
}

function withoutRequests(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !OF_REQUESTS.includes(name)));
}

function ofPlan(plan: MigrationPlan, release: MigratedRelease): Record<string, string> {
  return {
    MIGRATION_SCRIPT: SCRIPT_FILE,
    MIGRATION_RELEASE: release.name,
    MIGRATION_IMAGE: release.image,
    ...release.date && { MIGRATION_RELEASE_DATE: release.date },
    ...release.upstreamCommit && { MIGRATION_UPSTREAM_COMMIT: release.upstreamCommit },
    MIGRATION_MIN_FREE_DISK_PERCENT: String(plan.minFreeDiskPercent),
    MIGRATION_MAX_BACKUP_AGE: String(plan.maxBackupAgeSeconds),
    MIGRATION_MAX_RELEASE_GAP: String(plan.maxReleaseGapDays),
    ...plan.allowDowngrade && { MIGRATION_ALLOW_DOWNGRADE: 'true' },
    ...plan.allowLegacyDatabase && { MIGRATION_ALLOW_LEGACY_DATABASE: 'true' },
    ...plan.postMigrationCommands.length > 0 && { MIGRATION_POST_COMMANDS: plan.postMigrationCommands.join('\n') },
  };
}
