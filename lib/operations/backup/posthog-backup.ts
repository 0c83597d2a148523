import { ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Connections, ISubnet, IVpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, ICluster } from 'aws-cdk-lib/aws-ecs';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { allowServers, bucketUrl, defineBackupBucket, wildcards } from './backup-bucket';
import { BACKUP_PREFIXES } from './backup-manifest';
import { BackupPlan, backupPlan } from './backup-options';
import { BackupSettings, RdsDatabase, SETTINGS_VARIABLE } from './backup-settings';
import { IPostHogBackup, POSTHOG_BACKUP_CHECKS, PostHogBackupProps } from './posthog-backup-props';
import { RestoreDrill } from './restore-drill';
import { VolumeSnapshots } from './volume-snapshots';
import { CustomMetricName } from '../custom-metrics';
import { customMetric, installationName } from '../installation';
import { ScheduledFunction } from '../scheduled-function';
import { acknowledge, resultText } from '../../private/acknowledge';
import { checkProps } from '../../private/checks/check';
import { invalidProp, withPath } from '../../private/errors';
import { selectSubnets } from '../../private/subnets';
import { admit } from '../../services/service/security-groups';
import { IClickHouse } from '../../stores/clickhouse/clickhouse-base';
import { CLICKHOUSE_DEFAULTS } from '../../stores/clickhouse/clickhouse-props';
import { instanceSubnets } from '../../stores/instance/instance-subnets';
import { IPostgres } from '../../stores/postgres/postgres-base';

/** The time that one run of the function may take, the longest of Lambda. */
const TIMEOUT = Duration.minutes(15);

/**
 * Backups of ClickHouse to S3, snapshots of the volumes of data stores, and the ages of both as metrics. See docs/backups.md.
 *
 * A function starts backups when they are due, deletes those that have expired, and records each as an object in the bucket. It keeps no state of its
 * own: the next run continues what was interrupted.
 */
export class PostHogBackup extends Construct implements IPostHogBackup {
  public readonly function?: IFunction;
  public readonly logGroup?: ILogGroup;
  public readonly bucket?: IBucket;
  /** The log group of restore drills. Undefined without them. */
  public readonly restoreDrillLogGroup?: ILogGroup;
  public readonly connections: Connections;

  /**
   * The metrics that the function publishes.
   *
   * @internal
   */
  public readonly _metrics: readonly CustomMetricName[];

  private readonly installation: string;

  public constructor(scope: Construct, id: string, props: PostHogBackupProps) {
    super(scope, id);
    checkProps(this, props, POSTHOG_BACKUP_CHECKS);
    const plan = withPath(this, () => backupPlan(props));
    const clickHouse = withPath(this, () => backedUp(plan, props.clickHouse));
    this.installation = props.installation ?? installationName(this);
    const rds = props.postgres && rdsDatabase(props.postgres);
    const subnets = selectSubnets(props.vpc, props.vpcSubnets, {
      prop: 'vpcSubnets',
      byDefault: (vpc) => instanceSubnets(this, vpc, undefined, []),
    });
    this.bucket = clickHouse && (plan.bucket ?? defineBackupBucket(this, 'Bucket', props.removalPolicy ?? RemovalPolicy.RETAIN));
    const drill = clickHouse && plan.drills && this.defineDrill(props, plan, clickHouse);
    this.restoreDrillLogGroup = drill?.task.logGroup;
    this._metrics = [
      ...(clickHouse ? (['ClickHouseBackupAge'] as const) : []),
      ...(rds ? (['DatabaseBackupAge'] as const) : []),
      ...(drill ? (['RestoreDrillAge'] as const) : []),
    ];
    const program =
      clickHouse || rds
        ? this.defineFunction(props.vpc, subnets, {
            installation: this.installation,
            bucket: this.bucket?.bucketName ?? '',
            region: this.bucket?.env.region ?? Stack.of(this).region,
            bucketUrl: this.bucket ? bucketUrl(this.bucket) : '',
            fullInterval: plan.fullInterval,
            incrementalInterval: plan.incrementalInterval,
            retention: plan.retention,
            clickHouse: clickHouse && {
              host: clickHouse.host,
              port: clickHouse.httpPort,
              tls: clickHouse.tls,
              verifyCertificate: clickHouse.verifyCertificate,
              database: clickHouse.database,
              credentials: clickHouse.credentials.secretArn,
            },
            rds,
            drill: drill && {
              cluster: drill.cluster.clusterArn,
              taskDefinition: drill.task.taskDefinition.taskDefinitionArn,
              container: drill.task.containerName,
              subnets: subnets.map(({ subnetId }) => subnetId),
              securityGroup: drill.task.securityGroup.securityGroupId,
              interval: plan.drills.interval,
            },
          })
        : undefined;
    this.function = program?.function;
    this.logGroup = program?.logGroup;
    this.connections = program?.connections ?? new Connections();
    if (program && clickHouse) {
      this.grantClickHouse(program, clickHouse, this.bucket!);
    }
    if (program && rds) {
      this.grantDatabase(program, rds);
    }
    if (program && drill) {
      this.grantDrill(program, drill);
    }
    const volumeTags = plan.volumeSnapshots ? [...(props.clickHouse?._volumeTags ?? []), ...(props.kafka?._volumeTags ?? [])] : [];
    if (volumeTags.length > 0) {
      new VolumeSnapshots(this, 'Volumes', {
        volumeTags,
        retentionDays: plan.snapshotDays,
        copyToVaultArn: plan.copyToVaultArn,
        lockVault: plan.lockVault,
        restoreTests: plan.snapshotRestoreTests,
      });
    }
  }

