import { Arn, ArnFormat, Stack, Token } from 'aws-cdk-lib/core';
import { Certificate, CertificateValidation, CfnCertificate, ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { IApplicationLoadBalancer, IpAddressType } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { AaaaRecord, ARecord, IHostedZone, IRecordSet, PrivateHostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { LoadBalancerTarget } from 'aws-cdk-lib/aws-route53-targets';
import { Construct } from 'constructs';
import { checkDomainName } from '../../private/domain-name';
import { invalidProp, invalidValue } from '../../private/errors';

/**
 * The length of the first name of a certificate.
 *
 * @see https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html (DomainName)
 */
const MAX_CERTIFICATE_NAME = 64;

/** A domain name, with its hosted zone and its certificate. */
export interface Domain {
  readonly domainName: string;
  readonly domainZone?: IHostedZone;
  readonly certificate?: ICertificate;
}

/**
 * Checks that the domain name is valid, and that a certificate for it exists or can be created.
 *
 * @param domain the domain
 * @param needsCertificate whether the load balancer is created here and therefore needs a certificate
 */
export function checkDomain(domain: Domain, needsCertificate: boolean): void {
  checkDomainName('domainName', domain.domainName);
  if (needsCertificate && !domain.domainZone && !domain.certificate) {
    throw new Error(
      '`domainZone` or `certificate` is required, because the load balancer terminates TLS; ' +
        'pass the hosted zone of the domain name, or a certificate for it in the region of the stack',
    );
  }
  const zoneName = domain.domainZone && nameOf(domain.domainZone).replace(/\.$/, '');
  if (zoneName === undefined || Token.isUnresolved(zoneName) || Token.isUnresolved(domain.domainName)) {
    return;
  }
  if (domain.domainName !== zoneName && !domain.domainName.endsWith(`.${zoneName}`)) {
    throw invalidValue(
      'domainName',
      `must be in the hosted zone ${zoneName}`,
      domain.domainName,
      'give the zone of this name, or a name of this zone',
    );
  }
}

/** Returns the name of a hosted zone. The CDK's own error for a zone that was imported without it does not name the prop. */
function nameOf(zone: IHostedZone): string {
  try {
    return zone.zoneName;
  } catch {
    throw invalidValue(
      'domainZone',
      'must have a name, which is needed for the records',
      zone,
      'import it with HostedZone.fromHostedZoneAttributes() or HostedZone.fromLookup()',
    );
  }
}

/**
 * Refuses a certificate that the same app defines for other names. The names of any other certificate are not known at synthesis.
 *
 * @see https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate-characteristics.html (a wildcard stands for one label)
 */
function checkCertificateNames(certificate: ICertificate, domainName: string): void {
  const definition = certificate.node.defaultChild;
  if (!(definition instanceof CfnCertificate) || Token.isUnresolved(domainName)) {
    return;
  }
  const names: unknown = Stack.of(certificate).resolve([definition.domainName, ...(definition.subjectAlternativeNames ?? [])]);
  const known = Array.isArray(names) && names.every((name): name is string => typeof name === 'string') ? names : undefined;
  const parent = domainName.slice(domainName.indexOf('.') + 1);
  if (known && !known.some((name) => name.toLowerCase() === domainName || name.toLowerCase() === `*.${parent}`)) {
    throw invalidValue(
      'certificate',
      `must be for ${domainName}`,
      known,
      'add the name to its `subjectAlternativeNames`, or pass another certificate',
    );
  }
}

/** Returns the certificate of the props, or a new one that is validated through the hosted zone. */
export function certificateFor(scope: Construct, domain: Domain): ICertificate {
  const region = domain.certificate && regionOf(domain.certificate);
  const own = Stack.of(scope).region;
  if (region !== undefined && !Token.isUnresolved(region) && !Token.isUnresolved(own) && region !== own) {
    throw invalidValue(
      'certificate',
      `must be in the region of the stack, ${own}`,
      region,
      'request one there; one in us-east-1 serves CloudFront only',
    );
  }
  if (domain.certificate) {
    checkCertificateNames(domain.certificate, domain.domainName);
  } else if (!Token.isUnresolved(domain.domainName) && domain.domainName.length > MAX_CERTIFICATE_NAME) {
    throw invalidValue(
      'domainName',
      `must have ${MAX_CERTIFICATE_NAME} characters or less for a new certificate, and has ${domain.domainName.length}`,
      domain.domainName,
      'pass a `certificate` with a shorter first name and this one among its `subjectAlternativeNames`',
    );
  }
  if (!domain.certificate && domain.domainZone instanceof PrivateHostedZone) {
    throw invalidProp('certificate', 'is required with a private hosted zone, because the certificate authority cannot see records in it');
  }
  return (
    domain.certificate ??
    new Certificate(scope, 'Certificate', {
      domainName: domain.domainName,
      validation: CertificateValidation.fromDns(domain.domainZone),
    })
  );
}

/** Returns the region in a certificate's ARN, or that of its stack if the ARN is not known yet. */
function regionOf(certificate: ICertificate): string | undefined {
  const { certificateArn } = certificate;
  return Token.isUnresolved(certificateArn) ? certificate.env.region : Arn.split(certificateArn, ArnFormat.SLASH_RESOURCE_NAME).region;
}

/** Defines the alias records for the load balancer, and returns them. Without a hosted zone, users have to create them. */
export function defineRecords(scope: Construct, domain: Domain, loadBalancer: IApplicationLoadBalancer, ipAddressType: IpAddressType): IRecordSet[] {
  if (!domain.domainZone) {
    return [];
  }
  // The trailing dot makes the name complete. Without it, the CDK would append the zone's name if either is a token.
  const record = {
    zone: domain.domainZone,
    recordName: `${domain.domainName}.`,
    target: RecordTarget.fromAlias(new LoadBalancerTarget(loadBalancer)),
  };
  return [
    ...(ipAddressType === IpAddressType.DUAL_STACK_WITHOUT_PUBLIC_IPV4 ? [] : [new ARecord(scope, 'AliasRecord', record)]),
    ...(ipAddressType === IpAddressType.IPV4 ? [] : [new AaaaRecord(scope, 'AliasRecordIpv6', record)]),
  ];
}
