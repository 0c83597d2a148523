import { AccountContext, named } from './context';
import { CloudFormationTemplate, listenersOf, ofType } from '../../alb/template';
import { CheckResult, fail, NamedCheckResult, pass, warning } from '../../doctor/check';
import { covers } from '../../doctor/deployment/domain';
import { referencesOf } from '../../updates/replacement';
import { SynthesisedStack } from '../../template/stacks';
import { httpsListeners } from '../../template/template-file';
import { ingressesOf } from '../../template/template-ingress';

/** `arn:PARTITION:acm:REGION:ACCOUNT:certificate/ID` */
const CERTIFICATE_ARN = /^arn:[^:]+:acm:(?<region>[^:]+):/;

/** The error codes of DNS for a name without name servers. Others mean that the DNS did not answer. */
const NO_NAME_SERVERS = ['ENOTFOUND', 'ENODATA'];

/** Checks the existing certificates and hosted zones that the stacks use. */
export async function domainChecks(context: AccountContext): Promise<NamedCheckResult[]> {
  const hosts = [...new Set(context.stacks.flatMap(hostsOf))];
  const certificates = [...new Set(context.templates.flatMap(certificatesOf))];
  const zones = zonesOf(context.templates);
  const internal = new Set(context.templates.flatMap(internalZones));
  // Several certificates cover the host names together: the listener chooses among them.
  const requested = context.templates.flatMap(requestedNames);
  const covered = certificates.length > 1 ? await coveredNames(context, certificates) : [];
  const open = hosts.filter((host) => ![...requested, ...covered].some((name) => covers(name, host)));
  const results = [
    ...certificates.map((arn) => named('certificate', `the certificate ${arn}`, () => certificateResults(context, arn, { hosts, open }))),
    ...[...zones].map(([id, names]) =>
      named('zone', `the hosted zone ${id}`, () => zoneResults(context, id, { names, isInternal: internal.has(id) })),
    ),
  ];
  return (await Promise.all(results)).flat();
}

function hostsOf(stack: SynthesisedStack): string[] {
  return httpsListeners(listenersOf(stack.template)).length === 0 ? [] : ingressesOf(stack).flatMap(({ hosts }) => [...hosts]);
}

/** Returns the ARNs of existing certificates. Those that a template requests are references. */
function certificatesOf(template: CloudFormationTemplate): string[] {
  return ['AWS::ElasticLoadBalancingV2::Listener', 'AWS::ElasticLoadBalancingV2::ListenerCertificate']
    .flatMap((type) => ofType<{ Certificates?: readonly { readonly CertificateArn?: unknown }[] }>(template, type))
    .flatMap(([, { Certificates = [] }]) => Certificates.map(({ CertificateArn }) => CertificateArn))
    .filter((arn) => typeof arn === 'string');
}

/** Returns the names of the certificates that a template requests. */
function requestedNames(template: CloudFormationTemplate): string[] {
  return ofType<{ DomainName?: unknown; SubjectAlternativeNames?: readonly unknown[] }>(template, 'AWS::CertificateManager::Certificate')
    .flatMap(([, { DomainName, SubjectAlternativeNames = [] }]) => [DomainName, ...SubjectAlternativeNames])
    .filter((name) => typeof name === 'string');
}

/** Returns the names of existing certificates. One that cannot be described has none here; its own check reports why. */
async function coveredNames({ api }: AccountContext, arns: readonly string[]): Promise<string[]> {
  const described = await Promise.allSettled(arns.map((arn) => api.certificate(arn)));
  return described.flatMap((one) => (one.status === 'fulfilled' ? (one.value?.SubjectAlternativeNames ?? []) : []));
}

/** The host names of an app, and those of them that no other certificate covers. */
interface WantedNames {
  readonly hosts: readonly string[];
  readonly open: readonly string[];
}

/** Returns the names for which existing hosted zones get records, by the zone's id. */
function zonesOf(templates: readonly CloudFormationTemplate[]): Map<string, string[]> {
  const zones = new Map<string, string[]>();
  const add = (id: unknown, name: unknown) => {
    if (typeof id === 'string' && typeof name === 'string') {
      zones.set(id, [...new Set([...(zones.get(id) ?? []), name.replace(/\.$/, '')])]);
    }
  };
  for (const template of templates) {
    ofType<{ HostedZoneId?: unknown; Name?: unknown }>(template, 'AWS::Route53::RecordSet').forEach(([, { HostedZoneId, Name }]) =>
      add(HostedZoneId, Name),
    );
    ofType<{ DomainValidationOptions?: readonly { HostedZoneId?: unknown; DomainName?: unknown }[] }>(
      template,
      'AWS::CertificateManager::Certificate',
    ).forEach(([, { DomainValidationOptions = [] }]) =>
      DomainValidationOptions.forEach(({ HostedZoneId, DomainName }) => add(HostedZoneId, DomainName)),
    );
  }
  return zones;
}