  public metricClickHouseBackupAge(props?: MetricOptions): Metric {
    return this.metric('metricClickHouseBackupAge', 'ClickHouseBackupAge', 'needs backups of ClickHouse', props);
  }

  public metricDatabaseBackupAge(props?: MetricOptions): Metric {
    return this.metric('metricDatabaseBackupAge', 'DatabaseBackupAge', 'needs `postgres` on RDS', props);
  }

  public metricRestoreDrillAge(props?: MetricOptions): Metric {
    return this.metric('metricRestoreDrillAge', 'RestoreDrillAge', 'needs `restoreDrills`', props);
  }

  private metric(method: string, name: CustomMetricName, rule: string, props?: MetricOptions): Metric {
    if (!this._metrics.includes(name)) {
      withPath(this, () => {
        throw invalidProp(method, rule);
      });
    }
    return customMetric(this, this.installation, name, props);
  }

  private defineFunction(vpc: IVpc, subnets: readonly ISubnet[], settings: BackupSettings): ScheduledFunction {
    return new ScheduledFunction(this, 'Function', {
      program: 'clickhouse-backup',
      description: 'PostHog backup: backs up ClickHouse and publishes the ages of backups',
      securityGroupDescription: 'PostHog backup: function',
      schedule: ScheduleExpression.rate(Duration.hours(1)),
      timeout: TIMEOUT,
      memorySizeMiB: 512,
      environment: { [SETTINGS_VARIABLE]: Stack.of(this).toJsonString(settings) },
      vpc,
      subnets,
    });
  }

