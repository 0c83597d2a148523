import { ListenerRule } from '../../alb/evaluate';
import { RuleAction } from '../../alb/listener-rule';
import { Loaded } from '../../aws/loaded';
import { cidrSize, MAX_TRUSTED_ADDRESSES, parseCidr } from '../../../lib/internal';

/** A load balancer and everything behind it, as described by AWS. */
export interface Deployment {
  readonly region: string;
  /** The stack that it was found in; undefined if the load balancer itself was named. */
  readonly stack?: string;
  readonly loadBalancer: LoadBalancer;
  /** The load balancer's attributes, by key. */
  readonly attributes: Loaded<Readonly<Record<string, string>>>;
  readonly listeners: readonly Listener[];
  /** The target groups of the load balancer. */
  readonly targetGroups: Loaded<readonly TargetGroup[]>;
  /** The current subnets of the load balancer. */
  readonly subnets: Loaded<readonly Subnet[]>;
  /** The subnets of other load balancers in front of the same services, which PostHog trusts as well; undefined if there is none. */
  readonly otherSubnets?: Loaded<readonly Subnet[]>;
  /** The ECS services behind it, and others in the same cluster that run Django. */
  readonly services: Loaded<readonly Service[]>;
  /** The certificates of its listeners. */
  readonly certificates: readonly Certificate[];
  /** The alarms of the stack; undefined if there is no stack. */
  readonly alarms?: Loaded<readonly Alarm[]>;
  /** The data volumes of the account and region; undefined if they are not described. */
  readonly volumes?: Loaded<readonly Volume[]>;
  /** The EC2 hosts of the services; undefined if none of them has an Auto Scaling group. */
  readonly hosts?: Loaded<readonly Host[]>;
}

/** An EC2 host of tasks. */
export interface Host {
  /** The id of the instance. */
  readonly instance: string;
  readonly group: string;
  readonly launched?: Date;
  /** Indicates whether the launch template of its group has a newer version. */
  readonly outdated: boolean;
  /** Its state in the cluster; undefined if it is not registered. */
  readonly registration?: HostRegistration;
}

/** The state of a host in its cluster. */
export interface HostRegistration {
  /** `ACTIVE`, `DRAINING`, `REGISTERING` or another ContainerInstanceStatus. */
  readonly status: string;
  readonly reason?: string;
  readonly agentConnected: boolean;
  /** Indicates whether it has a trunk network interface. */
  readonly trunk: boolean;
  /** Its capacity provider; undefined if it has none. */
  readonly provider?: string;
}

/** A data volume of ClickHouse or Redpanda. */
export interface Volume {
  readonly id: string;
  /** The tag by which its instance finds it: the stack and the construct. */
  readonly name: string;
  /** The size in GiB. */
  readonly size: number;
  /** The size in the template of its stack; undefined if it is not known. */
  readonly declared?: number;
}

/** The load balancer itself. */
export interface LoadBalancer {
  readonly arn: string;
  readonly name: string;
  readonly dnsName: string;
  /** `active`, or another LoadBalancerStateEnum. */
  readonly state: string;
}

/** One listener of the load balancer. */
export interface Listener {
  readonly arn: string;
  readonly port: number;
  readonly protocol: string;
  /** The security policy of a listener that terminates TLS. */
  readonly tlsPolicy?: string;
  /** The listener's attributes, by key. */
  readonly attributes: Loaded<Readonly<Record<string, string>>>;
  /** Its rules, the default rule last. Target groups are identified by their ARNs. */
  readonly rules: readonly ListenerRule<RuleAction>[];
  /** The ARNs of its certificates, the default one for clients without SNI first. */
  readonly certificates: Loaded<readonly string[]>;
}

/** A target group. */
export interface TargetGroup {
  readonly arn: string;
  readonly name: string;
  /** The health check, such as `HTTP /_readyz to answer 200`. */
  readonly healthCheck: string;
  readonly targets: Loaded<readonly TargetHealth[]>;
}

/** The health of one target. */
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
  /** Its IPv4 block; undefined if it has none. */
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
  /** The capacity providers of its tasks other than those of Fargate; undefined or empty on Fargate. */
  readonly capacityProviders?: readonly string[];
  /** The target groups that its tasks register with, and their container. */
  readonly targets: readonly { readonly targetGroup: string; readonly container: string }[];
  /** Its deployments, the primary one first. */
  readonly rollouts: readonly Rollout[];
  /** The newest active revision of the same family, such as `posthog-web:13`. */
  readonly newestDefinition: Loaded<string>;
  /** Its last ECS event. */
  readonly lastEvent?: string;
}

/** One deployment of a service: the tasks that run one task definition. */
export interface Rollout {
  /** `COMPLETED`, `IN_PROGRESS` or `FAILED`; undefined if ECS does not manage the deployment. */
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
  /** The variables in clear text. */
  readonly environment: Readonly<Record<string, string>>;
  /** The names of variables whose values come from elsewhere. */
  readonly secrets: readonly string[];
  /** Indicates whether variables come from files, which are not read here. */
  readonly hasEnvironmentFiles: boolean;
}

/** A certificate of a listener. */
export interface Certificate {
  readonly arn: string;
  readonly details: Loaded<CertificateDetails>;
}

/** The details of a certificate in ACM. */
export interface CertificateDetails {
  /** `ISSUED`, or another CertificateStatus. */
  readonly status: string;
  /** Every name that it covers, wildcards included. */
  readonly names: readonly string[];
  /** The end of its validity. */
  readonly notAfter?: Date;
  /** Indicates whether ACM renews it automatically. */
  readonly renewable: boolean;
  /** The status of the renewal, if there is one: `PENDING_VALIDATION`, `FAILED`, ... */
  readonly renewal?: string;
}

/** Returns whether a subnet has more addresses than can be listed one by one. */
export function tooLarge({ cidr }: Subnet): boolean {
  const block = parseCidr(cidr ?? '');
  return block !== undefined && cidrSize(block) > BigInt(MAX_TRUSTED_ADDRESSES);
}

/** An alarm of CloudWatch, metric or composite. */
export interface Alarm {
  readonly name: string;
  /** `OK`, `ALARM` or `INSUFFICIENT_DATA`. */
  readonly state: string;
  /** The reason of its state, in one line. */
  readonly reason?: string;
  /** Indicates whether it has actions for ALARM that are enabled. */
  readonly hasActions: boolean;
}
