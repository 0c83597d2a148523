import { Duration, Stack, Token, Tokenization } from 'aws-cdk-lib/core';
import { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { ISubnet, IVpc, Peer, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import {
  ApplicationListener,
  ApplicationLoadBalancer,
  ApplicationProtocol,
  CfnListener,
  DesyncMitigationMode,
  IpAddressType,
  ListenerAction,
  SslPolicy,
  XffHeaderProcessingMode,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import { certificateFor } from './certificates';
import { PostHogIngressProps } from '../ingress-options';
import { acknowledge } from '../../private/acknowledge';
import { describeResources } from '../../private/descriptions';
import { invalidProp, invalidValue, withPath } from '../../private/errors';
import { parseCidr } from '../../private/ip';
import { asClients } from '../../private/security-group';
import { knownCidr, onePerZone, selectSubnets, subnetsOfTier, zonesOf } from '../../private/subnets';

const DEFAULTS = {
  publicLoadBalancer: true,
  ipAddressType: IpAddressType.IPV4,
  sslPolicy: SslPolicy.TLS13_12_RES_PQ,
  idleTimeout: Duration.minutes(2),
  strictTransportSecurity: Duration.days(365),
  deletionProtection: true,
  openListener: true,
};

/** The smallest subnet that a load balancer accepts, as the length of its prefix. */
const SMALLEST_SUBNET = 27;

/** A load balancer with its listeners. */
export interface OwnLoadBalancer {
  readonly loadBalancer: ApplicationLoadBalancer;
  readonly subnets: ISubnet[];
  readonly certificate: ICertificate;
  /** The listener that terminates TLS. */
  readonly listener: ApplicationListener;
  /** The listener that redirects HTTP to HTTPS. */
  readonly redirectListener: ApplicationListener;
  /** Indicates whether every IPv4 client on the internet can connect to it. */
  readonly isOnInternet: boolean;
}

/** The properties of a listener, with all defaults applied. */
type ListenerSettings = Required<
  Pick<PostHogIngressProps, 'certificate' | 'ipAddressType' | 'sslPolicy' | 'strictTransportSecurity' | 'openListener'>
>;

/**
 * Defines a load balancer that forwards requests with the headers that PostHog needs, and its listeners.
 *
 * @param scope the ingress
 * @param props the props of the ingress
 * @param defaultAction the default action of the HTTPS listener
 */
export function defineLoadBalancer(scope: Construct, props: PostHogIngressProps, defaultAction: ListenerAction): OwnLoadBalancer {
  const internetFacing = props.publicLoadBalancer ?? DEFAULTS.publicLoadBalancer;
  const subnets = withPath(scope, () => loadBalancerSubnets(props.vpc, internetFacing, props.loadBalancerSubnets));
  const settings: ListenerSettings = {
    certificate: withPath(scope, () => certificateFor(scope, props)),
    ipAddressType: props.ipAddressType ?? DEFAULTS.ipAddressType,
    sslPolicy: props.sslPolicy ?? DEFAULTS.sslPolicy,
    strictTransportSecurity: props.strictTransportSecurity ?? DEFAULTS.strictTransportSecurity,
    openListener: props.openListener ?? DEFAULTS.openListener,
  };
  const { certificate, ipAddressType, openListener } = settings;
  const loadBalancer = new ApplicationLoadBalancer(scope, 'LoadBalancer', {
    vpc: props.vpc,
    vpcSubnets: { subnets },
    internetFacing,
    ipAddressType,
    securityGroup: props.securityGroup,
    deletionProtection: props.deletionProtection ?? DEFAULTS.deletionProtection,
    http2Enabled: true,
    dropInvalidHeaderFields: true,
    desyncMitigationMode: DesyncMitigationMode.DEFENSIVE,
    // ALLOWED_HOSTS and the CSRF check compare the host name that the client requested.
    preserveHostHeader: true,
    // PostHog trusts the first entry only if every other one is a trusted proxy; versions up to 2025 cannot read an entry with a port.
    xffHeaderProcessingMode: XffHeaderProcessingMode.APPEND,
  });
  // Not through the prop of the same name: the CDK does not convert a number that is a token to a string there.
  loadBalancer.setAttribute('idle_timeout.timeout_seconds', seconds(props.idleTimeout ?? DEFAULTS.idleTimeout));
  // False is the default. It is set so that a deployment reverts a manual change.
  loadBalancer.setAttribute('routing.http.xff_client_port.enabled', 'false');
  describeResources(loadBalancer, 'AWS::EC2::SecurityGroup', 'PostHog ingress: load balancer');
  if (!props.securityGroup) {
    loadBalancer.connections.securityGroups.forEach(asClients);
  }
  if (!props.firewall) {
    acknowledge(loadBalancer, { ALBWAFEnabled: "a firewall costs extra, so it is the owner's choice: set `firewall`" });
  }
  writeAccessLogs(scope, loadBalancer, props);
  if (openListener) {
    acknowledge(loadBalancer, { 'AwsSolutions-EC23': 'events come from everywhere; who may open the app is decided by the listener rules' });
  }
  return {
    loadBalancer,
    subnets,
    certificate,
    redirectListener: defineRedirect(loadBalancer, settings),
    listener: defineListener(loadBalancer, settings, defaultAction),
    isOnInternet: internetFacing && openListener && ipAddressType !== IpAddressType.DUAL_STACK_WITHOUT_PUBLIC_IPV4,
  };
}

function writeAccessLogs(scope: Construct, loadBalancer: ApplicationLoadBalancer, { accessLogsBucket, accessLogsPrefix }: PostHogIngressProps): void {
  if (!accessLogsBucket) {
    const reason = 'access logs are written on demand: set `accessLogsBucket`';
    acknowledge(loadBalancer, { 'AwsSolutions-ELB2': reason, 'ELBLoggingEnabled': reason });
    return;
  }
  if (Token.isUnresolved(Stack.of(scope).region)) {
    withPath(scope, () => {
      throw invalidProp(
        'accessLogsBucket',
        'needs a stack with a fixed region, because the log delivery principal depends on it',
        'give the stack `env: { region: ... }`',
      );
    });
  }
  loadBalancer.logAccessLogs(accessLogsBucket, accessLogsPrefix);
}

/** Opens a listener to IPv6 if the load balancer has no public IPv4: the CDK does so only with one of its feature flags. */
function openToIpv6(listener: ApplicationListener, port: number, settings: ListenerSettings): void {
  if (settings.openListener && settings.ipAddressType === IpAddressType.DUAL_STACK_WITHOUT_PUBLIC_IPV4) {
    // The CDK's own description, so that the rule is not defined twice with the flag on.
    listener.connections.allowDefaultPortFrom(Peer.anyIpv6(), `Allow from anyone on port ${port}`);
  }
}

/** Defines the listener that redirects every HTTP request to HTTPS. */
function defineRedirect(loadBalancer: ApplicationLoadBalancer, settings: ListenerSettings): ApplicationListener {
  const listener = loadBalancer.addListener('Http', {
    protocol: ApplicationProtocol.HTTP,
    port: 80,
    open: settings.openListener,
    defaultAction: ListenerAction.redirect({ protocol: 'HTTPS', port: '443', permanent: true }),
  });
  openToIpv6(listener, 80, settings);
  acknowledge(listener, { ELBv2ACMCertificateRequired: 'this listener answers nothing itself; it sends every request to https' });
  return listener;
}

/** Defines the listener that terminates TLS. */
function defineListener(loadBalancer: ApplicationLoadBalancer, settings: ListenerSettings, defaultAction: ListenerAction): ApplicationListener {
  const listener = loadBalancer.addListener('Https', {
    protocol: ApplicationProtocol.HTTPS,
    port: 443,
    open: settings.openListener,
    certificates: [settings.certificate],
    sslPolicy: settings.sslPolicy,
    defaultAction,
  });
  openToIpv6(listener, 443, settings);
  // The L2 construct of a listener does not support these attributes yet.
  (listener.node.defaultChild as CfnListener).listenerAttributes = [
    // The load balancer adds the header because the Rust services, which get plain HTTP, do not.
    { key: 'routing.http.response.strict_transport_security.header_value', value: `max-age=${seconds(settings.strictTransportSecurity)}` },
    { key: 'routing.http.response.server.enabled', value: 'false' },
  ];
  return listener;
}

function seconds(duration: Duration): string {
  return Tokenization.stringifyNumber(duration.toSeconds());
}

/**
 * Returns the subnets of the load balancer: the selected ones, or one per zone that is public or private as the load balancer is.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html (Subnets for your load balancer)
 */
function loadBalancerSubnets(vpc: IVpc, internetFacing: boolean, selection?: SubnetSelection): ISubnet[] {
  const found = selectSubnets(vpc, selection, {
    prop: 'loadBalancerSubnets',
    known: 'number',
    byDefault: () => candidates(vpc, internetFacing),
  });
  const subnets = selection ? found : onePerZone(found);
  const closed = internetFacing ? subnetsOfTier(vpc, subnets, 'private', 'isolated') : [];
  if (closed.length > 0) {
    throw invalidValue(
      'loadBalancerSubnets',
      'must be public for a public load balancer, which clients reach through an internet gateway',
      closed,
      'select public subnets, or set `publicLoadBalancer: false`',
    );
  }
  if (zonesOf(subnets) < 2) {
    throw invalidValue(
      'loadBalancerSubnets',
      'must be in two or more availability zones',
      subnets,
      'use a VPC with two or more zones, or select subnets of more zones',
    );
  }
  if (zonesOf(subnets) < subnets.length) {
    throw invalidValue(
      'loadBalancerSubnets',
      'must be one subnet per zone',
      subnets,
      'name one group of them with `subnetGroupName`, or add `onePerAz: true`',
    );
  }
  subnets.forEach(checkSize);
  return subnets;
}

function candidates(vpc: IVpc, internetFacing: boolean): ISubnet[] {
  const closed = vpc.privateSubnets.length > 0 ? vpc.privateSubnets : vpc.isolatedSubnets;
  const subnets = internetFacing ? vpc.publicSubnets : closed;
  if (subnets.length === 0) {
    throw invalidValue(
      'vpc',
      internetFacing ? 'must have public subnets for a public load balancer' : 'must have private subnets for an internal load balancer',
      vpc,
      internetFacing ? 'add public subnets, or set `publicLoadBalancer: false`' : 'name the subnets with `loadBalancerSubnets`',
    );
  }
  return subnets;
}

function checkSize(subnet: ISubnet): void {
  const text = knownCidr(subnet);
  const cidr = parseCidr(text);
  if (cidr && cidr.prefix > SMALLEST_SUBNET) {
    throw invalidProp(
      'loadBalancerSubnets',
      `must be /${SMALLEST_SUBNET} or larger, because a load balancer needs room to scale, and ${subnet.node.path} has ${text}`,
    );
  }
}
