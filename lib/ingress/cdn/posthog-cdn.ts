import { Duration, Token } from 'aws-cdk-lib/core';
import {
  Distribution,
  HttpVersion,
  IOrigin,
  OriginProtocolPolicy,
  OriginSslPolicy,
  PriceClass,
  SecurityPolicyProtocol,
  VpcOrigin as VpcOriginResource,
  VpcOriginEndpoint,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, VpcOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { AaaaRecord, ARecord, IRecordSet, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { CloudFrontTarget } from 'aws-cdk-lib/aws-route53-targets';
import { Construct } from 'constructs';
import { cachedBehaviors, defaultBehavior, UNCACHED_ERRORS } from './behaviors';
import { allowCloudFront, isInternal } from './origin-access';
import { CDN_CHECKS, PostHogCdnProps } from './posthog-cdn-props';
import { acknowledge } from '../../private/acknowledge';
import { checkProps } from '../../private/checks/check';
import { invalidProp, invalidValue, withPath } from '../../private/errors';
import { regionOf } from '../load-balancer/certificates';
import { checkDomain } from '../load-balancer/domain';

const DEFAULTS = {
  responseTimeout: Duration.minutes(2),
  priceClass: PriceClass.PRICE_CLASS_ALL,
  httpVersion: HttpVersion.HTTP2_AND_3,
  minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
  enableIpv6: true,
};

/** The region of certificates for CloudFront. */
const CERTIFICATE_REGION = 'us-east-1';

/** The time that CloudFront keeps an idle connection, less than the idle timeout of the load balancer: a load balancer must not close it first. */
const KEEP_ALIVE = Duration.seconds(60);

/**
 * An Amazon CloudFront distribution in front of the load balancer of a `PostHogIngress`.
 *
 * Only the files below `/static` and `/array` are cached, for as long as PostHog's own headers say. Everything else is forwarded: all methods,
 * headers, cookies and query strings. Responses stream; live events arrive as they happen.
 *
 * With an internal load balancer, CloudFront connects inside of its VPC (a VPC origin), and no other distribution can. With a public one, the
 * security group of the load balancer allows the addresses of CloudFront, which all of its customers share.
 *
 * `ClientAddress.verified({ cdn: Cdn.cloudFront() })` of the ingress resolves the client IP behind a VPC origin.
 */
export class PostHogCdn extends Construct {
  /** The distribution. */
  public readonly distribution: Distribution;
  /** The VPC origin; undefined for a public load balancer. */
  public readonly vpcOrigin?: VpcOriginResource;
  /** The alias records of the domain names; empty without a hosted zone. */
  public readonly records: IRecordSet[];
  /** The URL that clients use, with the first of the domain names. */
  public readonly url: string;

  public constructor(scope: Construct, id: string, props: PostHogCdnProps) {
    super(scope, id);
    checkProps(this, props, CDN_CHECKS);
    const { ingress } = props;
    const domainNames = props.domainNames ?? [ingress.url.slice('https://'.length)];
    const usesVpcOrigin = withPath(this, () => checkCdn(props, domainNames));
    this.url = `https://${domainNames[0]}`;
    this.vpcOrigin = usesVpcOrigin ? this.defineVpcOrigin(props) : undefined;
    const origin = this.originOf(props);
    this.distribution = new Distribution(this, 'Distribution', {
      comment: 'PostHog CDN: distribution',
      domainNames,
      certificate: props.certificate,
      defaultBehavior: defaultBehavior(origin),
      additionalBehaviors: cachedBehaviors(this, origin),
      errorResponses: [...UNCACHED_ERRORS],
      webAclId: props.webAclArn,
      priceClass: props.priceClass ?? DEFAULTS.priceClass,
      httpVersion: props.httpVersion ?? DEFAULTS.httpVersion,
      minimumProtocolVersion: props.minimumProtocolVersion ?? DEFAULTS.minimumProtocolVersion,
      enableIpv6: props.enableIpv6 ?? DEFAULTS.enableIpv6,
      enableLogging: props.accessLogsBucket !== undefined,
      logBucket: props.accessLogsBucket,
      logFilePrefix: props.accessLogsPrefix,
    });
    allowCloudFront(this, ingress.loadBalancer, props.originPrefixListId);
    this.records = this.defineRecords(props, domainNames);
    this.acknowledgeFindings(props);
  }

  /**
   * Returns a metric of the distribution, in us-east-1, where CloudFront reports them.
   *
   * @param metricName the name of the metric in the namespace AWS/CloudFront
   * @param props other properties of the metric
   */
  public metric(metricName: string, props?: MetricOptions): Metric {
    return this.distribution.metric(metricName, { region: CERTIFICATE_REGION, ...props });
  }

  private defineVpcOrigin({ ingress }: PostHogCdnProps): VpcOriginResource {
    return new VpcOriginResource(this, 'VpcOrigin', {
      endpoint: VpcOriginEndpoint.applicationLoadBalancer(ingress.loadBalancer),
      protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
      originSslProtocols: [OriginSslPolicy.TLS_V1_2],
    });
  }

  /** Returns the origin. Its certificate is checked against the Host header of the request, so the load balancer's is that of the domain name. */
  private originOf({ ingress, responseTimeout = DEFAULTS.responseTimeout }: PostHogCdnProps): IOrigin {
    const { loadBalancerDnsName: domainName } = ingress.loadBalancer;
    const timeouts = {
      readTimeout: responseTimeout,
      keepaliveTimeout: KEEP_ALIVE,
      // CloudFront would send a GET again that had no response in time: a slow query would run three times.
      connectionAttempts: 1,
    };
    return this.vpcOrigin
      ? VpcOrigin.withVpcOrigin(this.vpcOrigin, { ...timeouts, domainName })
      : new HttpOrigin(domainName, { ...timeouts, protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY, originSslProtocols: [OriginSslPolicy.TLS_V1_2] });
  }

  private defineRecords({ domainZone: zone, enableIpv6 = DEFAULTS.enableIpv6 }: PostHogCdnProps, domainNames: readonly string[]): IRecordSet[] {
    if (!zone) {
      return [];
    }
    const target = RecordTarget.fromAlias(new CloudFrontTarget(this.distribution));
    return domainNames.flatMap((name, index) => {
      const suffix = index === 0 ? '' : index + 1;
      // The trailing dot makes the name complete. Without it, the CDK would append the zone's name if either is a token.
      const record = { zone, recordName: `${name}.`, target };
      return [new ARecord(this, `AliasRecord${suffix}`, record), ...(enableIpv6 ? [new AaaaRecord(this, `AliasRecordIpv6${suffix}`, record)] : [])];
    });
  }

  private acknowledgeFindings({ accessLogsBucket, webAclArn }: PostHogCdnProps): void {
    acknowledge(this.distribution, {
      'AwsSolutions-CFR1': 'events come from everywhere',
      ...(webAclArn === undefined ? { 'AwsSolutions-CFR2': 'a web ACL is used on demand: set `webAclArn`' } : {}),
      ...(accessLogsBucket ? {} : { 'AwsSolutions-CFR3': 'access logs are written on demand: set `accessLogsBucket`' }),
    });
  }
}

/** Rejects props that contradict each other or the ingress, and returns whether the origin is in the VPC. */
function checkCdn(
  { ingress, certificate, domainZone, vpcOrigin, accessLogsBucket, accessLogsPrefix }: PostHogCdnProps,
  domainNames: string[],
): boolean {
  const internal = isInternal(ingress.loadBalancer);
  const usesVpcOrigin = vpcOrigin ?? internal;
  if (usesVpcOrigin === undefined) {
    throw invalidProp(
      'vpcOrigin',
      'is required for an imported load balancer',
      'write `vpcOrigin: true` for an internal one, and `false` for a public one',
    );
  }
  if (!usesVpcOrigin && internal) {
    throw invalidValue(
      'vpcOrigin',
      'must not be false for an internal load balancer, which CloudFront cannot reach otherwise',
      vpcOrigin,
      'leave it out',
    );
  }
  if (ingress._isOnInternet) {
    throw invalidProp(
      'ingress',
      'must not accept connections of every address, which would not pass through CloudFront',
      'set `openListener: false` where the ingress is defined',
    );
  }
  if (ingress.records.length > 0) {
    throw invalidProp(
      'ingress',
      'must have no records, because its domain name belongs to the distribution',
      'leave `domainZone` out where the ingress is defined, pass a `certificate` there, and pass `domainZone` here',
    );
  }
  const region = regionOf(certificate);
  if (region !== undefined && !Token.isUnresolved(region) && region !== CERTIFICATE_REGION) {
    throw invalidValue('certificate', `must be in ${CERTIFICATE_REGION}, as all certificates for CloudFront`, region, 'request another one there');
  }
  if (accessLogsPrefix !== undefined && !accessLogsBucket) {
    throw invalidProp('accessLogsPrefix', 'needs `accessLogsBucket`', 'name the bucket, or leave the prefix out');
  }
  domainNames.forEach((domainName) => checkDomain({ domainName, domainZone, certificate }, false));
  return usesVpcOrigin;
}
