import fc from 'fast-check';
import { Stack, Token } from 'aws-cdk-lib/core';
import { checkWhole, numberText } from '../../lib/private/values';

test('checkWhole accepts whole numbers of the range only', () => {
  fc.assert(fc.property(fc.integer({ min: 3, max: 9 }), (value) => checkWhole('size', value, 3, 9)));
  fc.assert(
    fc.property(
      fc.oneof(
        fc.integer({ max: 2 }),
        fc.integer({ min: 10 }),
        fc.double().filter((value) => !Number.isInteger(value)),
      ),
      (value) => {
        expect(() => checkWhole('size', value, 3, 9)).toThrow('`size` must be a whole number from 3 to 9, got: ');
      },
    ),
  );
});

test('checkWhole accepts undefined and tokens', () => {
  expect(() => {
    checkWhole('size', undefined, 3, 9);
    checkWhole('size', Token.asNumber({ Ref: 'Number' }), 3, 9);
  }).not.toThrow();
});

test('a number is converted to text, and a token is not printed', () => {
  expect(numberText(42)).toBe('42');
  expect(numberText(undefined)).toBeUndefined();
  expect(new Stack().resolve(numberText(Token.asNumber({ Ref: 'Number' })))).toEqual({ Ref: 'Number' });
});
