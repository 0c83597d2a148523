import { Metric, MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Connections, IConnectable, Port } from 'aws-cdk-lib/aws-ec2';
import { Construct, IConstruct } from 'constructs';
import { reporter, storeMetric } from '../metrics';

/** The default port of Valkey and Redis. */
export const CACHE_PORT = 6379;

/**
 * The encryption of connections to a cache.
 */
export enum CacheEncryption {
  /**
   * TLS for every client that supports it, plain connections for the rest. ElastiCache calls this transit encryption mode "preferred".
   */
  PREFERRED = 'preferred',
  /**
   * TLS for every client. ElastiCache calls this transit encryption mode "required". Only few processes can use such a cache: `PostHog` refuses it
   * with any other.
   */
  REQUIRED = 'required',
  /** Plain connections only. */
  NONE = 'none',
}

/**
 * A Valkey or Redis server that PostHog's processes share.
 */
export interface ICache extends IConstruct, IConnectable {
  /** The host name of the primary node. */
  readonly host: string;
  /** The port. */
  readonly port: number;
  /** The encryption of connections. */
  readonly encryption: CacheEncryption;
  /** The ports that processes connect to. */
  readonly clientPorts: number[];
  /** The id of the replication group on ElastiCache, which the ids of its nodes begin with; undefined if it is not known. */
  readonly replicationGroupId?: string;
  /**
   * Returns a metric of a node, from the namespace `AWS/ElastiCache`, which has metrics of nodes only: by default that of the first node,
   * `<replicationGroupId>-001`, which is the primary until a failover.
   *
   * Throws without `replicationGroupId`.
   *
   * @param metricName the name of the metric
   * @param props options of the metric; `dimensionsMap: { CacheClusterId: id }` selects another node
   */
  metric(metricName: string, props?: MetricOptions): Metric;
  /**
   * Returns the metric of the memory that data uses, in percent. At 100, the cache refuses writes or evicts keys.
   *
   * @param props options of the metric; by default the average over 5 minutes of the first node
   */
  metricMemoryUsage(props?: MetricOptions): Metric;
  /**
   * Returns the metric of the utilization of the core that runs the engine, in percent.
   *
   * @param props options of the metric; by default the average over 5 minutes of the first node
   */
  metricEngineCpuUtilization(props?: MetricOptions): Metric;
  /**
   * Returns the metric of the number of keys that were evicted because memory was full.
   *
   * @param props options of the metric; by default the sum over 5 minutes of the first node
   */
  metricEvictions(props?: MetricOptions): Metric;
  /**
   * Returns the metric of the number of client connections.
   *
   * @param props options of the metric; by default the average over 5 minutes of the first node
   */
  metricCurrentConnections(props?: MetricOptions): Metric;
}

/**
 * The common implementation of created and imported caches.
 *
 * @internal
 */
export abstract class CacheBase extends Construct implements ICache {
  public abstract readonly host: string;
  public abstract readonly encryption: CacheEncryption;
  public abstract readonly replicationGroupId?: string;
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
    const group = reporter(this, 'replicationGroupId', this.replicationGroupId, 'Cache.fromCacheAttributes');
    return storeMetric(this, { namespace: 'AWS/ElastiCache', metricName, dimensionsMap: { CacheClusterId: nodeIds(group, 1)[0] } }, props);
  }

  public metricMemoryUsage(props?: MetricOptions): Metric {
    return this.metric('DatabaseMemoryUsagePercentage', props);
  }

  public metricEngineCpuUtilization(props?: MetricOptions): Metric {
    return this.metric('EngineCPUUtilization', props);
  }

  public metricEvictions(props?: MetricOptions): Metric {
    return this.metric('Evictions', { statistic: Stats.SUM, ...props });
  }

  public metricCurrentConnections(props?: MetricOptions): Metric {
    return this.metric('CurrConnections', props);
  }
}

/**
 * Returns the ids of nodes: ElastiCache appends a number to the id of their group. It calculates metrics for each node, and none for a group.
 *
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.Redis.html
 */
export function nodeIds(replicationGroupId: string, nodes: number): string[] {
  return Array.from({ length: nodes }, (_, index) => `${replicationGroupId}-00${index + 1}`);
}
