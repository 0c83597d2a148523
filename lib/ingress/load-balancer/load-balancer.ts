import { Duration, Stack, Token, Tokenization } from 'aws-cdk-lib/core';
import { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { ISecurityGroup, ISubnet, IVpc, Peer } from 'aws-cdk-lib/aws-ec2';
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
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge } from '../../private/acknowledge';
import { describeResources } from '../../private/descriptions';
import { invalidValue, withPath } from '../../private/errors';

/** The properties of the load balancer and its listeners, with all defaults applied. */
export interface LoadBalancerSettings {
  readonly vpc: IVpc;
  readonly subnets: ISubnet[];
  readonly internetFacing: boolean;
  readonly ipAddressType: IpAddressType;
  readonly certificate: ICertificate;
  readonly sslPolicy: SslPolicy;
  readonly idleTimeout: Duration;
  readonly strictTransportSecurity: Duration;
  readonly deletionProtection: boolean;
  readonly openListener: boolean;
  readonly securityGroup?: ISecurityGroup;
  readonly accessLogsBucket?: IBucket;
  readonly accessLogsPrefix?: string;
  /** The default action of the HTTPS listener, if it is known already. */
  readonly defaultAction?: ListenerAction;
}

/** Defines a load balancer that forwards requests with the headers that PostHog needs. */
export function defineLoadBalancer(scope: Construct, settings: LoadBalancerSettings): ApplicationLoadBalancer {
  const loadBalancer = new ApplicationLoadBalancer(scope, 'LoadBalancer', {
    vpc: settings.vpc,
    vpcSubnets: { subnets: settings.subnets },
    internetFacing: settings.internetFacing,
    ipAddressType: settings.ipAddressType,
    securityGroup: settings.securityGroup,
    deletionProtection: settings.deletionProtection,
    http2Enabled: true,
    dropInvalidHeaderFields: true,
    desyncMitigationMode: DesyncMitigationMode.DEFENSIVE,
    // ALLOWED_HOSTS and the CSRF check compare the host name that the client requested.
    preserveHostHeader: true,
    // PostHog trusts the first entry only if every other one is a trusted proxy; versions up to 2025 cannot read an entry with a port.
    xffHeaderProcessingMode: XffHeaderProcessingMode.APPEND,
  });
  // Not through the prop of the same name: the CDK does not convert a number that is a token to a string there.
  loadBalancer.setAttribute('idle_timeout.timeout_seconds', seconds(settings.idleTimeout));
  // False is the default. It is set so that a deployment reverts a manual change.
  loadBalancer.setAttribute('routing.http.xff_client_port.enabled', 'false');
  describeResources(loadBalancer, 'AWS::EC2::SecurityGroup', 'PostHog ingress: load balancer');
  acknowledge(loadBalancer, {
    ALBWAFEnabled: "a firewall in front of ingestion is the owner's choice: its usual rules refuse the bodies that SDKs send",
  });
  if (settings.accessLogsBucket) {
    if (Token.isUnresolved(Stack.of(scope).region)) {
      withPath(scope, () => {
        throw invalidValue(
          'accessLogsBucket',
          'needs a stack with a fixed region, because the log delivery principal depends on it',
          'a stack for any region',
          'give the stack `env: { region: ... }`',
        );
      });
    }
    loadBalancer.logAccessLogs(settings.accessLogsBucket, settings.accessLogsPrefix);
  } else {
    const reason = 'access logs are written on demand: set `accessLogsBucket`';
    acknowledge(loadBalancer, { 'AwsSolutions-ELB2': reason, 'ELBLoggingEnabled': reason });
  }
  if (settings.openListener) {
    acknowledge(loadBalancer, { 'AwsSolutions-EC23': 'events come from everywhere; who may open the app is decided by the listener rules' });
  }
  return loadBalancer;
}

/** Opens a listener to IPv6 if the load balancer has no public IPv4: the CDK does so only with one of its feature flags. */
function openToIpv6(listener: ApplicationListener, port: number, settings: LoadBalancerSettings): void {
  if (settings.openListener && settings.ipAddressType === IpAddressType.DUAL_STACK_WITHOUT_PUBLIC_IPV4) {
    // The CDK's own description, so that the rule is not defined twice with the flag on.
    listener.connections.allowDefaultPortFrom(Peer.anyIpv6(), `Allow from anyone on port ${port}`);
  }
}

/** Defines the listener that redirects every HTTP request to HTTPS. */
export function defineRedirect(loadBalancer: ApplicationLoadBalancer, settings: LoadBalancerSettings): ApplicationListener {
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
export function defineListener(loadBalancer: ApplicationLoadBalancer, settings: LoadBalancerSettings): ApplicationListener {
  const listener = loadBalancer.addListener('Https', {
    protocol: ApplicationProtocol.HTTPS,
    port: 443,
    open: settings.openListener,
    certificates: [settings.certificate],
    sslPolicy: settings.sslPolicy,
    defaultAction: settings.defaultAction,
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
