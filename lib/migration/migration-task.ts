import path from 'node:path';
import { Duration } from 'aws-cdk-lib/core';
import {
  ContainerDefinition,
  ContainerDefinitionOptions,
  ContainerDependencyCondition,
  CpuArchitecture,
  FargateTaskDefinition,
  LogDrivers,
  OperatingSystemFamily,
  Secret,
} from 'aws-cdk-lib/aws-ecs';
import { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { MigrationPlan } from './migration-options';
import { migrationScript, topicsScript } from './migration-script';
import { APP_TASK_DISK_GIB, imageNamed } from '../catalog/images';
import { droppedCapabilities } from '../catalog/privileges';
import { ProxyVariable } from '../catalog/proxy-environment';
import { acknowledge } from '../private/acknowledge';
import { containerImage } from '../private/container-image';
import { InlineRole } from '../private/inline-role';
import { IKafka, KafkaEncryption } from '../stores/kafka/kafka-base';
import { KafkaTopic, topicLines } from '../stores/kafka/kafka-topics';
import { linuxParameters } from '../private/linux-parameters';
import { PostgresLoginCredentials } from '../stores/postgres/postgres-base';
import { ProcessSettings } from '../private/process-settings';
import { trustedService } from '../private/trusted-service';

/** The topics that a migration creates first. */
export interface MigratedTopics {
  readonly kafka: IKafka;
  /** The required topics. */
  readonly topics: readonly KafkaTopic[];
  /** The image with the commands of Redpanda. */
  readonly image: string;
}

/** The workflows database, if it is migrated as well. */
export interface MigratedWorkflows {
  /** The image `sqlx-migrate`. */
  readonly image: string;
  /** The connection URL of the database, which is created if it is missing. */
  readonly databaseUrl: Secret;
}

/** The release to migrate to. */
export interface MigratedRelease {
  /** The name. */
  readonly name: string;
  /** PostHog's image. */
  readonly image: string;
  /** The date, such as `2026-09-11`; undefined if unknown. */
  readonly date?: string;
  /** The commit of PostHog/posthog that it was built from; undefined if unknown. */
  readonly upstreamCommit?: string;
}

/** Properties of the containers of a migration. */
export interface MigrationContainers {
  readonly release: MigratedRelease;
  readonly cpuArchitecture: CpuArchitecture;
  /** Django's settings. */
  readonly settings: ProcessSettings;
  readonly topics?: MigratedTopics;
  readonly workflows?: MigratedWorkflows;
  /** The logins that the migration creates; undefined if there are none. */
  readonly logins?: PostgresLoginCredentials;
  /** The credentials for Docker Hub; undefined if images are pulled anonymously. */
  readonly registryCredentials?: ISecret;
}

/** The containers that run the pre-migration checks. */
export const CHECKING_CONTAINERS = ['checks', 'migrate'] as const;

/** The file in which `checks` passes the script to `migrate`: a task definition of 64 KiB has no room for the script twice. */
const SCRIPT_FILE = '/migration/migrate.py';

/** The prefix of the log streams. */
export const STREAM_PREFIX = 'migration';

/**
 * Variables for HTTP requests, which a migration does not serve. With them, every change of the load balancer would migrate again, and the list
 * of IP addresses can fill a quarter of a task definition.
 */
const REQUEST_ONLY_VARIABLES: readonly string[] = ['TRUSTED_PROXIES'] satisfies ProxyVariable[];

/**
 * Variables of bin/migrate. MIGRATE_MAX_RETRIES keeps upstream's default: ten attempts at `manage.py migrate` wait 3 seconds, then twice as
 * long after each, 25.5 minutes in all (bin/migrate of PostHog/posthog, July 2026), long enough for a failover.
 *
 * bin/migrate itself marks async migrations; during Django's startup they would query tables that an empty database does not have
 * (posthog/apps.py).
 */
const MIGRATION_VARIABLES = { SKIP_ASYNC_MIGRATIONS_SETUP: '1' };

/** The migration task: each container starts after the previous one has succeeded, and the last one determines the result. */
export class MigrationTask extends Construct {
  public readonly taskDefinition: FargateTaskDefinition;

  private last?: ContainerDefinition;

  public constructor(
    scope: Construct,
    id: string,
    private readonly logs: ILogGroup,
    plan: MigrationPlan,
    containers: MigrationContainers,
  ) {
    super(scope, id);
    const [taskRole, executionRole] = ['TaskRole', 'ExecutionRole'].map(
      (name) => new InlineRole(this, name, { assumedBy: trustedService(this, 'ecsTasks') }),
    );
    this.taskDefinition = new FargateTaskDefinition(this, 'Definition', {
      taskRole,
      executionRole,
      cpu: plan.cpu,
      memoryLimitMiB: plan.memoryLimitMiB,
      ephemeralStorageGiB: APP_TASK_DISK_GIB,
      runtimePlatform: { operatingSystemFamily: OperatingSystemFamily.LINUX, cpuArchitecture: containers.cpuArchitecture },
    });
    const { release, settings, topics, workflows, logins, registryCredentials } = containers;
    const django: ContainerDefinitionOptions = {
      image: containerImage(this, 'Repository', release.image, registryCredentials),
      environment: { ...withoutRequestVariables(settings.environment), ...MIGRATION_VARIABLES, ...planVariables(plan, release) },
      secrets: settings.secrets,
    };
    const privileged = (name: string) => linuxParameters(this, name, { dropped: droppedCapabilities(imageNamed('app').privileges) });
    // The image's entry point starts the web server.
    this.add('checks', {
      ...django,
      entryPoint: ['python', '-c'],
      command: [migrationScript({ logins: logins !== undefined }), 'checks'],
      linuxParameters: privileged('ChecksLinuxParameters'),
    });
    if (topics) {
      this.add('topics', this.topics(topics, registryCredentials));
    }
    if (workflows) {
      this.add('cyclotron-node', {
        image: containerImage(this, 'WorkflowsRepository', workflows.image, registryCredentials),
        command: ['cyclotron-node'],
        secrets: { CYCLOTRON_NODE_DATABASE_URL: workflows.databaseUrl },
      });
    }
    // The longest one comes last: ECS stops a task in which a container has waited three hours for another (aws/containers-roadmap issue 1532).
    this.add('migrate', {
      ...django,
      secrets: { ...settings.secrets, ...(logins && loginSecrets(logins)) },
      entryPoint: ['python'],
      command: [SCRIPT_FILE, 'migrate'],
      linuxParameters: privileged('LinuxParameters'),
      stopTimeout: Duration.minutes(2),
      essential: true,
    });
    this.share('checks', 'migrate');
    [taskRole, executionRole].forEach((role) => role.close());
    acknowledge(this, {
      'AwsSolutions-ECS2': 'plain-text variables are not secret; secrets come from Secrets Manager',
      'AwsSolutions-IAM5[Resource::*]': 'ecr:GetAuthorizationToken does not support resource ARNs',
    });
  }

  /** Mounts a shared folder into containers. */
  private share(...names: (typeof CHECKING_CONTAINERS)[number][]): void {
    const volume = 'script';
    this.taskDefinition.addVolume({ name: volume });
    names.forEach((name) =>
      this.taskDefinition
        .findContainer(name)!
        .addMountPoints({ sourceVolume: volume, containerPath: path.dirname(SCRIPT_FILE), readOnly: name === 'migrate' }),
    );
  }

  private add(name: string, options: ContainerDefinitionOptions): void {
    const logging = LogDrivers.awsLogs({ logGroup: this.logs, streamPrefix: STREAM_PREFIX });
    const container = this.taskDefinition.addContainer(name, { essential: false, ...options, logging });
    if (this.last) {
      container.addContainerDependencies({ container: this.last, condition: ContainerDependencyCondition.SUCCESS });
    }
    this.last = container;
  }

  private topics({ kafka, topics, image }: MigratedTopics, registryCredentials?: ISecret): ContainerDefinitionOptions {
    return {
      // Upstream creates its topics with the same image (docker-compose.hobby.yml, kafka-init).
      image: containerImage(this, 'TopicsRepository', image, registryCredentials),
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

/** Returns the variables with the logins, each as JSON with `username` and `password`. */
function loginSecrets(logins: PostgresLoginCredentials): Record<string, Secret> {
  return Object.fromEntries(
    Object.entries<ISecret>({ ...logins }).map(([purpose, secret]) => [
      `MIGRATION_${purpose.toUpperCase()}_LOGIN`,
      Secret.fromSecretsManager(secret),
    ]),
  );
}

/** Returns the variables without those for HTTP requests. */
export function withoutRequestVariables(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !REQUEST_ONLY_VARIABLES.includes(name)));
}

function planVariables(plan: MigrationPlan, release: MigratedRelease): Record<string, string> {
  return {
    MIGRATION_SCRIPT: SCRIPT_FILE,
    MIGRATION_RELEASE: release.name,
    MIGRATION_IMAGE: release.image,
    ...(release.date && { MIGRATION_RELEASE_DATE: release.date }),
    ...(release.upstreamCommit && { MIGRATION_UPSTREAM_COMMIT: release.upstreamCommit }),
    ...(plan.minFreeDiskPercent && { MIGRATION_MIN_FREE_DISK_PERCENT: String(plan.minFreeDiskPercent) }),
    ...(plan.maxBackupAgeSeconds && { MIGRATION_MAX_BACKUP_AGE: String(plan.maxBackupAgeSeconds) }),
    ...(plan.maxReleaseGapDays && { MIGRATION_MAX_RELEASE_GAP: String(plan.maxReleaseGapDays) }),
    ...(plan.allowDowngrade && { MIGRATION_ALLOW_DOWNGRADE: 'true' }),
    ...(plan.allowLegacyDatabase && { MIGRATION_ALLOW_LEGACY_DATABASE: 'true' }),
    ...(plan.eventDays && { MIGRATION_EVENT_DAYS: String(plan.eventDays) }),
    ...(plan.queryLogDays && { MIGRATION_QUERY_LOG_DAYS: String(plan.queryLogDays) }),
    ...(plan.postMigrationCommands.length > 0 && { MIGRATION_POST_COMMANDS: plan.postMigrationCommands.join('\n') }),
  };
}
