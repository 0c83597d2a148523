import { ParseArgsConfig } from 'node:util';

/** The output of a command: results on `out`, progress and errors on `err`. */
export interface Output {
  out(text: string): void;
  err(text: string): void;
}

/** The parsed command line. */
export interface Arguments {
  readonly positionals: readonly string[];
  readonly values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
}

/** One command of the command line. */
export interface Command {
  /** The arguments after the name: `[--template FILE] [--json]`. */
  readonly usage: string;
  /** The help text. Its first line appears in the list of commands. */
  readonly help: string;
  readonly options: NonNullable<ParseArgsConfig['options']>;
  /** Indicates whether it takes positional arguments. Default: they are refused. */
  readonly takesPositionals?: boolean;
  /** Runs the command and returns the exit code. */
  run(args: Arguments, output: Output): Promise<ExitCode>;
}

/** The exit codes of the program. */
export enum ExitCode {
  /** Done, without problems. */
  OK = 0,
  /** Done: a check failed, or two releases differ. */
  NOT_OK = 1,
  /** Not done: an invalid option, a missing file, no credentials. */
  FAILED = 2,
  /** Not done to the end: the credentials ended meanwhile. */
  CREDENTIALS_ENDED = 3,
  /** Stopped with Ctrl-C: 128 and the number of SIGINT, as shells report it. */
  INTERRUPTED = 130,
}

/** An error that stops a command, with a one-line message for the user. */
export class CommandError extends Error {
  public override readonly name = 'CommandError';
}

/** Returns whether an error is a `CommandError`. In the bundle, each command has its own copy of the class, so the name is compared. */
export function isCommandError(error: unknown): error is CommandError {
  return error instanceof Error && error.name === 'CommandError';
}

/** Returns the text of an option, or undefined if it was not set. */
export function textOption(args: Arguments, name: string): string | undefined {
  const value = args.values[name];
  return typeof value === 'string' ? value : undefined;
}

/** Returns every text of a repeatable option. */
export function textOptions(args: Arguments, name: string): string[] {
  const value = args.values[name];
  return (Array.isArray(value) ? value : [value]).filter((text) => typeof text === 'string');
}

/** A table in plain text: columns as wide as their widest cell, two spaces between them. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
