import { byId } from './dom';

/** A list, newest first, that can be paused. */
export class Feed {
  private readonly list: HTMLElement;
  private readonly shown = new Set<number>();
  private readonly waiting: (readonly [id: number, line: HTMLElement])[] = [];
  private held = false;

  /**
   * @param list the id of the list
   * @param emptyNote the id of the note for an empty list
   * @param kept maximum number of lines
   */
  public constructor(
    list: string,
    private readonly emptyNote: string,
    private readonly kept: number,
  ) {
    this.list = byId(list);
  }

  /** Adds a line on top, unless it exists already. */
  public add(id: number, line: HTMLElement): void {
    if (this.held) {
      this.waiting.push([id, line]);
      return;
    }
    if (this.shown.has(id)) {
      return;
    }
    this.shown.add(id);
    byId(this.emptyNote).hidden = true;
    this.list.prepend(line);
    while (this.list.children.length > this.kept) {
      this.list.lastElementChild?.remove();
    }
  }

  /** Pauses the list, or resumes it with the lines that came meanwhile. */
  public hold(held: boolean): void {
    this.held = held;
    if (!held) {
      this.waiting
        .splice(0)
        .slice(-this.kept)
        .forEach(([id, line]) => this.add(id, line));
    }
  }

  /** Removes all lines. */
  public clear(): void {
    this.shown.clear();
    this.waiting.length = 0;
    this.list.replaceChildren();
    byId(this.emptyNote).hidden = false;
  }
}
