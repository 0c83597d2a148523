import { AuroraPostgres } from '../stores/postgres/aurora-postgres';
import { IPostgres, Postgres } from '../stores/postgres/postgres';

/** How RDS is asked which time a database can be put back to. */
export interface DatabaseBackup {
  /** The call, as Step Functions spells it. */
  readonly call: 'describeDBInstances' | 'describeDBClusters';
  readonly action: string;
  /** The parameter that names the database. */
  readonly parameter: string;
  readonly identifier: string;
  readonly arn: string;
}

/**
 * How to ask about the backups of a database; undefined for one that somebody else runs.
 *
 * Step Functions spells parameters as the SDK for Java does.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
 */
export function databaseBackup(postgres: IPostgres): DatabaseBackup | undefined {
  if (postgres instanceof Postgres) {
    const { instanceIdentifier: identifier, instanceArn: arn } = postgres.instance;
    return { call: 'describeDBInstances', action: 'rds:DescribeDBInstances', parameter: 'DbInstanceIdentifier', identifier, arn };
  }
  if (postgres instanceof AuroraPostgres) {
    const { clusterIdentifier: identifier, clusterArn: arn } = postgres.cluster;
    return { call: 'describeDBClusters', action: 'rds:DescribeDBClusters', parameter: 'DbClusterIdentifier', identifier, arn };
  }
  return undefined;
}
