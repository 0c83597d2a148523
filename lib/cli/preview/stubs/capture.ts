import { IncomingMessage, ServerResponse } from 'node:http';
import { answeredByCors, bodyOf, BodyTooLarge, json, partsOf, plainPath, text } from './replies';
import { distinctIdOf, eventsIn, SentEvent, tokenOf, unpacked, UnreadablePayload } from './payload';
import { clientIpsOf, Handler, StubProps } from './stub';

const MEBIBYTE = 1024 * 1024;

/** How a path of capture answers. */
interface Endpoint {
  /** The largest body. */
  readonly limit: number;
  answer(res: ServerResponse, events: readonly SentEvent[], beacon: boolean): void;
}

/** `CaptureResponse` in rust/capture/src/api.rs; nothing at all for beacons. */
function ok(res: ServerResponse, _events: readonly SentEvent[], beacon: boolean): void {
  if (beacon) {
    res.writeHead(204).end();
  } else {
    json(res, 200, { status: 'Ok' });
  }
}

/** `BatchResponse` in rust/capture/src/v1/analytics/response.rs: what became of each event. */
function results(res: ServerResponse, events: readonly SentEvent[]): void {
  json(res, 200, { results: Object.fromEntries(events.map(({ uuid }): [string, object] => [String(uuid), { result: 'ok' }])) });
}

const EVENT: Endpoint = { limit: 2 * MEBIBYTE, answer: ok };
const BATCH: Endpoint = { limit: 20 * MEBIBYTE, answer: ok };
const V1: Endpoint = { limit: 50 * MEBIBYTE, answer: results };
const RECORDING: Endpoint = { limit: 25 * MEBIBYTE, answer: ok };

/** Paths and their limits, each with and without a slash at its end (rust/capture/src/router.rs and config.rs, July 2026). */
const EVENT_PATHS: Readonly<Record<string, Endpoint>> = {
  '/i/v0/e': EVENT, '/e': EVENT, '/capture': EVENT, '/track': EVENT, '/engage': EVENT, '/batch': BATCH, '/i/v0/ai/batch': BATCH, '/i/v1/analytics/events': V1, '/i/v1/ai/events': V1,
};

/** Multipart and OpenTelemetry bodies, which the stub counts and does not read (rust/capture/src/ai_endpoint.rs and otel/mod.rs). */
const OPAQUE_PATHS: Readonly<Record<string, { readonly limit: number; readonly event: string; readonly reply: object }>> = {
  '/i/v0/ai': { limit: 27.5 * MEBIBYTE, event: '$ai_event', reply: { accepted_parts: [] } },
  '/i/v0/ai/otel': { limit: 4 * MEBIBYTE, event: '$ai_otel', reply: {} },
};

const PROPERTIES_KEPT = 20;
const TEXT_KEPT = 200;

/** Stub of capture and capture-ai. */
export function capture(props: StubProps): Handler {
  return captureAt(EVENT_PATHS, props, (event) => event.event ?? '');
}

/** Stub of replay-capture. */
export function replayCapture(props: StubProps): Handler {
  return captureAt({ '/s': RECORDING }, props, (event) => event.event ?? '$snapshot');
}

function captureAt(paths: Readonly<Record<string, Endpoint>>, props: StubProps, nameOf: (event: SentEvent) => string): Handler {
  return async (req, res) => {
    const path = plainPath(req);
    const endpoint = paths[path];
    const opaque = OPAQUE_PATHS[path];
    if (answeredByCors(req, res, ['GET', 'POST', 'OPTIONS'])) {
      return;
    }
    if (!endpoint && !opaque) {
      req.resume();
      text(res, path === '/' ? 200 : 404, path === '/' ? 'capture' : '');
      return;
    }
    // Whoever takes GET takes HEAD, as axum's router does: the answer is the same, without its body.
    if (!['GET', 'HEAD', 'POST'].includes(req.method ?? '')) {
      req.resume();
      res.writeHead(405, { Allow: 'GET,HEAD,POST,OPTIONS' }).end();
      return;
    }
    try {
      if (opaque) {
        const { length } = await bodyOf(req, opaque.limit);
        keep(req, props, { event: opaque.event, properties: { bytes: length } }, opaque.event);
        json(res, 200, opaque.reply);
      } else {
        await take(req, res, endpoint, props, nameOf);
      }
    } catch (error) {
      refuse(res, error);
    }
  };
}

async function take(req: IncomingMessage, res: ServerResponse, endpoint: Endpoint, props: StubProps, nameOf: (event: SentEvent) => string): Promise<void> {
  const { path, query } = partsOf(req);
  const data = query.get('data');
  const body = await bodyOf(req, endpoint.limit);
  const { events, token } = eventsIn(unpacked(data ? Buffer.from(data.replaceAll(' ', '+')) : body, data ? undefined : req.headers['content-type'], endpoint.limit), path);
  if (events.length === 0) {
    throw new UnreadablePayload('request holds no event');
  }
  const bearer = /^Bearer (.+)$/.exec(req.headers.authorization ?? '')?.[1];
  if (events.some((event) => (token ?? tokenOf(event) ?? bearer) === undefined)) {
    text(res, 401, 'event submitted without an api_key');
    return;
  }
  events.forEach((event) => keep(req, props, event, nameOf(event)));
  endpoint.answer(res, events, query.get('beacon') === '1');
}

function keep(req: IncomingMessage, props: StubProps, event: SentEvent, name: string): void {
  const address = clientIpsOf(req, props)[0]?.address;
  props.traffic.capture({ process: props.process, event: name, distinctId: distinctIdOf(event), properties: few(event.properties ?? {}), address });
}

/** Enough of an event's properties to recognise it, whatever it carries. */
function few(properties: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const plain = Object.entries(properties).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value));
  return Object.fromEntries(plain.slice(0, PROPERTIES_KEPT).map(([key, value]) => [key, typeof value === 'string' ? value.slice(0, TEXT_KEPT) : value]));
}

/** The statuses of `CaptureError` in rust/capture/src/api.rs. */
function refuse(res: ServerResponse, error: unknown): void {
  if (error instanceof BodyTooLarge) {
    text(res, 413, error.message);
  } else if (error instanceof UnreadablePayload) {
    text(res, 400, error.message);
  } else {
    throw error;
  }
}
