/**
 * Waits until a condition holds, however slow the machine is: a test that waits for a fixed time fails under load.
 *
 * @param holds the condition, which is checked repeatedly; it may throw to give up
 * @param describe returns what to print if it never holds
 * @param milliseconds when to give up
 */
export async function until(
  holds: () => boolean | Promise<boolean>,
  describe: () => string = () => '',
  milliseconds: number = 50_000,
): Promise<void> {
  const end = Date.now() + milliseconds;
  while (!(await holds())) {
    if (Date.now() > end) {
      throw new Error(`this condition never held: ${holds.toString()}\n${describe()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
