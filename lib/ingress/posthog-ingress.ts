import { Annotations, Duration } from 'aws-cdk-lib/core';
import { Connections, IConnectable, ISubnet, IVpc, Port } from 'aws-cdk-lib/aws-ec2';
import { LoadBalancerTargetOptions, TaskDefinition } from 'aws-cdk-lib/aws-ecs';
import {
  ApplicationListenerRule, ApplicationLoadBalancer, IApplicationListener, IApplicationTargetGroup, IpAddressType, ListenerAction, ListenerCondition, SslPolicy,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import { AppAccess } from './app-access';
import { ClientAddress } from './client-address';
import { addProxy, ClientAddressProxyOptions } from './client-address-proxy';
import { ALWAYS_PUBLIC, EndpointGroup } from './endpoint-group';
import { certificateFor, checkDomain, defineRecords } from './domain';
import { PostHogIngressOptions } from './ingress-options';
import { DENY_RULES, rulesFor } from './listener-rules';
import { defineListener, defineLoadBalancer, defineRedirect, LoadBalancerSettings } from './load-balancer';
import { loadBalancerSubnets } from './load-balancer-subnets';
import { PathCondition } from './path-condition';
import { PostHogProcess } from './posthog-process';
import { proxyEnvironment } from './proxy-environment';
import { TrustedProxies } from './trusted-proxies';
import { knownSeconds } from '../private/durations';
import { checkEnum } from '../private/enums';
import { at, rejected } from '../private/errors';

/**
 * What the way in to a PostHog is made from.
 */
export interface PostHogIngressProps extends PostHogIngressOptions {
  /** The VPC that the load balancer stands in, with two or more availability zones. */
  readonly vpc: IVpc;
  /**
   * Whether the load balancer refuses to be deleted.
   *
   * @default true
   */
  readonly deletionProtection?: boolean;
}

const DEFAULTS = {
  publicLoadBalancer: true,
  ipAddressType: IpAddressType.IPV4,
  sslPolicy: SslPolicy.TLS13_12_RES_PQ,
  idleTimeout: Duration.minutes(30),
  strictTransportSecurity: Duration.days(365),
  deletionProtection: true,
  openListener: true,
};

/**
 * The way in to a PostHog: a load balancer that ends TLS, keeps the endpoints of SDKs public, and lets into the app whom its owner chooses.
 *
 * It defines the load balancer, its listeners (https, and http that only redirects), the listener rules, and with a hosted zone the
 * certificate and the alias records. It knows no process: `route()` tells it who answers.
 */
export class PostHogIngress extends Construct implements IConnectable {
  /** The load balancer. */
  public readonly loadBalancer: ApplicationLoadBalancer;
  /** The listener that ends TLS. */
  public readonly listener: IApplicationListener;
  /** The address that visitors use, such as `https://posthog.example.com`. */
  public readonly url: string;
  /** The proxies whose word about a visitor's address PostHog, or the nginx beside its processes, must believe. */
  public readonly trustedProxies: TrustedProxies;
  /** What Django must be told about the proxy in front of it, as environment variables. */
  public readonly environment: Record<string, string>;
  /** The subnets that the load balancer stands in. */
  public readonly subnets: ISubnet[];
  /** The load balancer's network connections, on port 443. */
  public readonly connections: Connections;

  private readonly appAccess: AppAccess;
  private readonly clientAddress: ClientAddress;
  private readonly openGroups: ReadonlySet<EndpointGroup>;
  private readonly routed = new Map<PostHogProcess, IApplicationTargetGroup>();

  public constructor(scope: Construct, id: string, props: PostHogIngressProps) {
    super(scope, id);
    this.appAccess = props.appAccess ?? AppAccess.anyone();
    this.openGroups = new Set(props.publicEndpointGroups ?? []);
    this.url = `https://${props.domainName}`;

    this.subnets = at(this, () => {
      checkDomain(props);
      checkIdleTimeout(props.idleTimeout);
      checkGroups(props.publicEndpointGroups);
      checkAccessLogs(props);
      return loadBalancerSubnets(props.vpc, props.publicLoadBalancer ?? DEFAULTS.publicLoadBalancer, props.loadBalancerSubnets);
    });
    this.trustedProxies = props.trustedProxies ?? at(this, () => TrustedProxies.fromSubnets(this.subnets));
    if (this.trustedProxies.trustsEverybody) {
      Annotations.of(this).addWarningV2('cdk-posthog:PostHogIngress.trustAllProxies',
        'TrustedProxies.all() lets every visitor choose the address that PostHog sees; its IP filters and login limits protect nothing then. ' +
        'Leave `trustedProxies` out where the load balancer\'s subnets have known CIDR blocks');
    }
    this.clientAddress = props.clientAddress ?? ClientAddress.forwarded();
    this.environment = proxyEnvironment(props.domainName, this.url, at(this, () => this.clientAddress._believed(this.trustedProxies)));

    const settings: LoadBalancerSettings = {
      ...props,
      subnets: this.subnets,
      internetFacing: props.publicLoadBalancer ?? DEFAULTS.publicLoadBalancer,
      ipAddressType: props.ipAddressType ?? DEFAULTS.ipAddressType,
      certificate: at(this, () => certificateFor(this, props)),
      sslPolicy: props.sslPolicy ?? DEFAULTS.sslPolicy,
      idleTimeout: props.idleTimeout ?? DEFAULTS.idleTimeout,
      strictTransportSecurity: props.strictTransportSecurity ?? DEFAULTS.strictTransportSecurity,
      deletionProtection: props.deletionProtection ?? DEFAULTS.deletionProtection,
      openListener: props.openListener ?? DEFAULTS.openListener,
      defaultAction: this.appAccess._isOpen ? undefined : refusal(),
    };
    this.loadBalancer = defineLoadBalancer(this, settings);
    this.connections = new Connections({ securityGroups: this.loadBalancer.connections.securityGroups, defaultPort: Port.tcp(443) });
    defineRedirect(this.loadBalancer, settings);
    this.listener = defineListener(this.loadBalancer, settings);
    defineRecords(this, props, this.loadBalancer, settings.ipAddressType);

    for (const { name, priority, patterns } of DENY_RULES) {
      this.addRule(name, priority, [new PathCondition(patterns)], refusal());
    }
    this.node.addValidation({ validate: () => this.validateRoutes() });
  }

  /**
   * Bring the requests for one process to it: its public endpoints and, for `PostHogProcess.WEB`, the app.
   *
   * An endpoint whose process is not routed is not public; those of `PostHogProcess.CAPTURE_AI` fall back to
   * `PostHogProcess.CAPTURE`. Where one proxy of your own answers everything, route each process to its target group.
   *
   * Throws where the process has been routed before.
   *
   * @param process the process
   * @param targetGroup where it answers
   */
  public route(process: PostHogProcess, targetGroup: IApplicationTargetGroup): void {
    if (this.routed.has(process)) {
      at(this, () => {
        throw rejected('process', 'must not be routed twice', process, 'remove the second call of `route()`');
      });
    }
    if (rulesFor(process, new Set(Object.values(EndpointGroup))).length === 0) {
      at(this, () => {
        throw rejected('process', 'must be one that answers requests', process);
      });
    }
    this.routed.set(process, targetGroup);
    const isApp = process === PostHogProcess.WEB;
    for (const { name, priority, patterns } of rulesFor(process, this.groupsToRoute(isApp))) {
      this.addRule(name, priority, [new PathCondition(patterns)], ListenerAction.forward([targetGroup]));
    }
    if (isApp) {
      this.routeApp(targetGroup);
    }
  }

  /**
   * Puts the nginx that verifies visitors' addresses into a task of yours, and tells where the load balancer finds it: a target group must send
   * its requests there, and the service must admit the load balancer to that port only. `PostHog` does so by itself.
   *
   * Throws without `clientAddress: ClientAddress.verified()`.
   *
   * @example
   * declare const taskDefinition: ecs.FargateTaskDefinition;
   * declare const service: ecs.FargateService;
   * declare const targetGroup: elbv2.ApplicationTargetGroup;
   *
   * const ingress = new PostHogIngress(stack, 'Ingress', { vpc, domainName: 'posthog.example.com', domainZone: zone, clientAddress: ClientAddress.verified() });
   * const target = ingress.addClientAddressProxy(taskDefinition, { upstreamPort: 8000 });
   * targetGroup.addTarget(service.loadBalancerTarget(target));
   *
   * @param taskDefinition the task, with the container of the process in it
   * @param options what nginx stands in front of
   */
  public addClientAddressProxy(taskDefinition: TaskDefinition, options: ClientAddressProxyOptions): LoadBalancerTargetOptions {
    return at(this, () => {
      if (!this.clientAddress._proxy) {
        throw rejected('clientAddress', 'must be verified for a proxy that verifies it', 'ClientAddress.forwarded()', 'set `clientAddress: ClientAddress.verified()`');
      }
      return addProxy(this.clientAddress._proxy, this.trustedProxies, taskDefinition, options);
    });
  }

  private groupsToRoute(isApp: boolean): ReadonlySet<EndpointGroup> {
    if (!this.appAccess._isOpen) {
      return this.openGroups;
    }
    // With the app open everything is, and what the app answers itself reaches it through the default action.
    return new Set(isApp ? [] : Object.values(EndpointGroup));
  }

  private routeApp(targetGroup: IApplicationTargetGroup): void {
    const forward = ListenerAction.forward([targetGroup]);
    if (this.appAccess._isOpen) {
      this.listener.addAction('Default', { action: forward });
    }
    for (const rule of at(this, () => this.appAccess._rules(this, forward))) {
      this.addRule(rule.name, rule.priority, rule.conditions, rule.action);
    }
  }

  private addRule(name: string, priority: number, conditions: ListenerCondition[], action: ListenerAction): void {
    new ApplicationListenerRule(this, `${name}Rule`, { listener: this.listener, priority, conditions, action });
  }

  private validateRoutes(): string[] {
    if (!this.appAccess._needsApp || this.routed.has(PostHogProcess.WEB)) {
      return [];
    }
    return ['the app is open, but nothing answers it; call route(PostHogProcess.WEB, ...), or set `appAccess: AppAccess.nobody()`'];
  }
}

function refusal(): ListenerAction {
  return ListenerAction.fixedResponse(403, { contentType: 'text/plain', messageBody: 'Forbidden' });
}

function checkIdleTimeout(idleTimeout?: Duration): void {
  const seconds = knownSeconds(idleTimeout);
  if (seconds !== undefined && (seconds < 1 || seconds > 4000)) {
    throw rejected('idleTimeout', 'must be from 1 second to 4,000 seconds', `${seconds} seconds`);
  }
}

function checkGroups(groups: EndpointGroup[] = []): void {
  groups.forEach((group) => checkEnum('publicEndpointGroups', group, EndpointGroup));
  const redundant = groups.find((group) => ALWAYS_PUBLIC.includes(group));
  if (redundant) {
    throw rejected('publicEndpointGroups', 'names groups that are public besides those that always are', redundant, 'leave it out: it is always public');
  }
}

function checkAccessLogs(options: PostHogIngressOptions): void {
  if (options.accessLogsPrefix !== undefined && !options.accessLogsBucket) {
    throw rejected('accessLogsPrefix', 'needs `accessLogsBucket`', options.accessLogsPrefix, 'name the bucket, or leave the prefix out');
  }
}
