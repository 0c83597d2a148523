/**
 * Records what the real posthog-js (in Chromium, with recordings), posthog-node and posthog-python send, through a proxy on loopback in front of
 * the local preview, and writes test/ingress/firewall/sdk-traffic.json.
 *
 * Usage: npm run bundle && node --import tsx test/browser/firewall-traffic.ts
 *
 * It needs Chromium, and a Python with posthog-python (PYTHON; default: .venv).
 */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import path from 'node:path';
import { promisify } from 'node:util';
import { browserUserAgent, openBrowser } from './chromium';
import { CustomerSite, TOKEN, USE_EVERYTHING, withEverything } from './customer-site';
import { PreviewProcess } from './preview-process';
import { listening } from '../helpers/free-port';
import { until } from '../helpers/until';

const ROOT = path.join(__dirname, '..', '..');
const FILE = path.join(ROOT, 'test', 'ingress', 'firewall', 'sdk-traffic.json');
const PYTHON = process.env.PYTHON ?? path.join(ROOT, '.venv', 'bin', 'python');

/** Headers that differ from run to run, or that this machine adds. */
const LEFT_OUT = ['host', 'connection', 'content-length', 'transfer-encoding', 'origin', 'referer', 'sentry-trace', 'baggage', 'traceparent'];

interface Recorded {
  sdk: string;
  method: string;
  path: string;
  headers: Record<string, string>;
  bodyBytes: number;
}

/** A proxy that records requests before it forwards them to the preview. */
class Recorder {
  public readonly requests: Recorded[] = [];
  public sdk = '';
  public url = '';
  private readonly agent = new Agent({ rejectUnauthorized: false, keepAlive: true });
  private readonly server: Server = createServer((req, res) => this.handle(req, res));

  public constructor(private readonly preview: string) {}

  public async start(): Promise<void> {
    this.url = `http://127.0.0.1:${await listening(this.server)}`;
  }

  public stop(): void {
    this.server.closeAllConnections();
    this.server.close();
    this.agent.destroy();
  }

  private handle(req: IncomingMessage, res: ServerResponse): void {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const body = Buffer.concat(chunks);
      this.requests.push({ sdk: this.sdk, method: req.method!, path: req.url!, headers: kept(req.headers), bodyBytes: body.length });
      const forwarded = httpsRequest(
        this.preview + req.url!,
        { method: req.method, agent: this.agent, headers: { ...req.headers, 'host': new URL(this.preview).host, 'content-length': body.length } },
        (answer) => {
          res.writeHead(answer.statusCode!, answer.headers);
          answer.pipe(res);
        },
      );
      forwarded.on('error', () => res.destroy());
      forwarded.end(body);
    });
  }
}

function kept(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !LEFT_OUT.includes(name))
      .map(([name, value]) => [name, String(value)]),
  );
}

/** Uses posthog-js as a site of a customer does. */
async function browse(recorder: Recorder): Promise<void> {
  const site = await CustomerSite.start(recorder.url);
  const browser = await openBrowser();
  try {
    const context = await browser.newContext({ userAgent: await browserUserAgent(browser) });
    const page = await context.newPage();
    await page.route(`**/array/${TOKEN}/config.js`, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: withEverything(await response.text()) });
    });
    await page.goto(site.url);
    const seen = (wanted: string) =>
      until(
        () => recorder.requests.some((request) => request.path.includes(wanted)),
        () => `posthog-js did not call ${wanted}, but ${recorder.requests.map((request) => request.path).join(', ')}`,
        90_000,
      );
    await seen('/posthog-recorder.js');
    await page.waitForFunction('posthog.sessionRecordingStarted() && posthog.conversations.isAvailable()');
    await page.evaluate(USE_EVERYTHING);
    // Nothing is recorded before somebody does something.
    await page.getByRole('button', { name: 'does nothing' }).click();
    // A recording of more than the firewall can see.
    await page.evaluate(
      "document.body.insertAdjacentHTML('beforeend', Array.from({ length: 1500 }, (_, i) => `<p>Row ${i} <b>select</b></p>`).join(''))",
    );
    await Promise.all(['/s/', '/i/v1/logs'].map(seen));
    // Playwright answers preflight requests itself as long as it handles a route. The preview's stub does not allow all headers of this call.
    await page.unrouteAll();
    await page.evaluate("posthog.captureLog({ body: 'one more', level: 'info' }); posthog.conversations.getTickets().catch(() => undefined)");
    await until(
      () => recorder.requests.some(({ method }) => method === 'OPTIONS'),
      () => 'the browser sent no preflight request',
      30_000,
    );
    await page.close({ runBeforeUnload: true });
    await new Promise((resolve) => setTimeout(resolve, 3_000));
  } finally {
    await browser.close();
    await site.stop();
  }
}

async function record(): Promise<void> {
  const preview = await PreviewProcess.start();
  const recorder = new Recorder(preview.url);
  await recorder.start();
  try {
    recorder.sdk = 'posthog-js';
    await browse(recorder);
    for (const mode of ['v0', 'v1']) {
      recorder.sdk = 'posthog-node';
      const env = { ...process.env, POSTHOG_CAPTURE_MODE: mode };
      await promisify(execFile)(process.execPath, [path.join(ROOT, 'test', 'cli', 'preview', 'sdk-client.mjs'), recorder.url], { env });
    }
    recorder.sdk = 'posthog-python';
    await promisify(execFile)(PYTHON, [path.join(ROOT, 'test', 'deploy', 'posthog_python.py'), recorder.url]);
  } finally {
    recorder.stop();
    await preview.stop();
  }
  const version = (name: string) =>
    (JSON.parse(readFileSync(path.join(ROOT, 'node_modules', name, 'package.json'), 'utf8')) as { version: string }).version;
  const { stdout } = await promisify(execFile)(PYTHON, ['-c', 'from importlib.metadata import version; print(version("posthog"))']);
  const corpus = {
    source: 'Recorded by test/browser/firewall-traffic.ts: what the SDKs of npm and PyPI send to the local preview, without the bodies',
    versions: { 'posthog-js': version('posthog-js'), 'posthog-node': version('posthog-node'), 'posthog-python': stdout.trim() },
    requests: distinct(recorder.requests),
  };
  writeFileSync(FILE, `${JSON.stringify(corpus, undefined, 2)}\n`);
}

/** Returns one request, the one with the largest body, for each SDK, method, path without query, and encoding. */
function distinct(requests: readonly Recorded[]): Recorded[] {
  const byKind = new Map<string, Recorded>();
  for (const request of requests) {
    const kind = [request.sdk, request.method, request.path.split('?')[0], request.headers['content-type'], request.headers['content-encoding']].join(
      ' ',
    );
    if ((byKind.get(kind)?.bodyBytes ?? -1) < request.bodyBytes) {
      byKind.set(kind, request);
    }
  }
  return [...byKind.values()].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function key({ sdk, path: target, method }: Recorded): string {
  return `${sdk} ${target} ${method}`;
}

void record();
