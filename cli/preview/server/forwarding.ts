import { Agent, ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import { createProxyServer } from 'http-proxy-3';
import { LOOPBACK } from './loopback';
import { Header } from '../../alb/headers';

/** A request as it is forwarded to a process. */
export interface Delivery {
  /** The port of the process. */
  readonly port: number;
  /** Path and query as the process receives them. */
  readonly path: string;
  /** Exactly the headers that it receives, except hop-by-hop headers. */
  readonly headers: readonly Header[];
  /** Headers that are set in every response, replacing those of the process. */
  readonly responseHeaders: Readonly<Record<string, string>>;
}

/**
 * Hop-by-hop headers (RFC 9110, 7.6.1), which no proxy forwards. The server here answers `Expect`; whether a load balancer does the same is not
 * documented.
 */
const HOP_BY_HOP = ['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'upgrade', 'expect'];

/** Forwards requests to processes: bodies stream both ways, connections are reused. */
export class Forwarding {
  private readonly agent = new Agent({ keepAlive: true });
  private readonly deliveries = new WeakMap<IncomingMessage, Delivery>();
  private readonly timedOut = new WeakSet<IncomingMessage>();
  private readonly proxy;

  /**
   * Creates the proxy.
   *
   * @param idleMilliseconds maximum silence of a process
   */
  public constructor(idleMilliseconds: number) {
    // With `toProxy`, the library keeps the path unchanged and does not resolve `..`.
    this.proxy = createProxyServer({ agent: this.agent, toProxy: true, proxyTimeout: idleMilliseconds });
    this.proxy.on('proxyReq', (outgoing, req) => {
      const delivery = this.deliveries.get(req);
      if (delivery) {
        asSent(outgoing, delivery);
        outgoing.once('timeout', () => this.timedOut.add(req));
      }
    });
    this.proxy.on('proxyRes', (answer, req, res) => {
      Object.assign(answer.headers, this.deliveries.get(req)?.responseHeaders);
      // The connection to the client is not the one to the process.
      delete answer.headers['keep-alive'];
      answer.headers.connection = res.shouldKeepAlive ? 'keep-alive' : 'close';
      answer.once('close', () => {
        if (!answer.complete) {
          res.destroy();
        }
      });
    });
  }

  /** Forwards a request and returns the response. */
  public deliver(req: IncomingMessage, res: ServerResponse, delivery: Delivery): void {
    this.deliveries.set(req, delivery);
    // A request with `Expect` would bypass the event above, and one that closes its connection would also close that to the process.
    delete req.headers.expect;
    delete req.headers.connection;
    this.proxy.web(req, res, { target: { host: LOOPBACK, port: delivery.port } }, () => failed(res, this.timedOut.has(req)));
  }

  /** Closes the idle connections. */
  public close(): void {
    this.proxy.close();
    this.agent.destroy();
  }
}

/** Sets the exact path and headers of a request, because the library changes some. */
function asSent(outgoing: ClientRequest, { path, headers }: Delivery): void {
  outgoing.path = path;
  outgoing.getHeaderNames().forEach((name) => outgoing.removeHeader(name));
  for (const [name, values] of grouped(headers.filter(([key]) => !HOP_BY_HOP.includes(key.toLowerCase())))) {
    outgoing.setHeader(name, values.length === 1 ? values[0] : values);
  }
}

/** Groups headers by name, in their first spelling, with the values of all their lines. */
function grouped(headers: readonly Header[]): [name: string, values: string[]][] {
  const groups = new Map<string, [string, string[]]>();
  for (const [name, value] of headers) {
    const group = groups.get(name.toLowerCase());
    if (group) {
      group[1].push(value);
    } else {
      groups.set(name.toLowerCase(), [name, [value]]);
    }
  }
  return [...groups.values()];
}

/** Responds for a process that does not answer: 504 after a timeout, 502 otherwise, as the load balancer does. */
function failed(res: ServerResponse, timedOut: boolean): void {
  if (!res.headersSent) {
    res
      .writeHead(timedOut ? 504 : 502, { 'Content-Type': 'text/plain' })
      .end(timedOut ? 'The process did not answer in time.\n' : 'The process did not answer.\n');
  }
}
