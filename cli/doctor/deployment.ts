import { ListenerRule } from '../alb/evaluate';
import { RuleAction } from '../alb/listener-rule';

/** What was asked for, or why it could not be asked. */
export type Loaded<T> = T | Unavailable;

/** Something that could not be asked. */
export interface Unavailable {
  /** Why, in one line: `the credentials may not ecs:DescribeServices`. */
  readonly unavailable: string;
}

/** A load balancer and all that it leads to, as an account tells it. */
export interface Deployment {
  readonly region: string;
  /** The stack that it was found through; undefined where the load balancer itself was named. */
  readonly stack?: string;
  readonly loadBalancer: LoadBalancer;
  /** The load balancer's attributes, by key. */
  readonly attributes: Loaded<Readonly<Record<string, string>>>;
  readonly listeners: readonly Listener[];
  /** The target groups that the load balancer's rules name. */
  readonly targetGroups: Loaded<readonly TargetGroup[]>;
  /** The subnets that the load balancer stands in now. */
  readonly subnets: Loaded<readonly Subnet[]>;
  /** The ECS services behind it, and those beside them that run Django. */
  readonly services: Loaded<readonly Service[]>;
  /** The certificates of its listeners. */
  readonly certificates: readonly Certificate[];
}

/** The load balancer itself. */
export interface LoadBalancer {
  readonly arn: string;
  readonly name: string;
  readonly dnsName: string;
  /** `active`, or what keeps it from being so. */
  readonly state: string;
}

/** One listener of the load balancer. */
export interface Listener {
  readonly arn: string;
  readonly port: number;
  readonly protocol: string;
  /** The policy of a listener that ends TLS. */
  readonly tlsPolicy?: string;
  /** The listener's attributes, by key. */
  readonly attributes: Loaded<Readonly<Record<string, string>>>;
  /** Its rules, its default rule as the last of them; target groups are named by their ARNs. */
  readonly rules: readonly ListenerRule<RuleAction>[];
  /** The ARNs of its certificates, that for clients without SNI first. */
  readonly certificates: Loaded<readonly string[]>;
}

/** Where a listener forwards to. */
export interface TargetGroup {
  readonly arn: string;
  readonly name: string;
  /** What the load balancer asks to see whether a target is well. */
  readonly healthCheck: string;
  readonly targets: Loaded<readonly TargetHealth[]>;
}

/** How one target is. */
export interface TargetHealth {
  /** Its address or id, and its port. */
  readonly target: string;
  /** A TargetHealthStateEnum: `healthy`, `unhealthy`, `initial`, ... */
  readonly state: string;
  /** A TargetHealthReasonEnum, such as `Target.Timeout`. */
  readonly reason?: string;
  readonly description?: string;
}

/** A subnet of the load balancer. */
export interface Subnet {
  readonly id: string;
  /** Its IPv4 block; undefined where it has none. */
  readonly cidr?: string;
}

/** An ECS service. */
export interface Service {
  readonly name: string;
  readonly cluster: string;
  /** `ACTIVE`, `DRAINING` or `INACTIVE`. */
  readonly status: string;
  readonly desiredCount: number;
  readonly runningCount: number;
  /** The target groups that its tasks register with, and the container that answers there. */
  readonly targets: readonly { readonly targetGroup: string; readonly container: string }[];
  /** Its deployments: the one that it is brought to first, then those that it is brought away from. */
  readonly rollouts: readonly Rollout[];
  /** The newest active revision of the same family, such as `posthog-web:13`. */
  readonly newestDefinition: Loaded<string>;
  /** What ECS last said about it. */
  readonly lastEvent?: string;
}

/** One deployment of a service: the tasks that run one task definition. */
export interface Rollout {
  /** `COMPLETED`, `IN_PROGRESS` or `FAILED`; undefined where ECS does not roll out itself. */
  readonly state?: string;
  readonly reason?: string;
  readonly runningCount: number;
  /** The task definition, such as `posthog-web:12`. */
  readonly definition: string;
  readonly containers: Loaded<readonly Container[]>;
}

/** A container of a task definition. */
export interface Container {
  readonly name: string;
  /** The image that it runs. */
  readonly image: string;
  /** What stands in clear text. */
  readonly environment: Readonly<Record<string, string>>;
  /** The names of variables whose values come from elsewhere. */
  readonly secrets: readonly string[];
  /** Whether variables come from files, which nobody can read here. */
  readonly hasEnvironmentFiles: boolean;
}

/** A certificate of a listener. */
export interface Certificate {
  readonly arn: string;
  readonly details: Loaded<CertificateDetails>;
}

/** What ACM says of a certificate. */
export interface CertificateDetails {
  /** `ISSUED`, or why it is not. */
  readonly status: string;
  /** Every name that it holds for, wildcards as they stand. */
  readonly names: readonly string[];
  /** The end of its validity. */
  readonly notAfter?: Date;
  /** Whether ACM renews it by itself. */
  readonly renewable: boolean;
  /** How the renewal stands, where there is one: `PENDING_VALIDATION`, `FAILED`, ... */
  readonly renewal?: string;
}

/** Whether something could not be asked. */
export function isUnavailable<T extends object | string>(answer: Loaded<T>): answer is Unavailable {
  return typeof answer === 'object' && 'unavailable' in answer;
}
