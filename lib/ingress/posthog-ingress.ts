import { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Connections, IConnectable, ISubnet, Port } from 'aws-cdk-lib/aws-ec2';
import { LoadBalancerTargetOptions, TaskDefinition } from 'aws-cdk-lib/aws-ecs';
import {
  IApplicationListener,
  IApplicationLoadBalancer,
  IApplicationTargetGroup,
  IpAddressType,
  ListenerAction,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { IRecordSet } from 'aws-cdk-lib/aws-route53';
import { Construct } from 'constructs';
import { ClientAddress } from './client-address/client-address';
import { addProxy, ClientAddressProxyOptions } from './client-address/client-address-proxy';
import { BoundProxies, TrustedProxies } from './client-address/trusted-proxies';
import { furtherNamesOf } from './host-names';
import { PostHogWebAcl } from './firewall/posthog-web-acl';
import { checkIngress, checkRoute } from './ingress-checks';
import { IngressMetrics } from './ingress-metrics';
import { PostHogIngressProps } from './ingress-options';
import { addCertificates } from './load-balancer/certificates';
import { defineAllRecords } from './load-balancer/records';
import { defineLoadBalancer } from './load-balancer/load-balancer';
import { AppAccess } from './routing/app-access';
import { checkNeighbour, ExistingListener, subnetsOf } from './routing/existing-listener';
import { IngressRules, notDeployed, refusal, tooManyRules } from './routing/ingress-rules';
import { partsOfTheApp, refusals, RuleSpec, rulesFor } from './routing/listener-rules';
import { ownListener, ruleHosts } from './routing/rule-placement';
import { EndpointGroup } from '../catalog/endpoints/endpoint-group';
import { PostHogProcess } from '../catalog/posthog-process';
import { proxyEnvironment } from '../catalog/proxy-environment';
import { invalidProp, invalidValue, withPath } from '../private/errors';

/** The address of the nginx sidecar, as the process sees it. */
const SIDECAR_ADDRESS = '127.0.0.1';

/**
 * An Application Load Balancer that terminates TLS and routes requests to PostHog. SDK endpoints are public; `appAccess` restricts the app.
 *
 * It creates the load balancer, its listeners (HTTPS, and HTTP that only redirects), the listener rules, and with a hosted zone the
 * certificate and the alias records. With `listener`, it adds rules to an existing listener. It then creates nothing else but alias records
 * and, for an imported load balancer, the function that looks up its addresses. Connect processes to it with `route()`.
 */
export class PostHogIngress extends IngressMetrics implements IConnectable {
  /** The load balancer. */
  public readonly loadBalancer: IApplicationLoadBalancer;
  /** The listener that terminates TLS. */
  public readonly listener: IApplicationListener;
  /** The URL that clients use, such as `https://posthog.example.com`. */
  public readonly url: string;
  /** The proxies that PostHog, or its nginx sidecars, must trust to report a client's IP address. */
  public readonly trustedProxies: TrustedProxies;
  /** Environment variables that configure Django for the proxy in front of it. */
  public readonly proxyEnvironment: Record<string, string>;
  /** The subnets of the load balancer; empty if it is imported. */
  public readonly subnets: ISubnet[];
  /** The load balancer's network connections, on port 443. */
  public readonly connections: Connections;
  /** The certificate of the domain name, created or passed in; undefined with an existing listener. */
  public readonly certificate?: ICertificate;
  /** The certificates of further host names, created or passed in; empty without these names, and with an existing listener. */
  public readonly furtherCertificates: ICertificate[];
  /** The listener that redirects HTTP to HTTPS; undefined with an existing listener. */
  public readonly redirectListener?: IApplicationListener;
  /** The alias records of the domain name, and those of further host names; empty without a hosted zone. */
  public readonly records: IRecordSet[];
  /** The web ACL of the firewall; undefined without one, and if it is imported. */
  public readonly webAcl?: PostHogWebAcl;

  /**
   * Indicates whether every IPv4 client on the internet can connect to the load balancer; undefined if that is not known.
   *
   * @internal
   */
  public readonly _isOnInternet?: boolean;

  private readonly existing?: ExistingListener;
  private readonly rules: IngressRules;
  private readonly appAccess: AppAccess;
  private readonly clientAddress: ClientAddress;
  private readonly boundProxies: BoundProxies;
  private readonly alsoTrusted: PostHogIngress[] = [];
  private readonly openGroups: ReadonlySet<EndpointGroup>;
  private readonly routed = new Map<PostHogProcess, IApplicationTargetGroup>();

  public constructor(scope: Construct, id: string, props: PostHogIngressProps) {
    super(scope, id);
    this.existing = checkIngress(this, props);
    this.appAccess = props.appAccess ?? AppAccess.anyone();
    this.openGroups = new Set(props.publicEndpointGroups ?? []);
    this.url = `https://${props.domainName}`;
    const [names, hosts] = [furtherNamesOf(props), ruleHosts(props)];
    if (this.existing) {
      this.furtherCertificates = [];
      ({ loadBalancer: this.loadBalancer, listener: this.listener } = this.existing);
      this.subnets = subnetsOf(this.loadBalancer, props.vpc);
      this.neighbours(this.existing).forEach((other) => withPath(this, () => checkNeighbour(this.existing!, other.existing!, other.node.path)));
    } else {
      const own = defineLoadBalancer(this, props, refusal());
      ({ loadBalancer: this.loadBalancer, listener: this.listener, redirectListener: this.redirectListener } = own);
      ({ subnets: this.subnets, certificate: this.certificate, isOnInternet: this._isOnInternet } = own);
      this.furtherCertificates = withPath(this, () => addCertificates(this, own.listener, names, own.certificate));
      this.webAcl = props.firewall?._protect(this, this.loadBalancer);
    }
    this.rules = new IngressRules(this, this.listener, this.existing?.placement ?? ownListener(hosts));
    this.connections = new Connections({ securityGroups: this.loadBalancer.connections.securityGroups, defaultPort: Port.tcp(443) });
    this.clientAddress = props.clientAddress ?? ClientAddress.forwarded();
    this.trustedProxies = props.trustedProxies ?? TrustedProxies._of(this.loadBalancer, this.subnets);
    const verified = this.clientAddress._proxy !== undefined;
    this.boundProxies = withPath(this, () => this.trustedProxies._bind(this, verified ? 'cidrs' : 'addresses'));
    this.proxyEnvironment = proxyEnvironment({
      appNames: hosts.app,
      ingestionNames: hosts.ingestion,
      internalHostNames: props.internalHostNames,
      url: this.url,
      trustedProxies: verified ? SIDECAR_ADDRESS : this.boundProxies.text,
    });
    const ipAddressType = props.ipAddressType ?? this.loadBalancer.ipAddressType ?? IpAddressType.IPV4;
    this.records = defineAllRecords(this, props, names, this.loadBalancer, ipAddressType);

    refusals(this.appAccess._isOpen).forEach((rule) => this.rules.addPaths(rule, refusal()));
    if (this.existing && !this.appAccess._isOpen) {
      this.rules.addDefault(refusal());
    }
    this.rules.addIngestionDefault();
    this.node.addValidation({ validate: () => this.validateRoutes() });
  }

  /**
   * Routes the requests for one process to a target group: its public endpoints and, for `PostHogProcess.WEB`, the app.
   *
   * An endpoint whose process is not routed is as open as the app, which answers it. If one proxy of your own answers everything, route each process
   * to its target group: paths that it might read differently from the load balancer are refused before.
   *
   * For `PostHogProcess.LIVESTREAM`, the load balancer strips the path `/livestream`, and the same clients can reach it that can open the app.
   * If all endpoints of a process are closed, no listener rule uses its target group, and ECS then registers no service with it.
   *
   * An ECS service depends on the listener rules of its target group: for one of another stack, pass a construct of that stack as `scope`.
   *
   * Throws if the process is already routed, and if the target group is defined in another stack and `scope` is left out.
   *
   * @param process the process
   * @param targetGroup the target group of the process
   * @param scope the construct that the listener rules are defined in; by default the ingress
   */
  public route(process: PostHogProcess, targetGroup: IApplicationTargetGroup, scope?: Construct): void {
    withPath(this, () => {
      checkRoute(this, process, targetGroup, scope);
      if (this.routed.has(process)) {
        throw invalidValue('process', 'must not be routed twice', process, 'remove the second call of `route()`');
      }
      if (rulesFor(process, new Set(Object.values(EndpointGroup))).length === 0) {
        throw invalidValue('process', 'must be one that answers requests', process);
      }
    });
    this.routed.set(process, targetGroup);
    const isApp = process === PostHogProcess.WEB;
    const forward = ListenerAction.forward([targetGroup]);
    rulesFor(process, this.groupsToRoute(isApp)).forEach((rule) => this.rules.addPaths(rule, forward, scope));
    partsOfTheApp(process, this.groupsToRoute(false)).forEach((part) => this.addAppRules(forward, scope, part));
    if (isApp) {
      if (this.appAccess._isOpen) {
        this.rules.addDefault(forward, scope);
      }
      this.addAppRules(forward, scope);
    }
  }

  /**
   * Answers the public endpoints of a process that is not deployed with 404. The app would answer them with its sign-in page.
   *
   * @internal
   */
  public _refuse(process: PostHogProcess): void {
    rulesFor(process, this.groupsToRoute(false)).forEach((rule) => this.rules.addPaths(rule, notDeployed()));
  }

  /**
   * Returns whether `route()` adds a listener rule for a process.
   *
   * @internal
   */
  public _canReach(process: PostHogProcess): boolean {
    return (
      rulesFor(process, this.groupsToRoute(false)).length > 0 ||
      (this.appAccess._needsApp && partsOfTheApp(process, this.groupsToRoute(false)).length > 0)
    );
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
   * const target = ingress.addClientAddressProxy(taskDefinition, { upstreamPort: 8000, process: PostHogProcess.WEB });
   * targetGroup.addTarget(service.loadBalancerTarget(target));
   *
   * @param taskDefinition the task definition, with the container of the process in it
   * @param options the container and port that nginx forwards to
   */
  public addClientAddressProxy(taskDefinition: TaskDefinition, options: ClientAddressProxyOptions): LoadBalancerTargetOptions {
    return withPath(this, () => {
      const { boundProxies, clientAddress } = this;
      if (!clientAddress._proxy || !boundProxies.cidrs) {
        throw invalidProp('clientAddress', 'must be verified for this method', 'set `clientAddress: ClientAddress.verified()`');
      }
      const cidrs = this.alsoTrusted.flatMap((other) => (other.boundProxies.cidrs ? [other.boundProxies.cidrs] : []));
      return addProxy(clientAddress._proxy, [boundProxies.cidrs, ...cidrs], taskDefinition, options);
    });
  }

  /**
   * Makes the nginx sidecars trust the proxies of another ingress as well.
   *
   * @internal
   */
  public _trustAlso(other: PostHogIngress): void {
    this.alsoTrusted.push(other);
  }

  private groupsToRoute(isApp: boolean): ReadonlySet<EndpointGroup> {
    // With an open app, every group is. The app's own endpoints reach it through the default rule.
    return this.appAccess._isOpen ? new Set(isApp ? [] : Object.values(EndpointGroup)) : this.openGroups;
  }

  /** Adds the rules that forward requests of allowed clients to the app or a part of it, and of no one else. */
  private addAppRules(forward: ListenerAction, scope?: Construct, part?: RuleSpec): void {
    const route = { forward, hosts: this.rules.appHosts, part };
    withPath(this, () => this.appAccess._rules(this, route)).forEach((rule) => this.rules.add({ ...rule, rewrite: part?.rewrite }, scope));
  }

  /** Returns the other PostHogs of the app on the same listener. */
  private neighbours({ listener }: ExistingListener): PostHogIngress[] {
    const all = this.node.root.node.findAll().filter((construct): construct is PostHogIngress => construct instanceof PostHogIngress);
    return all.filter((one) => one !== this && one.existing?.listener.listenerArn === listener.listenerArn);
  }

  private validateRoutes(): string[] {
    const sharing = this.existing ? this.neighbours(this.existing) : [];
    const tooMany = tooManyRules([this, ...sharing].map(({ rules }) => rules));
    if (tooMany.length > 0 || !this.appAccess._needsApp || this.routed.has(PostHogProcess.WEB)) {
      return tooMany;
    }
    return ['the app is open, but no process answers it; call route(PostHogProcess.WEB, ...), or set `appAccess: AppAccess.nobody()`'];
  }
}
