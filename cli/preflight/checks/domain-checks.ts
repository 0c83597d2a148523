import { AccountContext, named } from './context';
import { CloudFormationTemplate, listenersOf, ofType } from '../../alb/template';
import { CheckResult, fail, NamedCheckResult, pass, warning } from '../../doctor/check';
import { covers } from '../../doctor/deployment/domain';
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
  const results = [
    ...certificates.map((arn) => named('certificate', `the certificate ${arn}`, () => certificateResults(context, arn, hosts))),
    ...[...zones].map(([id, names]) => named('zone', `the hosted zone ${id}`, () => zoneResults(context, id, names))),
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

async function certificateResults({ api, region }: AccountContext, arn: string, hosts: readonly string[]): Promise<CheckResult[]> {
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
  const uncovered = hosts.filter((host) => !SubjectAlternativeNames.some((name) => covers(name, host)));
  return uncovered.length > 0
    ? [fail(`the certificate covers ${SubjectAlternativeNames.join(', ')}, not ${uncovered.join(', ')}`, 'request one for these names')]
    : [pass(`the certificate for ${DomainName} is ISSUED${hosts.length > 0 ? `, and covers ${hosts.join(', ')}` : ''}`)];
}

async function zoneResults({ api, resolveNs }: AccountContext, id: string, names: readonly string[]): Promise<CheckResult[]> {
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
