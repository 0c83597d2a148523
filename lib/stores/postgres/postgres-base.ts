import { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { Connections, IConnectable, Port } from 'aws-cdk-lib/aws-ec2';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct, IConstruct } from 'constructs';
import { reporter, storeMetric } from '../metrics';
import { PostgresContext } from '../../catalog/process-context';
import { invalidProp, withPath } from '../../private/errors';

/**
 * The secrets with `username` and `password` of the logins of processes.
 */
export interface PostgresLoginCredentials {
  /** The login of the app, the Node processes and most Rust services: it reads and writes the rows of PostHog's tables. */
  readonly application: ISecret;
  /** The login of feature-flags: it reads PostHog's tables, and writes two of them. */
  readonly reader: ISecret;
  /** The login of Temporal, which owns its two databases. */
  readonly temporal: ISecret;
}

/**
 * A PostgreSQL server for PostHog's application data.
 */
export interface IPostgres extends IConstruct, IConnectable {
  /** The secret whose whole string is the connection URL of PostHog's database for processes. */
  readonly urlSecret: ISecret;
  /** The secret whose whole string is the connection URL of the persons database. */
  readonly personsUrlSecret: ISecret;
  /** The secret whose whole string is the connection URL of PostHog's database for Node processes, which interpret `sslmode` differently. */
  readonly nodeUrlSecret: ISecret;
  /** The secret whose whole string is the connection URL of the persons database for Node processes. */
  readonly nodePersonsUrlSecret: ISecret;
  /**
   * The secret whose whole string is the connection URL of PostHog's database for migrations: the owner of its tables. Undefined if that is the
   * login of `urlSecret`.
   */
  readonly ownerUrlSecret?: ISecret;
  /**
   * The secret whose whole string is the connection URL of the persons database for migrations. Undefined if that is the login of
   * `personsUrlSecret`.
   */
  readonly personsOwnerUrlSecret?: ISecret;
  /**
   * The secret whose whole string is the connection URL of PostHog's database for feature-flags, which reads almost only. Undefined if that is the
   * login of `urlSecret`.
   */
  readonly readerUrlSecret?: ISecret;
  /**
   * The secret whose whole string is the connection URL of the persons database for feature-flags. Undefined if that is the login of
   * `personsUrlSecret`.
   */
  readonly personsReaderUrlSecret?: ISecret;
  /**
   * The secret whose whole string is the connection URL of the database `cyclotron_node`, for the migration of the jobs of data pipelines. Optional
   * for an imported server.
   */
  readonly cyclotronUrlSecret?: ISecret;
  /** The secret whose whole string is the URL of the database `cyclotron_node` for Node processes. Undefined without `cyclotronUrlSecret`. */
  readonly nodeCyclotronUrlSecret?: ISecret;
  /** The secret with `username` and `password`, for clients without URL support. Optional for an imported server. */
  readonly credentials?: ISecret;
  /**
   * The logins by purpose, which migrations create and grant their privileges. Undefined if every process has the login of `credentials`, and for an
   * imported server, whose logins are yours.
   */
  readonly loginCredentials?: PostgresLoginCredentials;
  /**
   * The server with the login that every process had before it had one of its own. Tasks that a deployment replaces still start with it.
   *
   * @internal
   */
  readonly _singleLogin?: PostgresContext;
  /**
   * The maximum number of connections, estimated from the memory of the server if no number is set; undefined if it is not known.
   *
   * @internal
   */
  readonly _maxConnections?: number;
  /** The host name of the server, for clients without URL support. Optional for an imported server. */
  readonly host?: string;
  /** The port that the server listens on. */
  readonly port: number;
  /** Indicates whether the server supports TLS, for clients without URL support. */
  readonly tls: boolean;
  /** The ports that processes connect to. */
  readonly clientPorts: number[];
  /**
   * The identifier of the RDS instance, which has the metrics and the backups of the server. Undefined for Aurora, and for a server that is not on
   * RDS or whose identifier is not known.
   */
  readonly instanceIdentifier?: string;
  /**
   * The identifier of the Aurora cluster, which has the metrics and the backups of the server. Undefined for an RDS instance, and for a server that
   * is not on Aurora or whose identifier is not known.
   */
  readonly clusterIdentifier?: string;
  /**
   * Returns a metric of the RDS instance or of the Aurora cluster, from the namespace `AWS/RDS`.
   *
   * Throws if the server has neither `instanceIdentifier` nor `clusterIdentifier`.
   *
   * @param metricName the name of the metric
   * @param props options of the metric
   */
  metric(metricName: string, props?: MetricOptions): Metric;
  /**
   * Returns the metric of the CPU utilization, in percent.
   *
   * @param props options of the metric; by default the average over 5 minutes
   */
  metricCpuUtilization(props?: MetricOptions): Metric;
  /**
   * Returns the metric of the freeable memory, in bytes.
   *
   * @param props options of the metric; by default the average over 5 minutes
   */
  metricFreeableMemory(props?: MetricOptions): Metric;
  /**
   * Returns the metric of the free storage, in bytes.
   *
   * Throws for Aurora, which has no such metric, because its storage grows.
   *
   * @param props options of the metric; by default the average over 5 minutes
   */
  metricFreeStorageSpace(props?: MetricOptions): Metric;
  /**
   * Returns the metric of the number of open connections.
   *
   * @param props options of the metric; by default the average over 5 minutes
   */
  metricDatabaseConnections(props?: MetricOptions): Metric;
}

