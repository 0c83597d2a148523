import { Frame, framesOf, pathsOn } from './frames';
import { Kind, System, Thing, Way } from './system';

/** The colours of a drawing. */
interface Palette {
  readonly background: string;
  readonly frame: string;
  readonly box: string;
  readonly line: string;
  readonly text: string;
  readonly faint: string;
  readonly accent: string;
}

/** The drawing on a light and on a dark page. */
export const PALETTES = {
  light: { background: '#ffffff', frame: '#f6f8fa', box: '#ffffff', line: '#afb8c1', text: '#1f2328', faint: '#57606a', accent: '#b45309' },
  dark: { background: '#0d1117', frame: '#161b22', box: '#21262d', line: '#484f58', text: '#e6edf3', faint: '#9198a1', accent: '#f5b041' },
} satisfies Record<string, Palette>;

const WIDTH = 1040;
const MARGIN = 16;
const GAP = 14;
const ROW = 24;
/** A row with a second line. */
const TALL_ROW = 38;
const TITLE = 28;
const PADDING = 8;
const ARROW = 34;

/** The frames between the load balancer and the data stores, in columns from left to right. */
const COLUMNS = [['in_answering'], ['in_app', `in_${Kind.ONCE}`, `in_${Kind.SCHEDULED}`], ['in_background'], ['in_inside']];

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Draws a system: clients, load balancer, processes and data stores, from top to bottom. The flowchart has the connections of single processes. */
export function drawing({ things, ways }: System, palette: Palette): string {
  const frames = framesOf(things, ways);
  const stores = frames.find(({ id }) => id === `in_${Kind.STORE}`)!;
  const pen = new Pen(palette);
  const inner = WIDTH - 2 * MARGIN;

  pen.box({ x: WIDTH / 2 - 130, y: MARGIN, width: 260, height: 30 }, 'box', 15);
  pen.text(WIDTH / 2, MARGIN + 20, 'browsers, SDKs, people', { anchor: 'middle', weight: 'bold' });
  const balancer = { x: MARGIN, y: MARGIN + 30 + ARROW, width: inner, height: 52 };
  pen.arrow(WIDTH / 2, MARGIN + 30, balancer.y, 'HTTPS');
  pen.box(balancer, 'frame');
  pen.text(WIDTH / 2, balancer.y + 22, 'Application Load Balancer: terminates TLS, redirects HTTP', { anchor: 'middle', weight: 'bold' });
  pen.text(WIDTH / 2, balancer.y + 41, 'SDK endpoints are public; you choose who can open the app; internal and ambiguous paths are refused', {
    anchor: 'middle',
    faint: true,
  });

  const top = balancer.y + balancer.height + ARROW;
  const width = (inner - (COLUMNS.length - 1) * GAP) / COLUMNS.length;
  const columns = COLUMNS.map((ids) => ids.flatMap((id) => frames.filter((frame) => frame.id === id)));
  const forwarded = ways.filter(({ paths }) => paths !== undefined);
  const bottoms = columns.map((members, index) => {
    const x = MARGIN + index * (width + GAP);
    if (members.some(({ things: own }) => own.some(({ id }) => forwarded.some(({ to }) => to === id)))) {
      pen.arrow(x + width / 2, balancer.y + balancer.height, top, 'HTTP');
    }
    return members.reduce((y, frame) => drawFrame(pen, { x, y, width }, frame, forwarded) + GAP, top) - GAP;
  });

  const storesTop = Math.max(...bottoms) + ARROW;
  columns.forEach((members, index) => {
    const x = MARGIN + index * (width + GAP) + width / 2;
    pen.arrow(x, bottoms[index], storesTop, usedStores(members, stores, ways));
  });
  const storesBox = { x: MARGIN, y: storesTop, width: inner, height: TITLE + TALL_ROW + PADDING };
  pen.box(storesBox, 'frame');
  pen.text(MARGIN + PADDING, storesTop + 19, 'data stores, created or your own', { weight: 'bold' });
  const each = (inner - 2 * PADDING - (stores.things.length - 1) * PADDING) / stores.things.length;
  stores.things.forEach((store, index) => {
    const x = MARGIN + PADDING + index * (each + PADDING);
    pen.box({ x, y: storesTop + TITLE, width: each, height: TALL_ROW }, 'box');
    pen.text(x + each / 2, storesTop + TITLE + 16, store.name, { anchor: 'middle' });
    pen.text(x + each / 2, storesTop + TITLE + 31, [store.service, ...store.ports.map((port) => `:${port}`)].join(' '), {
      anchor: 'middle',
      faint: true,
    });
  });
  return pen.finish(WIDTH, storesTop + storesBox.height + MARGIN);
}

