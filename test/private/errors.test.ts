import { App, Stack } from 'aws-cdk-lib/core';
import { at, rejected, show } from '../../lib/private/errors';

describe('show', () => {
  test.each([
    ['a text in quotes', 'a b', "'a b'"],
    ['an empty text', '', "''"],
    ['a number', 7, '7'],
    ['a list', ['a', 'b'], '["a","b"]'],
    ['nothing', undefined, 'undefined'],
  ])('shows %s', (_, value, shown) => {
    expect(show(value)).toBe(shown);
  });
});

describe('rejected', () => {
  test('has the prop, what is allowed, the value it got and the fix', () => {
    expect(rejected('size', 'must be small', 9, 'make it smaller').message).toBe('`size` must be small, got: 9; make it smaller');
  });

  test('ends with the value it got without a fix', () => {
    expect(rejected('name', 'must be short', 'abcdef').message).toBe("`name` must be short, got: 'abcdef'");
  });
});

describe('at', () => {
  const scope = new Stack(new App(), 'Outer');
  const inner = new Stack(scope, 'Inner');

  test('returns the result of the check', () => {
    expect(at(scope, () => 42)).toBe(42);
  });

  test('adds the path of the construct to the message', () => {
    expect(() =>
      at(inner, () => {
        throw rejected('size', 'must be small', 9);
      }),
    ).toThrow(/^\[Outer\/Inner\] `size` must be small, got: 9$/);
  });

  test('adds only the innermost path', () => {
    expect(() =>
      at(scope, () =>
        at(inner, () => {
          throw new Error('no');
        }),
      ),
    ).toThrow(/^\[Outer\/Inner\] no$/);
  });

  test('throws the same error, so that its stack is kept', () => {
    const error = new TypeError('no');
    expect(() =>
      at(scope, () => {
        throw error;
      }),
    ).toThrow(error);
    expect(error.message).toBe('[Outer] no');
  });

  test('does not change a thrown value that is not an error', () => {
    const thrown: unknown = 'a text';
    let caught: unknown;
    try {
      at(scope, () => {
        throw thrown;
      });
    } catch (error) {
      caught = error;
    }
    expect(caught).toBe('a text');
  });
});
