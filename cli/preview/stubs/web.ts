import { createHash } from 'node:crypto';
import { IncomingMessage, ServerResponse } from 'node:http';
import { escaped } from '../answers';
import { headersOf } from '../server/loopback';
import { bodyOf, BodyTooLarge, json, partsOf, plainPath, text } from './replies';
import { answerSdkApi, isSdkApi } from './sdk-api';
import { sdkFile } from './sdk-files';
import { clientIpsOf, Handler, StubProps } from './stub';

const REPORT_LIMIT = 1024 * 1024;
const STREAM_INTERVAL = 100;

/** The responses of the app to SDKs for an empty project (posthog/api/web_experiment.py and products/, July 2026). */
const NOTHING_YET: Readonly<Record<string, object>> = {
  '/api/early_access_features': { earlyAccessFeatures: [] },
  '/api/web_experiments': { experiments: [] },
  '/api/product_tours': { product_tours: [] },
  '/api/push_subscriptions': { status: 1 },
};

/** Stub of the app: the SDK's scripts, the endpoints of SDKs, and a page instead of the user interface. */
export function web(props: StubProps): Handler {
  return async (req, res) => {
    const path = plainPath(req);
    if (path.startsWith('/static/')) {
      req.resume();
      sdkFile(res, partsOf(req).path);
    } else if (NOTHING_YET[path] || path === '/report' || path.startsWith('/site_app/') || path.startsWith('/api/conversations/v1/widget/')) {
      await forSdks(req, res, path, props);
    } else if (isSdkApi(path)) {
      answerSdkApi(req, res);
    } else if (path.startsWith('/api/stub/')) {
      await forTests(req, res, path, props);
    } else {
      req.resume();
      res.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' }).end(page(req, props));
    }
  };
}

/** `cors_response` in posthog/utils_cors.py. */
function allowOrigin(req: IncomingMessage, res: ServerResponse): void {
  if (req.headers.origin !== undefined) {
    res.setHeader('Access-Control-Allow-Origin', req.headers.origin);
    res.setHeader('Access-Control-Allow-Credentials', 'true');
    res.setHeader('Access-Control-Allow-Methods', 'GET, POST, OPTIONS');
    res.setHeader('Access-Control-Allow-Headers', 'X-Requested-With,Content-Type');
    res.setHeader('Vary', 'Origin');
  }
}

async function forSdks(req: IncomingMessage, res: ServerResponse, path: string, props: StubProps): Promise<void> {
  allowOrigin(req, res);
  if (path === '/report' && req.method === 'POST') {
    await report(req, res, props);
    return;
  }
  req.resume();
  if (req.method === 'OPTIONS') {
    res.writeHead(204).end();
  } else if (path.startsWith('/site_app/')) {
    res.writeHead(200, { 'Content-Type': 'application/javascript' }).end('/* The preview has no site apps. */\n');
  } else {
    json(res, 200, NOTHING_YET[path] ?? {});
  }
}

/** The app sends each report to capture as an event (posthog/api/report.py). */
async function report(req: IncomingMessage, res: ServerResponse, props: StubProps): Promise<void> {
  try {
    const { length } = await bodyOf(req, REPORT_LIMIT);
    props.traffic.capture({ process: props.process, event: '$csp_violation', properties: { bytes: length } });
    res.writeHead(204).end();
  } catch (error) {
    if (!(error instanceof BodyTooLarge)) {
      throw error;
    }
    text(res, 413, error.message);
  }
}

/** Endpoints that show how the ingress handles bodies and streams. PostHog has no such paths. */
async function forTests(req: IncomingMessage, res: ServerResponse, path: string, props: StubProps): Promise<void> {
  if (path === '/api/stub/upload') {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of req as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      hash.update(chunk);
    }
    json(res, 200, { bytes, sha256: hash.digest('hex') });
    return;
  }
  req.resume();
  if (path === '/api/stub/request') {
    json(res, 200, { method: req.method, url: req.url, headers: headersOf(req), clientIps: clientIpsOf(req, props) });
  } else if (path === '/api/stub/stream') {
    stream(req, res);
  } else {
    text(res, 404, 'The stub has: /api/stub/request, /api/stub/upload, /api/stub/stream?events=N');
  }
}

/** Streams server-sent events, ten per second: the requested number, or without end. */
function stream(req: IncomingMessage, res: ServerResponse): void {
  const wanted = Number(partsOf(req).query.get('events') ?? Infinity);
  res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  let sent = 0;
  const next = () => {
    res.write(`data: ${++sent}\n\n`);
    if (sent >= wanted) {
      res.end();
    }
  };
  next();
  const timer = setInterval(next, STREAM_INTERVAL);
  res.once('finish', () => clearInterval(timer));
  res.once('close', () => clearInterval(timer));
}

function page(req: IncomingMessage, props: StubProps): string {
  const clientIps = clientIpsOf(req, props).map(
    ({ reader, address, reason }) => `<li>${escaped(reader)}: <strong>${escaped(address ?? 'no address')}</strong>, because: ${escaped(reason)}</li>`,
  );
  const headers = headersOf(req)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>The app's stub</title>
<h1>Stub of the app</h1>
<p>This is a stub of the preview, not PostHog. The rules forward <code>${escaped(`${req.method} ${req.url}`)}</code> to the process <code>${escaped(props.process)}</code>.</p>
<h2>The client IP that PostHog resolves</h2>
<ul>
${clientIps.join('\n')}
</ul>
<h2>Request received from ${escaped(props.peer)}</h2>
<pre>${escaped(headers)}</pre>
</html>
`;
}
