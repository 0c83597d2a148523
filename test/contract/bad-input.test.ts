import { inspect } from 'node:util';
import { Duration, Size } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { SubnetType } from 'aws-cdk-lib/aws-ec2';
import { Cache, Product } from '../../lib';
import { EXPORTED_STRUCTS, factories, propsOf } from './bad-input-structs';
import { ARGUMENTS, INHERITED, inVpc, OF_STRUCTS, RETURNED, STRUCTS, Values } from './bad-input-targets';
import { newPostHog, newStack } from '../helpers/stack';

class Unrelated {
  public readonly name = 'unrelated';
}

const circular: Values = {};
circular.self = circular;

const WRONG_FOR_ALL = [null, 10n, NaN, Symbol('x'), () => 'x', circular, new Unrelated()];
const WRONG_TEXTS = ['', ' ', 5, true, [], {}];
const WRONG_OBJECTS = ['x', '', 5, true, [], {}];

/** Returns values that callers without a type checker pass for a type, and some of the type that cannot work. */
function hostileValues(type: string): unknown[] {
  const list = /^(?:readonly )?(.*)\[\]$/.exec(type)?.[1];
  if (list) {
    return [...WRONG_FOR_ALL, 'x', 5, true, {}, [null], [undefined], ...hostileValues(list).map((value) => [value])];
  }
  if (type.startsWith('Record<')) {
    return [
      ...WRONG_FOR_ALL,
      'x',
      5,
      true,
      [],
      { A: null },
      { A: undefined },
      { A: 5 },
      { A: {} },
      { A: ['x'] },
      { A: 'x'.repeat(100_000) },
      { '': 'x' },
    ];
  }
  switch (type) {
    case 'string':
      return [...WRONG_FOR_ALL, ...WRONG_TEXTS];
    case 'number':
      return [...WRONG_FOR_ALL, '5', '', true, [], {}, -1, 0, 1.5, 1e12, Infinity];
    case 'boolean':
      return [...WRONG_FOR_ALL, 'true', 'false', 0, 1, [], {}];
    case 'Duration':
      return [...WRONG_FOR_ALL, ...WRONG_OBJECTS, Size.gibibytes(1), Duration.millis(1500), Duration.days(0), Duration.days(1e9)];
    case 'Size':
      return [...WRONG_FOR_ALL, ...WRONG_OBJECTS, Duration.days(1), Size.mebibytes(1536.5), Size.gibibytes(0), Size.tebibytes(1e6)];
    default:
      return [...WRONG_FOR_ALL, ...WRONG_OBJECTS, Duration.days(1), SubnetType.PUBLIC];
  }
}

/** Props that the helpers of this test set. */
const SET_BY_HELPERS = ['domainName', 'appAccess', 'clickHouse', 'objectStorage'];

/** What must not be in a message, or in a template. */
const GARBAGE = /\[object |undefined|NaN|Symbol\(/;

/** Runs something with a value, and returns what is wrong with its error, if there is one and it is wrong. */
function wrongWith(prop: string, path: string | undefined, act: () => void): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    const { name, message } = error as Error;
    const named = new RegExp(`[\`.]${prop}[\`.[]`).test(message);
    const shown = message.replaceAll(/got: (NaN|\[NaN\]|Symbol\(x\)|\[Symbol\(x\)\])/g, 'got: it');
    const expected = name === 'Error' && named && !GARBAGE.test(shown) && (path === undefined || message.startsWith(`[${path}`));
    return expected ? undefined : `${name}: ${message.slice(0, 300)}`;
  }
}

/** Tries hostile values for every prop of a struct, and returns what went wrong. */
function fuzz(struct: string): string[] {
  const { path, given = () => ({}), make } = STRUCTS[struct];
  const wrong: string[] = [];
  for (const { name, type } of propsOf(struct)) {
    for (const value of hostileValues(type)) {
      const stack = newStack({ env: { account: '111122223333', region: 'eu-central-1' } });
      const error = wrongWith(name, path, () => {
        make(stack, { ...given(stack), [name]: value } as never);
        if (GARBAGE.test(JSON.stringify(Template.fromStack(stack).toJSON()))) {
          throw new RangeError('the template has garbage');
        }
      });
      if (error !== undefined) {
        wrong.push(`${struct}.${name} = ${inspect(value, { depth: 0 })}: ${error}`);
      }
    }
  }
  return wrong;
}

test('covers every struct and factory of the public API', () => {
  expect([...Object.keys(STRUCTS), ...INHERITED, ...RETURNED].sort()).toEqual([...EXPORTED_STRUCTS].sort());
  const known = [...Object.keys(ARGUMENTS), ...Object.keys(OF_STRUCTS)].map((name) => name.split('(')[0]);
  expect([...new Set(known)].sort()).toEqual([...new Set(factories().map((name) => name.split('(')[0]))].sort());
  expect(Object.values(OF_STRUCTS).filter((struct) => !(struct in STRUCTS))).toEqual([]);
});

test.each(Object.keys(STRUCTS))('%s takes or refuses hostile values by the name of the prop', (struct) => {
  expect(fuzz(struct)).toEqual([]);
});

test.each(Object.entries(ARGUMENTS))('%s takes or refuses hostile values by its name', (name, { type, call }) => {
  const argument = /\((\w+)\)/.exec(name)![1];
  const wrong = hostileValues(type).map((value) => wrongWith(argument, undefined, () => call(value as never)));
  expect(wrong.filter((error) => error !== undefined)).toEqual([]);
});

test('misspelt props are refused with the right name', () => {
  const wrong: string[] = [];
  for (const [struct, { prefix = '', given, make }] of Object.entries(STRUCTS)) {
    for (const { name } of propsOf(struct).filter((one) => one.name !== one.name.toLowerCase())) {
      const stack = newStack();
      const others = Object.fromEntries(Object.entries(given?.(stack) ?? {}).filter(([key]) => key !== name));
      // Those that the helpers of this test set themselves are not missing.
      const value = { ...others, ...(SET_BY_HELPERS.includes(name) ? { [name]: undefined } : {}), [name.toLowerCase()]: 'x' };
      try {
        make(stack, value as never);
        wrong.push(`${struct}.${name}: accepted`);
      } catch (error) {
        const { message } = error as Error;
        if (!message.includes(`\`${prefix}${name.toLowerCase()}\` does not exist; write \`${prefix}${name}\``)) {
          wrong.push(`${struct}.${name}: ${message}`);
        }
      }
    }
  }
  expect(wrong).toEqual([]);
});

test('a prop of a struct that extends ours is no misspelling', () => {
  const stack = newStack();
  const props = { ...inVpc(stack), replicas: 1, replica: 'mine', team: 'analytics' };
  expect(() => new Cache(stack, 'It', props)).not.toThrow();
});

test('the products of a PostHog are not listed twice', () => {
  expect(() => newPostHog(newStack(), { products: [Product.EVENTS, Product.EVENTS] })).toThrow('`products` must not contain duplicates, got: ');
});
