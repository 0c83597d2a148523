import fc from 'fast-check';
import { App, Aws, Duration, Fn, Lazy, Size, Stack, Token } from 'aws-cdk-lib/core';
import { inspect, invalidProp, invalidValue, withPath } from '../../lib/private/errors';

const scope = new Stack(new App(), 'Outer');
const inner = new Stack(scope, 'Inner');
const circular: Record<string, unknown> = { name: 'a' };
circular.self = circular;
const hostile = {
  get node(): never {
    throw new Error('no');
  },
};

describe('inspect', () => {
  test.each([
    ['a text in quotes', 'a b', "'a b'"],
    ['an empty text', '', "''"],
    ['a number', 7, '7'],
    ['NaN', NaN, 'NaN'],
    ['infinity', -Infinity, '-Infinity'],
    ['a BigInt', 5n, '5n'],
    ['a list', ['a', 'b'], "['a', 'b']"],
    ['an object', { a: 1, b: { c: 'd' } }, "{ a: 1, b: { c: 'd' } }"],
    ['an empty object', {}, '{}'],
    ['nothing', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a function', () => 1, 'a function'],
    ['a circular object', circular, "{ name: 'a', self: ... }"],
    ['an object whose getter throws', hostile, 'an object'],
    ['an object of a class', new Date(0), 'an object of type Date'],
    ['a duration as it was written', Duration.minutes(90), '90 minutes'],
    ['a duration of one', Duration.days(1), '1 day'],
    ['a fraction of a second', Duration.millis(1500), '1500 millis'],
    ['a size as it was written', Size.mebibytes(1536), '1536 MiB'],
    ['a duration that is not known', Duration.seconds(Token.asNumber({ Ref: 'Seconds' })), 'a token'],
    ['a size that is not known', Size.gibibytes(Token.asNumber({ Ref: 'Size' })), 'a token'],
    ['an object that only looks like a size', { amount: 1, unit: null }, '{ amount: 1, unit: null }'],
    ['a construct by its path', inner, 'Outer/Inner'],
    ['constructs by their paths', { subnets: [inner] }, '{ subnets: [Outer/Inner] }'],
    ['a string token', Aws.REGION, 'a token'],
    ['a number token', Token.asNumber({ Ref: 'Number' }), 'a token'],
    ['a number that only looks like a token', -1e280, '-1e+280'],
    ['a list token', Token.asList({ Ref: 'List' }), '[a token]'],
    ['a reference', Fn.ref('Bucket'), 'a token'],
    ['a lazy value', Lazy.any({ produce: () => 1 }), 'a token'],
    ['a text with a token in it', `https://${Aws.REGION}.example.com`, "'https://<token>.example.com'"],
    ['the beginning of a long value', 'x'.repeat(1000), `'${'x'.repeat(299)}...`],
  ])('shows %s', (_, value, shown) => {
    expect(inspect(value)).toBe(shown);
  });

  test('never throws', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withNullPrototype: true, withSparseArray: true, withTypedArray: true, withDate: true }),
        (value) => {
          expect(typeof inspect(value)).toBe('string');
        },
      ),
    );
  });
});

describe('invalidValue', () => {
  test('has the prop, what is allowed, the value it got and the fix', () => {
    expect(invalidValue('size', 'must be small', 9, 'make it smaller').message).toBe('`size` must be small, got: 9; make it smaller');
  });

  test('ends with the value it got without a fix', () => {
    expect(invalidValue('name', 'must be short', 'abcdef').message).toBe("`name` must be short, got: 'abcdef'");
  });
});

describe('invalidProp', () => {
  test('has the prop, what is wrong and the fix, and no value', () => {
    expect(invalidProp('vpc', 'is required with `listener`', 'pass it').message).toBe('`vpc` is required with `listener`; pass it');
    expect(invalidProp('vpc', 'is required').message).toBe('`vpc` is required');
  });
});

describe('withPath', () => {
  test('returns the result of the check', () => {
    expect(withPath(scope, () => 42)).toBe(42);
  });

  test('adds the path of the construct to the message', () => {
    expect(() =>
      withPath(inner, () => {
        throw invalidValue('size', 'must be small', 9);
      }),
    ).toThrow(/^\[Outer\/Inner\] `size` must be small, got: 9$/);
  });

  test('adds only the innermost path', () => {
    expect(() =>
      withPath(scope, () =>
        withPath(inner, () => {
          throw new Error('no');
        }),
      ),
    ).toThrow(/^\[Outer\/Inner\] no$/);
  });

  test('throws the same error, so that its stack is kept', () => {
    const error = new TypeError('no');
    expect(() =>
      withPath(scope, () => {
        throw error;
      }),
    ).toThrow(error);
    expect(error.message).toBe('[Outer] no');
  });

  test('does not change a thrown value that is not an error', () => {
    const thrown: unknown = 'a text';
    let caught: unknown;
    try {
      withPath(scope, () => {
        throw thrown;
      });
    } catch (error) {
      caught = error;
    }
    expect(caught).toBe('a text');
  });
});
