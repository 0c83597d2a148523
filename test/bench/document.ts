import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { ROOT } from '../helpers/app';

const DOCUMENT = path.join(ROOT, 'docs', 'performance.md');

/** What figures are measured on. */
export const MACHINE = `Node.js ${process.versions.node}, ${cpus().length} cores (${cpus()[0].model.trim()})`;

/** A table's lines, from its cells. */
export function tableOf(rows: readonly (readonly string[])[]): string {
  return rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** The text between a command's two marks in docs/performance.md. */
export function readSection(command: string): string {
  const { document, head, tail } = find(command);
  return document.slice(head, tail);
}

/** Writes what a command measured between its two marks in docs/performance.md, and prints it. */
export function writeSection(command: string, heading: string, table: string): void {
  const { document, head, tail } = find(command);
  writeFileSync(DOCUMENT, `${document.slice(0, head)}\n${heading}\n\n${table}\n${document.slice(tail)}`);
  process.stdout.write(`${table}\n`);
}

function find(command: string): { document: string; head: number; tail: number } {
  const [begin, end] = [`<!-- begin: ${command} -->`, `<!-- end: ${command} -->`];
  const document = readFileSync(DOCUMENT, 'utf8');
  const [head, tail] = [document.indexOf(begin), document.indexOf(end)];
  if (head < 0 || tail < head) {
    throw new Error(`docs/performance.md must have the marks of ${command}`);
  }
  return { document, head: head + begin.length, tail };
}
