import { Duration } from 'aws-cdk-lib/core';
import { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { ISecurityGroup, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { IApplicationListener, IApplicationLoadBalancer, IpAddressType, SslPolicy } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { IHostedZone } from 'aws-cdk-lib/aws-route53';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { AppAccess } from './routing/app-access';
import { ClientAddress } from './client-address/client-address';
import { EndpointGroup } from './routing/endpoint-group';
import { TrustedProxies } from './client-address/trusted-proxies';

/**
 * How requests get in to a PostHog, whatever stands behind.
 */
export interface PostHogIngressOptions {
  /** The host name that visitors use: one fully qualified name in lower case, such as `posthog.example.com`. */
  readonly domainName: string;
  /**
   * The hosted zone that the domain name lies in. With it, alias records are defined, and a certificate unless one is given. A private zone
   * needs `certificate`.
   *
   * @default - no records are defined, and `certificate` must be given
   */
  readonly domainZone?: IHostedZone;
  /**
   * The certificate for the domain name, in the region of the stack.
   *
   * @default - a certificate that is validated through `domainZone`; with `listener`, those that the listener has
   */
  readonly certificate?: ICertificate;
  /**
   * A listener that stands already and ends TLS for the domain name. Only rules are added to it, each limited to the domain name; its default
   * action, its certificates and its load balancer stay as they are.
   *
   * The load balancer must append to `X-Forwarded-For` without ports, its defaults; `cdk-posthog doctor` checks it. For live events its idle timeout
   * should be 31 minutes, as `idleTimeout` says; it is one minute unless its owner has changed it.
   *
   * @default - a new load balancer with a listener of its own
   */
  readonly listener?: IApplicationListener;
  /**
   * The load balancer of `listener`.
   *
   * @default - that of a listener that is defined in the same app; of an imported one it must be given
   */
  readonly loadBalancer?: IApplicationLoadBalancer;
  /**
   * The first of 2,000 priorities that the rules on `listener` may take: from 0 to 48,001. No other rule of the listener may have one of them.
   *
   * The rules keep their priorities from release to release, with room between them. A load balancer takes 100 rules unless AWS has raised its
   * quota; a PostHog has about 25, one more for every four blocks of `AppAccess.fromCidrs`, and with live events one for every three.
   *
   * @default - must be given with `listener`
   */
  readonly rulePriorityBase?: number;
  /**
   * The subnets that the load balancer stands in, /27 or larger, in two or more zones. They should hold nothing else: PostHog is
   * told to trust every address in them.
   *
   * @default - one public subnet a zone, or one private subnet a zone for an internal load balancer
   */
  readonly loadBalancerSubnets?: SubnetSelection;
  /**
   * Whether the load balancer can be reached from the internet. Cannot be changed once deployed: AWS replaces the load balancer then, and the
   * targets can be registered with one only.
   *
   * @default true
   */
  readonly publicLoadBalancer?: boolean;
  /**
   * Whether the load balancer has IPv6 addresses as well. The load balancer's subnets must have IPv6 then. With `listener`, it is that of its load
   * balancer and only decides which DNS records are defined.
   *
   * @default IpAddressType.IPV4
   */
  readonly ipAddressType?: IpAddressType;
  /**
   * Who may open the app. The endpoints that SDKs call are public in any case.
   *
   * @default AppAccess.anyone()
   */
  readonly appAccess?: AppAccess;
  /**
   * Groups of endpoints that stay public although the app is closed, besides ingestion and what SDKs ask for.
   *
   * @default - none
   */
  readonly publicEndpointGroups?: EndpointGroup[];
  /**
   * The proxies whose word about a visitor's address PostHog believes.
   *
   * @default - every address that the load balancer can have in its subnets, found at the deployment where their CIDR blocks are not known before
   */
  readonly trustedProxies?: TrustedProxies;
  /**
   * How PostHog's processes learn a visitor's address: as the load balancer forwards it, or verified.
   *
   * @default ClientAddress.forwarded()
   */
  readonly clientAddress?: ClientAddress;
  /**
   * The TLS versions and ciphers that visitors may use.
   *
   * @default SslPolicy.TLS13_12_RES_PQ
   */
  readonly sslPolicy?: SslPolicy;
  /**
   * How long a connection may be silent, from one second to 4,000 seconds.
   *
   * The stream of live events sends nothing at all before the first event, and PostHog ends it after 30 minutes (livestream/handlers/handlers.go): so
   * long, and a minute more, a stream must survive to end well. With less, a page whose project is quiet opens it anew that often, and is answered
   * 504 in between. NGINX Unit, which serves the app in some releases, closes silent connections after three minutes: where the app answers 502 now and then,
   * go below that.
   *
   * @default Duration.minutes(31)
   */
  readonly idleTimeout?: Duration;
  /**
   * For how long browsers shall remember to use https only (HSTS).
   *
   * @default Duration.days(365)
   */
  readonly strictTransportSecurity?: Duration;
  /**
   * Whether the listeners admit every address. Where they do not, admit visitors with `connections`.
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
   * A bucket that is imported must already allow the load balancer to write.
   *
   * @default - no access logs
   */
  readonly accessLogsBucket?: IBucket;
  /**
   * Where in the bucket access logs go.
   *
   * @default - the root of the bucket
   */
  readonly accessLogsPrefix?: string;
}
