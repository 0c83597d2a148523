import fc from 'fast-check';
import { Secret } from 'aws-cdk-lib/aws-ecs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { mergeSettings } from '../../../lib/services/service/service-task';
import { newStack } from '../../helpers/stack';

const stack = newStack();
const secret = Secret.fromSsmParameter(StringParameter.fromStringParameterName(stack, 'One', 'one'));
const other = Secret.fromSsmParameter(StringParameter.fromStringParameterName(stack, 'Two', 'two'));
const NONE = { environment: {}, secrets: {} };

test("sorts the library's settings by name", () => {
  const { environment, secrets } = mergeSettings({ environment: { B: '2', A: '1' }, secrets: { D: secret, C: other } }, []);
  expect(Object.entries(environment)).toEqual([
    ['A', '1'],
    ['B', '2'],
  ]);
  expect(Object.entries(secrets)).toEqual([
    ['C', other],
    ['D', secret],
  ]);
});

test('adds the settings of all processes and of one; those of the one take precedence', () => {
  const { environment, secrets } = mergeSettings({ environment: { B: '2' }, secrets: {} }, [
    { environment: { A: 'whole', C: 'whole' }, secrets: { S: secret } },
    { environment: { C: 'process' }, secrets: { S: other } },
  ]);
  expect(environment).toEqual({ A: 'whole', B: '2', C: 'process' });
  expect(secrets).toEqual({ S: other });
});

test('sets variables that depend on the size of a task, unless the user sets them', () => {
  const tuning = { WORKERS: '4', CHILDREN: '2' };
  expect(mergeSettings(NONE, [], tuning)).toEqual({ environment: tuning, secrets: {} });
  expect(mergeSettings(NONE, [{ environment: { WORKERS: '8' } }], tuning).environment).toEqual({ WORKERS: '8', CHILDREN: '2' });
  expect(mergeSettings(NONE, [{ secrets: { WORKERS: secret } }], tuning)).toEqual({ environment: { CHILDREN: '2' }, secrets: { WORKERS: secret } });
});

test('adds nothing for empty settings', () => {
  expect(mergeSettings(NONE, [{}, { environment: {} }, { secrets: {} }])).toEqual(NONE);
});

test('gives the same settings for any order of the same names', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.stringMatching(/^X[A-Z0-9_]{0,8}$/), { minLength: 1 }), (names) => {
      const given = (list: string[]) => ({ environment: Object.fromEntries(list.map((name) => [name, name])) });
      expect(JSON.stringify(mergeSettings(NONE, [given(names)]))).toBe(JSON.stringify(mergeSettings(NONE, [given([...names].reverse())])));
    }),
  );
});

describe.each(['environment', 'secrets'] as const)('%s', (prop) => {
  const extra = (name: string) => (prop === 'environment' ? { environment: { [name]: 'x' } } : { secrets: { [name]: secret } });
  const OWNED: [name: string, fix: string][] = [
    ['TRUSTED_PROXIES', 'use the prop `trustedProxies`'],
    ['TRUST_ALL_PROXIES', 'use `trustedProxies: TrustedProxies.all()` if that is what you want'],
    ['IS_BEHIND_PROXY', 'it follows from the load balancer'],
    ['DISABLE_SECURE_SSL_REDIRECT', 'it follows from the load balancer'],
    ['ALLOWED_HOSTS', 'it follows from `domainName`'],
    ['SITE_URL', 'it follows from `domainName`'],
  ];

  test.each(OWNED)('refuses %s, also for a process that does not have it', (name, fix) => {
    expect(() => mergeSettings(NONE, [extra(name)])).toThrow(`\`${prop}\` must not set a variable that the library manages, got: '${name}'; ${fix}`);
    expect(() => mergeSettings(NONE, [{}, extra(name)])).toThrow(fix);
  });

  test('refuses a variable of the load balancer in any spelling', () => {
    const spelling = fc
      .constantFrom(...OWNED.map(([name]) => name))
      .chain((name) =>
        fc
          .array(fc.boolean(), { minLength: name.length, maxLength: name.length })
          .map((lower) => [...name].map((letter, i) => (lower[i] ? letter.toLowerCase() : letter)).join('')),
      );
    fc.assert(
      fc.property(spelling, (name) => {
        expect(() => mergeSettings(NONE, [extra(name)])).toThrow(`\`${prop}\` must not set a variable that the library manages, got: '${name}'`);
      }),
    );
  });

  test.each([
    ['an environment variable', { environment: { MINE: 'x' }, secrets: {} }],
    ['a secret', { environment: {}, secrets: { MINE: secret } }],
  ])('refuses a variable that the library sets as %s', (_, managed) => {
    expect(() => mergeSettings(managed, [extra('MINE')])).toThrow(
      `\`${prop}\` must not set a variable that the library manages, got: 'MINE'; remove it; its value follows from other props`,
    );
  });

  test.each(['', '1A', 'A-B', 'A B', 'A=B', 'Ä', 'A.B'])('refuses the name %p', (name) => {
    expect(() => mergeSettings(NONE, [extra(name)])).toThrow(`\`${prop}\` must name environment variables, got: '${name}'`);
  });

  test.each(['A', '_', 'a_1', 'EMAIL_HOST'])('accepts the name %s', (name) => {
    expect(mergeSettings(NONE, [extra(name)])[prop]).toHaveProperty(name);
  });
});

test('refuses a variable in both `environment` and `secrets`', () => {
  const message = "`secrets` must not set a variable that `environment` sets, got: 'EMAIL_HOST'; remove one of the two";
  expect(() => mergeSettings(NONE, [{ environment: { EMAIL_HOST: 'x' }, secrets: { EMAIL_HOST: secret } }])).toThrow(message);
  expect(() => mergeSettings(NONE, [{ environment: { EMAIL_HOST: 'x' } }, { secrets: { EMAIL_HOST: secret } }])).toThrow(message);
});

test.each(['toString', 'constructor'])('accepts the name %s, which every object has', (name) => {
  const environment = JSON.parse(`{"${name}":"x"}`) as Record<string, string>;
  expect(Object.entries(mergeSettings(NONE, [{ environment }]).environment)).toEqual([[name, 'x']]);
});
