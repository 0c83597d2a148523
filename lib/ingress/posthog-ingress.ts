import { Annotations, Duration } from 'aws-cdk-lib/core';
import { Connections, IConnectable, ISubnet, IVpc, Port } from 'aws-cdk-lib/aws-ec2';
import { LoadBalancerTargetOptions, TaskDefinition } from 'aws-cdk-lib/aws-ecs';
import {
  ApplicationListenerRule,
  CfnListenerRule,
  IApplicationListener,
  IApplicationLoadBalancer,
  IApplicationTargetGroup,
  IpAddressType,
  ListenerAction,
  ListenerCondition,
  SslPolicy,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import { AppAccess } from './routing/app-access';
import { ClientAddress } from './client-address/client-address';
import { addProxy, ClientAddressProxyOptions } from './client-address/client-address-proxy';
import { certificateFor, defineRecords } from './load-balancer/domain';
import { EndpointGroup, PART_OF_THE_APP } from '../catalog/endpoints/endpoint-group';
import { checkNeighbour, existingListener, ExistingListener, subnetsOf } from './routing/existing-listener';
import { checkOptions } from './ingress-checks';
import { PostHogIngressOptions } from './ingress-options';
import { DENY_RULES, LIMITS, RuleSpec, rulesFor } from './routing/listener-rules';
import { defineListener, defineLoadBalancer, defineRedirect, LoadBalancerSettings } from './load-balancer/load-balancer';
import { loadBalancerSubnets } from './load-balancer/load-balancer-subnets';
import { PathCondition } from './routing/path-condition';
import { PostHogProcess } from '../catalog/posthog-process';
import { proxyEnvironment } from './client-address/proxy-environment';
import { OWN_LISTENER, place, DEFAULT_RULE_PRIORITY, RulePlacement, valuesPerRule } from './routing/rule-placement';
import { TrustedProxies } from './client-address/trusted-proxies';
import { Rewrite } from './routing/path-pattern';
import { invalidValue, withPath } from '../private/errors';

/** Properties for `PostHogIngress`. */
export interface PostHogIngressProps extends PostHogIngressOptions {
  /** The VPC of the load balancer, with two or more availability zones. */
  readonly vpc: IVpc;
  /**
   * Determines whether the load balancer is protected against deletion. Has no effect with `listener`.
   *
   * @default true
   */
  readonly deletionProtection?: boolean;
}

const DEFAULTS = {
  publicLoadBalancer: true,
  ipAddressType: IpAddressType.IPV4,
  sslPolicy: SslPolicy.TLS13_12_RES_PQ,
  idleTimeout: Duration.minutes(31),
  strictTransportSecurity: Duration.days(365),
  deletionProtection: true,
  openListener: true,
};

/**
 * An Application Load Balancer that terminates TLS and routes requests to PostHog. SDK endpoints are public; `appAccess` restricts the app.
 *
 * It creates the load balancer, its listeners (HTTPS, and HTTP that only redirects), the listener rules, and with a hosted zone the
 * certificate and the alias records. With `listener`, it adds rules to an existing listener. It then creates nothing else but alias records
 * and, for an imported load balancer, the function that looks up its addresses. Connect processes to it with `route()`.
 */
export class PostHogIngress extends Construct implements IConnectable {
  /** The load balancer. */
  public readonly loadBalancer: IApplicationLoadBalancer;
  /** The listener that terminates TLS. */
  public readonly listener: IApplicationListener;
  /** The URL that clients use, such as `https://posthog.example.com`. */
  public readonly url: string;
  /** The proxies that PostHog, or its nginx sidecars, must trust to report a client's IP address. */
  public readonly trustedProxies: TrustedProxies;
  /** Environment variables that configure Django for the proxy in front of it. */
  public readonly environment: Record<string, string>;
  /** The subnets of the load balancer; empty if it is imported. */
  public readonly subnets: ISubnet[];
  /** The load balancer's network connections, on port 443. */
  public readonly connections: Connections;

  /**
   * Indicates whether every IPv4 client on the internet can connect to the load balancer; undefined if that is not known.
   *
   * @internal
   */
  public readonly _isOnInternet?: boolean;

  private readonly existing?: ExistingListener;
  private readonly placement: RulePlacement;
  private ruleCount = 0;
  private readonly appAccess: AppAccess;
  private readonly clientAddress: ClientAddress;
  private readonly openGroups: ReadonlySet<EndpointGroup>;
  private readonly routed = new Map<PostHogProcess, IApplicationTargetGroup>();

  public constructor(scope: Construct, id: string, props: PostHogIngressProps) {
    super(scope, id);
    this.appAccess = props.appAccess ?? AppAccess.anyone();
    this.openGroups = new Set(props.publicEndpointGroups ?? []);
    this.url = `https://${props.domainName}`;
    this.existing = withPath(this, () => existingListener(props));
    withPath(this, () => checkOptions(props));
    this.placement = this.existing?.placement ?? OWN_LISTENER;
    const ipAddressType = props.ipAddressType ?? this.existing?.loadBalancer.ipAddressType ?? DEFAULTS.ipAddressType;
    if (this.existing) {
      ({ loadBalancer: this.loadBalancer, listener: this.listener } = this.existing);
      this.subnets = subnetsOf(this.loadBalancer, props.vpc);
      this.neighbours(this.existing).forEach((other) => withPath(this, () => checkNeighbour(this.existing!, other.existing!, other.node.path)));
    } else {
      const settings = this.settingsFor(props, ipAddressType);
      this._isOnInternet = settings.internetFacing && settings.openListener && ipAddressType !== IpAddressType.DUAL_STACK_WITHOUT_PUBLIC_IPV4;
      this.subnets = settings.subnets;
      const loadBalancer = defineLoadBalancer(this, settings);
      defineRedirect(loadBalancer, settings);
      this.loadBalancer = loadBalancer;
      this.listener = defineListener(loadBalancer, settings);
    }
    this.connections = new Connections({ securityGroups: this.loadBalancer.connections.securityGroups, defaultPort: Port.tcp(443) });
    this.trustedProxies = props.trustedProxies ?? withPath(this, () => TrustedProxies._of(this.loadBalancer, this.subnets));
    this.trustedProxies._bind(this);
    if (this.trustedProxies.trustsEverybody) {
      Annotations.of(this).addWarningV2(
        'cdk-posthog:PostHogIngress.trustAllProxies',
        'TrustedProxies.all() lets every client choose the IP address that PostHog sees, so its IP filters and login limits protect nothing. ' +
          'Leave `trustedProxies` out',
      );
    }
    this.clientAddress = props.clientAddress ?? ClientAddress.forwarded();
    this.environment = withPath(this, () => proxyEnvironment(props.domainName, this.url, this.clientAddress._trustedBy(this.trustedProxies)));
    defineRecords(this, props, this.loadBalancer, ipAddressType);

    DENY_RULES.forEach((rule) => this.addPathRules(rule, refusal()));
    if (this.existing && !this.appAccess._isOpen) {
      this.addDefaultRule(refusal());
    }
    this.node.addValidation({ validate: () => this.validateRoutes() });
  }

  /**
   * Routes the requests for one process to a target group: its public endpoints and, for `PostHogProcess.WEB`, the app.
   *
   * An endpoint whose process is not routed is not public. If one proxy of your own answers everything, route each process to its target group.
   *
   * For `PostHogProcess.LIVESTREAM`, the load balancer strips the path `/livestream`, and the same clients can reach it that can open the app. If
   * all endpoints of a process are closed, no listener rule uses its target group, and ECS then registers no service with it.
   *
   * Throws if the process is already routed.
   *
   * @param process the process
   * @param targetGroup the target group of the process
   */
  public route(process: PostHogProcess, targetGroup: IApplicationTargetGroup): void {
    if (this.routed.has(process)) {
      withPath(this, () => {
        throw invalidValue('process', 'must not be routed twice', process, 'remove the second call of `route()`');
      });
    }
    if (rulesFor(process, new Set(Object.values(EndpointGroup))).length === 0) {
      withPath(this, () => {
        throw invalidValue('process', 'must be one that answers requests', process);
      });
    }
    this.routed.set(process, targetGroup);
    const isApp = process === PostHogProcess.WEB;
    const forward = ListenerAction.forward([targetGroup]);
    rulesFor(process, this.groupsToRoute(isApp)).forEach((rule) => this.addPathRules(rule, forward));
    this.partsOfTheApp(process).forEach((part) => this.addAppRules(forward, part));
    if (isApp) {
      this.routeApp(forward);
    }
  }

  /**
   * Refuses the endpoints of a process that is not deployed, which the app would answer with its sign-in page.
   *
   * @internal
   */
  public _refuse(process: PostHogProcess): void {
    rulesFor(process, new Set()).forEach((rule) => this.addPathRules(rule, refusal()));
  }

  /**
   * Returns whether `route()` adds a listener rule for a process.
   *
   * @internal
   */
  public _canReach(process: PostHogProcess): boolean {
    return rulesFor(process, this.groupsToRoute(false)).length > 0 || (this.appAccess._needsApp && this.partsOfTheApp(process).length > 0);
  }

  /**
   * Adds the nginx sidecar that verifies client IP addresses to a task definition of yours, and returns the target for the load balancer. A target
   * group must send its requests there, and the service must allow the load balancer on that port only. `PostHog` does so by itself.
   *
   * Throws without `clientAddress: ClientAddress.verified()`.
   *
   * @example
   * declare const taskDefinition: ecs.FargateTaskDefinition;
   * declare const service: ecs.FargateService;
   * declare const targetGroup: elbv2.ApplicationTargetGroup;
   *
   * const ingress = new PostHogIngress(stack, 'Ingress', { vpc, domainName: 'posthog.example.com', domainZone: zone, clientAddress:
   * ClientAddress.verified() });
   * const target = ingress.addClientAddressProxy(taskDefinition, { upstreamPort: 8000 });
   * targetGroup.addTarget(service.loadBalancerTarget(target));
   *
   * @param taskDefinition the task definition, with the container of the process in it
   * @param options the container and port that nginx forwards to
   */
  public addClientAddressProxy(taskDefinition: TaskDefinition, options: ClientAddressProxyOptions): LoadBalancerTargetOptions {
    return withPath(this, () => {
      if (!this.clientAddress._proxy) {
        throw invalidValue(
          'clientAddress',
          'must be verified for this method',
          'ClientAddress.forwarded()',
          'set `clientAddress: ClientAddress.verified()`',
        );
      }
      return addProxy(this.clientAddress._proxy, this.trustedProxies, taskDefinition, options);
    });
  }

  private groupsToRoute(isApp: boolean): ReadonlySet<EndpointGroup> {
    if (!this.appAccess._isOpen) {
      return this.openGroups;
    }
    // With an open app, every group is. The app's own endpoints reach it through the default action.
    return new Set(isApp ? [] : Object.values(EndpointGroup));
  }

  /** Returns the rules for parts of a restricted app that a process answers, unless they are public. */
  private partsOfTheApp(process: PostHogProcess): RuleSpec[] {
    const open = rulesFor(process, this.groupsToRoute(false)).map(({ name }) => name);
    return rulesFor(process, new Set(PART_OF_THE_APP)).filter(({ name }) => !open.includes(name));
  }

  private routeApp(forward: ListenerAction): void {
    if (this.appAccess._isOpen && this.existing) {
      this.addDefaultRule(forward);
    } else if (this.appAccess._isOpen) {
      this.listener.addAction('Default', { action: forward });
    }
    this.addAppRules(forward);
  }

  /** Adds the rules that forward requests of allowed clients, and of no one else. */
  private addAppRules(forward: ListenerAction, part?: RuleSpec): void {
    const route = { forward, valuesPerRule: valuesPerRule(this.placement), part };
    for (const { name, priority, conditions, action } of withPath(this, () => this.appAccess._rules(this, route))) {
      this.addRule(name, this.placement.base + priority, conditions, action, part?.rewrite);
    }
  }

  /** Adds the default rule of this host on a shared listener. A listener of its own has a default action instead. */
  private addDefaultRule(action: ListenerAction): void {
    this.addRule('Rest', this.placement.base + DEFAULT_RULE_PRIORITY, [], action);
  }

  private addPathRules(spec: RuleSpec, action: ListenerAction): void {
    for (const { name, priority, patterns, rewrite } of place(spec, this.placement)) {
      this.addRule(name, priority, [new PathCondition(patterns)], action, rewrite);
    }
  }

  private addRule(name: string, priority: number, conditions: ListenerCondition[], action: ListenerAction, rewrite?: Rewrite): void {
    const host = this.placement.host === undefined ? [] : [ListenerCondition.hostHeaders([this.placement.host])];
    const rule = new ApplicationListenerRule(this, `${name}Rule`, {
      listener: this.listener,
      priority,
      conditions: [...host, ...conditions],
      action,
    });
    if (rewrite) {
      // The L2 construct of a rule does not support transforms yet.
      (rule.node.defaultChild as CfnListenerRule).transforms = [{ type: 'url-rewrite', urlRewriteConfig: { rewrites: [rewrite] } }];
    }
    this.ruleCount += 1;
  }

  private settingsFor(props: PostHogIngressProps, ipAddressType: IpAddressType): LoadBalancerSettings {
    const internetFacing = props.publicLoadBalancer ?? DEFAULTS.publicLoadBalancer;
    return {
      ...props,
      subnets: withPath(this, () => loadBalancerSubnets(props.vpc, internetFacing, props.loadBalancerSubnets)),
      internetFacing,
      ipAddressType,
      certificate: withPath(this, () => certificateFor(this, props)),
      sslPolicy: props.sslPolicy ?? DEFAULTS.sslPolicy,
      idleTimeout: props.idleTimeout ?? DEFAULTS.idleTimeout,
      strictTransportSecurity: props.strictTransportSecurity ?? DEFAULTS.strictTransportSecurity,
      deletionProtection: props.deletionProtection ?? DEFAULTS.deletionProtection,
      openListener: props.openListener ?? DEFAULTS.openListener,
      defaultAction: this.appAccess._isOpen ? undefined : refusal(),
    };
  }

  /** Returns the other PostHogs of the app on the same listener. */
  private neighbours({ listener }: ExistingListener): PostHogIngress[] {
    return this.node.root.node
      .findAll()
      .filter(
        (construct): construct is PostHogIngress =>
          construct instanceof PostHogIngress && construct !== this && construct.existing?.listener.listenerArn === listener.listenerArn,
      );
  }

  private validateRoutes(): string[] {
    const onListener = this.existing ? [this, ...this.neighbours(this.existing)].reduce((sum, { ruleCount }) => sum + ruleCount, 0) : 0;
    if (onListener > LIMITS.rulesPerLoadBalancer) {
      return [
        `the PostHogs on this listener have ${onListener} rules, and a load balancer supports ${LIMITS.rulesPerLoadBalancer}; ` +
          'merge blocks of AppAccess.fromCidrs(), or leave `listener` out for a load balancer of its own',
      ];
    }
    if (!this.appAccess._needsApp || this.routed.has(PostHogProcess.WEB)) {
      return [];
    }
    return ['the app is open, but no process answers it; call route(PostHogProcess.WEB, ...), or set `appAccess: AppAccess.nobody()`'];
  }
}

function refusal(): ListenerAction {
  return ListenerAction.fixedResponse(403, { contentType: 'text/plain', messageBody: 'Forbidden' });
}
