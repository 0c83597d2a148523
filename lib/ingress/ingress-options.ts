import { Duration } from 'aws-cdk-lib/core';
import { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { IApplicationListener, IApplicationLoadBalancer, IpAddressType, SslPolicy } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { IHostedZone } from 'aws-cdk-lib/aws-route53';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { ClientAddress } from './client-address/client-address';
import { TrustedProxies } from './client-address/trusted-proxies';
import { DomainNameOptions } from './host-names';
import { PostHogFirewall } from './firewall/posthog-firewall';
import { AppAccess } from './routing/app-access';
import { EndpointGroup } from '../catalog/endpoints/endpoint-group';

/**
 * Options for the ingress of a PostHog: domain, load balancer and access to the app.
 */
export interface PostHogIngressOptions {
  /**
   * The host name that clients use: one fully qualified name in lower case, such as `posthog.example.com`.
   *
   * Changing it also renames the private namespace of the processes: until all services are updated, some do not find others.
   */
  readonly domainName: string;
  /**
   * The hosted zone of the domain name. Alias records are created in it, and a certificate unless you pass one. A private zone requires
   * `certificate`.
   *
   * @default - no records are created, and `certificate` is required
   */
  readonly domainZone?: IHostedZone;
  /**
   * The certificate for the domain name, in the region of the stack. Clients that send no server name (SNI) get it, too.
   *
   * @default - a certificate that is validated through `domainZone`; with `listener`, those that the listener has
   */
  readonly certificate?: ICertificate;
  /**
   * Further host names of the app, up to three: everything that `domainName` serves. Links of PostHog, in e-mails for example, have `domainName`.
   *
   * @default - none
   */
  readonly additionalDomainNames?: DomainNameOptions[];
  /**
   * Further host names that serve SDK endpoints only, up to three. Blockers of ads that know `domainName` do not know these. The app and its API are
   * refused for every client.
   *
   * @default - none
   */
  readonly ingestionDomainNames?: DomainNameOptions[];
  /**
   * An existing listener that terminates TLS for the host names. Only rules are added to it, each limited to these names. Its default
   * action, its certificates and its load balancer are not changed.
   *
   * A target group can belong to one load balancer only: `PostHog` creates new ones when the listener changes, and with `PostHogIngress` alone, you
   * must.
   *
   * The load balancer must append to `X-Forwarded-For` without ports, which is the default of AWS; `cdk-posthog doctor` checks it. Its idle timeout
   * should be two minutes, see `idleTimeout`. The default of AWS is one minute.
   *
   * @default - a new load balancer with a listener of its own
   */
  readonly listener?: IApplicationListener;
  /**
   * The load balancer of `listener`.
   *
   * @default - the load balancer of a listener that is defined in the same app; required with an imported listener
   */
  readonly loadBalancer?: IApplicationLoadBalancer;
  /**
   * The first of 2,000 priorities that the rules on `listener` can use: from 0 to 48,001. No other rule of the listener may have one of them.
   *
   * The rules keep their priorities from release to release, with gaps between them. A load balancer supports 100 rules unless AWS has raised its
   * quota. A PostHog has about 25, one more for every four blocks of `AppAccess.fromCidrs`, and with live events one for every three;
   * docs/listener-rules.md has the numbers.
   *
   * @default - required with `listener`
   */
  readonly rulePriorityBase?: number;
  /**
   * The subnets of the load balancer, /27 or larger, in two or more zones. They should contain nothing else: PostHog is
   * configured to trust every address in them.
   *
   * @default - one public subnet per zone, or one private subnet per zone for an internal load balancer
   */
  readonly loadBalancerSubnets?: SubnetSelection;
  /**
   * Determines whether the load balancer is internet-facing. Changing it replaces the load balancer. A target group can belong to one load balancer
   * only: `PostHog` creates new ones with it, and with `PostHogIngress` alone, you must. CloudFormation cannot delete the old load balancer unless
   * `deletionProtection` was disabled in a deployment before.
   *
   * @default true
   */
  readonly publicLoadBalancer?: boolean;
  /**
   * The IP address type of the load balancer: IPv4 only, or IPv6 as well. IPv6 requires subnets with IPv6. With `listener`, it is the type of the
   * existing load balancer, and only affects the DNS records.
   *
   * @default IpAddressType.IPV4
   */
  readonly ipAddressType?: IpAddressType;
  /**
   * The clients that can open the app. The endpoints that SDKs call are always public.
   *
   * @default AppAccess.anyone()
   */
  readonly appAccess?: AppAccess;
  /**
   * Groups of endpoints that stay public when the app is restricted, in addition to ingestion and SDK endpoints.
   *
   * @default - none
   */
  readonly publicEndpointGroups?: EndpointGroup[];
  /**
   * The proxies that PostHog trusts to report a client's IP address.
   *
   * @default - every address that the load balancer can have in its subnets, looked up at deployment if their CIDR blocks are not known at synthesis
   */
  readonly trustedProxies?: TrustedProxies;
  /**
   * The method by which PostHog's processes resolve a client's IP address: as the load balancer forwards it, or verified.
   *
   * @default ClientAddress.forwarded()
   */
  readonly clientAddress?: ClientAddress;
  /**
   * The web application firewall of the load balancer: `PostHogFirewall.managed()` for one whose rules know PostHog's requests. It costs about 15
   * dollars a month, and 0.60 dollars for a million requests (docs/firewall.md). Cannot be combined with `listener`, whose load balancer belongs to
   * someone else. With `appLoadBalancer`, it protects the public load balancer; `AppLoadBalancer.internal()` has a firewall of its own.
   *
   * @default - none
   */
  readonly firewall?: PostHogFirewall;
  /**
   * The TLS versions and ciphers that clients can use.
   *
   * @default SslPolicy.TLS13_12_RES_PQ
   */
  readonly sslPolicy?: SslPolicy;
  /**
   * The idle timeout of connections, from one second to 4,000 seconds.
   *
   * A request of the app may be silent for that long: a query runs for up to 60 seconds, and may wait for another one. Streams of the app and of
   * notifications send a heartbeat every 15 seconds. A stream of live events sends nothing before its first event: after this time its page
   * reconnects, and says that it found no live events yet. The longer the timeout, the longer a client that stops sending holds its connection to a
   * process.
   *
   * Granian, which serves the app, closes idle connections after 60 seconds, and webhooks of `plugins` after 10. If the app sometimes answers 502,
   * use a timeout of less than 60 seconds, or `ClientAddress.verified()`, whose nginx keeps its connections to the load balancer open.
   *
   * @default Duration.minutes(2)
   */
  readonly idleTimeout?: Duration;
  /**
   * The time for which browsers use HTTPS only (HSTS).
   *
   * @default Duration.days(365)
   */
  readonly strictTransportSecurity?: Duration;
  /**
   * Determines whether the security group allows every address to connect to the listeners. If not, allow clients with `connections`.
   *
   * @default true
   */
  readonly openListener?: boolean;
  /**
   * The security group of the load balancer.
   *
   * @default - a new one
   */
  readonly securityGroup?: ISecurityGroup;
  /**
   * The bucket for access logs, in the region of the stack, encrypted with S3-managed keys. The stack must have a fixed region.
   * An imported bucket must already allow the load balancer to write.
   *
   * @default - no access logs
   */
  readonly accessLogsBucket?: IBucket;
  /**
   * The prefix of the access logs in the bucket.
   *
   * @default - the root of the bucket
   */
  readonly accessLogsPrefix?: string;
}

/** Properties for `PostHogIngress`. */
export interface PostHogIngressProps extends PostHogIngressOptions {
  /** The VPC of the load balancer, with two or more availability zones. */
  readonly vpc: IVpc;
  /**
   * The host names that other processes call the app by, such as `web.posthog-1a2b3c4d.internal`. The app answers them in addition to
   * `domainName`. Clients cannot use them.
   *
   * @default - none
   */
  readonly internalHostNames?: string[];
  /**
   * Determines whether the load balancer is protected against deletion. Has no effect with `listener`.
   *
   * @default true
   */
  readonly deletionProtection?: boolean;
}
