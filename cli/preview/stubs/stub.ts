import { createServer, IncomingMessage, Server, ServerResponse } from 'node:http';
import { close, guarded, headersOf, listen } from '../loopback';
import { Traffic } from '../traffic';
import { ClientIp, resolveClientIps, ProxySettings } from '../../client-ip/client-ip';
import { isProcess } from '../../../lib/internal';

/** What a stub knows about the process in whose place it answers. */
export interface StubProps {
  /** The name of the process. */
  readonly process: string;
  /** What the process was told about the proxies in front of it. */
  readonly settings: ProxySettings;
  /** The address that the process sees as its peer: here every connection comes from loopback. */
  readonly peer: string;
  /** Where to tell of what it keeps. */
  readonly traffic: Traffic;
}

/** Answers the requests of one process. */
export type Handler = (req: IncomingMessage, res: ServerResponse) => void | Promise<void>;

/** Makes the handler of a stub. */
export type Stub = (props: StubProps) => Handler;

/** The header by which every response of a stub says that it is one. */
export const STUB_HEADER = 'X-Stub';

/** A stub that answers on loopback. */
export interface RunningStub {
  readonly port: number;
  close(): Promise<void>;
}

/** Starts a stub on a port that the system picks. */
export async function start(stub: Stub, props: StubProps): Promise<RunningStub> {
  const handler = stub(props);
  const server: Server = createServer(guarded((req, res) => {
    res.setHeader(STUB_HEADER, props.process);
    return handler(req, res);
  }));
  // The load balancer keeps connections for as long as it likes; the idle time is its own.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  const port = await listen(server, 0);
  return { port, close: () => close(server) };
}

/** Which addresses the process takes for the visitor's, from the request as it arrived. */
export function clientIpsOf(req: IncomingMessage, { process, settings, peer }: StubProps): ClientIp[] {
  return isProcess(process) ? resolveClientIps(process, { peer, headers: headersOf(req) }, settings) : [];
}
