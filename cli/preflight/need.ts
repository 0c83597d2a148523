/** The amount of something that an app needs. */
export interface Need {
  /** In use after a deployment, with the minimum number of tasks. */
  readonly steady: number;
  /** The most during a deployment, while old and new tasks of every service run. */
  readonly rolling: number;
  /** With the maximum number of tasks. */
  readonly scaledOut: number;
}

/** Adds needs. */
export function sumOfNeeds(needs: readonly Need[]): Need {
  const sum = (amount: (need: Need) => number) => needs.reduce((total, need) => total + amount(need), 0);
  return { steady: sum(({ steady }) => steady), rolling: sum(({ rolling }) => rolling), scaledOut: sum(({ scaledOut }) => scaledOut) };
}
