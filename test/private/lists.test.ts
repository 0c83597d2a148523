import fc from 'fast-check';
import { chunks } from '../../lib/private/lists';

test('chunks keep every item in order, and none is empty or too long', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 9 }), (list, size) => {
      const found = chunks(list, size);
      expect(found.flat()).toEqual(list);
      expect(found.every((chunk) => chunk.length > 0 && chunk.length <= size)).toBe(true);
    }),
  );
});
