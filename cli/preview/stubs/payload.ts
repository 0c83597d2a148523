import { gunzipSync } from 'node:zlib';

/** An event as SDKs send it, as far as the preview looks at it. */
export interface SentEvent {
  readonly event?: string;
  readonly uuid?: string;
  readonly token?: string;
  readonly api_key?: string;
  readonly distinct_id?: unknown;
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** A body that could not be read, with what capture says about it. */
export class UnreadablePayload extends Error {}

const FORM = 'application/x-www-form-urlencoded';

/**
 * The JSON in a body, unpacked as capture does it: perhaps a form whose `data` holds it, perhaps base64, perhaps gzip; hints are not relied on.
 *
 * Source: rust/capture/src/payload/common.rs and decompression.rs, July 2026. LZ64, of SDKs before 2021, is not unpacked here.
 *
 * @param body the body, or the `data` of the query
 * @param contentType the header of that name
 * @param limit how many bytes it may unpack to
 */
export function unpacked(body: Buffer, contentType: string | undefined, limit: number): unknown {
  if (body.length === 0) {
    throw new UnreadablePayload('request missing data payload');
  }
  const raw = fromBase64(contentType?.startsWith(FORM) ? fromForm(body) : body);
  return parsed(fromBase64(isGzip(raw) ? gunzipped(raw, limit) : raw));
}

/** The JSON in a body. */
export function parsed(body: Buffer): unknown {
  if (body.length === 0) {
    throw new UnreadablePayload('request missing data payload');
  }
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch (error) {
    throw new UnreadablePayload(`failed to parse request: ${(error as Error).message}`);
  }
}

/** The events in a body, with the token that a batch has for all of them (rust/capture/src/v0_request.rs). */
export function eventsIn(payload: unknown, path: string): { events: SentEvent[]; token?: string } {
  if (Array.isArray(payload)) {
    return { events: payload.map(objectIn) };
  }
  if (typeof payload !== 'object' || payload === null) {
    throw new UnreadablePayload('failed to parse request: neither an event nor a list of events');
  }
  const batch = payload as { batch?: unknown; api_key?: string; token?: string } & SentEvent;
  if (Array.isArray(batch.batch)) {
    return { events: batch.batch.map(objectIn), token: batch.api_key ?? batch.token };
  }
  if (batch.event === undefined && !path.startsWith('/engage')) {
    throw new UnreadablePayload('failed to hydrate events from request: non-engage request missing event name attribute');
  }
  return { events: [{ event: '$identify', ...batch }] };
}

/** A value that must be an object. */
export function objectIn(value: unknown): object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UnreadablePayload('failed to parse request: what should be an object is none');
  }
  return value;
}

/** The token of an event, wherever an SDK puts it. */
export function tokenOf(event: SentEvent): string | undefined {
  const found = event.token ?? event.api_key ?? event.properties?.token;
  return typeof found === 'string' ? found : undefined;
}

/** Who the event is about. */
export function distinctIdOf(event: SentEvent): string | undefined {
  const found = event.distinct_id ?? event.properties?.distinct_id;
  return typeof found === 'string' || typeof found === 'number' ? String(found) : undefined;
}

function fromForm(body: Buffer): Buffer {
  const data = new URLSearchParams(body.toString('utf8')).get('data');
  // A plus sign of base64, which the form takes for a space.
  return data === null ? body : Buffer.from(data.replaceAll(' ', '+'), 'utf8');
}

function fromBase64(bytes: Buffer): Buffer {
  const text = bytes.subarray(0, 128).toString('latin1');
  return bytes.length % 4 === 0 && /^[A-Za-z0-9+/=]+$/.test(text) ? Buffer.from(bytes.toString('latin1'), 'base64') : bytes;
}

function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function gunzipped(bytes: Buffer, limit: number): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: limit });
  } catch {
    throw new UnreadablePayload('failed to decode request: invalid GZIP data');
  }
}
