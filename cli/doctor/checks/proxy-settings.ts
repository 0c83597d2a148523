import { CheckContext } from '../check-context';
import { Container, isUnavailable } from '../deployment';
import { covers } from '../domain';
import { CheckResult, pass, unknown, fail } from '../check-result';
import { djangoOf, isTrue } from '../processes';

/** What is wrong with a value, or undefined where nothing is. */
type Fault = readonly [text: string, fix: string] | undefined;

/** Whether Django knows the rest about the proxy in front of it: what it can be believed, and which names are its own. */
export function checkProxySettings({ deployment, domain }: CheckContext): CheckResult[] {
  const django = djangoOf(deployment);
  if (isUnavailable(django)) {
    return [unknown('what Django was told about the proxy in front of it', django)];
  }
  return django.flatMap(({ label, container }) => {
    const faults = Object.entries(RULES).flatMap(([name, rule]): CheckResult[] => {
      const value = container.environment[name];
      if (value === undefined && comesFromElsewhere(container, name)) {
        return [unknown(`${label}: ${name}`, { unavailable: 'it comes from a secret or a file' })];
      }
      const fault = rule(value, domain);
      return fault ? [fail(`${label}: ${name} is ${value === undefined ? 'not set' : `'${value}'`}, ${fault[0]}`, fault[1])] : [];
    });
    return faults.length > 0 ? faults : [pass(`${label}: ${Object.keys(RULES).join(', ')} are as they must be behind this load balancer`)];
  });
}

const RULES: Readonly<Record<string, (value: string | undefined, domain: string | undefined) => Fault>> = {
  IS_BEHIND_PROXY: (value) => (isTrue(value) ? undefined
    : ['so Django ignores X-Forwarded-For and takes every request for plain http', 'set IS_BEHIND_PROXY=True']),
  DISABLE_SECURE_SSL_REDIRECT: (value) => (isTrue(value) ? undefined
    : ['so Django redirects health checks to https, and they fail', 'set DISABLE_SECURE_SSL_REDIRECT=True: the load balancer redirects']),
  ALLOWED_HOSTS: (value, domain) => {
    const names = (value ?? '').split(',').map((name) => name.trim()).filter(Boolean);
    if (value === undefined || names.includes('*')) {
      return ['so a visitor\'s X-Forwarded-Host is believed whatever it says', `set ALLOWED_HOSTS=${domain ?? 'the domain name'}`];
    }
    return domain === undefined || names.some((name) => covers(name, domain)) ? undefined : [`and so answers 400 to ${domain}`, `set ALLOWED_HOSTS=${domain}`];
  },
  SITE_URL: (value, domain) => (domain === undefined || value === `https://${domain}` ? undefined
    : ['and posts from another origin are refused', `set SITE_URL=https://${domain}, without a slash at its end`]),
};

function comesFromElsewhere({ secrets, hasEnvironmentFiles }: Container, name: string): boolean {
  return secrets.includes(name) || hasEnvironmentFiles;
}
