import { CheckContext, CheckResult, fail, pass, unknown } from '../../check';
import { Container } from '../../deployment/deployment';
import { isUnavailable } from '../../../aws/loaded';
import { covers } from '../../deployment/domain';
import { isTrue } from '../../../client-ip/client-ip';
import { djangoOf } from '../../deployment/processes';

/** The problem with a value and its fix; undefined if there is none. */
type Fault = readonly [text: string, fix: string] | undefined;

/** Checks the other proxy settings of Django: trust in forwarded headers, and its own host names. */
export function checkProxySettings({ deployment, domain, host }: CheckContext): CheckResult[] {
  const django = djangoOf(deployment);
  if (isUnavailable(django)) {
    return [unknown('the proxy settings of Django', django)];
  }
  return django.flatMap(({ label, container }) => {
    const faults = Object.entries(RULES).flatMap(([name, rule]): CheckResult[] => {
      const value = container.environment[name];
      if (value === undefined && comesFromElsewhere(container, name)) {
        return [unknown(`${label}: ${name}`, { unavailable: 'it comes from a secret or a file' })];
      }
      const fault = rule(value, { domain, host });
      return fault ? [fail(`${label}: ${name} is ${value === undefined ? 'not set' : `'${value}'`}, ${fault[0]}`, fault[1])] : [];
    });
    return faults.length > 0 ? faults : [pass(`${label}: ${Object.keys(RULES).join(', ')} match this load balancer`)];
  });
}

const RULES: Readonly<Record<string, (value: string | undefined, names: Pick<CheckContext, 'domain' | 'host'>) => Fault>> = {
  IS_BEHIND_PROXY: (value) =>
    isTrue(value) ? undefined : ['so Django ignores X-Forwarded-For and treats every request as plain HTTP', 'set IS_BEHIND_PROXY=True'],
  DISABLE_SECURE_SSL_REDIRECT: (value) =>
    isTrue(value)
      ? undefined
      : ['so Django redirects health checks to HTTPS, and they fail', 'set DISABLE_SECURE_SSL_REDIRECT=True: the load balancer redirects'],
  ALLOWED_HOSTS: (value, { domain, host }) => {
    const names = (value ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean);
    if (value === undefined || names.includes('*')) {
      return ['so Django trusts any X-Forwarded-Host of a client', `set ALLOWED_HOSTS=${domain ?? 'the domain name'}`];
    }
    const missing = [domain, host].find((wanted) => wanted !== undefined && !names.some((name) => covers(name, wanted)));
    return missing === undefined ? undefined : [`so requests for ${missing} get 400`, `set ALLOWED_HOSTS=${[...new Set([domain, host])].join(',')}`];
  },
  SITE_URL: (value, { domain }) =>
    domain === undefined || value === `https://${domain}`
      ? undefined
      : ['so POST requests fail the CSRF check', `set SITE_URL=https://${domain}, without a trailing slash`],
};

function comesFromElsewhere({ secrets, hasEnvironmentFiles }: Container, name: string): boolean {
  return secrets.includes(name) || hasEnvironmentFiles;
}
