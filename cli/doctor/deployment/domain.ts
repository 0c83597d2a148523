import { Deployment, Listener } from './deployment';
import { isUnavailable } from '../../aws/loaded';
import { djangoOf } from './processes';

/**
 * Returns the domain name that clients probably use: the one that occurs most in `ALLOWED_HOSTS`, `SITE_URL`, the host conditions of rules, and
 * certificates. Undefined if there is none.
 *
 * @param deployment the deployment
 * @param listener the listener that terminates TLS
 */
export function likelyDomain(deployment: Deployment, listener: Listener | undefined): string | undefined {
  const django = djangoOf(deployment);
  const environments = isUnavailable(django) ? [] : django.map(({ container }) => container.environment);
  const certificates = listener && !isUnavailable(listener.certificates) ? listener.certificates : [];
  const sources = [
    environments.flatMap(({ ALLOWED_HOSTS = '' }) => ALLOWED_HOSTS.split(',')),
    environments.flatMap(({ SITE_URL = '' }) => /^https?:\/\/([^/:]+)/.exec(SITE_URL)?.[1] ?? []),
    (listener?.rules ?? [])
      .flatMap(({ conditions }) => conditions)
      .filter(({ field }) => field === 'host-header')
      .flatMap(({ values = [] }) => values),
    deployment.certificates.filter(({ arn }) => certificates.includes(arn)).flatMap(({ details }) => (isUnavailable(details) ? [] : details.names)),
  ].map((names) => [...new Set(names.map((name) => name.trim().toLowerCase()).filter(isHostName))]);
  const candidates = [...new Set(sources.flat())];
  const votes = (name: string) => sources.filter((names) => names.includes(name)).length;
  // Sorting is stable: of several with equal votes, the one in the first source wins.
  return candidates.sort((a, b) => votes(b) - votes(a))[0];
}

/** Returns whether a name of a certificate or of ALLOWED_HOSTS covers a host: `*.example.com` one more label, `.example.com` any number. */
export function covers(name: string, host: string): boolean {
  const pattern = name.trim().toLowerCase();
  if (pattern.startsWith('*.')) {
    return host.split('.').slice(1).join('.') === pattern.slice(2);
  }
  return pattern.startsWith('.') ? host.endsWith(pattern) || host === pattern.slice(1) : pattern === host;
}

function isHostName(name: string): boolean {
  return name.includes('.') && /^[a-z0-9.-]+$/.test(name) && !name.startsWith('.') && !/^[\d.]+$/.test(name);
}
