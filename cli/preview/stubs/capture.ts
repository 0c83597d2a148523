import { IncomingMessage, ServerResponse } from 'node:http';
import { captureMode, endpointsOf, ServedEndpoint } from './capture-settings';
import { decoded, UndecodableBody, UnsupportedEncoding } from './encodings';
import { answeredByCors, bodyOf, BodyTooLarge, json, partsOf, plainPath, text } from './replies';
import { distinctIdOf, eventsIn, parsed, SentEvent, tokenOf, unpacked, UnreadablePayload } from './payload';
import { clientIpsOf, Handler, StubProps } from './stub';

/** Multipart and OpenTelemetry bodies, which the stub counts but does not parse (rust/capture/src/ai_endpoint.rs and otel/mod.rs). */
const OPAQUE = {
  multipart: { event: '$ai_event', reply: { accepted_parts: [] } },
  otel: { event: '$ai_otel', reply: {} },
} as const;

const PROPERTIES_KEPT = 20;
const TEXT_KEPT = 200;

/** An event whose message is too large for Kafka. */
class EventTooBig extends Error {}

/** Stub of capture, in the mode of the template: its endpoints, limits and encodings. */
export function capture(props: StubProps): Handler {
  const endpoints = endpointsOf(props.process, props.settings);
  const mode = captureMode(props.process, props.settings);
  return async (req, res) => {
    const path = plainPath(req);
    const endpoint = endpoints[path];
    const methods = endpoint?.format === 'v1' ? ['POST', 'OPTIONS'] : ['GET', 'POST', 'OPTIONS'];
    if (answeredByCors(req, res, methods)) {
      return;
    }
    if (!endpoint) {
      req.resume();
      text(res, path === '/' ? 200 : 404, path === '/' ? 'capture' : '');
      return;
    }
    // An endpoint with GET also has HEAD, as in axum's router: the same response without its body.
    const allowed = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
    if (!allowed.includes(req.method ?? '')) {
      req.resume();
      res.writeHead(405, { Allow: allowed.join(',') }).end();
      return;
    }
    try {
      await take(req, res, endpoint, props, mode === 'recordings' ? '$snapshot' : '');
    } catch (error) {
      refuse(res, error);
    }
  };
}

async function take(req: IncomingMessage, res: ServerResponse, endpoint: ServedEndpoint, props: StubProps, unnamed: string): Promise<void> {
  if (endpoint.format === 'multipart' || endpoint.format === 'otel') {
    const { length } = await bodyOf(req, endpoint.maxBody);
    const { event, reply } = OPAQUE[endpoint.format];
    keep(req, props, { event, properties: { bytes: length } }, event);
    json(res, 200, reply);
  } else if (endpoint.format === 'v1') {
    await takeV1(req, res, endpoint, props);
  } else {
    await takeV0(req, res, endpoint, props, unnamed);
  }
}

async function takeV0(req: IncomingMessage, res: ServerResponse, endpoint: ServedEndpoint, props: StubProps, unnamed: string): Promise<void> {
  const { path, query } = partsOf(req);
  const data = query.get('data');
  const body = await bodyOf(req, endpoint.maxBody);
  const { events, token } = eventsIn(
    unpacked(data ? Buffer.from(data.replaceAll(' ', '+')) : body, data ? undefined : req.headers['content-type'], endpoint.maxBody),
    path,
  );
  if (events.length === 0) {
    throw new UnreadablePayload('request holds no event');
  }
  if (events.some((event) => (token ?? tokenOf(event) ?? bearerOf(req)) === undefined)) {
    text(res, 401, 'event submitted without an api_key');
    return;
  }
  // The events of a recording become one message.
  const messages = unnamed === '' ? events : [{ events }];
  if (messages.some((message) => isTooBig(message, endpoint))) {
    throw new EventTooBig('Event rejected by kafka during send');
  }
  events.forEach((event) => keep(req, props, event, event.event ?? unnamed));
  // `CaptureResponse` in rust/capture/src/api.rs; an empty response for beacons.
  if (query.get('beacon') === '1') {
    res.writeHead(204).end();
  } else {
    json(res, 200, { status: 'Ok' });
  }
}

/** `BatchResponse` in rust/capture/src/v1/analytics/response.rs: the result of each event. One that is too large is dropped. */
async function takeV1(req: IncomingMessage, res: ServerResponse, endpoint: ServedEndpoint, props: StubProps): Promise<void> {
  const body = await bodyOf(req, endpoint.maxBody);
  if (bearerOf(req) === undefined) {
    json(res, 401, { error: 'missing_authorization', error_description: 'missing Authorization header' });
    return;
  }
  const { events } = eventsIn(parsed(decoded(body, req.headers['content-encoding'], endpoint.maxBody)), partsOf(req).path);
  const results = events.map((event): [string, object] => {
    if (isTooBig(event, endpoint)) {
      return [String(event.uuid), { result: 'drop', details: 'event_too_big' }];
    }
    keep(req, props, event, event.event ?? '');
    return [String(event.uuid), { result: 'ok' }];
  });
  json(res, 200, { results: Object.fromEntries(results) });
}

function bearerOf(req: IncomingMessage): string | undefined {
  return /^Bearer (.+)$/.exec(req.headers.authorization ?? '')?.[1];
}

/** The size of the message around an event: ids, address, token, times. */
const ENVELOPE = 500;

/** An event is JSON within the JSON of its message, so quotes count twice. */
function isTooBig(event: object, { maxEvent, maxMessage }: ServedEndpoint): boolean {
  const sent = JSON.stringify(event);
  return (
    Buffer.byteLength(sent) > maxEvent || (sent.length * 3 + ENVELOPE > maxMessage && Buffer.byteLength(JSON.stringify(sent)) + ENVELOPE > maxMessage)
  );
}

function keep(req: IncomingMessage, props: StubProps, event: SentEvent, name: string): void {
  const address = clientIpsOf(req, props)[0]?.address;
  props.traffic.capture({ process: props.process, event: name, distinctId: distinctIdOf(event), properties: few(event.properties ?? {}), address });
}

/** Returns a few short properties by which an event can be recognised. */
function few(properties: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const plain = Object.entries(properties).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value));
  return Object.fromEntries(
    plain.slice(0, PROPERTIES_KEPT).map(([key, value]) => [key, typeof value === 'string' ? value.slice(0, TEXT_KEPT) : value]),
  );
}

/** The statuses of `CaptureError` in rust/capture/src/api.rs, and of `Error` in rust/capture/src/v1/error.rs. */
function refuse(res: ServerResponse, error: unknown): void {
  if (error instanceof BodyTooLarge || error instanceof EventTooBig) {
    text(res, 413, error.message);
  } else if (error instanceof UnsupportedEncoding) {
    json(res, 415, { error: 'unsupported_encoding', error_description: error.message });
  } else if (error instanceof UndecodableBody) {
    json(res, 400, { error: 'request_decoding_error', error_description: error.message });
  } else if (error instanceof UnreadablePayload) {
    text(res, 400, error.message);
  } else {
    throw error;
  }
}
