import { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import {
  CfnDBInstance,
  Credentials,
  DatabaseInstance,
  DatabaseInstanceEngine,
  DatabaseInstanceFromSnapshot,
  DatabaseInstanceSourceProps,
  IDatabaseInstance,
  SnapshotCredentials,
  StorageType,
} from 'aws-cdk-lib/aws-rds';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { defaultMaxAllocatedStorage, INSTANCE_DEFAULTS, POSTGRES_DEFAULTS, POSTGRES_PORT, PostgresProps } from './postgres-props';
import { acknowledgeServer, CA_CERTIFICATE, COMMON_PROPS, limitMonitoringRole, postgresParameters } from './rds-server';
import { isKept } from '../removal';
import { storeSubnets } from '../store-subnets';
import { describeResources } from '../../private/descriptions';
import { encryptionKeyOf } from '../../private/encryption-key';
import { resourcePolicy } from '../../private/removal-policy';
import { numberText } from '../../private/values';

/** Defines the server and its parameter group: empty, or from a snapshot, with the same logical id. */
export function definePostgresInstance(
  scope: Construct,
  props: PostgresProps,
  credentials: ISecret,
  securityGroup: ISecurityGroup,
): IDatabaseInstance {
  const { snapshotIdentifier, removalPolicy = POSTGRES_DEFAULTS.removalPolicy, allocatedStorage = INSTANCE_DEFAULTS.allocatedStorage } = props;
  const common: DatabaseInstanceSourceProps = {
    ...COMMON_PROPS,
    caCertificate: CA_CERTIFICATE,
    engine: DatabaseInstanceEngine.postgres({ version: props.version ?? INSTANCE_DEFAULTS.version }),
    allowMajorVersionUpgrade: props.allowMajorVersionUpgrade ?? INSTANCE_DEFAULTS.allowMajorVersionUpgrade,
    instanceType: props.instanceType ?? INSTANCE_DEFAULTS.instanceType,
    vpc: props.vpc,
    vpcSubnets: { subnets: storeSubnets(props.vpc, props.vpcSubnets) },
    publiclyAccessible: false,
    securityGroups: [securityGroup],
    port: POSTGRES_PORT,
    storageType: StorageType.GP3,
    allocatedStorage,
    maxAllocatedStorage: props.maxAllocatedStorage ?? defaultMaxAllocatedStorage(allocatedStorage),
    multiAz: props.multiAz ?? POSTGRES_DEFAULTS.multiAz,
    parameters: postgresParameters(numberText(props.maxConnections)),
    backupRetention: props.backupRetention ?? POSTGRES_DEFAULTS.backupRetention,
    preferredBackupWindow: props.preferredBackupWindow,
    preferredMaintenanceWindow: props.preferredMaintenanceWindow,
    cloudwatchLogsExports: ['postgresql', 'upgrade'],
    removalPolicy: resourcePolicy(removalPolicy),
    deletionProtection: isKept(removalPolicy),
  };
  const instance =
    snapshotIdentifier === undefined
      ? new DatabaseInstance(scope, 'Instance', {
          ...common,
          credentials: Credentials.fromSecret(credentials, POSTGRES_DEFAULTS.username),
          databaseName: POSTGRES_DEFAULTS.databaseName,
          storageEncrypted: true,
          storageEncryptionKey: encryptionKeyOf(scope),
          // Not allowed with a snapshot (documentation of DBSnapshotIdentifier).
          deleteAutomatedBackups: !isKept(removalPolicy),
        })
      : new DatabaseInstanceFromSnapshot(scope, 'Instance', {
          ...common,
          snapshotIdentifier,
          credentials: SnapshotCredentials.fromSecret(credentials),
        });
  // The CDK renders the placeholder of a numeric token.
  (instance.node.defaultChild as CfnDBInstance).allocatedStorage = numberText(allocatedStorage);
  describeResources(instance, 'AWS::RDS::DBSubnetGroup', 'PostHog Postgres: subnets');
  describeResources(instance, 'AWS::RDS::DBParameterGroup', 'PostHog Postgres: parameters');
  limitMonitoringRole(instance);
  acknowledgeServer(instance, props);
  return instance;
}
