import { CostLine, total } from './cost-line';

/** A line of an estimate that an update changes. */
export interface CostDifference {
  readonly what: string;
  readonly quantity: { readonly before: number; readonly after: number };
  /** The monthly cost; undefined if a price is unknown. */
  readonly perMonth: { readonly before?: number; readonly after?: number };
  readonly change?: number;
}

interface Sum {
  readonly quantity: number;
  readonly perMonth?: number;
}

/** Returns the lines of an estimate that differ from those of another one, the largest change first. */
export function differences(before: readonly CostLine[], after: readonly CostLine[]): CostDifference[] {
  const [from, to] = [sumsOf(before), sumsOf(after)];
  return [...new Set([...from.keys(), ...to.keys()])]
    .map((what): CostDifference => {
      const none: Sum = { quantity: 0, perMonth: 0 };
      const [old, now] = [from.get(what) ?? none, to.get(what) ?? none];
      const change = old.perMonth === undefined || now.perMonth === undefined ? undefined : now.perMonth - old.perMonth;
      return {
        what,
        quantity: { before: old.quantity, after: now.quantity },
        perMonth: { before: old.perMonth, after: now.perMonth },
        change,
      };
    })
    .filter(({ quantity, change }) => quantity.before !== quantity.after || change === undefined || Math.abs(change) >= 0.005)
    .sort((a, b) => Math.abs(b.change ?? Infinity) - Math.abs(a.change ?? Infinity) || a.what.localeCompare(b.what));
}

/** Returns the sums of lines by their name: the same resource can have several prices. */
function sumsOf(lines: readonly CostLine[]): Map<string, Sum> {
  const sums = new Map<string, Sum>();
  for (const line of lines) {
    const { quantity, perMonth } = sums.get(line.what) ?? { quantity: 0, perMonth: 0 };
    const known = line.each !== undefined && perMonth !== undefined;
    sums.set(line.what, { quantity: quantity + line.quantity, perMonth: known ? perMonth + total(line) : undefined });
  }
  return sums;
}
