import { Token } from 'aws-cdk-lib/core';
import { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { IHostedZone } from 'aws-cdk-lib/aws-route53';
import { checkDomainName } from '../../private/domain-name';
import { invalidValue } from '../../private/errors';

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
  checkZone(domain);
}

/**
 * Checks that a domain name is in its hosted zone, as far as both are known.
 *
 * @param domain the domain
 * @param prefix the prefix of its props in errors
 */
export function checkZone(domain: Domain, prefix = ''): void {
  const { domainName, domainZone } = domain;
  const zoneName = domainZone && zoneNameOf(`${prefix}domainZone`, domainZone);
  if (zoneName === undefined || Token.isUnresolved(zoneName) || Token.isUnresolved(domainName)) {
    return;
  }
  if (!isInZone(domainName, zoneName)) {
    throw invalidValue(
      `${prefix}domainName`,
      `must be in the hosted zone ${zoneName}`,
      domainName,
      'give the zone of this name, or a name of this zone',
    );
  }
}

/** Returns whether a domain name is that of a zone, or below it. */
export function isInZone(domainName: string, zoneName: string): boolean {
  return domainName === zoneName || domainName.endsWith(`.${zoneName}`);
}

/** Returns the name of a hosted zone, without a trailing dot. The CDK's own error for a zone that was imported without it does not name the prop. */
export function zoneNameOf(prop: string, zone: IHostedZone): string {
  let name: string;
  try {
    name = zone.zoneName;
  } catch {
    throw invalidValue(
      prop,
      'must have a name, which is needed for the records',
      zone,
      'import it with HostedZone.fromHostedZoneAttributes() or HostedZone.fromLookup()',
    );
  }
  return name.replace(/\.$/, '');
}
