import { MACHINE, tableOf, writeSection } from './document';

/** A table of figures, each with its floor, for its place in docs/performance.md. */
export class Figures {
  private readonly rows = [
    ['what', 'PostHog', 'floor', 'ratio', 'goal'],
    ['---', '---:', '---:', '---:', '---'],
  ];
  private readonly missed: string[] = [];

  /** A table between the marks of the command that creates it. */
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
    writeSection(this.command, `${MACHINE}; ${how}.`, tableOf(this.rows));
    if (this.missed.length > 0) {
      process.stderr.write(`goals missed: ${this.missed.join('; ')}\n`);
      process.exitCode = 1;
    }
  }
}
