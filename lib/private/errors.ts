import type { IConstruct } from 'constructs';

/** How a rejected value is shown in a message. */
export function show(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(JSON.stringify(value));
}

/**
 * The message of every rejected input: which prop, what is allowed, what it got, and the way out.
 *
 * @param prop the prop's name, without quotes
 * @param rule what is allowed, as the rest of a sentence that begins with the prop ("must be ...")
 * @param got the value that was given
 * @param fix what to do, as an imperative sentence; left out where the rule says it all
 */
export function rejected(prop: string, rule: string, got: unknown, fix?: string): Error {
  return new Error(`\`${prop}\` ${rule}, got: ${show(got)}${fix ? `; ${fix}` : ''}`);
}

/**
 * Runs a check and puts the construct's path in front of what it throws.
 *
 * Pure code knows no construct; the reader of the message wants to know which one it was.
 */
export function at<T>(scope: IConstruct, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof Error && !error.message.startsWith('[')) {
      error.message = `[${scope.node.path}] ${error.message}`;
    }
    throw error;
  }
}
