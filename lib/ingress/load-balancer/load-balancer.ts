import { Duration, Stack, Token, Tokenization } from 'aws-cdk-lib/core';
import { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { ISecurityGroup, ISubnet, IVpc, Peer } from 'aws-cdk-lib/aws-ec2';
import {
  ApplicationListener, ApplicationLoadBalancer, ApplicationProtocol, CfnListener, DesyncMitigationMode, IpAddressType, ListenerAction, SslPolicy,
  XffHeaderProcessingMode,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge } from '../../private/acknowledge';
import { at, rejected } from '../../private/errors';

/** What the load balancer and its listeners are made from, defaults filled in. */
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
  /** The default action of the HTTPS listener, where it is known by now. */
  readonly defaultAction?: ListenerAction;
}

/** Defines a load balancer that hands a request on as PostHog needs it. */
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
    // ALLOWED_HOSTS and the CSRF check compare the name that the visitor typed.
    preserveHostHeader: true,
    // PostHog believes the first entry only when it knows every other one; versions up to 2025 cannot read an entry with a port.
    xffHeaderProcessingMode: XffHeaderProcessingMode.APPEND,
  });
  // Not through the prop of the same name: the CDK makes no text of a number that is not known yet.
  loadBalancer.setAttribute('idle_timeout.timeout_seconds', seconds(settings.idleTimeout));
  // False is the default; it is written down so that nobody's change by hand survives a deployment.
  loadBalancer.setAttribute('routing.http.xff_client_port.enabled', 'false');
  acknowledge(loadBalancer, { ALBWAFEnabled: 'a firewall in front of ingestion is the owner\'s choice: its usual rules refuse the bodies that SDKs send' });
  if (settings.accessLogsBucket) {
    if (Token.isUnresolved(Stack.of(scope).region)) {
      at(scope, () => {
        throw rejected('accessLogsBucket', 'needs a stack with a fixed region, because who writes the logs depends on it', 'a stack for any region',
          'give the stack `env: { region: ... }`');
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

/** Without public IPv4, the CDK opens a listener to IPv6 only under one of its feature flags. */
function openToIpv6(listener: ApplicationListener, port: number, settings: LoadBalancerSettings): void {
  if (settings.openListener && settings.ipAddressType === IpAddressType.DUAL_STACK_WITHOUT_PUBLIC_IPV4) {
    // In the CDK's own words, so that the rule is not there twice where the flag is on.
    listener.connections.allowDefaultPortFrom(Peer.anyIpv6(), `Allow from anyone on port ${port}`);
  }
}

/** Defines the listener that sends every plain request to https. */
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

/** Defines the listener that ends TLS. */
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
  // Listener attributes have no place in the listener's own construct yet.
  (listener.node.defaultChild as CfnListener).listenerAttributes = [
    // The load balancer knows that it speaks https; the Rust services do not, and send no such header.
    { key: 'routing.http.response.strict_transport_security.header_value', value: `max-age=${seconds(settings.strictTransportSecurity)}` },
    { key: 'routing.http.response.server.enabled', value: 'false' },
  ];
  return listener;
}

function seconds(duration: Duration): string {
  return Tokenization.stringifyNumber(duration.toSeconds());
}
