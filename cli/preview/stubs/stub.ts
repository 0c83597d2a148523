import { createServer, IncomingMessage, Server, ServerResponse } from 'node:http';
import { answeredByCors, json } from './replies';
import { close, guarded, headersOf, listen } from '../server/loopback';
import { Traffic } from '../traffic';
import { ClientIp, resolveClientIps, ProxySettings } from '../../client-ip/client-ip';
import { isProcess } from '../../../lib/internal';

/** The properties of a stub. */
export interface StubProps {
  /** The name of the process. */
  readonly process: string;
  /** The environment of the process, with its proxy settings. */
  readonly settings: ProxySettings;
  /** The peer address that the process would see. Here every connection comes from loopback. */
  readonly peer: string;
  /** The log of requests and events. */
  readonly traffic: Traffic;
}

/** Handles the requests of one process. */
export type Handler = (req: IncomingMessage, res: ServerResponse) => void | Promise<void>;

/** Creates the handler of a stub. */
export type Stub = (props: StubProps) => Handler;

/** The header that marks every response of a stub. */
export const STUB_HEADER = 'X-Stub';

/** A running stub on loopback. */
export interface RunningStub {
  readonly port: number;
  close(): Promise<void>;
}

/** Starts a stub on a free port. */
export async function start(stub: Stub, props: StubProps): Promise<RunningStub> {
  const handler = stub(props);
  const server: Server = createServer(
    guarded((req, res) => {
      res.setHeader(STUB_HEADER, props.process);
      return handler(req, res);
    }),
  );
  // The load balancer closes idle connections itself.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  const port = await listen(server, 0);
  return { port, close: () => close(server) };
}

/** Resolves the client IPs of the process from a request. */
export function clientIpsOf(req: IncomingMessage, { process, settings, peer }: StubProps): ClientIp[] {
  return isProcess(process) ? resolveClientIps(process, { peer, headers: headersOf(req) }, settings) : [];
}

/** Stub of any other process: responds with the request that it received. */
export function generic({ process }: StubProps): Handler {
  return async (req, res) => {
    if (answeredByCors(req, res, ['GET', 'POST', 'OPTIONS', 'HEAD'])) {
      return;
    }
    let bytes = 0;
    for await (const chunk of req as AsyncIterable<Buffer>) {
      bytes += chunk.length;
    }
    json(res, 200, { stub: process, method: req.method, url: req.url, bytes });
  };
}
