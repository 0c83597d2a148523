import { gunzipSync } from 'node:zlib';

/** An event of an SDK: the parts that the preview reads. */
export interface SentEvent {
  readonly event?: string;
  readonly uuid?: string;
  readonly token?: string;
  readonly api_key?: string;
  readonly distinct_id?: unknown;
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** An unreadable body, with the error message of capture. */
export class UnreadablePayload extends Error {}

const FORM = 'application/x-www-form-urlencoded';

/**
 * Decodes the JSON in a body as capture does: optionally a form with it in `data`, base64, and gzip, all detected from the content.
 *
 * Source: rust/capture/src/payload/common.rs and decompression.rs, July 2026. LZ64, of SDKs before 2021, is not supported here.
 *
 * @param body the body, or the `data` of the query
 * @param contentType the header of that name
 * @param limit the maximum size when decompressed, in bytes
 */
export function unpacked(body: Buffer, contentType: string | undefined, limit: number): unknown {
  if (body.length === 0) {
    throw new UnreadablePayload('request missing data payload');
  }
  const raw = fromBase64(contentType?.startsWith(FORM) ? fromForm(body) : body);
  return parsed(fromBase64(isGzip(raw) ? gunzipped(raw, limit) : raw));
}

/** Parses the JSON in a body. */
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

/** Returns the events in a body, with the common token of a batch (rust/capture/src/v0_request.rs). */
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

/** Returns a value that must be an object. */
export function objectIn(value: unknown): object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UnreadablePayload('failed to parse request: what should be an object is none');
  }
  return value;
}

/** Returns the token of an event, from any of its places. */
export function tokenOf(event: SentEvent): string | undefined {
  const found = event.token ?? event.api_key ?? event.properties?.token;
  return typeof found === 'string' ? found : undefined;
}

/** Returns the distinct ID of an event. */
export function distinctIdOf(event: SentEvent): string | undefined {
  const found = event.distinct_id ?? event.properties?.distinct_id;
  return typeof found === 'string' || typeof found === 'number' ? String(found) : undefined;
}

function fromForm(body: Buffer): Buffer {
  const data = new URLSearchParams(body.toString('utf8')).get('data');
  // A plus sign of base64, which the form decodes as a space.
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
