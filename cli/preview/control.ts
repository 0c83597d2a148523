import { createReadStream, existsSync } from 'node:fs';
import { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { PreviewPorts } from './answers';
import { describe } from './description';
import { ingressFor } from './server/load-balancer';
import { isLoopback } from './server/loopback';
import { bodyOf, BodyTooLarge, json, partsOf, text } from './stubs/replies';
import { Traffic } from './traffic';
import { TrialError, tryOut } from './trial';
import { IngressModel } from '../ingress/ingress-model';

/** Prefix of the preview's own paths, which are served before any rule is evaluated. PostHog has no such path. */
export const CONTROL_PREFIX = '/__preview';

const BODY_LIMIT = 1024 * 1024;
const HEARTBEAT = 15_000;
/** The name of a file of the page. Without folders, so that no path leads outside. */
const FILE = /^[a-z][a-z0-9-]*\.(?<kind>html|css|js|svg|png)$/;
const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
};

/** Properties for `Control`. */
export interface ControlProps {
  readonly ingresses: readonly IngressModel[];
  readonly traffic: Traffic;
  ports(): PreviewPorts;
  /** The folder with the page's files. */
  readonly pageFolder: string;
}

/** The page of the preview and its API. */
export class Control {
  public constructor(private readonly props: ControlProps) {}

  /** Returns whether a request is for the page and not for the rules. */
  public static isFor({ url = '' }: IncomingMessage): boolean {
    return url === CONTROL_PREFIX || url.startsWith(`${CONTROL_PREFIX}/`) || url.startsWith(`${CONTROL_PREFIX}?`);
  }

  /** Handles a request for the page. */
  public async handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    // A foreign page whose name resolves to loopback (DNS rebinding) still sends its own host name.
    if (!isLoopback(req.headers.host ?? '')) {
      req.resume();
      text(res, 403, `The preview's own pages are served on localhost only: https://localhost:${this.props.ports().https}${CONTROL_PREFIX}/\n`);
      return;
    }
    const { path: requestPath, query } = partsOf(req);
    const rest = requestPath.slice(CONTROL_PREFIX.length + 1);
    if (req.method === 'POST' && rest === 'try') {
      await this.try(req, res);
      return;
    }
    req.resume();
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      text(res, 405, 'The preview supports GET, and POST for /__preview/try only.\n');
      return;
    }
    switch (rest) {
      case 'ingress':
        json(res, 200, this.describe(query.get('host') ?? ''), NO_STORE);
        return;
      case 'events':
        json(res, 200, this.props.traffic.captured, NO_STORE);
        return;
      case 'traffic':
        this.stream(res);
        return;
      default:
        this.file(res, requestPath === CONTROL_PREFIX || rest === '' ? 'index.html' : rest === 'demo' ? 'demo.html' : rest);
    }
  }

  private describe(host: string) {
    const { https, http } = this.props.ports();
    const { ingresses } = this.props;
    const urls = { url: `https://localhost:${https}`, plainUrl: http === undefined ? undefined : `http://localhost:${http}` };
    return describe(ingressFor(ingresses, host), ingresses, urls, host);
  }

  private async try(req: IncomingMessage, res: ServerResponse): Promise<void> {
    // A foreign page needs a preflight request for this type, which is never allowed.
    if (req.headers['content-type']?.split(';')[0].trim().toLowerCase() !== 'application/json') {
      req.resume();
      text(res, 415, 'Content-Type must be application/json.\n');
      return;
    }
    try {
      const input: unknown = JSON.parse((await bodyOf(req, BODY_LIMIT)).toString('utf8'));
      json(res, 200, await tryOut(input, (host) => ingressFor(this.props.ingresses, host), this.props.ports()), NO_STORE);
    } catch (error) {
      if (!(error instanceof TrialError || error instanceof SyntaxError || error instanceof BodyTooLarge)) {
        throw error;
      }
      json(res, 400, { error: error.message });
    }
  }

  /** Streams server-sent events: the last requests, then each new one. */
  private stream(res: ServerResponse): void {
    res.writeHead(200, { 'Content-Type': 'text/event-stream', ...NO_STORE });
    const { traffic } = this.props;
    res.write(': the traffic of the preview\n\n');
    traffic.recent.forEach((request) => res.write(`data: ${JSON.stringify(request)}\n\n`));
    const stop = traffic.listen({
      passed: (request) => res.write(`data: ${JSON.stringify(request)}\n\n`),
      captured: (event) => res.write(`event: captured\ndata: ${JSON.stringify(event)}\n\n`),
    });
    const timer = setInterval(() => res.write(': still here\n\n'), HEARTBEAT);
    res.once('close', () => {
      clearInterval(timer);
      stop();
    });
  }

  private file(res: ServerResponse, name: string): void {
    const kind = FILE.exec(name)?.groups!.kind;
    const file = path.join(this.props.pageFolder, name);
    if (kind === undefined || !existsSync(file)) {
      text(res, 404, 'The preview has no such page.\n');
      return;
    }
    res.writeHead(200, { 'Content-Type': TYPES[kind], ...NO_STORE });
    createReadStream(file).pipe(res);
  }
}

const NO_STORE = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };
