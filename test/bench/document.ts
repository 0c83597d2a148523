import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';

const DOCUMENT = path.join(__dirname, '..', '..', 'docs', 'performance.md');

/** Writes what a command measured between its two marks in docs/performance.md, with the machine above it, and prints it. */
export function writeSection(command: string, remark: string, rows: readonly (readonly string[])[]): void {
  const [begin, end] = [`<!-- begin: ${command} -->`, `<!-- end: ${command} -->`];
  const machine = `Node.js ${process.versions.node}, ${cpus().length} cores (${cpus()[0].model.trim()})`;
  const table = rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  const document = readFileSync(DOCUMENT, 'utf8');
  const [head, tail] = [document.indexOf(begin), document.indexOf(end)];
  if (head < 0 || tail < head) {
    throw new Error(`docs/performance.md must have the marks of ${command}`);
  }
  writeFileSync(DOCUMENT, `${document.slice(0, head)}${begin}\n${machine}; ${remark}\n\n${table}\n${document.slice(tail)}`);
  process.stdout.write(`${table}\n`);
}
