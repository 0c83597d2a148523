import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { HttpVersion, PriceClass, SecurityPolicyProtocol } from 'aws-cdk-lib/aws-cloudfront';
import { IpAddresses } from 'aws-cdk-lib/aws-ec2';
import { ApplicationTargetGroup, TargetType } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import {
  AppAccess,
  FirewallGroup,
  NatMode,
  PostHogCdn,
  PostHogIngress,
  PostHogIngressProps,
  PostHogNetwork,
  PostHogProcess,
  PostHogWebAcl,
} from '../../lib';
import { OVERLAP, Subject, to } from './data-safety-changes';
import { Given } from './data-safety-given';
import { POSTHOG } from './data-safety-posthog';

/** The props that the ingress and PostHog share. */
const INGRESS_OPTIONS = Object.fromEntries(
  Object.entries(POSTHOG.changes)
    .slice(0, Object.keys(POSTHOG.changes).indexOf('accessLogsPrefix') + 1)
    .map(([name, change]) => [name, { ...change, endangers: undefined, refused: undefined }]),
);

/** An ingress that a distribution can be in front of. */
function internalIngress(given: Given, id: string): PostHogIngress {
  return new PostHogIngress(given, id, {
    vpc: given.vpc,
    domainName: `${id.toLowerCase()}.example.com`,
    certificate: given.certificate,
    publicLoadBalancer: false,
    openListener: false,
    deletionProtection: false,
    appAccess: AppAccess.nobody(),
  });
}

/** A certificate for CloudFront. */
function edgeCertificate(given: Given, id: string) {
  return Certificate.fromCertificateArn(given, id, `arn:aws:acm:us-east-1:111122223333:certificate/${id}`);
}

/** The constructs that hold no data. */
export const WITHOUT_DATA: Readonly<Record<string, Subject>> = {
  PostHogNetwork: {
    struct: 'PostHogNetworkProps',
    make: (stack, _, props) => void new PostHogNetwork(stack, 'Network', props),
    changes: {
      ipAddresses: to(IpAddresses.cidr('10.1.0.0/16')),
      maxAzs: to(3),
      availabilityZones: { ...to(['eu-central-1a', 'eu-central-1c']), refused: [OVERLAP] },
      nat: to(NatMode.INSTANCE),
      publicLoadBalancer: to(false),
      appLoadBalancer: to(true),
      dualStack: to(true),
      serviceSubnetCidrMask: { ...to(21), refused: [OVERLAP] },
      storeSubnetCidrMask: { ...to(23), refused: [OVERLAP] },
      flowLogs: to(false),
      encryptionKey: { to: ({ key }) => key },
    },
  },
  PostHogIngress: {
    struct: 'PostHogIngressProps',
    make: (stack, { vpc, certificate }, props) => {
      // CloudFormation cannot delete a load balancer that is protected. The documentation of the props says so.
      const all = { vpc, domainName: 'posthog.example.com', certificate, deletionProtection: false, ...props };
      const ingress = new PostHogIngress(stack, 'Ingress', all);
      // A target group belongs to one load balancer, so another kind of load balancer needs another one. The documentation of the props says so.
      const { listener, publicLoadBalancer } = props as Partial<PostHogIngressProps>;
      const id = `Targets${listener?.listenerArn ?? publicLoadBalancer ?? true}`;
      ingress.route(PostHogProcess.WEB, new ApplicationTargetGroup(stack, id, { vpc, port: 80, targetType: TargetType.IP }));
    },
    changes: {
      ...INGRESS_OPTIONS,
      vpc: { to: ({ otherVpc }) => otherVpc },
      internalHostNames: to(['web.internal']),
      deletionProtection: to(true),
    },
  },
  PostHogWebAcl: {
    struct: 'PostHogWebAclProps',
    make: (stack, _, props) => void new PostHogWebAcl(stack, 'WebAcl', props),
    changes: {
      countOnly: to([FirewallGroup.COMMON]),
      countedRules: to(['GenericLFI_URIPATH']),
      allowedCidrs: to(['203.0.113.0/24']),
      signInLimit: to(50),
      apiLimit: to(5_000),
      sdkLimit: to(100_000),
      clientAddressHeader: to('CF-Connecting-IP'),
      logs: to(false),
      logRetention: to(RetentionDays.ONE_DAY),
      removalPolicy: to(RemovalPolicy.RETAIN),
      hostNames: to(['posthog.example.com']),
      // The stack of these tests is in a region that has no web ACLs for CloudFront.
      forCloudFront: to(false),
    },
  },
  PostHogCdn: {
    struct: 'PostHogCdnProps',
    make: (stack, given, props) => {
      const all = { ingress: internalIngress(given, 'One'), certificate: edgeCertificate(given, 'edge'), ...props };
      new PostHogCdn(stack, 'Cdn', all);
    },
    changes: {
      ingress: { to: (given) => internalIngress(given, 'Two') },
      certificate: { to: (given) => edgeCertificate(given, 'other-edge') },
      domainNames: to(['one.example.com', 'e.example.com']),
      domainZone: { to: ({ publicZone }) => publicZone },
      // The only value for an internal load balancer, and the default there.
      vpcOrigin: to(true),
      originPrefixListId: to('pl-1'),
      responseTimeout: to(Duration.seconds(30)),
      webAclArn: to('arn:aws:wafv2:us-east-1:111122223333:global/webacl/posthog/1a2b3c4d'),
      priceClass: to(PriceClass.PRICE_CLASS_100),
      httpVersion: to(HttpVersion.HTTP2),
      minimumProtocolVersion: to(SecurityPolicyProtocol.TLS_V1_2_2019),
      enableIpv6: to(false),
      accessLogsBucket: { to: ({ bucket }) => bucket },
      accessLogsPrefix: { to: () => 'cdn', with: ({ bucket }) => ({ accessLogsBucket: bucket }) },
    },
  },
};
