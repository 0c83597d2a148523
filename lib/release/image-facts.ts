/** A known fact about an image, with its source. */
export interface Known {
  readonly value: string;
  readonly source: string;
}

/** An unknown fact about an image. */
export interface Unknown {
  /** The reason, in one line. */
  readonly unknown: string;
}

/** A fact about an image, or the reason why it is not known. It cannot be omitted. */
export type Fact = Known | Unknown;

/** Returns the value of a fact; undefined if it is not known. */
export function valueOf(fact: Fact): string | undefined {
  return 'value' in fact ? fact.value : undefined;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Returns the days between two points in time, each a day such as 2026-09-11 or a time of ISO 8601. */
export function daysBetween(one: string, other: string): number {
  return (Date.parse(other) - Date.parse(one)) / DAY_MS;
}
