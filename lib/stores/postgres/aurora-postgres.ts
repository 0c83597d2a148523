import { Token } from 'aws-cdk-lib/core';
import { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import {
  AuroraPostgresEngineVersion,
  ClusterInstance,
  Credentials,
  DatabaseCluster,
  DatabaseClusterEngine,
  DatabaseClusterFromSnapshot,
  IDatabaseCluster,
  SnapshotCredentials,
} from 'aws-cdk-lib/aws-rds';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { POSTGRES_DEFAULTS, POSTGRES_OPTION_CHECKS, POSTGRES_PORT, PostgresOptions } from './postgres-props';
import { connectionsOfCluster } from './max-connections';
import { RdsPostgres } from './rds-postgres';
import { acknowledgeServer, CA_CERTIFICATE, COMMON_PROPS, limitMonitoringRole, postgresParameters } from './rds-server';
import { isKept } from '../removal';
import { storeSubnets } from '../store-subnets';
import { Check, Checks, matching, objectWith } from '../../private/checks/check';
import { describeResources } from '../../private/descriptions';
import { encryptionKeyOf } from '../../private/encryption-key';
import { invalidValue, withPath } from '../../private/errors';
import { resourcePolicy } from '../../private/removal-policy';
import { numberText } from '../../private/values';

/**
 * Properties for `AuroraPostgres`.
 */
export interface AuroraPostgresProps extends PostgresOptions {
  /**
   * The version. PostHog tests with 15. A change of the major version upgrades the cluster, which is down meanwhile. It cannot be undone.
   *
   * @default AuroraPostgresEngineVersion.VER_15_17
   */
  readonly version?: AuroraPostgresEngineVersion;
  /**
   * The minimum capacity, in Aurora capacity units (ACUs) of about 2 GiB of memory: 0.5 or more, in steps of 0.5.
   *
   * @default 1
   */
  readonly minCapacity?: number;
  /**
   * The maximum capacity, in ACUs: 256 or less, in steps of 0.5. The maximum number of connections depends on it.
   *
   * @default 8
   */
  readonly maxCapacity?: number;
}

const DEFAULTS = { version: AuroraPostgresEngineVersion.VER_15_17, minCapacity: 1, maxCapacity: 8 };

/** Returns the check of a capacity that Aurora supports. It cannot pause: any connection ends a pause, and PostHog's processes keep theirs open. */
function capacity(min: number): Check {
  return matching(
    `must be from ${min} to 256, in steps of 0.5`,
    (value) => typeof value === 'number' && (Token.isUnresolved(value) || (Number.isInteger(value * 2) && value >= min && value <= 256)),
  );
}

const CHECKS: Checks<AuroraPostgresProps> = {
  ...POSTGRES_OPTION_CHECKS,
  version: objectWith('an AuroraPostgresEngineVersion', ['auroraPostgresFullVersion'], 'write AuroraPostgresEngineVersion.VER_15_17, for example'),
  minCapacity: capacity(0.5),
  maxCapacity: capacity(1),
};

/**
 * PostgreSQL on Aurora Serverless v2: like `Postgres`, with storage in three availability zones and automatic scaling.
 */
export class AuroraPostgres extends RdsPostgres {
  /** The cluster. */
  public readonly cluster: IDatabaseCluster;
  /** The identifier of the cluster. Always defined. */
  public readonly clusterIdentifier?: string;
  /** Always undefined: this is no RDS instance. */
  public readonly instanceIdentifier?: string = undefined;
  /**
   * The maximum number of connections, estimated from the maximum capacity if no number is set; undefined if it is not known.
   *
   * @internal
   */
  public readonly _maxConnections?: number;

  public constructor(scope: Construct, id: string, props: AuroraPostgresProps) {
    super(scope, id, props, CHECKS);
    withPath(this, () => checkCapacity(props));
    this.cluster = withPath(this, () => defineCluster(this, props, this.credentials!, this.securityGroup));
    this.clusterIdentifier = this.cluster.clusterIdentifier;
    const { minCapacity, maxCapacity } = { ...DEFAULTS, ...props };
    this._maxConnections = connectionsOfCluster(props.maxConnections, minCapacity, maxCapacity);
    // The cluster accepts connections only once it has an instance, so the URLs depend on it.
    this._serverDefined(this.cluster.clusterEndpoint.hostname, this.cluster);
  }
}

function defineCluster(scope: Construct, props: AuroraPostgresProps, credentials: ISecret, securityGroup: ISecurityGroup): IDatabaseCluster {
  const { snapshotIdentifier, removalPolicy = POSTGRES_DEFAULTS.removalPolicy } = props;
  const member = { caCertificate: CA_CERTIFICATE, publiclyAccessible: false, autoMinorVersionUpgrade: true, enablePerformanceInsights: true };
  const common = {
    ...COMMON_PROPS,
    engine: DatabaseClusterEngine.auroraPostgres({ version: props.version ?? DEFAULTS.version }),
    vpc: props.vpc,
    vpcSubnets: { subnets: storeSubnets(props.vpc, props.vpcSubnets) },
    securityGroups: [securityGroup],
    port: POSTGRES_PORT,
    writer: ClusterInstance.serverlessV2('Writer', member),
    readers: (props.multiAz ?? POSTGRES_DEFAULTS.multiAz) ? [ClusterInstance.serverlessV2('Reader', { ...member, scaleWithWriter: true })] : [],
    serverlessV2MinCapacity: props.minCapacity ?? DEFAULTS.minCapacity,
    serverlessV2MaxCapacity: props.maxCapacity ?? DEFAULTS.maxCapacity,
    parameters: postgresParameters(numberText(props.maxConnections)),
    backup: { retention: props.backupRetention ?? POSTGRES_DEFAULTS.backupRetention, preferredWindow: props.preferredBackupWindow },
    preferredMaintenanceWindow: props.preferredMaintenanceWindow,
    cloudwatchLogsExports: ['postgresql'],
    removalPolicy: resourcePolicy(removalPolicy),
    deletionProtection: isKept(removalPolicy),
  };
  const cluster =
    snapshotIdentifier === undefined
      ? new DatabaseCluster(scope, 'Cluster', {
          ...common,
          credentials: Credentials.fromSecret(credentials, POSTGRES_DEFAULTS.username),
          defaultDatabaseName: POSTGRES_DEFAULTS.databaseName,
          storageEncrypted: true,
          storageEncryptionKey: encryptionKeyOf(scope),
        })
      : new DatabaseClusterFromSnapshot(scope, 'Cluster', {
          ...common,
          snapshotIdentifier,
          snapshotCredentials: SnapshotCredentials.fromSecret(credentials),
        });
  describeResources(cluster, 'AWS::RDS::DBSubnetGroup', 'PostHog Postgres: subnets');
  describeResources(cluster, 'AWS::RDS::DBClusterParameterGroup', 'PostHog Postgres: parameters');
  limitMonitoringRole(cluster);
  acknowledgeServer(cluster, props);
  return cluster;
}

/** Rejects capacities that contradict each other. */
function checkCapacity({ minCapacity = DEFAULTS.minCapacity, maxCapacity = DEFAULTS.maxCapacity }: AuroraPostgresProps): void {
  if (!Token.isUnresolved(minCapacity) && !Token.isUnresolved(maxCapacity) && minCapacity > maxCapacity) {
    throw invalidValue('minCapacity', `must not exceed \`maxCapacity\`, ${maxCapacity}`, minCapacity);
  }
}
