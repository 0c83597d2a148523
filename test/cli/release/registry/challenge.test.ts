import { bearerChallenge, tokenUrl } from '../../../../cli/release/registry/challenge';

test.each([
  [
    "Docker Hub's",
    'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:posthog/posthog:pull"',
    { realm: 'https://auth.docker.io/token', service: 'registry.docker.io', scope: 'repository:posthog/posthog:pull' },
  ],
  ['a scope with a comma', 'Bearer realm="https://a/t", scope="repository:x:pull,push"', { realm: 'https://a/t', scope: 'repository:x:pull,push' }],
  ['another scheme before it', 'Basic realm="x", Bearer realm="https://a/t"', { realm: 'https://a/t' }],
  ['another scheme after it', 'Bearer realm="https://a/t",service="s", Basic realm="x"', { realm: 'https://a/t', service: 's' }],
  ['names and schemes in other letters', 'bearer Realm="https://a/t"', { realm: 'https://a/t' }],
  ['values without quotes', 'Bearer realm=https://a/t,service=s', { realm: 'https://a/t', service: 's' }],
  ['quotes in quotes', 'Bearer realm="https://a/t",service="a \\"b\\""', { realm: 'https://a/t', service: 'a "b"' }],
])('parses a challenge with %s', (_, header, expected) => {
  expect(bearerChallenge(header)).toEqual(expected);
});

test.each([null, '', 'Basic realm="Bearer realm=x"', 'Bearer', 'Bearer service="s"', 'Digest realm="x"'])(
  'finds no challenge for a token in %j',
  (header) => {
    expect(bearerChallenge(header)).toBeUndefined();
  },
);

test('the token request has the repository, and keeps the query of the realm', () => {
  expect(String(tokenUrl({ realm: 'https://a/t?x=1', service: 'a b' }, 'posthog/app'))).toBe(
    'https://a/t?x=1&service=a+b&scope=repository%3Aposthog%2Fapp%3Apull',
  );
  expect(String(tokenUrl({ realm: 'https://a/t', scope: 's' }, 'posthog/app'))).toBe('https://a/t?scope=s');
});
