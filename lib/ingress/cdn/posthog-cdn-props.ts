import { Duration } from 'aws-cdk-lib/core';
import { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { HttpVersion, PriceClass, SecurityPolicyProtocol } from 'aws-cdk-lib/aws-cloudfront';
import { IHostedZone } from 'aws-cdk-lib/aws-route53';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { bucket, certificate, hostedZone } from '../../private/checks/cdk';
import { Checks, construct, listOf, required } from '../../private/checks/check';
import { boolean, domainName, durationBetween, oneOf, text } from '../../private/checks/values';
import { PostHogIngress } from '../posthog-ingress';

/** Properties for `PostHogCdn`. */
export interface PostHogCdnProps {
  /**
   * The ingress, such as `posthog.ingress`. Its load balancer must not be open to every address (`openListener: false`), and it must not have records
   * (no `domainZone`): the domain name belongs to the distribution.
   */
  readonly ingress: PostHogIngress;
  /** The certificate for the domain names, in us-east-1. The load balancer has another one, in its own region. */
  readonly certificate: ICertificate;
  /**
   * The host names that clients use, up to 100. PostHog must accept each of them.
   *
   * @default - the domain name of the ingress
   */
  readonly domainNames?: string[];
  /**
   * The hosted zone of the domain names. Alias records are created in it.
   *
   * @default - no records are created
   */
  readonly domainZone?: IHostedZone;
  /**
   * Determines whether CloudFront connects to the load balancer inside of its VPC. The VPC needs an internet gateway, but no route to it.
   *
   * @default - true for an internal load balancer, false for a public one; required for an imported one
   */
  readonly vpcOrigin?: boolean;
  /**
   * The id of the managed prefix list com.amazonaws.global.cloudfront.origin-facing in the region of the load balancer, such as `pl-3b927c52`. The
   * security groups of the load balancer allow its addresses.
   *
   * @default - a function in the stack looks it up at deployment
   */
  readonly originPrefixListId?: string;
  /**
   * The time that CloudFront waits for the load balancer to respond, and for each part of a response, from 1 to 120 seconds.
   *
   * @default Duration.minutes(2)
   */
  readonly responseTimeout?: Duration;
  /**
   * The ARN of a web ACL of AWS WAF for CloudFront, in us-east-1.
   *
   * @default - none
   */
  readonly webAclArn?: string;
  /**
   * The edge locations, by their price.
   *
   * @default PriceClass.PRICE_CLASS_ALL
   */
  readonly priceClass?: PriceClass;
  /**
   * The versions of HTTP for clients.
   *
   * @default HttpVersion.HTTP2_AND_3
   */
  readonly httpVersion?: HttpVersion;
  /**
   * The TLS versions and ciphers that clients can use.
   *
   * @default SecurityPolicyProtocol.TLS_V1_2_2021
   */
  readonly minimumProtocolVersion?: SecurityPolicyProtocol;
  /**
   * Determines whether clients can connect over IPv6.
   *
   * @default true
   */
  readonly enableIpv6?: boolean;
  /**
   * The bucket for access logs, with ACLs enabled. An imported bucket must already allow CloudFront to write.
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

export const CDN_CHECKS: Checks<PostHogCdnProps> = {
  ingress: required(construct('a PostHogIngress', ['loadBalancer', 'listener', 'url', 'trustedProxies']), 'the ingress, such as `posthog.ingress`'),
  certificate: required(certificate, 'the certificate for the domain names, in us-east-1'),
  domainNames: listOf(domainName, { min: 1 }),
  domainZone: hostedZone,
  vpcOrigin: boolean,
  originPrefixListId: text(/^pl-[0-9a-f]+$/, 'must be the id of a prefix list, such as pl-3b927c52'),
  // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html (Response timeout per origin)
  responseTimeout: durationBetween(Duration.seconds(1), Duration.seconds(120), 'from 1 to 120 seconds'),
  webAclArn: text(
    /^arn:[\w-]+:wafv2:us-east-1:\d{12}:global\/webacl\/.+$/,
    'must be the ARN of a web ACL for CloudFront, such as arn:aws:wafv2:us-east-1:111122223333:global/webacl/posthog/1a2b3c4d',
  ),
  priceClass: oneOf(PriceClass),
  httpVersion: oneOf(HttpVersion),
  minimumProtocolVersion: oneOf(SecurityPolicyProtocol),
  enableIpv6: boolean,
  accessLogsBucket: bucket,
  accessLogsPrefix: text(/^(?!\/)\S+$/, 'must be a prefix without white space, and not begin with a slash'),
};
