import { App, Stack } from 'aws-cdk-lib/core';
import { at, rejected, show } from '../../lib/private/errors';

describe('show', () => {
  test.each([
    ['a text in quotes', 'a b', '\'a b\''],
    ['an empty text', '', '\'\''],
    ['a number', 7, '7'],
    ['a list', ['a', 'b'], '["a","b"]'],
    ['nothing', undefined, 'undefined'],
  ])('shows %s', (_, value, shown) => {
    expect(show(value)).toBe(shown);
  });
});

describe('rejected', () => {
  test('names the prop, what is allowed, what it got and the way out', () => {
    expect(rejected('size', 'must be small', 9, 'make it smaller').message).toBe('`size` must be small, got: 9; make it smaller');
  });

  test('ends with what it got where the rule says it all', () => {
    expect(rejected('name', 'must be short', 'abcdef').message).toBe('`name` must be short, got: \'abcdef\'');
  });
});

describe('at', () => {
  const scope = new Stack(new App(), 'Outer');
  const inner = new Stack(scope, 'Inner');

  test('gives back what the check gives', () => {
    expect(at(scope, () => 42)).toBe(42);
  });

  test('puts the path of the construct in front of the message', () => {
    expect(() => at(inner, () => { throw rejected('size', 'must be small', 9); })).toThrow(/^\[Outer\/Inner\] `size` must be small, got: 9$/);
  });

  test('puts only the innermost path in front', () => {
    expect(() => at(scope, () => at(inner, () => { throw new Error('no'); }))).toThrow(/^\[Outer\/Inner\] no$/);
  });

  test('throws the same error, so that its stack is kept', () => {
    const error = new TypeError('no');
    expect(() => at(scope, () => { throw error; })).toThrow(error);
    expect(error.message).toBe('[Outer] no');
  });

  test('leaves alone what is no error', () => {
    const thrown: unknown = 'a text';
    let caught: unknown;
    try {
      at(scope, () => { throw thrown; });
    } catch (error) {
      caught = error;
    }
    expect(caught).toBe('a text');
  });
});
