/** One line of an estimate. */
export interface CostLine {
  /** The resource, such as `Fargate task: web`. */
  readonly what: string;
  readonly quantity: number;
  /** The monthly price of one; undefined if the price table has none. */
  readonly each?: number;
}

/** The properties of a resource. */
export type Properties = Record<string, unknown>;
/** Groups equal lines, most expensive first. */
export function grouped(lines: readonly CostLine[]): CostLine[] {
  const byName = new Map<string, CostLine>();
  for (const { what, quantity, each } of lines) {
    const key = `${what} ${each}`;
    byName.set(key, { what, each, quantity: quantity + (byName.get(key)?.quantity ?? 0) });
  }
  return [...byName.values()].sort((a, b) => total(b) - total(a));
}

/** Returns the monthly cost of a line; zero if its price is unknown. */
export function total({ quantity, each = 0 }: CostLine): number {
  return quantity * each;
}

/** Creates a line. It has no price if the quantity is unknown. */
export function line(what: string, quantity: number | undefined, each?: number): CostLine {
  return quantity === undefined ? { what: `${what}, quantity known at deployment`, quantity: 1 } : { what, quantity, each };
}
