import { VerifyingProxy } from './ingress/ingress-model';
import { ProxySettings } from './client-ip/client-ip';

/** Reads from the configuration of an nginx sidecar the proxies that it trusts and the headers that it drops. */
export function verifyingProxy({ NGINX_CONF: configuration }: ProxySettings): VerifyingProxy {
  if (configuration === undefined) {
    return {};
  }
  return { trusted: named(configuration, /set_real_ip_from (\S+);/g), dropped: named(configuration, /proxy_set_header (\S+) "";/g) };
}

function named(configuration: string, directive: RegExp): string[] {
  return [...configuration.matchAll(directive)].map(([, value]) => value);
}
