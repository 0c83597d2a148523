import { byId, drawn } from './dom';
import { Lane, laneKey, lanesOf } from './lanes';
import { Box, Layout, layoutOf, PlacedLane } from './layout';
import { IngressFacts, Passed } from './wire';

/** The time for which a request stays visible. */
const GLOW_MS = 1600;
const TRAVEL_MS = 700;

/** The parts of one lane that light up. */
interface LitParts {
  readonly all: readonly SVGElement[];
  readonly stops: ReadonlyMap<string, SVGElement>;
  readonly count: SVGElement;
  readonly path: string;
}

/** The picture of the ingress: client, load balancer, rules and their destinations. It lights up with each request. */
export class Picture {
  private readonly lanes: readonly Lane[];
  private readonly counts = new Map<string, number>();
  private readonly glows = new WeakMap<SVGElement, number>();
  private readonly parts = new Map<string, LitParts>();
  private readonly holder = byId('picture');
  private common: readonly SVGElement[] = [];
  private svg = drawn('svg');
  /** The moving dots, above the lines and below the text. */
  private moving = drawn('g');
  private width = 0;

  public constructor(private readonly ingress: IngressFacts) {
    this.lanes = lanesOf(ingress);
    new ResizeObserver(() => this.draw()).observe(this.holder);
    this.draw();
  }

  /** Counts a request on its lane. */
  public count({ outcome, process }: Passed): void {
    const key = laneKey(outcome, process);
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
    this.writeCount(key);
  }

  /** Resets the counters. */
  public forget(): void {
    this.counts.clear();
    [...this.parts.keys()].forEach((key) => this.writeCount(key));
  }

  /** Lights up the path of a request. */
  public show({ outcome, process, rule }: Passed): void {
    const key = laneKey(outcome, process);
    const parts = this.parts.get(key);
    this.common.forEach((part) => this.light(part));
    if (!parts) {
      return;
    }
    const stop = parts.stops.get(rule ?? '');
    [...parts.all, ...(stop ? [stop] : [])].forEach((part) => this.light(part));
    this.travel(parts.path, key);
  }

  private writeCount(key: string): void {
    const count = this.parts.get(key)?.count;
    if (count) {
      count.textContent = counted(this.counts.get(key));
    }
  }

  private light(part: SVGElement): void {
    window.clearTimeout(this.glows.get(part));
    part.classList.add('lit');
    this.glows.set(
      part,
      window.setTimeout(() => part.classList.remove('lit'), GLOW_MS),
    );
  }

  /** Animates a dot along the line, unless the user prefers reduced motion. */
  private travel(path: string, lane: string): void {
    if (window.matchMedia('(prefers-reduced-motion: reduce)').matches) {
      return;
    }
    const dot = drawn('circle', { r: 5, class: lane === 'refused' ? 'dot refusal' : 'dot' });
    dot.style.offsetPath = `path('${path}')`;
    this.moving.append(dot);
    const run = dot.animate([{ offsetDistance: '0%' }, { offsetDistance: '100%' }], { duration: TRAVEL_MS, easing: 'cubic-bezier(.45,.05,.35,1)' });
    run.onfinish = () => dot.remove();
  }

  private draw(): void {
    const width = Math.floor(this.holder.clientWidth);
    if (width === this.width || width === 0) {
      return;
    }
    this.width = width;
    this.parts.clear();
    const layout = layoutOf(this.lanes, width);
    const { height, lanes, entry } = layout;
    this.svg = drawn(
      'svg',
      { 'viewBox': `0 0 ${width} ${height}`, width, height, 'role': 'img', 'aria-labelledby': 'picture-title picture-text' },
      drawn('title', { id: 'picture-title' }, 'Ingress'),
      drawn('desc', { id: 'picture-text' }, inWords(this.lanes)),
    );
    const line = drawn('path', { d: entry, class: 'track' });
    this.moving = drawn('g');
    this.svg.append(line, ...lanes.map((placed) => this.drawTrack(placed)), this.moving);
    const [client, balancer] = this.drawEntry(layout);
    this.common = [line, client, balancer];
    this.svg.append(client, balancer);
    lanes.forEach((placed) => this.drawLane(placed, layout));
    this.holder.replaceChildren(this.svg);
  }