/**
 * The common implementation of created and imported PostgreSQL servers.
 *
 * @internal
 */
export abstract class PostgresBase extends Construct implements IPostgres {
  public abstract readonly urlSecret: ISecret;
  public abstract readonly personsUrlSecret: ISecret;
  public abstract readonly nodeUrlSecret: ISecret;
  public abstract readonly nodePersonsUrlSecret: ISecret;
  public abstract readonly ownerUrlSecret?: ISecret;
  public abstract readonly personsOwnerUrlSecret?: ISecret;
  public abstract readonly readerUrlSecret?: ISecret;
  public abstract readonly personsReaderUrlSecret?: ISecret;
  public abstract readonly cyclotronUrlSecret?: ISecret;
  public abstract readonly nodeCyclotronUrlSecret?: ISecret;
  public abstract readonly credentials?: ISecret;
  public abstract readonly loginCredentials?: PostgresLoginCredentials;
  public abstract readonly host?: string;
  public abstract readonly tls: boolean;
  public abstract readonly instanceIdentifier?: string;
  public abstract readonly clusterIdentifier?: string;
  public readonly port: number;
  public readonly clientPorts: number[];
  public readonly connections: Connections;

  public constructor(scope: Construct, id: string, port: number) {
    super(scope, id);
    this.port = port;
    this.clientPorts = [port];
    this.connections = new Connections({ defaultPort: Port.tcp(port) });
  }

  public metric(metricName: string, props?: MetricOptions): Metric {
    return storeMetric(this, { namespace: 'AWS/RDS', metricName, dimensionsMap: this.metricDimensions() }, props);
  }

  public metricCpuUtilization(props?: MetricOptions): Metric {
    return this.metric('CPUUtilization', props);
  }

  public metricFreeableMemory(props?: MetricOptions): Metric {
    return this.metric('FreeableMemory', props);
  }

  public metricFreeStorageSpace(props?: MetricOptions): Metric {
    if (this.clusterIdentifier !== undefined) {
      withPath(this, () => {
        throw invalidProp('metricFreeStorageSpace', 'needs an RDS instance: the storage of Aurora grows', "use `metric('VolumeBytesUsed')`");
      });
    }
    return this.metric('FreeStorageSpace', props);
  }

  public metricDatabaseConnections(props?: MetricOptions): Metric {
    return this.metric('DatabaseConnections', props);
  }

  private metricDimensions(): Record<string, string> {
    if (this.clusterIdentifier !== undefined) {
      return { DBClusterIdentifier: this.clusterIdentifier };
    }
    return { DBInstanceIdentifier: reporter(this, 'instanceIdentifier', this.instanceIdentifier, 'Postgres.fromPostgresAttributes') };
  }
}
