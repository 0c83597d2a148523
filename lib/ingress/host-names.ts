import { Token } from 'aws-cdk-lib/core';
import { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { IHostedZone } from 'aws-cdk-lib/aws-route53';
import { isFor, isPrivate, MAX_CERTIFICATE_NAME } from './load-balancer/certificates';
import { checkZone, Domain, isInZone, zoneNameOf } from './load-balancer/domain';
import { certificate, hostedZone } from '../private/checks/cdk';
import { Check, Checks, listOf, required, struct } from '../private/checks/check';
import { anyText } from '../private/checks/values';
import { checkDomainName } from '../private/domain-name';
import { invalidProp, invalidValue } from '../private/errors';

/**
 * A further host name of a PostHog, with its hosted zone and its certificate.
 */
export interface DomainNameOptions {
  /** The host name: one fully qualified name in lower case, such as `analytics.example.com`. */
  readonly domainName: string;
  /**
   * The hosted zone of the name. Alias records are created in it, and a certificate unless you pass one. A private zone requires `certificate`.
   *
   * @default - `domainZone` of the PostHog if the name is in it; otherwise no records are created
   */
  readonly domainZone?: IHostedZone;
  /**
   * The certificate for the name, in the region of the stack. It can be the one of another name. Cannot be set with `listener`.
   *
   * @default - `certificate` of the PostHog if the same app defines it for this name too; otherwise one certificate for all further names, which is
   * validated through their zones
   */
  readonly certificate?: ICertificate;
}

/** A further host name with its defaults applied. */
export interface FurtherName extends Domain {
  /** The prop that it is from, such as `additionalDomainNames[0]`. */
  readonly prop: string;
  /** The construct id of its resources: the name itself, so that they are independent of all other names. */
  readonly id: string;
}

/** The props with further host names. */
const KINDS = ['additionalDomainNames', 'ingestionDomainNames'] as const;

/** The largest number of names of each kind: each one is a value of rule conditions, which have five together. */
const MAX_NAMES = 3;

/** The props of an ingress that its host names follow from. */
interface NamedProps extends Domain {
  readonly additionalDomainNames?: DomainNameOptions[];
  readonly ingestionDomainNames?: DomainNameOptions[];
}

const furtherName: Check = (prop, value) => {
  anyText(prop, value);
  if (!Token.isUnresolved(value) && (value as string).includes('*')) {
    throw invalidValue(prop, 'must not be a wildcard: PostHog compares host names', value, 'name each host');
  }
  checkDomainName(prop, value as string);
};

const DOMAIN_NAME_CHECKS: Checks<DomainNameOptions> = {
  domainName: required(furtherName, 'the host name, such as analytics.example.com'),
  domainZone: hostedZone,
  certificate,
};

const namesCheck = listOf(struct(DOMAIN_NAME_CHECKS));

/** Checks the form of a list of further host names. */
export const domainNames: Check = (prop, value) => {
  namesCheck(prop, value);
  const { length } = value as readonly unknown[];
  if (length > MAX_NAMES) {
    throw invalidProp(prop, `may contain at most ${MAX_NAMES} names, not ${length}, because the conditions of a listener rule have few values`);
  }
};

/** The props of ingresses whose primary name is one for ingestion. */
const INGESTION_ONLY = new WeakSet<object>();

/**
 * Marks the props of an ingress whose primary name is one for ingestion, and returns them. Its record has the construct id that it has as a further
 * name, so that it stays if the primary one is removed.
 */
export function asIngestionOnly<T extends NamedProps>(props: T): T {
  INGESTION_ONLY.add(props);
  return props;
}

/** Returns whether the primary name of an ingress is one for ingestion. */
export function isIngestionOnly(props: NamedProps): boolean {
  return INGESTION_ONLY.has(props);
}

/** Returns the construct id of the resources of a further name: the name itself, unless that is a token, which no id can be. */
export function idOf(domainName: string, prop: string): string {
  return Token.isUnresolved(domainName) ? prop.replace(/\W/g, '') : domainName;
}

/** Returns the further host names, each with the zone of its records. */
export function furtherNamesOf(props: NamedProps): FurtherName[] {
  return KINDS.flatMap((kind) =>
    (props[kind] ?? []).map((name, index): FurtherName => ({
      ...name,
      prop: `${kind}[${index}]`,
      id: idOf(name.domainName, `${kind}[${index}]`),
      domainZone: name.domainZone ?? sharedZone(name.domainName, props.domainZone),
    })),
  );
}

/** Returns the zone of the primary name if it is certain to contain a further one. */
function sharedZone(domainName: string, zone: IHostedZone | undefined): IHostedZone | undefined {
  const zoneName = zone && zoneNameOf('domainZone', zone);
  const isKnown = zoneName !== undefined && !Token.isUnresolved(zoneName) && !Token.isUnresolved(domainName);
  return isKnown && isInZone(domainName, zoneName) ? zone : undefined;
}

/**
 * Checks that further host names differ, are in their zones, and that each has a certificate or can get one.
 *
 * @param props the props of the ingress
 * @param needsCertificate whether the load balancer is created here and therefore needs certificates
 */
export function checkFurtherNames(props: NamedProps, needsCertificate: boolean): void {
  checkDistinctNames(props);
  for (const name of furtherNamesOf(props)) {
    checkZone(name, `${name.prop}.`);
    if (needsCertificate) {
      checkCertificate(name, props.certificate);
    } else if (name.certificate) {
      throw invalidProp(
        `${name.prop}.certificate`,
        'cannot be set with `listener`, because it belongs to the existing load balancer',
        'add it to the listener where that is defined',
      );
    }
  }
}

/** Refuses a host name that several props have. */
export function checkDistinctNames(props: NamedProps): void {
  const names = furtherNamesOf(props);
  names.forEach(({ prop, domainName }, index) => {
    const same = domainName === props.domainName ? 'domainName' : names.slice(0, index).find((other) => other.domainName === domainName)?.prop;
    if (same !== undefined) {
      throw invalidValue(`${prop}.domainName`, `must be a name that no other prop has, and \`${same}\` has it`, domainName, 'remove one of the two');
    }
  });
}

function checkCertificate({ prop, domainName, domainZone, certificate: given }: FurtherName, primary: ICertificate | undefined): void {
  if (given || (primary && isFor(primary, domainName))) {
    return;
  }
  if (domainZone && isPrivate(domainZone)) {
    throw invalidProp(
      `${prop}.certificate`,
      'is required with a private hosted zone, because the certificate authority cannot see records in it',
      primary && 'pass `certificate` here too if it is for this name',
    );
  }
  if (!domainZone) {
    throw invalidProp(
      prop,
      'needs `domainZone` or `certificate`, because the load balancer terminates TLS',
      'pass the hosted zone of the name, or a certificate for it in the region of the stack' +
        (primary ? ', which can be that of the prop `certificate`' : ''),
    );
  }
  if (!Token.isUnresolved(domainName) && domainName.length > MAX_CERTIFICATE_NAME) {
    throw invalidValue(
      `${prop}.domainName`,
      `must have ${MAX_CERTIFICATE_NAME} characters or less for a new certificate, and has ${domainName.length}`,
      domainName,
      'pass a `certificate` for it',
    );
  }
}