/** Returns the hosted zones in which a template has names of internal load balancers only, which may be private. */
function internalZones(template: CloudFormationTemplate): string[] {
  const internal = ofType<{ Scheme?: unknown }>(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer')
    .filter(([, { Scheme }]) => Scheme === 'internal')
    .map(([id]) => id);
  const records = ofType<{ HostedZoneId?: unknown; AliasTarget?: unknown }>(template, 'AWS::Route53::RecordSet').map(([, record]) => record);
  const validating = ofType<{ DomainValidationOptions?: readonly { HostedZoneId?: unknown }[] }>(
    template,
    'AWS::CertificateManager::Certificate',
  ).flatMap(([, { DomainValidationOptions = [] }]) => DomainValidationOptions.map(({ HostedZoneId }) => HostedZoneId));
  const zones = records.map(({ HostedZoneId }) => HostedZoneId).filter((id): id is string => typeof id === 'string' && !validating.includes(id));
  return zones.filter((id) =>
    records
      .filter(({ HostedZoneId }) => HostedZoneId === id)
      .every(({ AliasTarget }) => referencesOf(AliasTarget).some((target) => internal.includes(target))),
  );
}

async function certificateResults({ api, region }: AccountContext, arn: string, { hosts, open }: WantedNames): Promise<CheckResult[]> {
  const own = CERTIFICATE_ARN.exec(arn)?.groups?.region;
  if (own !== region) {
    return [fail(`the certificate ${arn} is in ${own}, and the load balancer in ${region}`, `request or import it in ${region}`)];
  }
  const certificate = await api.certificate(arn);
  if (!certificate) {
    return [fail(`there is no certificate ${arn}`, 'pass the ARN of an existing certificate, or a hosted zone')];
  }
  const { Status = 'without a status', SubjectAlternativeNames = [], DomainName } = certificate;
  if (Status !== 'ISSUED') {
    const fix =
      Status === 'PENDING_VALIDATION'
        ? `create the DNS record in aws acm describe-certificate --certificate-arn ${arn} --region ${region}`
        : 'request another';
    return [fail(`the certificate for ${DomainName} is ${Status}, not ISSUED`, fix)];
  }
  const isCovered = (host: string) => SubjectAlternativeNames.some((name) => covers(name, host));
  const uncovered = open.filter((host) => !isCovered(host));
  const covering = hosts.filter(isCovered);
  return uncovered.length > 0
    ? [fail(`the certificate covers ${SubjectAlternativeNames.join(', ')}, not ${uncovered.join(', ')}`, 'request one for these names')]
    : [pass(`the certificate for ${DomainName} is ISSUED${covering.length > 0 ? `, and covers ${covering.join(', ')}` : ''}`)];
}

/** The names that a hosted zone gets records for. */
interface ZoneNames {
  readonly names: readonly string[];
  /** Indicates whether all are names of internal load balancers. */
  readonly isInternal: boolean;
}

async function zoneResults({ api, resolveNs }: AccountContext, id: string, { names, isInternal }: ZoneNames): Promise<CheckResult[]> {
  const found = await api.hostedZone(id);
  const zone = found?.HostedZone?.Name?.replace(/\.$/, '');
  if (zone === undefined) {
    return [fail(`there is no hosted zone ${id}`, 'pass an existing zone: aws route53 list-hosted-zones')];
  }
  const outside = names.filter((name) => name !== zone && !name.endsWith(`.${zone}`));
  if (outside.length > 0) {
    return [fail(`the hosted zone ${id} is ${zone}, which does not contain ${outside.join(', ')}`, 'pass the zone of these names')];
  }
  if (found?.HostedZone?.Config?.PrivateZone) {
    if (isInternal) {
      return [pass(`the hosted zone ${zone} exists and is private; its records are those of an internal load balancer`)];
    }
    return [
      fail(
        `the hosted zone ${zone} is private: clients on the internet do not see its records, and ACM cannot validate a certificate`,
        'pass a public zone',
      ),
    ];
  }
  return [await delegationResult(zone, found?.DelegationSet?.NameServers ?? [], resolveNs)];
}

/** Checks that the parent domain delegates a zone to Route 53. Without it, a deployment waits hours for the validation of its certificate. */
async function delegationResult(zone: string, expected: readonly string[], resolveNs: AccountContext['resolveNs']): Promise<CheckResult> {
  const fix = `at the registrar or in the parent zone, set the name servers of ${zone} to ${expected.join(', ')}`;
  let actual: string[];
  try {
    actual = (await resolveNs(zone)).map((name) => name.toLowerCase());
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    return NO_NAME_SERVERS.includes(code) && (await answers(resolveNs, zone.split('.').at(-1)!))
      ? fail(`the hosted zone ${zone} exists, but no name servers are published for it`, fix)
      : warning(
          `the hosted zone ${zone} exists; whether it is delegated is unknown, because the DNS did not answer here (${code})`,
          `dig NS ${zone}`,
        );
  }
  return expected.some((name) => actual.includes(name.toLowerCase()))
    ? pass(`the hosted zone ${zone} exists and is delegated`)
    : fail(`the hosted zone ${zone} exists, but its name servers are ${actual.join(', ')}`, fix);
}

/** Returns whether the DNS answers for a top-level domain. A network without access to the public DNS reports every name as missing. */
async function answers(resolveNs: AccountContext['resolveNs'], topLevelDomain: string): Promise<boolean> {
  try {
    return (await resolveNs(topLevelDomain)).length > 0;
  } catch {
    return false;
  }
}
