import { Duration } from 'aws-cdk-lib/core';
import { Metric, MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Connections, IConnectable, Port } from 'aws-cdk-lib/aws-ec2';
import { Construct, IConstruct } from 'constructs';
import { KafkaBrokers } from './broker-limits';
import { reporter, storeMetric } from '../metrics';

/**
 * The encryption of connections to Kafka. PostHog's Rust services do not support SASL, so neither passwords nor IAM can be used.
 */
export enum KafkaEncryption {
  /** TLS without client authentication; on MSK, port 9094. */
  TLS = 'tls',
  /** Plain connections; on MSK, port 9092. */
  PLAINTEXT = 'plaintext',
}

/** The ports of MSK for each kind of encryption. */
export const MSK_PORTS: Readonly<Record<KafkaEncryption, number>> = { [KafkaEncryption.TLS]: 9094, [KafkaEncryption.PLAINTEXT]: 9092 };

/**
 * A Kafka cluster for PostHog's events.
 */
export interface IKafka extends IConstruct, IConnectable {
  /** The brokers, as comma-separated `host:port`. */
  readonly bootstrapServers: string;
  /** The encryption of connections. */
  readonly encryption: KafkaEncryption;
  /** The ports that processes connect to. */
  readonly clientPorts: number[];
  /** The largest message that the brokers accept, in bytes. */
  readonly maxMessageBytes: number;
  /** Indicates whether PostHog's migration creates missing topics, unless `manageTopics` of `PostHog` overrides it. */
  readonly managesTopics: boolean;
  /** The name of the MSK cluster, as in its metrics; undefined for other clusters. */
  readonly clusterName?: string;
  /**
   * The values of the tag `cdk-posthog:volume` of the volumes that can be restored one by one; undefined if there are none.
   *
   * @internal
   */
  readonly _volumeTags?: readonly string[];
  /**
   * The brokers of an MSK cluster, whose type limits the number of partitions; undefined for other clusters, or before a lookup has run.
   *
   * @internal
   */
  readonly _brokers?: KafkaBrokers;
  /**
   * Returns a metric of the cluster: of MSK, from the namespace `AWS/Kafka`; of `RedpandaKafka`, that of its instance, from `AWS/EC2`.
   *
   * Throws if the cluster is imported without `clusterName`.
   *
   * @param metricName the name of the metric
   * @param props options of the metric; with `dimensionsMap`, include all dimensions
   */
  metric(metricName: string, props?: MetricOptions): Metric;
  /**
   * Returns the metric of the consumer lag: the number of messages that a consumer group has not read yet, over all partitions of a topic.
   *
   * Throws without `clusterName`: MSK alone reports it.
   *
   * @param consumerGroup the consumer group
   * @param topic the topic
   * @param props options of the metric; by default the maximum over a minute
   */
  metricConsumerLag(consumerGroup: string, topic: string, props?: MetricOptions): Metric;
  /**
   * Returns the metric of the share of a broker's volume that is in use, in percent. Express brokers have no volumes and no such metric.
   *
   * Throws without `clusterName`.
   *
   * @param brokerId the id of the broker, from 1 to the number of brokers
   * @param props options of the metric; by default the average over 5 minutes
   */
  metricDataLogsDiskUsed(brokerId: number, props?: MetricOptions): Metric;
  /**
   * Returns the metric of a broker's CPU utilization in user space, in percent. MSK recommends that it and `CpuSystem` stay below 60 together.
   *
   * Throws without `clusterName`.
   *
   * @param brokerId the id of the broker, from 1 to the number of brokers
   * @param props options of the metric; by default the average over 5 minutes
   */
  metricCpuUser(brokerId: number, props?: MetricOptions): Metric;
}

/**
 * The common implementation of created and imported Kafka clusters.
 *
 * @internal
 */
export abstract class KafkaBase extends Construct implements IKafka {
  public abstract readonly bootstrapServers: string;
  public abstract readonly encryption: KafkaEncryption;
  public abstract readonly maxMessageBytes: number;
  public abstract readonly managesTopics: boolean;
  public abstract readonly clusterName?: string;
  public readonly clientPorts: number[];
  public readonly connections: Connections;

  public constructor(scope: Construct, id: string, clientPorts: readonly number[]) {
    super(scope, id);
    this.clientPorts = [...clientPorts];
    this.connections = new Connections({ defaultPort: Port.tcp(clientPorts[0]) });
  }

  public metric(metricName: string, props?: MetricOptions): Metric {
    return this.clusterMetric(metricName, {}, props);
  }

  public metricConsumerLag(consumerGroup: string, topic: string, props?: MetricOptions): Metric {
    return this.clusterMetric(
      'SumOffsetLag',
      { 'Consumer Group': consumerGroup, 'Topic': topic },
      { statistic: Stats.MAXIMUM, period: Duration.minutes(1), ...props },
    );
  }

  public metricDataLogsDiskUsed(brokerId: number, props?: MetricOptions): Metric {
    return this.clusterMetric('KafkaDataLogsDiskUsed', { 'Broker ID': String(brokerId) }, props);
  }

  public metricCpuUser(brokerId: number, props?: MetricOptions): Metric {
    return this.clusterMetric('CpuUser', { 'Broker ID': String(brokerId) }, props);
  }

  /** @see https://docs.aws.amazon.com/msk/latest/developerguide/metrics-details.html */
  private clusterMetric(metricName: string, dimensions: Readonly<Record<string, string>>, props?: MetricOptions): Metric {
    const clusterName = reporter(this, 'clusterName', this.clusterName, 'Kafka.fromKafkaAttributes');
    return storeMetric(this, { namespace: 'AWS/Kafka', metricName, dimensionsMap: { 'Cluster Name': clusterName, ...dimensions } }, props);
  }
}
