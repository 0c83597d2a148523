/** The text in place of values, which the log itself has. */
const LEFT_OUT = '(...)';

/** A part of a log line that may contain values of rows, and the replacement of it. */
interface Redaction {
  readonly pattern: RegExp;
  readonly text: string;
}

/**
 * The parts of PostgreSQL's, psycopg's, Django's and ClickHouse's messages that contain values. The names of tables, columns and constraints stay.
 *
 * @see https://www.postgresql.org/docs/current/protocol-error-fields.html (DETAIL, CONTEXT)
 */
const REDACTIONS: readonly Redaction[] = [
  // `Key (email)=(ada@example.com) already exists.`
  { pattern: /\bKey \(([^)]*)\)=\(.*/, text: `Key ($1)=${LEFT_OUT}` },
  // `Failing row contains (1, Ada, ...).`
  { pattern: /\b(row contains) \(.*/, text: `$1 ${LEFT_OUT}` },
  { pattern: /\b(DETAIL|CONTEXT|STATEMENT|QUERY|HINT):(?!\s*Key \(|.*row contains).*/, text: `$1: ${LEFT_OUT}` },
  // `invalid input syntax for type integer: "Ada"`, `invalid input value for enum state: "x"`, `date/time field value out of range: "..."`
  { pattern: /\b(invalid input [^:]*|[^:]*out of range|malformed [^:]*|invalid byte sequence[^:]*): .*/i, text: `$1: ${LEFT_OUT}` },
  { pattern: /\b(VALUES|parameters|params|args)(\s*[:=]?\s*)[([{].*/i, text: `$1 ${LEFT_OUT}` },
  { pattern: /[\w.+-]+@[\w-]+(\.[\w-]+)+/g, text: '...@...' },
];

/** A message whose values go on in the next line. */
const OPEN = /(\bKey \([^)]*\)=\(|\brow contains \()(?!.*\)(\.|\s|$))/;
/** The end of such a message. */
const CLOSED = /\)(\.?$| already exists| is not present| is still referenced| conflicts with)/;

/**
 * Removes values of rows from the lines of a log: CloudFormation shows the lines to everyone who may describe the events of a stack, and Step
 * Functions those who may describe its executions. The values may be personal data.
 */
export function withoutValues(lines: readonly string[]): string[] {
  let isOpen = false;
  return lines.flatMap((line) => {
    if (isOpen) {
      isOpen = !CLOSED.test(line);
      return [];
    }
    isOpen = OPEN.test(line);
    return [REDACTIONS.reduce((text, { pattern, text: replacement }) => text.replace(pattern, replacement), line)];
  });
}
