import { Arn, ArnFormat, Stack, Token } from 'aws-cdk-lib/core';
import { Certificate, CertificateValidation, ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { IApplicationLoadBalancer, IpAddressType } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { AaaaRecord, ARecord, IHostedZone, PrivateHostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { LoadBalancerTarget } from 'aws-cdk-lib/aws-route53-targets';
import { Construct } from 'constructs';
import { checkDomainName } from '../../private/domain-name';
import { rejected } from '../../private/errors';

/** The name that visitors use, and what proves that it is ours. */
export interface Domain {
  readonly domainName: string;
  readonly domainZone?: IHostedZone;
  readonly certificate?: ICertificate;
}

/**
 * Checks that the name is a name, and that there is a way to a certificate for it.
 *
 * @param domain the name
 * @param needsCertificate whether the load balancer is ours, and so must be told
 */
export function checkDomain(domain: Domain, needsCertificate: boolean): void {
  checkDomainName('domainName', domain.domainName);
  if (needsCertificate && !domain.domainZone && !domain.certificate) {
    throw rejected('domainZone', 'or `certificate` must be given, because the load balancer ends TLS', 'neither',
      'give the hosted zone that the domain name lies in, or a certificate for it in the stack\'s own region');
  }
  const zoneName = domain.domainZone?.zoneName.replace(/\.$/, '');
  if (zoneName === undefined || Token.isUnresolved(zoneName) || Token.isUnresolved(domain.domainName)) {
    return;
  }
  if (domain.domainName !== zoneName && !domain.domainName.endsWith(`.${zoneName}`)) {
    throw rejected('domainName', `must lie in the hosted zone ${zoneName}`, domain.domainName, 'give the zone of this name, or a name of this zone');
  }
}

/** The certificate that was given, or one that the hosted zone vouches for. */
export function certificateFor(scope: Construct, domain: Domain): ICertificate {
  const region = domain.certificate && regionOf(domain.certificate);
  const own = Stack.of(scope).region;
  if (region !== undefined && !Token.isUnresolved(region) && !Token.isUnresolved(own) && region !== own) {
    throw rejected('certificate', `must be in the region of the stack, ${own}`, region, 'request one there; one in us-east-1 serves CloudFront only');
  }
  if (!domain.certificate && domain.domainZone instanceof PrivateHostedZone) {
    throw rejected('certificate', 'must be given with a private hosted zone, because the certificate authority cannot see records in it', 'none');
  }
  return domain.certificate ?? new Certificate(scope, 'Certificate', {
    domainName: domain.domainName,
    validation: CertificateValidation.fromDns(domain.domainZone),
  });
}

/** The region that a certificate's ARN names, or where the ARN is not known yet, that of its stack. */
function regionOf(certificate: ICertificate): string | undefined {
  const { certificateArn } = certificate;
  return Token.isUnresolved(certificateArn) ? certificate.env.region : Arn.split(certificateArn, ArnFormat.SLASH_RESOURCE_NAME).region;
}

/** Points the name at the load balancer; without a hosted zone that is the user's to do. */
export function defineRecords(scope: Construct, domain: Domain, loadBalancer: IApplicationLoadBalancer, ipAddressType: IpAddressType): void {
  if (!domain.domainZone) {
    return;
  }
  // With the dot at its end the name is complete; without, the CDK would add the zone's where either is not known yet.
  const record = { zone: domain.domainZone, recordName: `${domain.domainName}.`, target: RecordTarget.fromAlias(new LoadBalancerTarget(loadBalancer)) };
  if (ipAddressType !== IpAddressType.DUAL_STACK_WITHOUT_PUBLIC_IPV4) {
    new ARecord(scope, 'AliasRecord', record);
  }
  if (ipAddressType !== IpAddressType.IPV4) {
    new AaaaRecord(scope, 'AliasRecordIpv6', record);
  }
}
