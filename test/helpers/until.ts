/**
 * Waits until something holds, however slow the machine is: a test that waits for a certain time fails under load.
 *
 * @param holds what is asked, again and again
 * @param said what to print where it never holds
 */
export async function until(holds: () => boolean, said: () => string = () => ''): Promise<void> {
  const end = Date.now() + 50_000;
  while (!holds()) {
    if (Date.now() > end) {
      throw new Error(`this never came to hold: ${holds.toString()}\n${said()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
