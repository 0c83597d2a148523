import { Duration } from 'aws-cdk-lib/core';
import { CaCertificate, DatabaseInsightsMode, PerformanceInsightRetention } from 'aws-cdk-lib/aws-rds';
import { Role } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { BYTES_PER_CONNECTION, LEAST_CONNECTIONS } from './max-connections';
import { POSTGRES_DEFAULTS, PostgresOptions } from './postgres-props';
import { isKept } from '../removal';
import { acknowledge } from '../../private/acknowledge';
import { limitTrust } from '../../private/trusted-service';

/** The common properties of servers on RDS and Aurora. */
export const COMMON_PROPS = {
  // Performance Insights is now part of CloudWatch Database Insights; in standard mode, a week of data is free.
  databaseInsightsMode: DatabaseInsightsMode.STANDARD,
  enablePerformanceInsights: true,
  performanceInsightRetention: PerformanceInsightRetention.DEFAULT,
  monitoringInterval: Duration.minutes(1),
  // Minor versions contain security fixes.
  autoMinorVersionUpgrade: true,
  copyTagsToSnapshot: true,
};

/** The default CA of RDS; explicit, so that the default of an account does not change it. */
export const CA_CERTIFICATE = CaCertificate.RDS_CA_RSA2048_G1;

/**
 * The maximum of connections: one for each 9.5 MB of memory, which is the formula of RDS without its limit of 5,000, but at least 400: PostHog has
 * some thirty processes with pools of about ten.
 *
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html (maximum number of database connections)
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ParamValuesRef.html (a function takes formulas and integers)
 */
const MAX_CONNECTIONS = `GREATEST({DBInstanceClassMemory/${BYTES_PER_CONNECTION}},${LEAST_CONNECTIONS})`;

/** Returns the parameters of the server that differ from the defaults of RDS. */
export function postgresParameters(maxConnections = MAX_CONNECTIONS): Record<string, string> {
  return {
    // The default since version 15. It prevents connections without TLS, so it is explicit.
    'rds.force_ssl': '1',
    'max_connections': maxConnections,
  };
}

const MONITORING = 'arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole';

/** Limits the role that the CDK defines for the enhanced monitoring of a server. */
export function limitMonitoringRole(server: IConstruct): void {
  limitTrust(server.node.tryFindChild('MonitoringRole') as Role | undefined, 'rdsMonitoring');
}

/** Acknowledges the findings of cdk-nag about a server. */
export function acknowledgeServer(
  server: IConstruct,
  { multiAz, snapshotIdentifier, removalPolicy = POSTGRES_DEFAULTS.removalPolicy }: PostgresOptions,
): void {
  acknowledge(server, {
    [`AwsSolutions-IAM4[Policy::${MONITORING}]`]: 'the managed policy for the enhanced monitoring of RDS',
    'AwsSolutions-RDS6': "PostHog's processes connect with a password, which is in Secrets Manager",
    'AwsSolutions-RDS11': 'access is controlled by the security group; another port adds no security',
    'RDSInBackupPlan': 'RDS has automatic daily backups; an AWS Backup plan is up to the user',
  });
  if (!(multiAz ?? POSTGRES_DEFAULTS.multiAz)) {
    const reason = 'a second server costs as much as the first; `multiAz` adds it';
    acknowledge(server, { 'AwsSolutions-RDS3': reason, 'RDSMultiAZSupport': reason });
  }
  if (snapshotIdentifier !== undefined) {
    const reason = 'a server from a snapshot has the encryption of the snapshot';
    acknowledge(server, { 'AwsSolutions-RDS2': reason, 'RDSStorageEncrypted': reason });
  }
  if (!isKept(removalPolicy)) {
    const reason = '`removalPolicy` is DESTROY';
    acknowledge(server, { 'AwsSolutions-RDS10': reason, 'RDSInstanceDeletionProtectionEnabled': reason });
  }
}
