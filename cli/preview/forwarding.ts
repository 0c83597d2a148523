import { Agent, ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import { createProxyServer } from 'http-proxy-3';
import { LOOPBACK } from './loopback';
import { Header } from '../alb/headers';

/** Where a request goes, and as what. */
export interface Delivery {
  /** The port that the process listens on. */
  readonly port: number;
  /** Path and query as they reach it. */
  readonly path: string;
  /** Exactly the headers that reach it, but for those that concern one connection. */
  readonly headers: readonly Header[];
  /** Headers that every response is given, in place of the process's own. */
  readonly responseHeaders: Readonly<Record<string, string>>;
}

/**
 * Headers about one connection (RFC 9110, 7.6.1), which no proxy hands on. `Expect` is answered by the server here; that a load balancer does
 * the same is not documented.
 */
const ONE_CONNECTION = ['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'upgrade', 'expect'];

/** Hands requests on to processes: bodies stream both ways, connections are kept. */
export class Forwarding {
  private readonly agent = new Agent({ keepAlive: true });
  private readonly deliveries = new WeakMap<IncomingMessage, Delivery>();
  private readonly timedOut = new WeakSet<IncomingMessage>();
  private readonly proxy;

  /**
   * Hands requests on.
   *
   * @param idleMilliseconds how long a process may be silent
   */
  public constructor(idleMilliseconds: number) {
    // With `toProxy` the library leaves the path alone, and does not take `..` out of it.
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
      // The connection to the visitor is another one than that to the process.
      delete answer.headers['keep-alive'];
      answer.headers.connection = res.shouldKeepAlive ? 'keep-alive' : 'close';
      answer.once('close', () => {
        if (!answer.complete) {
          res.destroy();
        }
      });
    });
  }

  /** Hands a request on and answers it with what comes back. */
  public deliver(req: IncomingMessage, res: ServerResponse, delivery: Delivery): void {
    this.deliveries.set(req, delivery);
    // A request that expects to be told to go on would escape the event above, and one that ends its connection would end the process's too.
    delete req.headers.expect;
    delete req.headers.connection;
    this.proxy.web(req, res, { target: { host: LOOPBACK, port: delivery.port } }, () => failed(res, this.timedOut.has(req)));
  }

  /** Ends the kept connections. */
  public close(): void {
    this.proxy.close();
    this.agent.destroy();
  }
}

/** Puts the path and the headers of a request as they must be: the library changes some. */
function asSent(outgoing: ClientRequest, { path, headers }: Delivery): void {
  outgoing.path = path;
  outgoing.getHeaderNames().forEach((name) => outgoing.removeHeader(name));
  for (const [name, values] of grouped(headers.filter(([key]) => !ONE_CONNECTION.includes(key.toLowerCase())))) {
    outgoing.setHeader(name, values.length === 1 ? values[0] : values);
  }
}

/** Headers by their first spelling, with the values of all their lines. */
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

/** A process that does not answer: 504 when it was silent too long, 502 otherwise, as the load balancer says it. */
function failed(res: ServerResponse, timedOut: boolean): void {
  if (!res.headersSent) {
    res.writeHead(timedOut ? 504 : 502, { 'Content-Type': 'text/plain' }).end(timedOut ? 'The process did not answer in time.\n' : 'The process did not answer.\n');
  }
}
