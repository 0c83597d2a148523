import { Token } from 'aws-cdk-lib/core';
import { Connections, ISecurityGroup, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
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
import { IPostgres, warnOfSnapshot } from './postgres';
import { acknowledgeServer } from './postgres-findings';
import { CA_CERTIFICATE, COMMON_PROPS } from './postgres-instance';
import { checkPostgresOptions, POSTGRES_DEFAULTS, POSTGRES_PORT, PostgresOptions } from './postgres-options';
import { postgresParameters } from './postgres-parameters';
import { defineCredentials, UrlSecrets } from './postgres-secrets';
import { isKept, retainDependencies } from '../removal';
import { storeSubnets } from '../store-subnets';
import { describeResources } from '../../private/descriptions';
import { invalidValue, withPath } from '../../private/errors';
import { numberText } from '../../private/numbers';

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

/**
 * PostgreSQL on Aurora Serverless v2: like `Postgres`, with storage in three availability zones and automatic scaling.
 */
export class AuroraPostgres extends Construct implements IPostgres {
  /** The cluster. */
  public readonly cluster: IDatabaseCluster;
  /** The secret with the master user's `username` and `password`, and with `host` and `port`. Always defined. */
  public readonly credentials?: ISecret;
  public readonly urlSecret: ISecret;
  public readonly personsUrlSecret: ISecret;
  public readonly nodeUrlSecret: ISecret;
  public readonly nodePersonsUrlSecret: ISecret;
  /** The host name of the writer. Always defined. */
  public readonly host?: string;
  public readonly port = POSTGRES_PORT;
  public readonly tls = true;
  public readonly clientPorts = [POSTGRES_PORT];
  public readonly connections: Connections;

  private readonly urls: UrlSecrets;

  public constructor(scope: Construct, id: string, props: AuroraPostgresProps) {
    super(scope, id);
    withPath(this, () => {
      checkPostgresOptions(props);
      checkCapacity(props);
    });
    const {
      username = POSTGRES_DEFAULTS.username,
      databaseName = POSTGRES_DEFAULTS.databaseName,
      removalPolicy = POSTGRES_DEFAULTS.removalPolicy,
    } = props;
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc: props.vpc,
      description: 'PostHog Postgres: database',
      allowAllOutbound: false,
    });
    this.connections = new Connections({ securityGroups: [securityGroup], defaultPort: Port.tcp(POSTGRES_PORT) });
    const credentials = defineCredentials(this, username, removalPolicy);
    const cluster = withPath(this, () => defineCluster(this, props, credentials, securityGroup));
    const host = cluster.clusterEndpoint.hostname;
    // The cluster accepts connections only once it has an instance, so the URLs depend on it.
    this.urls = new UrlSecrets(this, credentials, { username, host, port: this.port }, databaseName, removalPolicy, cluster);
    this.credentials = credentials;
    this.cluster = cluster;
    this.host = host;
    this.urlSecret = this.urls.posthog;
    this.nodeUrlSecret = this.urls.nodePosthog;
    this.personsUrlSecret = this.urlSecret;
    this.nodePersonsUrlSecret = this.nodeUrlSecret;
    retainDependencies(this, removalPolicy);
    warnOfSnapshot(this, props.snapshotIdentifier);
  }

  /** The secret with the connection URL of the database `cyclotron_node`. Always defined; created on first access. */
  public get cyclotronUrlSecret(): ISecret | undefined {
    return this.urls.cyclotron;
  }

  /** The secret with the connection URL of the database `cyclotron_node` for Node processes. Always defined; created on first access. */
  public get nodeCyclotronUrlSecret(): ISecret | undefined {
    return this.urls.nodeCyclotron;
  }
}

function defineCluster(scope: Construct, props: AuroraPostgresProps, credentials: ISecret, securityGroup: ISecurityGroup): IDatabaseCluster {
  const { snapshotIdentifier, removalPolicy = POSTGRES_DEFAULTS.removalPolicy } = props;
  const member = { caCertificate: CA_CERTIFICATE, publiclyAccessible: false, autoMinorVersionUpgrade: true, enablePerformanceInsights: true };
  const common = {
    ...COMMON_PROPS,
    engine: DatabaseClusterEngine.auroraPostgres({ version: props.version ?? DEFAULTS.version }),
    vpc: props.vpc,
    vpcSubnets: storeSubnets(props.vpc, props.vpcSubnets),
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
    removalPolicy,
    deletionProtection: isKept(removalPolicy),
  };
  const cluster =
    snapshotIdentifier === undefined
      ? new DatabaseCluster(scope, 'Cluster', {
          ...common,
          credentials: Credentials.fromSecret(credentials, POSTGRES_DEFAULTS.username),
          defaultDatabaseName: POSTGRES_DEFAULTS.databaseName,
          storageEncrypted: true,
        })
      : new DatabaseClusterFromSnapshot(scope, 'Cluster', {
          ...common,
          snapshotIdentifier,
          snapshotCredentials: SnapshotCredentials.fromSecret(credentials),
        });
  describeResources(cluster, 'AWS::RDS::DBSubnetGroup', 'PostHog Postgres: subnets');
  describeResources(cluster, 'AWS::RDS::DBClusterParameterGroup', 'PostHog Postgres: parameters');
  acknowledgeServer(cluster, props);
  return cluster;
}

/** Rejects capacities that Aurora does not support, and pausing: any connection ends a pause, and PostHog's processes keep theirs open. */
function checkCapacity({ minCapacity = DEFAULTS.minCapacity, maxCapacity = DEFAULTS.maxCapacity }: AuroraPostgresProps): void {
  for (const [name, value, min] of [
    ['minCapacity', minCapacity, 0.5],
    ['maxCapacity', maxCapacity, 1],
  ] as const) {
    if (!Token.isUnresolved(value) && (!Number.isInteger(value * 2) || value < min || value > 256)) {
      throw invalidValue(name, `must be from ${min} to 256, in steps of 0.5`, value);
    }
  }
  if (!Token.isUnresolved(minCapacity) && !Token.isUnresolved(maxCapacity) && minCapacity > maxCapacity) {
    throw invalidValue('minCapacity', `must not exceed \`maxCapacity\`, ${maxCapacity}`, minCapacity);
  }
}
