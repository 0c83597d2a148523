import fc from 'fast-check';
import { chunks, pick } from '../../lib/private/collections';

test('keeps the properties of the struct and leaves out the others', () => {
  const wider = { name: 'a', size: 3, secret: 'b' };
  expect(pick<{ name: string; size?: number }>(wider, { name: true, size: true })).toEqual({ name: 'a', size: 3 });
});

test('adds no property that the object does not have', () => {
  expect(Object.keys(pick<{ name?: string }>({}, { name: true }))).toEqual([]);
});

test('chunks keep every item in order, and none is empty or too long', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 9 }), (list, size) => {
      const found = chunks(list, size);
      expect(found.flat()).toEqual(list);
      expect(found.every((chunk) => chunk.length > 0 && chunk.length <= size)).toBe(true);
    }),
  );
});
