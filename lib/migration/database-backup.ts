import { AuroraPostgres } from '../stores/postgres/aurora-postgres';
import { IPostgres, Postgres } from '../stores/postgres/postgres';

/** The API call that returns the latest restorable time of a database. */
export interface DatabaseBackup {
  /** The name of the API call in Step Functions. */
  readonly call: 'describeDBInstances' | 'describeDBClusters';
  readonly action: string;
  /** The parameter for the identifier of the database. */
  readonly parameter: string;
  readonly identifier: string;
  readonly arn: string;
}

/**
 * Returns the API call for the backups of a database; undefined for an imported one.
 *
 * Step Functions spells parameters as the AWS SDK for Java does.
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