/** Draws a frame with a row for each thing, and returns its lower edge. */
function drawFrame(pen: Pen, { x, y, width }: Omit<Box, 'height'>, { title, things }: Frame, forwarded: readonly Way[]): number {
  const rows = things.map((thing) => ({ thing, paths: forwarded.find(({ to }) => to === thing.id) }));
  const height = TITLE + rows.reduce((sum, { paths }) => sum + (paths ? TALL_ROW : ROW) + 4, 0) + PADDING - 4;
  pen.box({ x, y, width, height }, 'frame');
  pen.text(x + PADDING, y + 19, title, { weight: 'bold' });
  rows.reduce((top, { thing, paths }) => {
    const tall = paths ? TALL_ROW : ROW;
    pen.box({ x: x + PADDING, y: top, width: width - 2 * PADDING, height: tall }, 'box');
    pen.text(x + 2 * PADDING, top + 16, thing.name);
    pen.text(x + width - 2 * PADDING, top + 16, thing.ports.map((port) => `:${port}`).join(' '), { anchor: 'end', faint: true });
    if (paths) {
      pen.text(x + 2 * PADDING, top + 31, pathsOn(paths), { accent: true });
    }
    return top + tall + 4;
  }, y + TITLE);
  return y + height;
}

/** Returns the label of the data stores that processes of some frames may connect to. */
function usedStores(frames: readonly Frame[], stores: Frame, ways: readonly Way[]): string {
  const uses = (thing: Thing) => (store: Thing) => ways.some(({ from, to }) => from === thing.id && to === store.id);
  const used = stores.things.filter((store) => frames.some(({ things }) => things.some((thing) => uses(thing)(store))));
  return used.length === stores.things.length ? 'all' : used.map(({ name }) => name).join(', ');
}

interface TextStyle {
  readonly anchor?: 'middle' | 'end';
  readonly weight?: 'bold';
  readonly faint?: boolean;
  readonly accent?: boolean;
}

/** Collects the elements of a drawing. */
class Pen {
  private readonly elements: string[] = [];

  public constructor(private readonly palette: Palette) {}

  public box({ x, y, width, height }: Box, fill: 'frame' | 'box', radius = 5): void {
    this.elements.push(
      `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}" fill="${this.palette[fill]}" stroke="${this.palette.line}"/>`,
    );
  }

  public text(x: number, y: number, content: string, { anchor, weight, faint = false, accent = false }: TextStyle = {}): void {
    const small = faint || accent;
    const fill = accent ? this.palette.accent : faint ? this.palette.faint : this.palette.text;
    const attributes = [
      `x="${x}" y="${y}" fill="${fill}"`,
      anchor && `text-anchor="${anchor}"`,
      weight && `font-weight="${weight}"`,
      small && 'font-size="11"',
    ];
    this.elements.push(`<text ${attributes.filter(Boolean).join(' ')}>${escaped(content)}</text>`);
  }

  /** Draws an arrow downwards, with a label beside it. */
  public arrow(x: number, from: number, to: number, label: string): void {
    const { faint } = this.palette;
    this.elements.push(`<path d="M${x} ${from}V${to - 6}" stroke="${faint}" stroke-width="1.5"/>`);
    this.elements.push(`<path d="M${x - 5} ${to - 8}h10l-5 8z" fill="${faint}"/>`);
    this.text(x + 9, to - 13, label, { faint: true });
  }

  public finish(width: number, height: number): string {
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, 'Segoe UI', Helvetica, Arial, sans-serif" font-size="12.5">`,
      '<title>PostHog behind its load balancer: processes and data stores</title>',
      `<rect width="100%" height="100%" fill="${this.palette.background}"/>`,
      ...this.elements,
      '</svg>',
      '',
    ].join('\n');
  }
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
}
