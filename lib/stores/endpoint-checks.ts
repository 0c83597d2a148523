import { Token } from 'aws-cdk-lib/core';
import { rejected } from '../private/errors';

/** A kind of server that is known not to work with PostHog. */
export interface UnsupportedEndpoint {
  /** What its address looks like. */
  readonly pattern: RegExp;
  /** Why it does not work, and what does. */
  readonly reason: string;
}

/** Checks that a prop is a bare host name or address, and not of a server that is known not to work. */
export function checkHost(prop: string, value: string, misfits: readonly UnsupportedEndpoint[]): void {
  if (Token.isUnresolved(value)) {
    return;
  }
  if (typeof value !== 'string' || !/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(value)) {
    throw rejected(prop, 'must be a host name, without scheme and port', value);
  }
  checkUnsupportedEndpoint(prop, value, misfits);
}

/** Checks that a prop is a TCP port. */
export function checkPort(prop: string, value: number): void {
  if (!Token.isUnresolved(value) && (!Number.isInteger(value) || value < 1 || value > 65535)) {
    throw rejected(prop, 'must be a port from 1 to 65535', value);
  }
}

/** Refuses an address of a server that is known not to work. */
export function checkUnsupportedEndpoint(prop: string, value: string, misfits: readonly UnsupportedEndpoint[]): void {
  const misfit = misfits.find(({ pattern }) => pattern.test(value));
  if (misfit) {
    throw rejected(prop, 'must name a server that PostHog can use', value, misfit.reason);
  }
}
