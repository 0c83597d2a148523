import { pick } from '../../lib/private/pick';

test('keeps the properties of the struct and leaves out the others', () => {
  const wider = { name: 'a', size: 3, secret: 'b' };
  expect(pick<{ name: string; size?: number }>(wider, { name: true, size: true })).toEqual({ name: 'a', size: 3 });
});

test('adds no property that the object does not have', () => {
  expect(Object.keys(pick<{ name?: string }>({}, { name: true }))).toEqual([]);
});
