import { IConstruct } from 'constructs';
import { POSTGRES_DEFAULTS, PostgresOptions } from './postgres-options';
import { isKept } from '../removal';
import { acknowledge } from '../../private/acknowledge';

const MONITORING = 'arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole';

/** Answers what is found of a server that was made from these options. */
export function acknowledgeServer(server: IConstruct, { multiAz, snapshotIdentifier, removalPolicy = POSTGRES_DEFAULTS.removalPolicy }: PostgresOptions): void {
  acknowledge(server, {
    [`AwsSolutions-IAM4[Policy::${MONITORING}]`]: 'the policy that AWS keeps for RDS to write its measurements with',
    'AwsSolutions-RDS6': 'PostHog\'s processes connect with a password, which stands in Secrets Manager',
    'AwsSolutions-RDS11': 'who may connect is decided by the security group; another port hides nothing',
    'RDSInBackupPlan': 'RDS makes backups of its own every day; a plan of AWS Backup is the owner\'s choice',
  });
  if (!(multiAz ?? POSTGRES_DEFAULTS.multiAz)) {
    const reason = 'a second server costs as much as the first, and is the owner\'s choice, with `multiAz`';
    acknowledge(server, { 'AwsSolutions-RDS3': reason, 'RDSMultiAZSupport': reason });
  }
  if (snapshotIdentifier !== undefined) {
    const reason = 'a server from a snapshot is encrypted as the snapshot is';
    acknowledge(server, { 'AwsSolutions-RDS2': reason, 'RDSStorageEncrypted': reason });
  }
  if (!isKept(removalPolicy)) {
    const reason = 'the owner wants it deleted with the stack';
    acknowledge(server, { 'AwsSolutions-RDS10': reason, 'RDSInstanceDeletionProtectionEnabled': reason });
  }
}
