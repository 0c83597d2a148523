import { Annotations, Duration } from 'aws-cdk-lib/core';
import { Connections, IConnectable, ISubnet, IVpc, Port } from 'aws-cdk-lib/aws-ec2';
import { LoadBalancerTargetOptions, TaskDefinition } from 'aws-cdk-lib/aws-ecs';
import {
  ApplicationListenerRule, CfnListenerRule, IApplicationListener, IApplicationLoadBalancer, IApplicationTargetGroup, IpAddressType, ListenerAction, ListenerCondition,
  SslPolicy,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import { AppAccess } from './routing/app-access';
import { ClientAddress } from './client-address/client-address';
import { addProxy, ClientAddressProxyOptions } from './client-address/client-address-proxy';
import { certificateFor, defineRecords } from './load-balancer/domain';
import { EndpointGroup, PART_OF_THE_APP } from './routing/endpoint-group';
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
import { Rewrite } from './routing/url-rewrite';
import { at, rejected } from '../private/errors';

/**
 * What the way in to a PostHog is made from.
 */
export interface PostHogIngressProps extends PostHogIngressOptions {
  /** The VPC that the load balancer stands in, with two or more availability zones. */
  readonly vpc: IVpc;
  /**
   * Whether the load balancer refuses to be deleted. Has no effect with `listener`.
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
 * The way in to a PostHog: a load balancer that ends TLS, keeps the endpoints of SDKs public, and lets into the app whom its owner chooses.
 *
 * It defines the load balancer, its listeners (https, and http that only redirects), the listener rules, and with a hosted zone the
 * certificate and the alias records. With `listener`, it adds rules to one that stands already, and defines nothing else but alias records
 * and, where the load balancer is imported, the function that asks for its addresses. It knows no process: `route()` tells it who answers.
 */
export class PostHogIngress extends Construct implements IConnectable {
  /** The load balancer. */
  public readonly loadBalancer: IApplicationLoadBalancer;
  /** The listener that ends TLS. */
  public readonly listener: IApplicationListener;
  /** The address that visitors use, such as `https://posthog.example.com`. */
  public readonly url: string;
  /** The proxies whose word about a visitor's address PostHog, or the nginx beside its processes, must believe. */
  public readonly trustedProxies: TrustedProxies;
  /** What Django must be told about the proxy in front of it, as environment variables. */
  public readonly environment: Record<string, string>;
  /** The subnets that the load balancer stands in; none where it is imported. */
  public readonly subnets: ISubnet[];
  /** The load balancer's network connections, on port 443. */
  public readonly connections: Connections;

  /**
   * Whether every client on the internet that speaks IPv4 may connect to the load balancer; undefined where that is not known.
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
    this.existing = at(this, () => existingListener(props));
    at(this, () => checkOptions(props));
    this.placement = this.existing?.placement ?? OWN_LISTENER;
    const ipAddressType = props.ipAddressType ?? this.existing?.loadBalancer.ipAddressType ?? DEFAULTS.ipAddressType;
    if (this.existing) {
      ({ loadBalancer: this.loadBalancer, listener: this.listener } = this.existing);
      this.subnets = subnetsOf(this.loadBalancer, props.vpc);
      this.neighbours(this.existing).forEach((other) => at(this, () => checkNeighbour(this.existing!, other.existing!, other.node.path)));
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
    this.trustedProxies = props.trustedProxies ?? at(this, () => TrustedProxies._of(this.loadBalancer, this.subnets));
    this.trustedProxies._bind(this);
    if (this.trustedProxies.trustsEverybody) {
      Annotations.of(this).addWarningV2('cdk-posthog:PostHogIngress.trustAllProxies',
        'TrustedProxies.all() lets every visitor choose the address that PostHog sees; its IP filters and login limits protect nothing then. ' +
        'Leave `trustedProxies` out');
    }
    this.clientAddress = props.clientAddress ?? ClientAddress.forwarded();
    this.environment = at(this, () => proxyEnvironment(props.domainName, this.url, this.clientAddress._believed(this.trustedProxies)));
    defineRecords(this, props, this.loadBalancer, ipAddressType);

    DENY_RULES.forEach((rule) => this.addPathRules(rule, refusal()));
    if (this.existing && !this.appAccess._isOpen) {
      this.addRest(refusal());
    }
    this.node.addValidation({ validate: () => this.validateRoutes() });
  }

  /**
   * Bring the requests for one process to it: its public endpoints and, for `PostHogProcess.WEB`, the app.
   *
   * An endpoint whose process is not routed is not public. Where one proxy of your own answers everything, route each process to its target group.
   *
   * Of `PostHogProcess.LIVESTREAM`, the path `/livestream` is taken off on the way, and it is open to whom the app is. Where all endpoints of
   * a process are closed, nothing leads to its target group, and ECS lets no service register there.
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
    const forward = ListenerAction.forward([targetGroup]);
    rulesFor(process, this.groupsToRoute(isApp)).forEach((rule) => this.addPathRules(rule, forward));
    this.partsOfTheApp(process).forEach((part) => this.addEntrance(forward, part));
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
   * Whether routing a process makes something lead to it.
   *
   * @internal
   */
  public _canReach(process: PostHogProcess): boolean {
    return rulesFor(process, this.groupsToRoute(false)).length > 0 || (this.appAccess._needsApp && this.partsOfTheApp(process).length > 0);
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

  /** What a process answers of a closed app, where that is not open to everybody. */
  private partsOfTheApp(process: PostHogProcess): RuleSpec[] {
    const open = rulesFor(process, this.groupsToRoute(false)).map(({ name }) => name);
    return rulesFor(process, new Set(PART_OF_THE_APP)).filter(({ name }) => !open.includes(name));
  }

  private routeApp(forward: ListenerAction): void {
    if (this.appAccess._isOpen && this.existing) {
      this.addRest(forward);
    } else if (this.appAccess._isOpen) {
      this.listener.addAction('Default', { action: forward });
    }
    this.addEntrance(forward);
  }

  /** Leads whom the app is open to there, and nobody else. */
  private addEntrance(forward: ListenerAction, part?: RuleSpec): void {
    const entrance = { forward, valuesPerRule: valuesPerRule(this.placement), part };
    for (const { name, priority, conditions, action } of at(this, () => this.appAccess._rules(this, entrance))) {
      this.addRule(name, this.placement.base + priority, conditions, action, part?.rewrite);
    }
  }

  /** What the default action does on a listener of its own: on one that others share, it is a rule for this host. */
  private addRest(action: ListenerAction): void {
    this.addRule('Rest', this.placement.base + DEFAULT_RULE_PRIORITY, [], action);
  }

  private addPathRules(spec: RuleSpec, action: ListenerAction): void {
    for (const { name, priority, patterns, rewrite } of place(spec, this.placement)) {
      this.addRule(name, priority, [new PathCondition(patterns)], action, rewrite);
    }
  }

  private addRule(name: string, priority: number, conditions: ListenerCondition[], action: ListenerAction, rewrite?: Rewrite): void {
    const host = this.placement.host === undefined ? [] : [ListenerCondition.hostHeaders([this.placement.host])];
    const rule = new ApplicationListenerRule(this, `${name}Rule`, { listener: this.listener, priority, conditions: [...host, ...conditions], action });
    if (rewrite) {
      // Transforms have no place in the rule's own construct yet.
      (rule.node.defaultChild as CfnListenerRule).transforms = [{ type: 'url-rewrite', urlRewriteConfig: { rewrites: [rewrite] } }];
    }
    this.ruleCount += 1;
  }

  private settingsFor(props: PostHogIngressProps, ipAddressType: IpAddressType): LoadBalancerSettings {
    const internetFacing = props.publicLoadBalancer ?? DEFAULTS.publicLoadBalancer;
    return {
      ...props,
      subnets: at(this, () => loadBalancerSubnets(props.vpc, internetFacing, props.loadBalancerSubnets)),
      internetFacing,
      ipAddressType,
      certificate: at(this, () => certificateFor(this, props)),
      sslPolicy: props.sslPolicy ?? DEFAULTS.sslPolicy,
      idleTimeout: props.idleTimeout ?? DEFAULTS.idleTimeout,
      strictTransportSecurity: props.strictTransportSecurity ?? DEFAULTS.strictTransportSecurity,
      deletionProtection: props.deletionProtection ?? DEFAULTS.deletionProtection,
      openListener: props.openListener ?? DEFAULTS.openListener,
      defaultAction: this.appAccess._isOpen ? undefined : refusal(),
    };
  }

  /** The other PostHogs of the app on the same listener. */
  private neighbours({ listener }: ExistingListener): PostHogIngress[] {
    return this.node.root.node.findAll().filter((construct): construct is PostHogIngress =>
      construct instanceof PostHogIngress && construct !== this && construct.existing?.listener.listenerArn === listener.listenerArn);
  }

  private validateRoutes(): string[] {
    const onListener = this.existing ? [this, ...this.neighbours(this.existing)].reduce((sum, { ruleCount }) => sum + ruleCount, 0) : 0;
    if (onListener > LIMITS.rulesPerLoadBalancer) {
      return [`the PostHogs on this listener have ${onListener} rules, and a load balancer takes ${LIMITS.rulesPerLoadBalancer}; merge blocks of AppAccess.fromCidrs(), or leave \`listener\` out for a load balancer of its own`];
    }
    if (!this.appAccess._needsApp || this.routed.has(PostHogProcess.WEB)) {
      return [];
    }
    return ['the app is open, but nothing answers it; call route(PostHogProcess.WEB, ...), or set `appAccess: AppAccess.nobody()`'];
  }
}

function refusal(): ListenerAction {
  return ListenerAction.fixedResponse(403, { contentType: 'text/plain', messageBody: 'Forbidden' });
}
