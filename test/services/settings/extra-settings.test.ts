import fc from 'fast-check';
import { Secret } from 'aws-cdk-lib/aws-ecs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { mergeSettings } from '../../../lib/services/settings/extra-settings';
import { newStack } from '../../helpers/stack';

const stack = newStack();
const secret = Secret.fromSsmParameter(StringParameter.fromStringParameterName(stack, 'One', 'one'));
const other = Secret.fromSsmParameter(StringParameter.fromStringParameterName(stack, 'Two', 'two'));
const NONE = { environment: {}, secrets: {} };

test("the library's settings come out sorted", () => {
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

test('settings of the whole and of one process are added, those of the process win', () => {
  const { environment, secrets } = mergeSettings({ environment: { B: '2' }, secrets: {} }, [
    { environment: { A: 'whole', C: 'whole' }, secrets: { S: secret } },
    { environment: { C: 'process' }, secrets: { S: other } },
  ]);
  expect(environment).toEqual({ A: 'whole', B: '2', C: 'process' });
  expect(secrets).toEqual({ S: other });
});

test('what follows from the size of a task is set, unless the user sets it', () => {
  const tuning = { WORKERS: '4', CHILDREN: '2' };
  expect(mergeSettings(NONE, [], tuning)).toEqual({ environment: tuning, secrets: {} });
  expect(mergeSettings(NONE, [{ environment: { WORKERS: '8' } }], tuning).environment).toEqual({ WORKERS: '8', CHILDREN: '2' });
  expect(mergeSettings(NONE, [{ secrets: { WORKERS: secret } }], tuning)).toEqual({ environment: { CHILDREN: '2' }, secrets: { WORKERS: secret } });
});

test('extras without settings add nothing', () => {
  expect(mergeSettings(NONE, [{}, { environment: {} }, { secrets: {} }])).toEqual(NONE);
});

test('any order of the same extras gives the same settings', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.stringMatching(/^X[A-Z0-9_]{0,8}$/), { minLength: 1 }), (names) => {
      const given = (list: string[]) => ({ environment: Object.fromEntries(list.map((name) => [name, name])) });
      expect(JSON.stringify(mergeSettings(NONE, [given(names)]))).toBe(JSON.stringify(mergeSettings(NONE, [given([...names].reverse())])));
    }),
  );
});

describe.each(['environment', 'secrets'] as const)('%s', (prop) => {
  const extra = (name: string) => (prop === 'environment' ? { environment: { [name]: 'x' } } : { secrets: { [name]: secret } });
  const OWNED: [name: string, way: string][] = [
    ['TRUSTED_PROXIES', 'use the prop `trustedProxies`'],
    ['TRUST_ALL_PROXIES', 'use `trustedProxies: TrustedProxies.all()` if that is what you want'],
    ['IS_BEHIND_PROXY', 'it follows from the load balancer'],
    ['DISABLE_SECURE_SSL_REDIRECT', 'it follows from the load balancer'],
    ['ALLOWED_HOSTS', 'it follows from `domainName`'],
    ['SITE_URL', 'it follows from `domainName`'],
  ];

  test.each(OWNED)('fails when it sets %s, on a process that does not have it, too', (name, way) => {
    expect(() => mergeSettings(NONE, [extra(name)])).toThrow(`\`${prop}\` must not set a variable that the library manages, got: '${name}'; ${way}`);
    expect(() => mergeSettings(NONE, [{}, extra(name)])).toThrow(way);
  });

  test('fails when it sets a variable of the load balancer in any spelling', () => {
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
  ])('fails when it sets what the library sets as %s', (_, managed) => {
    expect(() => mergeSettings(managed, [extra('MINE')])).toThrow(
      `\`${prop}\` must not set a variable that the library manages, got: 'MINE'; remove it; its value follows from other props`,
    );
  });

  test.each(['', '1A', 'A-B', 'A B', 'A=B', 'Ä', 'A.B'])('fails when the name is %p', (name) => {
    expect(() => mergeSettings(NONE, [extra(name)])).toThrow(`\`${prop}\` must name environment variables, got: '${name}'`);
  });

  test.each(['A', '_', 'a_1', 'EMAIL_HOST'])('the name %s is accepted', (name) => {
    expect(mergeSettings(NONE, [extra(name)])[prop]).toHaveProperty(name);
  });
});

test('fails when a variable is given as text and as a secret', () => {
  const message = "`secrets` must not set a variable that `environment` sets, got: 'EMAIL_HOST'; remove one of the two";
  expect(() => mergeSettings(NONE, [{ environment: { EMAIL_HOST: 'x' }, secrets: { EMAIL_HOST: secret } }])).toThrow(message);
  expect(() => mergeSettings(NONE, [{ environment: { EMAIL_HOST: 'x' } }, { secrets: { EMAIL_HOST: secret } }])).toThrow(message);
});

test.each(['toString', 'constructor'])('the name %s, which every object has, is a name like any other', (name) => {
  const environment = JSON.parse(`{"${name}":"x"}`) as Record<string, string>;
  expect(Object.entries(mergeSettings(NONE, [{ environment }]).environment)).toEqual([[name, 'x']]);
});
