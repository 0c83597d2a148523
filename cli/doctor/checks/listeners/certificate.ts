import { CheckContext, CheckResult, fail, pass, some, unknown } from '../../check';
import { Certificate, CertificateDetails } from '../../deployment/deployment';
import { isUnavailable } from '../../../aws/loaded';
import { covers } from '../../deployment/domain';
import { tlsListener } from '../../deployment/deployed-ingress';

const DAY = 24 * 60 * 60 * 1000;

/** ACM renews 60 days before expiry. An imported certificate fails this long before it. */
const FEWEST_DAYS = 14;

const RENEWS = 'keep the DNS validation record, so that ACM can renew: see `aws acm describe-certificate`';
const IMPORTS = 'import a renewed certificate under the same ARN (aws acm import-certificate), or use one that ACM issues';

/** Checks that the listener has a valid certificate for the host. */
export function checkCertificate({ deployment, host, now }: CheckContext): CheckResult[] {
  const listener = tlsListener(deployment);
  if (!listener) {
    return [];
  }
  if (isUnavailable(listener.certificates)) {
    return [unknown("the listener's certificates", listener.certificates)];
  }
  const arns = listener.certificates;
  const attached = deployment.certificates.filter(({ arn }) => arns.includes(arn));
  const unavailable = attached.flatMap(({ arn, details }) => (isUnavailable(details) ? [unknown(`the certificate ${arn}`, details)] : []));
  // A shared listener also has the certificates of other applications.
  const ours = attached.flatMap(({ arn, details }) => (!isUnavailable(details) && isFor(details, host) ? [{ arn, details }] : []));
  if (ours.length === 0) {
    return unavailable.length > 0
      ? unavailable
      : [
          fail(
            `no certificate of the listener covers ${host}: ${some(names(attached)) || 'it has none'}`,
            'request one for this name in this region, and add it to the listener',
          ),
        ];
  }
  return [...ours.flatMap(({ arn, details }) => checkOne(arn, details, now)), ...unavailable];
}

function isFor({ names: all }: CertificateDetails, host: string | undefined): boolean {
  return host === undefined || all.some((name) => covers(name, host));
}

function names(certificates: readonly Certificate[]): string[] {
  return certificates.flatMap(({ details }) => (isUnavailable(details) ? [] : details.names));
}

function checkOne(arn: string, details: CertificateDetails, now: Date): CheckResult[] {
  const { status, notAfter, renewable, renewal = '' } = details;
  const called = `the certificate for ${some(details.names, 2)}`;
  const fix = renewable ? RENEWS : IMPORTS;
  if (status !== 'ISSUED') {
    return [
      fail(
        `${called} is ${status}, not ISSUED (${arn})`,
        status === 'PENDING_VALIDATION' ? RENEWS : 'request or import another, and add it to the listener',
      ),
    ];
  }
  if (!notAfter) {
    return [unknown(called, { unavailable: 'ACM reports no expiry date' })];
  }
  const days = Math.floor((notAfter.getTime() - now.getTime()) / DAY);
  const end = notAfter.toISOString().slice(0, 10);
  if (days < FEWEST_DAYS) {
    return [fail(days < 0 ? `${called} has expired on ${end}` : `${called} expires in ${days} ${days === 1 ? 'day' : 'days'}, on ${end}`, fix)];
  }
  if (['PENDING_VALIDATION', 'FAILED'].includes(renewal)) {
    return [fail(`${called} is not being renewed: ${renewal} (it expires on ${end})`, fix)];
  }
  return [pass(`${called} is valid for ${days} days, until ${end}${renewable ? ', and renews automatically' : '; renew it yourself'}`)];
}
