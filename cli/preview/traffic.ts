import { Captured, Passed } from './page/wire';
import { Outcome } from '../ingress/request-trace';
import { ClientIp } from '../client-ip/client-ip';

/** A request that the preview has handled, with the client IPs that processes resolve. */
export interface PassedRequest extends Passed {
  readonly outcome: Outcome['kind'];
  readonly clientIps: readonly ClientIp[];
}

/** An event that a stub of capture has captured. */
export interface CapturedEvent extends Captured {
  readonly at: string;
}

/** A listener for new requests and events. */
export interface Listener {
  passed?(request: PassedRequest): void;
  captured?(event: CapturedEvent): void;
}

const REQUESTS_KEPT = 50;
const EVENTS_KEPT = 500;

/** The requests and events of the preview. The last ones are kept, and listeners receive new ones. */
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

  /** The number of events captured so far. */
  public get capturedCount(): number {
    return this.eventCount;
  }

  /** Returns a number that no other request or event has. */
  public nextId(): number {
    return ++this.lastId;
  }

  /** Records a request that was handled. */
  public pass(request: PassedRequest): void {
    keep(this.requests, request, REQUESTS_KEPT);
    this.listeners.forEach((listener) => listener.passed?.(request));
  }

  /** Records an event that a stub has captured. */
  public capture(event: Omit<CapturedEvent, 'id' | 'at'>): void {
    const captured = { id: this.nextId(), at: new Date().toISOString(), ...event };
    this.eventCount++;
    keep(this.events, captured, EVENTS_KEPT);
    this.listeners.forEach((listener) => listener.captured?.(captured));
  }

  /** Adds a listener for new requests and events, until the returned function is called. */
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
