import { bar, Line, LineKind, time } from './lines';

/** The output of `watch`: lines that stay, and in a terminal one last line that changes. */
export interface Terminal {
  /** Prints a line. */
  print(at: Date, line: Line): void;
  /** Shows the progress, if there is a terminal. */
  progress(fraction: number, text: string): void;
  /** Removes the progress. */
  clear(): void;
}

/** Options for `terminal`. */
export interface TerminalOptions {
  readonly write: (text: string) => void;
  /** Indicates whether the output is a terminal, so that a line can be replaced. */
  readonly interactive: boolean;
  readonly color: boolean;
  readonly columns: () => number;
}

const MARKS: Readonly<Record<LineKind, string>> = { info: ' ', success: '✓', problem: '✗', fix: ' ' };
const COLORS: Readonly<Record<LineKind, string | undefined>> = { info: undefined, success: '32', problem: '31', fix: '36' };
const BAR = 20;
const ERASE_LINE = '\r\u001B[2K';

/** Creates an output. Without a terminal, it writes lines of plain text only. */
export function terminal({ write, interactive, color, columns }: TerminalOptions): Terminal {
  const clear = () => {
    if (interactive) {
      write(ERASE_LINE);
    }
  };
  return {
    print(at, { kind, text }) {
      clear();
      const line = `${time(at)} ${MARKS[kind]} ${text}`;
      write(color && COLORS[kind] ? `\u001B[${COLORS[kind]}m${line}\u001B[0m\n` : `${line}\n`);
    },
    progress(fraction, text) {
      if (interactive) {
        write(`${ERASE_LINE}${`${bar(fraction, BAR)}  ${text}`.slice(0, Math.max(20, columns() - 1))}`);
      }
    },
    clear,
  };
}

/** Returns the options for the standard output: no terminal in CI, and no colours with NO_COLOR (https://no-color.org). */
export function standardOutput(environment: NodeJS.ProcessEnv = process.env): TerminalOptions {
  const interactive = process.stdout.isTTY === true && environment.TERM !== 'dumb' && !environment.CI;
  return {
    write: (text) => process.stdout.write(text),
    interactive,
    color: interactive && !environment.NO_COLOR,
    columns: () => process.stdout.columns ?? 80,
  };
}
