import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';

const DOCUMENT = path.join(__dirname, '..', '..', 'docs', 'performance.md');

/** A table of figures, each beside its floor, for its place in docs/performance.md. */
export class Figures {
  private readonly rows = [['what', 'PostHog', 'floor', 'ratio', 'goal'], ['---', '---:', '---:', '---:', '---']];
  private readonly missed: string[] = [];

  /** A table that stands between the marks of the command that makes it. */
  public constructor(private readonly command: string) {}

  /** Adds a row; a figure over its goal is named at the end. */
  public row(what: string, figure: string, floor: string, ratio: number, goal: string, met: boolean): void {
    this.rows.push([what, figure, floor, ratio.toFixed(2), `${goal}${met ? '' : ' (missed)'}`]);
    if (!met) {
      this.missed.push(what);
    }
  }

  /** Writes the table into the document, and says what was missed. */
  public write(how: string): void {
    const [begin, end] = [`<!-- begin: ${this.command} -->`, `<!-- end: ${this.command} -->`];
    const machine = `Node.js ${process.versions.node}, ${cpus().length} cores (${cpus()[0].model.trim()}); ${how}.`;
    const table = this.rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
    const document = readFileSync(DOCUMENT, 'utf8');
    writeFileSync(DOCUMENT, `${document.slice(0, document.indexOf(begin))}${begin}\n${machine}\n\n${table}\n${document.slice(document.indexOf(end))}`);
    process.stdout.write(`${table}\n`);
    if (this.missed.length > 0) {
      process.stderr.write(`goals missed: ${this.missed.join('; ')}\n`);
      process.exitCode = 1;
    }
  }
}