  private grantClickHouse(program: ScheduledFunction, clickHouse: IClickHouse, bucket: IBucket): void {
    allowServers(this, 'ServerPolicy', clickHouse.serverRoles, bucket);
    clickHouse.credentials.grantRead(program.function);
    const objects = bucket.arnForObjects('clickhouse/*');
    program.addToRolePolicy({
      Effect: 'Allow',
      Action: ['s3:ListBucket'],
      Resource: bucket.bucketArn,
      Condition: { StringLikeIfExists: { 's3:prefix': Object.values(BACKUP_PREFIXES).map((prefix) => `${prefix}*`) } },
    });
    program.addToRolePolicy({ Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], Resource: objects });
    if (bucket.encryptionKey) {
      program.addToRolePolicy({ Effect: 'Allow', Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: bucket.encryptionKey.keyArn });
    }
    acknowledge(program, wildcards(bucket, [objects], 'ClickHouse chooses the names of the files of a backup, below one prefix'));
    const { connections, httpPort } = clickHouse;
    admit({ connections, clientPorts: [httpPort] }, program, 'from PostHog backup');
    program.allowTo(clickHouse.httpPort, 'to ClickHouse');
  }

  private grantDatabase(program: ScheduledFunction, { kind, identifier }: RdsDatabase): void {
    const isInstance = kind === 'instance';
    program.addToRolePolicy({
      Effect: 'Allow',
      Action: isInstance ? 'rds:DescribeDBInstances' : 'rds:DescribeDBClusters',
      Resource: Stack.of(this).formatArn({
        service: 'rds',
        resource: isInstance ? 'db' : 'cluster',
        resourceName: identifier,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      }),
    });
  }

  private defineDrill(props: PostHogBackupProps, plan: BackupPlan, clickHouse: IClickHouse): { task: RestoreDrill; cluster: ICluster } {
    const task = new RestoreDrill(this, 'RestoreDrill', {
      plan: plan.drills!,
      vpc: props.vpc,
      bucket: this.bucket!,
      bucketUrl: bucketUrl(this.bucket!),
      database: clickHouse.database,
      image: plan.drills!.image ?? CLICKHOUSE_DEFAULTS.image,
      registryCredentials: props.registryCredentials,
    });
    return { task, cluster: props.cluster ?? new Cluster(this, 'Cluster', { vpc: props.vpc }) };
  }

  private grantDrill(program: ScheduledFunction, { task, cluster }: { task: RestoreDrill; cluster: ICluster }): void {
    const stack = Stack.of(this);
    const { taskDefinition } = task;
    const inCluster = { ArnEquals: { 'ecs:cluster': cluster.clusterArn } };
    const revisions = stack.formatArn({ service: 'ecs', resource: 'task-definition', resourceName: `${taskDefinition.family}:*` });
    const tasks = stack.formatArn({ service: 'ecs', resource: 'task', resourceName: `${cluster.clusterName}/*` });
    program.addToRolePolicy({ Effect: 'Allow', Action: 'ecs:RunTask', Resource: revisions, Condition: inCluster });
    program.addToRolePolicy({ Effect: 'Allow', Action: 'ecs:DescribeTasks', Resource: tasks, Condition: inCluster });
    program.addToRolePolicy({
      Effect: 'Allow',
      Action: 'iam:PassRole',
      Resource: [taskDefinition.taskRole.roleArn, taskDefinition.obtainExecutionRole().roleArn],
      Condition: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
    });
    acknowledge(
      program,
      Object.fromEntries(
        [revisions, tasks].map((arn) => [
          `AwsSolutions-IAM5[Resource::${resultText(stack.resolve(arn))}]`,
          'revisions of one task definition, and tasks of one cluster, whose ARNs are unknown before they run',
        ]),
      ),
    );
  }
}

/**
 * Returns the ClickHouse to back up; undefined if none is.
 *
 * By default, it is one whose servers can be allowed to write to the bucket, and whose security groups are known, so that they admit the function.
 */
function backedUp({ clickHouseBackups }: BackupPlan, clickHouse: IClickHouse | undefined): IClickHouse | undefined {
  const isPossible = clickHouse !== undefined && clickHouse.serverRoles.length > 0;
  if (clickHouseBackups === true && !isPossible) {
    throw invalidProp(
      'clickHouseBackups',
      'needs a ClickHouse with `serverRoles`, which write to the bucket',
      'pass `serverRoles` to ClickHouse.fromClickHouseAttributes()',
    );
  }
  const isDefault = isPossible && clickHouse.connections.securityGroups.length > 0;
  return (clickHouseBackups ?? isDefault) ? clickHouse : undefined;
}

function rdsDatabase({ instanceIdentifier, clusterIdentifier }: IPostgres): RdsDatabase | undefined {
  if (instanceIdentifier !== undefined) {
    return { kind: 'instance', identifier: instanceIdentifier };
  }
  return clusterIdentifier === undefined ? undefined : { kind: 'cluster', identifier: clusterIdentifier };
}
