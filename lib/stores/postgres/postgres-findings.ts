import { IConstruct } from 'constructs';
import { POSTGRES_DEFAULTS, PostgresOptions } from './postgres-options';
import { isKept } from '../removal';
import { acknowledge } from '../../private/acknowledge';

const MONITORING = 'arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole';

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
