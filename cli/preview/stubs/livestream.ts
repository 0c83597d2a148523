import { IncomingMessage, ServerResponse } from 'node:http';
import { json, partsOf, text } from './replies';
import { Handler, StubProps } from './stub';
import { CapturedEvent, Traffic } from '../traffic';

/** Keeps a stream of notifications alive (livestream/handlers/handlers.go). A stream of events has no heartbeat. */
const HEARTBEAT = 15_000;
/** The body of the index, which health checks read. */
const INDEX = 'RealTime Hog 3000';

/** Stub of livestream: streams events as the stubs of capture receive them (livestream/main.go and handlers/, July 2026). */
export function livestream({ traffic }: StubProps): Handler {
  return (req, res) => {
    req.resume();
    // CORSWithConfig of Echo, all origins and no credentials: tokens are in a header.
    res.setHeader('Access-Control-Allow-Origin', '*');
    const { path } = partsOf(req);
    switch (req.method === 'OPTIONS' ? 'preflight' : path) {
      case 'preflight':
        res
          .writeHead(204, {
            'Access-Control-Allow-Methods': 'GET,HEAD',
            'Access-Control-Allow-Headers': req.headers['access-control-request-headers'] ?? '',
          })
          .end();
        return;
      case '/':
        text(res, 200, INDEX);
        return;
      case '/metrics':
        text(res, 200, '# The preview counts nothing.\n');
        return;
      case '/events':
        authorised(req, res, { message: 'wrong token' }, () => streamEvents(req, res, traffic));
        return;
      case '/notifications':
        authorised(req, res, { message: 'invalid token' }, () => streamNotifications(res));
        return;
      case '/stats':
        authorised(req, res, { error: 'wrong token claims' }, () => json(res, 200, statsOf(traffic)));
        return;
      default:
        json(res, 404, { message: 'Not Found' });
    }
  };
}

/** The token is a JWT, signed with a secret that the preview does not have: the stub accepts any (livestream/auth/jwt.go). */
function authorised(req: IncomingMessage, res: ServerResponse, refusal: object, answer: () => void): void {
  if (/^Bearer [^ ]+$/.test(req.headers.authorization ?? '')) {
    answer();
  } else {
    json(res, 401, refusal);
  }
}

/** Even the head of the response is sent with the first event only. */
function streamEvents(req: IncomingMessage, res: ServerResponse, traffic: Traffic): void {
  const types = partsOf(req).query.get('eventType')?.split(',').filter(Boolean) ?? [];
  begin(res);
  const stop = traffic.listen({
    captured: (event) => {
      if (types.length === 0 || types.includes(event.event)) {
        res.write(`id: \ndata: ${JSON.stringify(payloadOf(event))}\n\n`);
      }
    },
  });
  res.once('close', stop);
}

function streamNotifications(res: ServerResponse): void {
  begin(res);
  const timer = setInterval(() => res.write(': heartbeat\n\n'), HEARTBEAT);
  res.once('close', () => clearInterval(timer));
}

function begin(res: ServerResponse): void {
  res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' });
}

/** `ResponsePostHogEvent` in livestream/events/filter.go. */
function payloadOf({ id, at, distinctId = '', event, properties }: CapturedEvent): object {
  return { uuid: String(id), timestamp: at, distinct_id: distinctId, person_id: '', event, properties };
}

function statsOf(traffic: Traffic): object {
  const users = new Set(traffic.captured.flatMap(({ distinctId }) => distinctId ?? [])).size;
  return users === 0 ? { error: 'no stats' } : { users_on_product: users };
}
