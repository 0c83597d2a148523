import { ParseArgsConfig } from 'node:util';

/** Where a command writes. What a program reads goes to `out`; progress and complaints go to `err`. */
export interface Output {
  out(text: string): void;
  err(text: string): void;
}

/** What was given on the command line, by the names of options. */
export interface Arguments {
  readonly positionals: readonly string[];
  readonly values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
}

/** One command of the command line. */
export interface Command {
  /** What follows the command's name: `[--template FILE] [--json]`. */
  readonly usage: string;
  /** What it does, in a few lines; the first stands in the list of commands. */
  readonly help: string;
  readonly options: NonNullable<ParseArgsConfig['options']>;
  /** Whether it takes anything but options; left out, an argument that belongs to none is refused. */
  readonly takesPositionals?: boolean;
  /** Does it, and says with what exit code the program ends. */
  run(args: Arguments, output: Output): Promise<ExitCode>;
}

/** How the program ends. */
export enum ExitCode {
  /** Done, and all is well. */
  OK = 0,
  /** Done, and something is wrong with what was looked at. */
  FINDINGS = 1,
  /** It could not be done: a wrong option, a file that is not there, no credentials. */
  FAILED = 2,
}

/** Something that keeps a command from being done, in one line for the reader. */
export class CommandError extends Error {
  public override readonly name = 'CommandError';
}

/** Whether a command could not be done. Bundled, each command has a class of its own, so it is known by its name. */
export function isCommandError(error: unknown): error is CommandError {
  return error instanceof Error && error.name === 'CommandError';
}

/** The text of an option, or undefined where it was not given. */
export function textOption(args: Arguments, name: string): string | undefined {
  const value = args.values[name];
  return typeof value === 'string' ? value : undefined;
}

/** Every text of an option that may be given more than once. */
export function textOptions(args: Arguments, name: string): string[] {
  const value = args.values[name];
  return (Array.isArray(value) ? value : [value]).filter((text) => typeof text === 'string');
}
