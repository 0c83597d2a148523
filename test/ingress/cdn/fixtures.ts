import { Certificate, ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Construct } from 'constructs';
import { AppAccess, PostHogCdn, PostHogCdnProps, PostHogIngressProps } from '../../../lib';
import { newIngress } from '../fixtures';

/** A certificate for CloudFront. */
export function cdnCertificate(scope: Construct, region = 'us-east-1'): ICertificate {
  return Certificate.fromCertificateArn(
    scope,
    'CdnCertificate',
    `arn:aws:acm:${region}:111122223333:certificate/11111111-2222-3333-4444-555555555555`,
  );
}

/** The props of an ingress that a distribution can be in front of. */
export const FOR_CDN: Partial<PostHogIngressProps> = { publicLoadBalancer: false, openListener: false, appAccess: AppAccess.nobody() };

/** A distribution in front of an internal load balancer, or of another one. */
export function newCdn(
  scope: Construct,
  props: Partial<PostHogCdnProps> = {},
  ingressProps: Partial<PostHogIngressProps> = {},
  id = 'Cdn',
): PostHogCdn {
  const given = new Construct(scope, `${id}Given`);
  const ingress = props.ingress ?? newIngress(given, { ...FOR_CDN, ...ingressProps });
  return new PostHogCdn(scope, id, { ingress, certificate: props.certificate ?? cdnCertificate(given), ...props });
}
