import { HOURS_PER_MONTH } from './prices';
import { numberOf } from '../alb/template';

/** One line of an estimate. */
export interface CostLine {
  /** The resource, such as `Fargate task: web`. */
  readonly what: string;
  readonly quantity: number;
  /** The monthly price of one; undefined if the price table has none. */
  readonly each?: number;
}

/** A change that lowers the bill. */
export interface Lever {
  /** The change, such as `Spot for interruptible processes`. */
  readonly what: string;
  /** The saving in a month. */
  readonly saves: number;
  /** The prop to set, or what to do. */
  readonly how: string;
  /** Its price in other respects, or its uncertainty. */
  readonly note: string;
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

/** Creates the line of something that is billed by type and hour. It has no price if the table has none for the type. */
export function hourly(what: string, table: Readonly<Record<string, number>>, type: unknown, quantity: number | undefined, factor = 1): CostLine {
  const price = typeof type === 'string' && Object.hasOwn(table, type) ? table[type] : undefined;
  return line(
    what.replace('TYPE', typeof type === 'string' ? type : 'type known at deployment'),
    quantity,
    price === undefined ? undefined : price * factor * HOURS_PER_MONTH,
  );
}

/** Creates the line of a disk, by its size. */
export function disk(what: string, size: unknown, quantity: number | undefined, perGib: number, kind = ''): CostLine {
  const gib = numberOf(size);
  return gib === undefined ? line(`${what}: size known at deployment`, quantity) : line(`${what}: ${gib} GiB${kind}`, quantity, gib * perGib);
}

/** The estimate of one stack. */
export interface StackCost {
  readonly stack: string;
  readonly file: string;
  readonly lines: readonly CostLine[];
}

/** Returns the lines of several stacks, grouped. */
export function linesOf(stacks: readonly StackCost[]): CostLine[] {
  return grouped(stacks.flatMap(({ lines }) => lines));
}

/** Returns the monthly sum of lines. */
export function sumOf(lines: readonly CostLine[]): number {
  return lines.reduce((sum, line) => sum + total(line), 0);
}
