import { Deployment, isUnavailable, Listener } from './deployment';
import { djangoOf } from './processes';

/**
 * The name that visitors use, as most of the deployment has it: what Django answers to, the address that it links to, the rules' host
 * conditions, the certificates. Undefined where nothing names one.
 *
 * @param deployment the deployment
 * @param listener the listener that ends TLS
 */
export function likelyDomain(deployment: Deployment, listener: Listener | undefined): string | undefined {
  const django = djangoOf(deployment);
  const environments = isUnavailable(django) ? [] : django.map(({ container }) => container.environment);
  const certificates = listener && !isUnavailable(listener.certificates) ? listener.certificates : [];
  const sources = [
    environments.flatMap(({ ALLOWED_HOSTS = '' }) => ALLOWED_HOSTS.split(',')),
    environments.flatMap(({ SITE_URL = '' }) => /^https?:\/\/([^/:]+)/.exec(SITE_URL)?.[1] ?? []),
    (listener?.rules ?? []).flatMap(({ conditions }) => conditions).filter(({ field }) => field === 'host-header').flatMap(({ values = [] }) => values),
    deployment.certificates.filter(({ arn }) => certificates.includes(arn)).flatMap(({ details }) => (isUnavailable(details) ? [] : details.names)),
  ].map((names) => [...new Set(names.map((name) => name.trim().toLowerCase()).filter(isHostName))]);
  const candidates = [...new Set(sources.flat())];
  const votes = (name: string) => sources.filter((names) => names.includes(name)).length;
  // Sorting is stable: of several with as many votes, the one that the first source names.
  return candidates.sort((a, b) => votes(b) - votes(a))[0];
}

/** Whether a name of a certificate, or of ALLOWED_HOSTS, covers a host: `*.example.com` one label more, `.example.com` any. */
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
