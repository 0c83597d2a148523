/** Something that is known about an image, and where it is known from. */
export interface Known {
  readonly value: string;
  readonly source: string;
}

/** Something that is not known about an image. */
export interface Unknown {
  /** The reason, in one line. */
  readonly unknown: string;
}

/** A fact about an image, or why it is not known. It cannot be left out. */
export type Fact = Known | Unknown;

/** The value of a fact; undefined where it is not known. */
export function valueOf(fact: Fact): string | undefined {
  return 'value' in fact ? fact.value : undefined;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** The days from one point in time to another, each a day such as 2026-09-11 or a time of ISO 8601. */
export function daysBetween(one: string, other: string): number {
  return (Date.parse(other) - Date.parse(one)) / DAY_MS;
}
