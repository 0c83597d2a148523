import type { IConstruct } from 'constructs';

/** Formats a rejected value for a message. */
export function show(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(JSON.stringify(value));
}

/**
 * Returns the error for a rejected input: the prop, what is allowed, the value it got, and the fix.
 *
 * @param prop the prop's name, without quotes
 * @param rule what is allowed, as the rest of a sentence that begins with the prop ("must be ...")
 * @param got the rejected value
 * @param fix what to do, as an imperative sentence; optional if the rule is clear enough
 */
export function rejected(prop: string, rule: string, got: unknown, fix?: string): Error {
  return new Error(`\`${prop}\` ${rule}, got: ${show(got)}${fix ? `; ${fix}` : ''}`);
}

/**
 * Runs a check and adds the construct's path to the message of its error.
 *
 * Pure code knows no construct, but the reader of the message needs to know it.
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
