import { Captured, Passed } from './page/wire';
import { Outcome } from '../request-trace';
import { ClientIp } from '../client-ip/client-ip';

/** A request that the preview has dealt with: what the page knows of it, with what processes believe. */
export interface PassedRequest extends Passed {
  readonly outcome: Outcome['kind'];
  readonly clientIps: readonly ClientIp[];
}

/** An event that a stub for capture took. */
export interface CapturedEvent extends Captured {
  readonly at: string;
}

/** Hears of everything that happens from now on. */
export interface Listener {
  passed?(request: PassedRequest): void;
  captured?(event: CapturedEvent): void;
}

const REQUESTS_KEPT = 50;
const EVENTS_KEPT = 500;

/** What passed through the preview: the last of it is kept, and listeners hear of the rest as it happens. */
export class Traffic {
  private readonly requests: PassedRequest[] = [];
  private readonly events: CapturedEvent[] = [];
  private readonly listeners = new Set<Listener>();
  private lastId = 0;
  private eventCount = 0;

  /** The last requests, oldest first. */
  public get recent(): readonly PassedRequest[] {
    return [...this.requests];
  }

  /** The last events, newest first. */
  public get captured(): readonly CapturedEvent[] {
    return [...this.events].reverse();
  }

  /** How many events were taken in all. */
  public get capturedCount(): number {
    return this.eventCount;
  }

  /** A number that no other request or event has. */
  public nextId(): number {
    return ++this.lastId;
  }

  /** Notes a request that has been dealt with. */
  public pass(request: PassedRequest): void {
    keep(this.requests, request, REQUESTS_KEPT);
    this.listeners.forEach((listener) => listener.passed?.(request));
  }

  /** Notes an event that a stub took. */
  public capture(event: Omit<CapturedEvent, 'id' | 'at'>): void {
    const captured = { id: this.nextId(), at: new Date().toISOString(), ...event };
    this.eventCount++;
    keep(this.events, captured, EVENTS_KEPT);
    this.listeners.forEach((listener) => listener.captured?.(captured));
  }

  /** Tells a listener of everything from now on, until the returned function is called. */
  public listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

function keep<T>(list: T[], item: T, limit: number): void {
  list.push(item);
  if (list.length > limit) {
    list.shift();
  }
}
