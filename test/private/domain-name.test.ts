import { Lazy, Stack } from 'aws-cdk-lib/core';
import fc from 'fast-check';
import { checkDomainName } from '../../lib/private/domain-name';

const RULE = 'must be a fully qualified host name such as posthog.example.com';

/** Returns the message of the error for a domain name; undefined if it is accepted. */
function messageFor(name: string): string | undefined {
  try {
    checkDomainName('domainName', name);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

test('accepts fully qualified domain names in lower case', () => {
  const names = [
    'posthog.example.com',
    'a.b',
    'example.com',
    '1.example.com',
    'a-b.example.com',
    'xn--bcher-kva.example',
    'a--b.example.com',
    `${'a'.repeat(63)}.example.com`,
    `${'a.'.repeat(125)}com`,
  ];
  expect(names.filter((name) => messageFor(name) !== undefined)).toEqual([]);
});

test('accepts every domain name in lower case', () => {
  fc.assert(
    fc.property(fc.domain(), (name) => {
      expect(() => checkDomainName('domainName', name.toLowerCase())).not.toThrow();
    }),
  );
});

test('accepts a token, whose value is not known yet', () => {
  expect(() => checkDomainName('domainName', Stack.of(new Stack()).region)).not.toThrow();
  expect(() => checkDomainName('domainName', Lazy.string({ produce: () => 'Later' }))).not.toThrow();
});

test.each([
  ['', 'pass the host name that clients will use, such as posthog.example.com'],
  ['https://posthog.example.com', 'remove the scheme'],
  ['https://posthog.example.com/path', 'remove the scheme'],
  ['posthog.example.com/', 'remove the path: PostHog does not support a path prefix'],
  ['example.com/posthog', 'remove the path: PostHog does not support a path prefix'],
  ['posthog.example.com:443', 'remove the port: the load balancer answers on 443'],
  ['posthog.example.com:', 'remove the port: the load balancer answers on 443'],
  ['*.example.com', 'name one host: PostHog has one canonical address'],
  ['PostHog.example.com', 'write it in lower case'],
  ['posthog.example.com ', 'remove the white space'],
  ['posthog.example .com', 'remove the white space'],
  ['posthog.example.com\n', 'remove the white space'],
  ['posthog.example.com.', 'remove the trailing dot'],
])('refuses the domain name %j, with the fix', (name, fix) => {
  expect(() => checkDomainName('domainName', name)).toThrow(new Error(`\`domainName\` ${RULE}, got: '${name}'; ${fix}`));
});

test('refuses every other domain name', () => {
  const names = [
    'localhost',
    'posthog',
    '.example.com',
    'posthog..example.com',
    '-posthog.example.com',
    'posthog-.example.com',
    'post_hog.example.com',
    'bücher.example',
    '10.0.0.1',
    '203.0.113.1',
    `${'a'.repeat(64)}.example.com`,
    `${'a.'.repeat(125)}comm`,
    'user@example.com',
    'posthog,example.com',
    'a.b?c',
    'a.b#c',
  ];
  expect(names.filter((name) => messageFor(name) !== `\`domainName\` ${RULE}, got: '${name}'`)).toEqual([]);
});

test('the error of a domain name names the prop', () => {
  expect(() => checkDomainName('other', 'localhost')).toThrow(/^`other` must be/);
});
