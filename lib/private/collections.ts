/** Splits a list into parts of at most `size` items. */
export function chunks<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));
}

/**
 * Returns the properties of an object that a narrower struct has.
 *
 * The record of keys makes the compiler ask for a property that is added to the struct later.
 *
 * @param from the object
 * @param keys the keys of the struct, all of them
 */
export function pick<T extends object>(from: T, keys: Readonly<Record<keyof T, true>>): T {
  return Object.fromEntries(Object.entries(from).filter(([name]) => Object.hasOwn(keys, name))) as T;
}
