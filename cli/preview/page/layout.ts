import { Lane, Stop } from './lanes';

/** A rectangle, in the picture's units, which are CSS pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A lane with its position: its stops, its end, and its line. */
export interface PlacedLane {
  readonly lane: Lane;
  readonly stops: readonly { readonly stop: Stop; readonly box: Box }[];
  readonly end: Box;
  /** The line from the load balancer on. */
  readonly track: string;
}

/** The positions of all parts of the picture. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly client: Box;
  readonly balancer: Box;
  /** The line from the client to the load balancer. */
  readonly entry: string;
  readonly lanes: readonly PlacedLane[];
}

/** Below this width, the picture runs from top to bottom. */
const WIDE = 760;
const CHARACTER = 7.25;
const STOP = { height: 26, padding: 10, gap: 8 };
const END = { width: 188, height: 46 };
const LANE_GAP = 18;
/** Minimum height of the load balancer, for its text. */
const LEAST_HEIGHT = 96;

/**
 * Lays out the picture: from left to right if it is wide, from top to bottom if it is narrow, so that its text keeps its size.
 *
 * @param lanes the lanes
 * @param width the available width
 */
export function layoutOf(lanes: readonly Lane[], width: number): Layout {
  return width >= WIDE ? wide(lanes, width) : narrow(lanes, width);
}

function wide(lanes: readonly Lane[], width: number): Layout {
  const left = 354;
  const endX = width - END.width - 1;
  const room = endX - left - 44;
  let y = 1;
  const placed = lanes.map((lane): PlacedLane => {
    const rows = rowsOf(lane.stops, room);
    const height = Math.max(END.height, rows.length * STOP.height + (rows.length - 1) * STOP.gap);
    const middle = y + height / 2;
    const top = middle - (rows.length * STOP.height + (rows.length - 1) * STOP.gap) / 2;
    const laneBox = {
      lane,
      stops: placeRows(rows, left, top),
      end: { x: endX, y: middle - END.height / 2, ...END },
      track: trackThrough(
        rows.map((_, i) => top + i * (STOP.height + STOP.gap) + STOP.height / 2),
        { from: 306, left, middle, to: endX },
      ),
    };
    y += height + LANE_GAP;
    return laneBox;
  });
  const height = Math.max(y - LANE_GAP + 1, LEAST_HEIGHT);
  const balancer = { x: 186, y: 1, width: 120, height: height - 2 };
  const client = { x: 1, y: height / 2 - 27, width: 132, height: 54 };
  return { width, height, client, balancer, entry: `M133 ${height / 2}H186`, lanes: placed };
}

/** Draws a line for each row of stops. The lines fork after the load balancer and join before the end. */
function trackThrough(rows: readonly number[], { from, left, middle, to }: Record<'from' | 'left' | 'middle' | 'to', number>): string {
  const fork = left - 24;
  const join = to - 22;
  return rows.map((y) => (y === middle ? `M${from} ${middle}H${to}` : `M${from} ${middle}H${fork}V${y}H${join}V${middle}H${to}`)).join('');
}

function narrow(lanes: readonly Lane[], width: number): Layout {
  const left = 26;
  const room = width - left - 1;
  const client = { x: 1, y: 1, width: width - 2, height: 40 };
  const balancer = { x: 1, y: 65, width: width - 2, height: 62 };
  const trunk = 10;
  let y = balancer.y + balancer.height + 26;
  const placed = lanes.map((lane): PlacedLane => {
    const rows = rowsOf(lane.stops, room);
    const stopsHeight = rows.length * (STOP.height + STOP.gap);
    const end = { x: left, y: y + stopsHeight + 8, width: room, height: END.height };
    const first = y + STOP.height / 2;
    const laneBox = {
      lane,
      stops: placeRows(rows, left, y),
      end,
      track: `M${trunk} ${balancer.y + balancer.height}V${first}H${left + 16}V${end.y}`,
    };
    y = end.y + END.height + 22;
    return laneBox;
  });
  return { width, height: y - 21, client, balancer, entry: `M${trunk} 41V65`, lanes: placed };
}

function placeRows(rows: readonly (readonly Stop[])[], left: number, top: number): PlacedLane['stops'] {
  return rows.flatMap((row, i) => {
    let x = left;
    return row.map((stop) => {
      const box = { x, y: top + i * (STOP.height + STOP.gap), width: stopWidth(stop), height: STOP.height };
      x += box.width + STOP.gap;
      return { stop, box };
    });
  });
}

/** Breaks the stops into rows. */
function rowsOf(stops: readonly Stop[], room: number): Stop[][] {
  const rows: Stop[][] = [[]];
  for (const stop of stops) {
    const row = rows[rows.length - 1];
    if (row.length > 0 && widthOf([...row, stop]) > room) {
      rows.push([stop]);
    } else {
      row.push(stop);
    }
  }
  return rows;
}

function widthOf(row: readonly Stop[]): number {
  return row.reduce((sum, stop) => sum + stopWidth(stop) + STOP.gap, -STOP.gap);
}

function stopWidth({ label }: Stop): number {
  return Math.ceil(label.length * CHARACTER + 2 * STOP.padding);
}