  private drawTrack({ lane, track }: PlacedLane): SVGElement {
    return drawn('path', { 'd': track, 'class': `track ${lane.kind}`, 'data-lane': lane.key });
  }

  private drawEntry({ client, balancer }: Layout): [SVGElement, SVGElement] {
    const address = this.ingress.loadBalancerAddress;
    return [
      drawn('g', { class: 'node client' }, box(client, 8), label(client, 'client', 'browser, SDK, server')),
      drawn('g', { class: 'node balancer' }, box(balancer, 8), label(balancer, 'load balancer', 'terminates TLS', address)),
    ];
  }

  private drawLane({ lane, stops, end, track }: PlacedLane, { entry }: Layout): void {
    const count = drawn('text', { x: end.x + 14, y: end.y + 35, class: 'small count' }, counted(this.counts.get(lane.key)));
    const terminal = drawn(
      'g',
      { 'class': `node end ${lane.kind}`, 'data-lane': lane.key },
      box(end, lane.kind === 'process' ? 8 : 23),
      drawn('text', { x: end.x + 14, y: end.y + 19, class: 'name' }, lane.title),
      count,
    );
    const drawnStops = new Map(
      stops.map(
        ({ stop, box: place }) =>
          [
            stop.name,
            drawn(
              'g',
              { 'class': `stop ${lane.kind}`, 'data-rule': stop.name },
              drawn('title', {}, stop.conditions.join(' and ') || 'no other rule matches'),
              box(place, STOP_RADIUS),
              drawn('text', { 'x': place.x + place.width / 2, 'y': place.y + 17, 'text-anchor': 'middle' }, ...priorityApart(stop.label)),
            ),
          ] as const,
      ),
    );
    this.svg.append(...drawnStops.values(), terminal);
    const line = this.svg.querySelector<SVGElement>(`path[data-lane="${lane.key}"]`);
    this.parts.set(lane.key, { all: line ? [line, terminal] : [terminal], stops: drawnStops, count, path: pathThrough(entry, track) });
  }
}

const STOP_RADIUS = 13;

/** Returns the first line of a lane, from the client on: a dot can follow only one. */
function pathThrough(entry: string, track: string): string {
  const [, first] = track.split('M');
  return `${entry}L${first}`;
}

function box({ x, y, width, height }: Box, rx: number): SVGElement {
  return drawn('rect', { x, y, width, height, rx });
}

/** Draws lines of text in the middle of a box. */
function label({ x, y, width, height }: Box, name: string, ...small: (string | undefined)[]): SVGElement {
  const lines = [name, ...small.filter((text) => text !== undefined)];
  const top = y + height / 2 - (lines.length - 1) * 8 + 4.5;
  return drawn(
    'g',
    { 'text-anchor': 'middle' },
    ...lines.map((text, i) => drawn('text', { x: x + width / 2, y: top + i * 16, class: i === 0 ? 'name' : 'small' }, text)),
  );
}

/** `100 Events` with the number in a quieter tone. */
function priorityApart(text: string): (SVGElement | string)[] {
  const [first, ...rest] = text.split(' ');
  return rest.length === 0 ? [text] : [drawn('tspan', { class: 'priority' }, first), ` ${rest.join(' ')}`];
}

function counted(requests = 0): string {
  return requests === 1 ? '1 request' : `${requests || 'no'} requests`;
}

/** Describes the picture for screen readers. */
function inWords(lanes: readonly Lane[]): string {
  const groups = lanes.map(
    ({ title, kind, stops }) => `${stops.map(({ label: name }) => name).join(', ')} ${kind === 'process' ? `lead to ${title}` : `are ${title}`}`,
  );
  return `A client's request reaches the load balancer, which terminates TLS and applies the first rule that matches. Rules ${groups.join('; rules ')}.`;
}
