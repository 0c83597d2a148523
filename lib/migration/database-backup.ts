import { ArnFormat, Stack } from 'aws-cdk-lib/core';
import { IPostgres } from '../stores/postgres/postgres-base';

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
 * Returns the API call for the backups of a database; undefined if it is not known to be on RDS.
 *
 * Step Functions spells parameters as the AWS SDK for Java does.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
 */
export function databaseBackup(postgres: IPostgres): DatabaseBackup | undefined {
  const { instanceIdentifier, clusterIdentifier } = postgres;
  const arn = (resource: string, resourceName: string) =>
    Stack.of(postgres).formatArn({ service: 'rds', resource, resourceName, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
  if (instanceIdentifier !== undefined) {
    return {
      call: 'describeDBInstances',
      action: 'rds:DescribeDBInstances',
      parameter: 'DbInstanceIdentifier',
      identifier: instanceIdentifier,
      arn: arn('db', instanceIdentifier),
    };
  }
  if (clusterIdentifier !== undefined) {
    return {
      call: 'describeDBClusters',
      action: 'rds:DescribeDBClusters',
      parameter: 'DbClusterIdentifier',
      identifier: clusterIdentifier,
      arn: arn('cluster', clusterIdentifier),
    };
  }
  return undefined;
}
