import { CheckContext, CheckResult, fail, pass, some } from '../../check';
import { isUnavailable } from '../../../aws/loaded';
import { covers } from '../../deployment/domain';
import { deployedIngress, tlsListener } from '../../deployment/deployed-ingress';
import { djangoOf } from '../../deployment/processes';
import { isProcess } from '../../../../lib/internal';
import { probe, reached } from '../../../ingress/probes';

/** A page of the app that only names of the app may reach. */
const APP_PAGE = '/login';

/**
 * Checks the host names other than the primary one: each has a certificate, PostHog answers it, and those of the app pass its CSRF check. `--host`
 * checks the rules of one of them.
 */
export function checkHostNames(context: CheckContext): CheckResult[] {
  const listener = tlsListener(context.deployment);
  const names = furtherNames(context);
  if (!listener || names.length === 0) {
    return [];
  }
  const attached = isUnavailable(listener.certificates) ? [] : listener.certificates;
  const certificates = context.deployment.certificates.filter(({ arn }) => attached.includes(arn));
  const covered = certificates.flatMap(({ details }) => (isUnavailable(details) ? [] : details.names));
  // Without the names of every certificate, none is certain to be missing.
  const isComplete = !isUnavailable(listener.certificates) && certificates.every(({ details }) => !isUnavailable(details));
  const uncovered = isComplete ? names.filter((name) => !covered.some((one) => covers(one, name))) : [];
  const distrusted = names.filter((name) => isOfTheApp(name, context) && !isTrustedOrigin(name, context));
  return [
    ...uncovered.map((name) =>
      fail(
        `no certificate of the listener covers ${name}`,
        `request one for ${name} in this region, and add it to the listener: aws elbv2 add-listener-certificates`,
      ),
    ),
    ...distrusted.map((name) =>
      fail(
        `https://${name} is not in EXTRA_CSRF_TRUSTED_ORIGINS, so POST requests of the app fail the CSRF check there`,
        'name it in `additionalDomainNames`, and redeploy the stack',
      ),
    ),
    ...(uncovered.length + distrusted.length === 0
      ? [pass(`further host names are configured: ${some(names)}; --host checks the rules of one`)]
      : []),
  ];
}

/** Returns the further names: those of Django, without the private names of processes, as far as the listener serves them. */
function furtherNames({ deployment, domain }: CheckContext): string[] {
  const named = (tlsListener(deployment)?.rules ?? [])
    .flatMap(({ conditions }) => conditions)
    .filter(({ field }) => field === 'host-header')
    .flatMap(({ values = [] }) => values.map((value) => value.toLowerCase()));
  const allowed = settingsOf(deployment, 'ALLOWED_HOSTS').filter((name) => name.includes('.') && !isProcess(name.split('.')[0]));
  // A listener without host conditions serves all of them.
  return [...new Set(allowed)].filter((name) => name !== domain && (named.length === 0 || named.some((pattern) => covers(pattern, name))));
}

function isOfTheApp(host: string, context: CheckContext): boolean {
  // The ingress of the context lacks the rules for other hosts.
  const ingress = deployedIngress(context.deployment, host);
  return [context.publicClient, ...context.allowedClients].some(
    (address) => reached(probe({ ingress, host }, APP_PAGE, address).outcome) !== undefined,
  );
}

function isTrustedOrigin(name: string, { deployment }: CheckContext): boolean {
  return settingsOf(deployment, 'EXTRA_CSRF_TRUSTED_ORIGINS').some((origin) => covers(origin.replace(/^https:\/\//, ''), name));
}

/** Returns the items of a list in the settings of Django. */
function settingsOf(deployment: CheckContext['deployment'], variable: string): string[] {
  const django = djangoOf(deployment);
  const values = isUnavailable(django) ? [] : django.map(({ container }) => container.environment[variable] ?? '');
  return values.flatMap((value) => value.split(',')).flatMap((item) => item.trim().toLowerCase() || []);
}
