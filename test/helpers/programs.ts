import { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A program that has ended, with its output. */
export interface EndedProgram {
  /** The exit code; null after a signal. */
  readonly exitCode: number | null;
  readonly out: string;
  readonly err: string;
  /** Both outputs, in the order of their arrival. */
  readonly output: string;
}

/** Waits until a program ends. */
export async function ended(child: ChildProcess): Promise<EndedProgram> {
  const texts = collect(child);
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, ...texts() };
}

/** Waits until a program has printed a text that matches. Throws if it ends before. */
export function printed(child: ChildProcess, pattern: RegExp): Promise<{ match: RegExpExecArray; output: string }> {
  const texts = collect(child);
  return new Promise((resolve, reject) => {
    const look = () => {
      const { output } = texts();
      const match = pattern.exec(output);
      if (match) {
        resolve({ match, output });
      }
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
    child.once('error', reject);
    child.once('close', (code) => reject(new Error(`the program ended with ${code} before it printed ${pattern}:\n${texts().output}`)));
  });
}

function collect({ stdout, stderr }: ChildProcess): () => Omit<EndedProgram, 'exitCode'> {
  let [out, err, output] = ['', '', ''];
  stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    output += text;
  });
  stderr?.setEncoding('utf8').on('data', (text: string) => {
    err += text;
    output += text;
  });
  return () => ({ out, err, output });
}
