/** A line of the migration's log. */
export interface LogLine {
  /** The stream: `migration/CONTAINER/TASK`. */
  readonly stream: string;
  readonly message: string;
}

/** The progress that the log of a migration shows so far. */
export interface LogSummary {
  readonly container?: string;
  readonly applied: number;
  readonly fromEmpty: boolean;
  readonly lastLine?: string;
}

export const EMPTY_LOG: LogSummary = { applied: 0, fromEmpty: false };

/**
 * A migration that is applied: of Django (`  Applying posthog.0001_initial... OK`, django/core/management/commands/migrate.py), and of ClickHouse
 * (`Applying migration 0001_initial...`, infi/clickhouse_orm/database.py).
 */
const APPLYING = /\bApplying (?:migration )?[\w.]+\.\.\./;

/** A line of the migration script: lib/migration/script. */
const OWN = /^\[migration\] (?<text>.*)$/;

/** The line of the script for an empty database. */
const EMPTY = 'the database is empty';

/** Adds lines to a summary. */
export function addLines(summary: LogSummary, lines: readonly LogLine[]): LogSummary {
  const own = lines.flatMap(({ message }) => OWN.exec(message.trimEnd())?.groups?.text ?? []);
  return {
    container: lines.at(-1)?.stream.split('/')[1] ?? summary.container,
    applied: summary.applied + lines.filter(({ message }) => APPLYING.test(message)).length,
    fromEmpty: summary.fromEmpty || own.some((text) => text.startsWith(EMPTY)),
    lastLine: own.at(-1) ?? summary.lastLine,
  };
}
