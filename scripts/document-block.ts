import { readFileSync, writeFileSync } from 'node:fs';

/** A part of a document that a script writes, between two comments with its name. */
export class DocumentBlock {
  public constructor(
    private readonly file: string,
    private readonly name: string,
  ) {}

  /** Returns the part as the document has it. */
  public read(): string {
    return this.parts()[1].trim();
  }

  /** Replaces the part in the document. */
  public write(content: string): void {
    const [before, , after] = this.parts();
    writeFileSync(this.file, `${before}\n\n${content}\n\n${after}`);
  }

  /** The document up to the part, the part, and the rest. */
  private parts(): [before: string, part: string, after: string] {
    const text = readFileSync(this.file, 'utf8');
    const [begin, end] = [`<!-- begin: ${this.name} -->`, `<!-- end: ${this.name} -->`];
    const [from, to] = [text.indexOf(begin) + begin.length, text.indexOf(end)];
    if (from < begin.length || to < from) {
      throw new Error(`${this.file} must have the comments ${begin} and ${end}`);
    }
    return [text.slice(0, from), text.slice(from, to), text.slice(to)];
  }
}
