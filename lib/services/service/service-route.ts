import { Duration } from 'aws-cdk-lib/core';
import { IConnectable, IVpc } from 'aws-cdk-lib/aws-ec2';
import { LogDriver } from 'aws-cdk-lib/aws-ecs';
import { ApplicationProtocol, ApplicationTargetGroup, IApplicationLoadBalancerTarget, TargetType } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import { HttpEndpoint } from '../../catalog/process-definition';
import { PostHogProcess } from '../../catalog/posthog-process';

/** A load balancer, as far as services use it: it checks the health of tasks. */
export interface LoadBalancerOfRoute extends IConnectable {
  /** Its full name, such as `app/name/50dc6c495c0c9188`; undefined if only its listener is known. */
  readonly loadBalancerFullName?: string;
}

/**
 * A load balancer that forwards requests to a process, with a target group of its own: a target group can belong to one load balancer only.
 *
 * A service can have five target groups (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/register-multiple-targetgroups.html).
 */
export interface ServiceRoute {
  /** The construct id of the target group. */
  readonly targetGroupId: string;
  readonly loadBalancer: LoadBalancerOfRoute;
  /** Routes requests to the target group. */
  readonly route: (targetGroup: ApplicationTargetGroup) => void;
}

/** A target group with the load balancer that forwards to it. */
export interface RoutedTargets {
  readonly targetGroup: ApplicationTargetGroup;
  /** The full name of the load balancer; undefined if only its listener is known. */
  readonly loadBalancerFullName?: string;
}

/** The properties of a process that its proxy sidecar needs. */
export interface ProxiedProcess {
  readonly process: PostHogProcess;
  readonly upstreamPort: number;
  readonly stopTimeout: Duration;
  readonly logging: LogDriver;
}

/** Options for `defineTargetGroup`. */
interface TargetGroupOptions {
  readonly vpc: IVpc;
  readonly http: HttpEndpoint;
  readonly target: IApplicationLoadBalancerTarget;
}

/** Defines the target group of a process. */
export function defineTargetGroup(scope: Construct, id: string, { vpc, http, target }: TargetGroupOptions): ApplicationTargetGroup {
  return new ApplicationTargetGroup(scope, id, {
    vpc,
    // Only the default port: targets of a service always name theirs. Changing it would replace the target group.
    port: http.port,
    protocol: ApplicationProtocol.HTTP,
    targetType: TargetType.IP,
    targets: [target],
    deregistrationDelay: Duration.seconds(http.deregistrationDelay),
    healthCheck: {
      path: http.healthCheck.path,
      port: http.healthCheck.port?.toString(),
      healthyHttpCodes: '200',
      interval: Duration.seconds(http.healthCheck.interval),
      timeout: Duration.seconds(http.healthCheck.timeout),
      healthyThresholdCount: 2,
      unhealthyThresholdCount: http.healthCheck.unhealthyThreshold,
    },
  });
}
