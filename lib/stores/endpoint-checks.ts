import { Token } from 'aws-cdk-lib/core';
import { Check } from '../private/checks/check';
import { invalidValue } from '../private/errors';

/** A kind of server that is known not to work with PostHog. */
export interface UnsupportedEndpoint {
  /** The pattern of its address. */
  readonly pattern: RegExp;
  /** The reason why it does not work, and an alternative. */
  readonly reason: string;
}

/** Checks that a prop is a host name or IP address, and not that of an unsupported server. */
export function checkHost(prop: string, value: string, unsupported: readonly UnsupportedEndpoint[]): void {
  if (typeof value === 'string' && Token.isUnresolved(value)) {
    return;
  }
  if (typeof value !== 'string' || !/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(value)) {
    throw invalidValue(prop, 'must be a host name, without scheme and port', value);
  }
  checkUnsupportedEndpoint(prop, value, unsupported);
}

/** Returns the check of a host name or an IP address. */
export function host(unsupported: readonly UnsupportedEndpoint[]): Check {
  return (prop, value) => checkHost(prop, value as string, unsupported);
}

/** Returns the pattern of the names below a domain, with a port or without. */
export function endOfName(domain: string): RegExp {
  return new RegExp(`\\.${domain.replaceAll('.', '\\.')}(:\\d+)?$`, 'i');
}

/** Rejects the address of an unsupported server. */
export function checkUnsupportedEndpoint(prop: string, value: string, unsupported: readonly UnsupportedEndpoint[]): void {
  const found = unsupported.find(({ pattern }) => pattern.test(value));
  if (found) {
    throw invalidValue(prop, 'must name a server that PostHog can use', value, found.reason);
  }
}
