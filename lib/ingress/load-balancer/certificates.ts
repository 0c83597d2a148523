import { Arn, ArnFormat, Stack, Token } from 'aws-cdk-lib/core';
import { Certificate, CertificateValidation, CfnCertificate, ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { ApplicationListenerCertificate, IApplicationListener } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { IHostedZone, PrivateHostedZone } from 'aws-cdk-lib/aws-route53';
import { Construct } from 'constructs';
import { Domain } from './domain';
import { invalidProp, invalidValue } from '../../private/errors';
import { shortHash } from '../../private/values';

/**
 * The length of the first name of a certificate.
 *
 * @see https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html (DomainName)
 */
export const MAX_CERTIFICATE_NAME = 64;

/** A further domain name, with the prop that it is from. */
interface NamedDomain extends Domain {
  readonly prop: string;
}

/** Returns whether a hosted zone is certain to be private. */
export function isPrivate(zone: IHostedZone): boolean {
  return zone instanceof PrivateHostedZone;
}

/** Returns the certificate of the props, or a new one that is validated through the hosted zone. */
export function certificateFor(scope: Construct, domain: Domain): ICertificate {
  if (domain.certificate) {
    checkCertificate(scope, domain.certificate, domain.domainName);
  } else if (!Token.isUnresolved(domain.domainName) && domain.domainName.length > MAX_CERTIFICATE_NAME) {
    throw invalidValue(
      'domainName',
      `must have ${MAX_CERTIFICATE_NAME} characters or less for a new certificate, and has ${domain.domainName.length}`,
      domain.domainName,
      'pass a `certificate` with a shorter first name and this one among its `subjectAlternativeNames`',
    );
  }
  if (!domain.certificate && domain.domainZone && isPrivate(domain.domainZone)) {
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

/**
 * Adds the certificates of further names to a listener, which chooses among them by SNI, and returns them.
 *
 * The certificate of the primary name has no further names: CloudFormation would replace it with every change of them, and wait for the validation of
 * all. New ones share a second certificate.
 *
 * @param scope the ingress
 * @param listener the listener
 * @param names the further names
 * @param primary the certificate of the primary name
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/https-listener-certificates.html
 */
export function addCertificates(
  scope: Construct,
  listener: IApplicationListener,
  names: readonly NamedDomain[],
  primary: ICertificate,
): ICertificate[] {
  const given = new Map<string, ICertificate>();
  for (const { prop, domainName, certificate } of names) {
    if (certificate) {
      checkCertificate(scope, certificate, domainName, `${prop}.`);
      given.set(keyOf(certificate), certificate);
    }
  }
  // It is the default certificate of the listener.
  given.delete(keyOf(primary));
  const created = certificateOf(
    scope,
    names.filter(({ certificate, domainName }) => !certificate && !isFor(primary, domainName)),
  );
  const attach = (id: string, certificate: ICertificate) => new ApplicationListenerCertificate(scope, id, { listener, certificates: [certificate] });
  // The id is that of the certificate and not that of a name: to remove one of two names must not take the certificate from the other.
  given.forEach((certificate, key) => attach(`ListenerCertificate${shortHash(key)}`, certificate));
  if (created) {
    attach('FurtherNamesListenerCertificate', created);
  }
  return [...given.values(), ...(created ? [created] : [])];
}

/** Returns a new certificate for names, which is validated through their zones; undefined without names. */
function certificateOf(scope: Construct, names: readonly NamedDomain[]): ICertificate | undefined {
  if (names.length === 0) {
    return undefined;
  }
  const [first, ...others] = names.map(({ domainName }) => domainName);
  return new Certificate(scope, 'FurtherNamesCertificate', {
    domainName: first,
    subjectAlternativeNames: others.length > 0 ? others : undefined,
    validation: CertificateValidation.fromDnsMultiZone(
      Object.fromEntries(names.flatMap(({ domainName, domainZone }) => (domainZone ? [[domainName, domainZone]] : []))),
    ),
  });
}

/** Returns a text that is the same for the same certificate: its ARN, or the path of its construct if that is not known yet. */
function keyOf({ certificateArn, node }: ICertificate): string {
  return Token.isUnresolved(certificateArn) ? node.path : certificateArn;
}

/** Refuses a certificate of another region, and one that the same app defines for other names. */
function checkCertificate(scope: Construct, certificate: ICertificate, domainName: string, prefix = ''): void {
  const region = regionOf(certificate);
  const own = Stack.of(scope).region;
  if (region !== undefined && !Token.isUnresolved(region) && !Token.isUnresolved(own) && region !== own) {
    throw invalidValue(
      `${prefix}certificate`,
      `must be in the region of the stack, ${own}`,
      region,
      'request one there; one in us-east-1 serves CloudFront only',
    );
  }
  const known = knownNames(certificate);
  if (known && !Token.isUnresolved(domainName) && !covers(known, domainName)) {
    throw invalidValue(
      `${prefix}certificate`,
      `must be for ${domainName}`,
      known,
      'add the name to its `subjectAlternativeNames`, or pass another certificate',
    );
  }
}

/** Returns whether a certificate is certain to be for a name. The names of a certificate of another app are not known at synthesis. */
export function isFor(certificate: ICertificate, domainName: string): boolean {
  const known = knownNames(certificate);
  return known !== undefined && !Token.isUnresolved(domainName) && covers(known, domainName);
}

function knownNames(certificate: ICertificate): string[] | undefined {
  const definition = certificate.node.defaultChild;
  if (!(definition instanceof CfnCertificate)) {
    return undefined;
  }
  const names: unknown = Stack.of(certificate).resolve([definition.domainName, ...(definition.subjectAlternativeNames ?? [])]);
  return Array.isArray(names) && names.every((name): name is string => typeof name === 'string') ? names : undefined;
}

/**
 * Returns whether one of the names of a certificate is that of a host, or a wildcard for it.
 *
 * @see https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate-characteristics.html (a wildcard stands for one label)
 */
function covers(names: readonly string[], domainName: string): boolean {
  const parent = domainName.slice(domainName.indexOf('.') + 1);
  return names.some((name) => name.toLowerCase() === domainName || name.toLowerCase() === `*.${parent}`);
}

/** Returns the region in a certificate's ARN, or that of its stack if the ARN is not known yet. */
export function regionOf(certificate: ICertificate): string | undefined {
  const { certificateArn } = certificate;
  return Token.isUnresolved(certificateArn) ? certificate.env.region : Arn.split(certificateArn, ArnFormat.SLASH_RESOURCE_NAME).region;
}
