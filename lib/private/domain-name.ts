import { Token } from 'aws-cdk-lib/core';
import { invalidValue } from './errors';

const EXAMPLE = 'posthog.example.com';
const LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

/** Common mistakes in a host name, the most specific first, and their fixes. */
const MISTAKES: readonly [test: RegExp, fix: string][] = [
  [/^$/, `pass the host name that clients will use, such as ${EXAMPLE}`],
  [/:\/\//, 'remove the scheme'],
  [/\//, 'remove the path: PostHog does not support a path prefix'],
  [/:\d*$/, 'remove the port: the load balancer answers on 443'],
  [/\*/, 'name one host: PostHog has one canonical address'],
  [/[A-Z]/, 'write it in lower case'],
  [/\s/, 'remove the white space'],
  [/\.$/, 'remove the trailing dot'],
];

/**
 * Checks that a prop is a plain, fully qualified, lower-case host name.
 *
 * An unresolved token passes: its value is not known yet.
 */
export function checkDomainName(prop: string, value: string): void {
  if (Token.isUnresolved(value)) {
    return;
  }
  if (typeof value !== 'string') {
    throw invalidValue(prop, `must be a fully qualified host name such as ${EXAMPLE}`, value);
  }
  const mistake = MISTAKES.find(([test]) => test.test(value));
  const labels = value.split('.');
  const valid = labels.length >= 2 && labels.every((label) => LABEL.test(label)) && /[a-z]/.test(labels.at(-1)!) && value.length <= 253;
  if (mistake || !valid) {
    throw invalidValue(prop, `must be a fully qualified host name such as ${EXAMPLE}`, value, mistake?.[1]);
  }
}

/** Checks that an item of a prop is a plain host name in lower case, of one label or more. An unresolved token passes. */
export function checkHostName(prop: string, value: string): void {
  if (!Token.isUnresolved(value) && !value.split('.').every((label) => LABEL.test(label))) {
    throw invalidValue(prop, 'must be host names in lower case, without scheme, port and wildcard', value);
  }
}
