import { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { HttpCodeElb, HttpCodeTarget, IApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';

/**
 * The metrics of the load balancer of an ingress.
 *
 * @internal
 */
export abstract class IngressMetrics extends Construct {
  public abstract readonly loadBalancer: IApplicationLoadBalancer;

  /**
   * Returns a metric of the load balancer. Like the methods below, it includes requests for other hosts on an existing load balancer.
   *
   * @param metricName the name of the metric in the namespace AWS/ApplicationELB
   * @param props the properties of the metric
   */
  public metric(metricName: string, props?: MetricOptions): Metric {
    return this.loadBalancer.metrics.custom(metricName, props);
  }

  /**
   * Returns the metric of the number of requests that the load balancer forwarded to a process, by default their sum over five minutes.
   *
   * @param props the properties of the metric
   */
  public metricRequestCount(props?: MetricOptions): Metric {
    return this.loadBalancer.metrics.requestCount(props);
  }

  /**
   * Returns the metric of the time in seconds that processes take to respond, by default the average over five minutes.
   *
   * @param props the properties of the metric
   */
  public metricTargetResponseTime(props?: MetricOptions): Metric {
    return this.loadBalancer.metrics.targetResponseTime(props);
  }

  /**
   * Returns the metric of the number of responses of processes with certain status codes, by default their sum over five minutes.
   *
   * @param code the status codes
   * @param props the properties of the metric
   */
  public metricHttpCodeTarget(code: HttpCodeTarget, props?: MetricOptions): Metric {
    return this.loadBalancer.metrics.httpCodeTarget(code, props);
  }

  /**
   * Returns the metric of the number of responses of the load balancer itself with certain status codes, by default their sum over five minutes.
   * Refused requests are among the 4xx codes.
   *
   * @param code the status codes
   * @param props the properties of the metric
   */
  public metricHttpCodeElb(code: HttpCodeElb, props?: MetricOptions): Metric {
    return this.loadBalancer.metrics.httpCodeElb(code, props);
  }

  /**
   * Returns the metric of the number of connections that the load balancer rejected at its maximum, by default their sum over five minutes.
   *
   * @param props the properties of the metric
   */
  public metricRejectedConnectionCount(props?: MetricOptions): Metric {
    return this.loadBalancer.metrics.rejectedConnectionCount(props);
  }
}
