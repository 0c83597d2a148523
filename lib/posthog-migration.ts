import { ISubnet, IVpc } from 'aws-cdk-lib/aws-ec2';
import { ICluster, Secret } from 'aws-cdk-lib/aws-ecs';
import { Construct } from 'constructs';
import { ProcessContext } from './catalog/process-context';
import { DJANGO_STORES, djangoSettings } from './catalog/processes/shared/django';
import { forMigrations, requireAttribute } from './catalog/processes/shared/postgres';
import { databaseBackup } from './migration/database-backup';
import { Migration } from './migration/migration';
import { IPostHogBackup } from './operations/backup/posthog-backup-props';
import { MIGRATING_PIPELINES, PostHogPlan } from './posthog-plan';
import { withPath } from './private/errors';
import { admit } from './services/service/security-groups';
import { mergeSettings } from './services/service/service-task';
import { allowAppImage } from './stores/clickhouse/app-files';
import { Stores } from './stores/posthog-stores';
import { IPostgres } from './stores/postgres/postgres-base';

/** The parts of a PostHog that a migration depends on. */
export interface MigratedPostHog {
  readonly plan: PostHogPlan;
  readonly context: ProcessContext;
  readonly cluster: ICluster;
  readonly vpc: IVpc;
  readonly subnets: readonly ISubnet[];
  readonly stores: Stores;
  /** The scope of the data stores that were created with it. */
  readonly storesScope: Construct;
  readonly backup: IPostHogBackup;
}

/**
 * Defines the migration of the databases, which can reach them.
 *
 * @param scope the `PostHog`
 */
export function defineMigration(scope: Construct, { plan, context, stores, storesScope, backup, ...network }: MigratedPostHog): Migration {
  const { postgres, kafka, clickHouse } = stores;
  const { options, release, topics, topicsImage, workflowsImage } = plan.migration;
  const migration = new Migration(scope, 'Migration', {
    ...network,
    options,
    release,
    settings: withPath(scope, () =>
      mergeSettings(djangoSettings({ ...context, postgres: forMigrations(context.postgres) }), [plan.services.appExtras]),
    ),
    logins: postgres.loginCredentials,
    topics: topics && { kafka, topics, image: topicsImage },
    registryCredentials: plan.services.registryCredentials,
    workflows: workflowsImage === undefined ? undefined : { image: workflowsImage, databaseUrl: withPath(scope, () => workflowsUrl(postgres)) },
    backup: databaseBackup(postgres),
    clickHouseBackup: backup.bucket && backup.function,
    appFiles: clickHouse.appFiles,
    cpuArchitecture: plan.cpuArchitecture,
    logRetention: plan.logRetention,
    removalPolicy: plan.removalPolicy,
  });
  for (const name of DJANGO_STORES) {
    const store = stores[name];
    if ('connections' in store) {
      admit(store, migration, 'from PostHog migration');
    }
  }
  // Data stores that are passed in may be created by the same deployment.
  const existing = [postgres, stores.cache, kafka, clickHouse, stores.objectStorage].filter((store) => Construct.isConstruct(store));
  const appImage = allowAppImage(scope, 'ClickHouseAppImage', clickHouse, release.image);
  migration.runAfter(storesScope, backup, ...existing, ...(appImage ? [appImage] : []));
  return migration;
}

/** Returns the connection URL of the workflows database. */
function workflowsUrl(postgres: IPostgres): Secret {
  return Secret.fromSecretsManager(
    requireAttribute(postgres, 'cyclotronUrlSecret', `${MIGRATING_PIPELINES}, which keep their jobs in a database of their own`),
  );
}
