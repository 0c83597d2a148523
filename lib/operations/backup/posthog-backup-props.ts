import { RemovalPolicy } from 'aws-cdk-lib/core';
import { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { IConnectable, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { ICluster } from 'aws-cdk-lib/aws-ecs';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { IConstruct } from 'constructs';
import { CustomMetricName } from '../custom-metrics';
import { BACKUP_CHECKS, PostHogBackupOptions } from './backup-options';
import { cluster as clusterCheck, removalPolicyWithoutSnapshot, secret, subnetSelection, vpc as vpcCheck } from '../../private/checks/cdk';
import { Checks, required } from '../../private/checks/check';
import { text } from '../../private/checks/values';
import { IClickHouse } from '../../stores/clickhouse/clickhouse-base';
import { IKafka } from '../../stores/kafka/kafka-base';
import { IPostgres } from '../../stores/postgres/postgres-base';
import { CLICKHOUSE, KAFKA, POSTGRES } from '../../stores/store-checks';

/**
 * Properties for `PostHogBackup`.
 */
export interface PostHogBackupProps extends PostHogBackupOptions {
  /** The VPC of ClickHouse. */
  readonly vpc: IVpc;
  /**
   * The subnets of the function and of restore drills. They need a way to the APIs of AWS, and drills to the registry of ClickHouse's image.
   *
   * @default - the VPC's private subnets with egress
   */
  readonly vpcSubnets?: SubnetSelection;
  /**
   * The ClickHouse to back up.
   *
   * @default - none
   */
  readonly clickHouse?: IClickHouse;
  /**
   * The Kafka cluster whose volume gets snapshots: a `RedpandaKafka`. MSK has no volumes of its own account.
   *
   * @default - none
   */
  readonly kafka?: IKafka;
  /**
   * The PostgreSQL server on RDS whose latest restorable time is published as a metric. RDS itself makes its backups.
   *
   * @default - none
   */
  readonly postgres?: IPostgres;
  /**
   * The ECS cluster that restore drills run on.
   *
   * @default - a new one, if there are drills
   */
  readonly cluster?: ICluster;
  /**
   * The secret with the keys `username` and `password` for the registry of ClickHouse's image.
   *
   * @default - anonymous pulls
   */
  readonly registryCredentials?: ISecret;
  /**
   * The removal policy of the bucket: RETAIN, or DESTROY, which deletes it with all backups. The vault of snapshots is always retained.
   *
   * @default - RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * The name in metrics, unique in its account and region.
   *
   * @default - a name from the path of the construct
   */
  readonly installation?: string;
}

export const POSTHOG_BACKUP_CHECKS: Checks<PostHogBackupProps> = {
  ...BACKUP_CHECKS,
  vpc: required(vpcCheck, 'the VPC of ClickHouse'),
  vpcSubnets: subnetSelection,
  clickHouse: CLICKHOUSE,
  kafka: KAFKA,
  postgres: POSTGRES,
  cluster: clusterCheck,
  registryCredentials: secret,
  removalPolicy: removalPolicyWithoutSnapshot('buckets have no snapshots'),
  installation: text(),
};

/**
 * The backups of a PostHog.
 */
export interface IPostHogBackup extends IConstruct, IConnectable {
  /** The function that backs up ClickHouse and publishes the ages of backups, every hour. Undefined if there is nothing to do for it. */
  readonly function?: IFunction;
  /** The log group of the function. */
  readonly logGroup?: ILogGroup;
  /** The bucket of ClickHouse's backups. Undefined if ClickHouse is not backed up. */
  readonly bucket?: IBucket;
  /**
   * The metrics that the function publishes.
   *
   * @internal
   */
  readonly _metrics: readonly CustomMetricName[];
  /**
   * Returns the metric of the time since the last complete backup of ClickHouse ended, in seconds. Until there is one, it counts from the first run.
   *
   * Throws if ClickHouse is not backed up.
   *
   * @param props options of the metric; by default the average over 5 minutes
   */
  metricClickHouseBackupAge(props?: MetricOptions): Metric;
  /**
   * Returns the metric of the time since the latest moment that PostgreSQL can be restored to, in seconds.
   *
   * Throws if PostgreSQL is not known to be on RDS.
   *
   * @param props options of the metric; by default the average over 5 minutes
   */
  metricDatabaseBackupAge(props?: MetricOptions): Metric;
  /**
   * Returns the metric of the time since a restore drill of ClickHouse passed, in seconds.
   *
   * Throws without `restoreDrills`.
   *
   * @param props options of the metric; by default the average over 5 minutes
   */
  metricRestoreDrillAge(props?: MetricOptions): Metric;
}
