import { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { Connections, IConnectable, Port } from 'aws-cdk-lib/aws-ec2';
import { IRole } from 'aws-cdk-lib/aws-iam';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { IStringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct, IConstruct } from 'constructs';
import { IKafka } from '../kafka/kafka-base';
import { instanceMetric, STATUS_CHECK } from '../metrics';

/** ClickHouse's default ports. PostHog uses both protocols and has no settings for the ports (posthog/clickhouse/client/connection.py). */
const PORTS = { tls: { native: 9440, http: 8443 }, plain: { native: 9000, http: 8123 } };

/**
 * The parameters of Systems Manager through which a migration installs the functions and format schemas of a PostHog release on ClickHouse servers,
 * without a restart.
 */
export interface ClickHouseAppFiles {
  /**
   * The parameter with PostHog's image, as JSON: `run` and `image`. Each migration writes it, and the servers read it every half minute. Its value in
   * the template is empty.
   */
  readonly imageParameter: IStringParameter;
  /** The parameters that the servers report into, one for each, as JSON: `run`, `image`, `outcome` and `message`. */
  readonly reportParameters: IStringParameter[];
}

/**
 * A ClickHouse server that stores PostHog's events.
 */
export interface IClickHouse extends IConstruct, IConnectable {
  /** The host name. */
  readonly host: string;
  /** The database. */
  readonly database: string;
  /** Indicates whether connections use TLS. */
  readonly tls: boolean;
  /** Indicates whether the server's certificate is verified. */
  readonly verifyCertificate: boolean;
  /** The secret with the keys `username` and `password`. */
  readonly credentials: ISecret;
  /**
   * The secret with the keys `username` and `password` of a user with read-only access to the database. PostHog writes both into the dictionaries
   * that it creates, and backups contain them. Undefined if dictionaries use `credentials`.
   */
  readonly dictReaderCredentials?: ISecret;
  /**
   * The secret with the keys `username` and `password` of a user that can read events only, for `PostHogCanary`. Undefined if there is none.
   */
  readonly readerCredentials?: ISecret;
  /**
   * The Kafka cluster that the server reads events from, which PostHog uses, too. Undefined for an imported server, whose configuration names it.
   */
  readonly kafka?: IKafka;
  /** The port of the native protocol: 9440 with TLS, 9000 without. */
  readonly nativePort: number;
  /** The port of the HTTP interface: 8443 with TLS, 8123 without. */
  readonly httpPort: number;
  /** The ports that processes connect to. */
  readonly clientPorts: number[];
  /**
   * The IAM roles of the servers. They are granted the access to S3 that queries need: to stage batch exports and to read the tables of the data
   * warehouse.
   */
  readonly serverRoles: IRole[];
  /**
   * The parameters through which migrations install PostHog's functions and format schemas on the servers. Undefined if you install those of a
   * release yourself, before you deploy it.
   */
  readonly appFiles?: ClickHouseAppFiles;
  /**
   * The values of the tag `cdk-posthog:volume` of the volumes that can be restored one by one; undefined if there are none.
   *
   * @internal
   */
  readonly _volumeTags?: readonly string[];
  /**
   * Indicates whether the methods below return metrics; false for an imported server whose instance is not known. By default, they do.
   *
   * @internal
   */
  readonly _hasMetrics?: boolean;
  /**
   * Returns a metric of the first server's EC2 instance, from the namespace `AWS/EC2`.
   *
   * Throws if the server is imported without `instanceId` and `autoScalingGroupName`.
   *
   * @param metricName the name of the metric
   * @param props options of the metric
   */
  metric(metricName: string, props?: MetricOptions): Metric;
  /**
   * Returns the metric of the first server's CPU utilization, in percent.
   *
   * @param props options of the metric; by default the average over 5 minutes
   */
  metricCpuUtilization(props?: MetricOptions): Metric;
  /**
   * Returns the metric of failed status checks of the first server's instance: 1 if one failed, 0 otherwise.
   *
   * @param props options of the metric; by default the maximum over a minute
   */
  metricStatusCheckFailed(props?: MetricOptions): Metric;
}

/**
 * The common implementation of created and imported ClickHouse servers.
 *
 * @internal
 */
export abstract class ClickHouseBase extends Construct implements IClickHouse {
  public abstract readonly host: string;
  public abstract readonly database: string;
  public abstract readonly verifyCertificate: boolean;
  public abstract readonly credentials: ISecret;
  public abstract readonly dictReaderCredentials?: ISecret;
  public abstract readonly readerCredentials?: ISecret;
  public abstract readonly serverRoles: IRole[];
  public abstract readonly appFiles?: ClickHouseAppFiles;
  public abstract readonly kafka?: IKafka;
  public readonly tls: boolean;
  public readonly nativePort: number;
  public readonly httpPort: number;
  public readonly clientPorts: number[];
  public readonly connections: Connections;

  public constructor(scope: Construct, id: string, tls: boolean) {
    super(scope, id);
    const { native, http } = tls ? PORTS.tls : PORTS.plain;
    this.tls = tls;
    this.nativePort = native;
    this.httpPort = http;
    this.clientPorts = [native, http];
    this.connections = new Connections({ defaultPort: Port.tcp(native) });
  }

  public metric(metricName: string, props?: MetricOptions): Metric {
    return instanceMetric(this, this._instanceDimensions(), metricName, props);
  }

  public metricCpuUtilization(props?: MetricOptions): Metric {
    return this.metric('CPUUtilization', props);
  }

  public metricStatusCheckFailed(props?: MetricOptions): Metric {
    return this.metric('StatusCheckFailed', { ...STATUS_CHECK, ...props });
  }

  /**
   * Returns the dimensions of the metrics of the first server's instance.
   *
   * @internal
   */
  protected abstract _instanceDimensions(): Record<string, string>;
}
