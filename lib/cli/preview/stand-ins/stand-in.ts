import { createServer, IncomingMessage, Server, ServerResponse } from 'node:http';
import { close, guarded, headersOf, listen } from '../loopback';
import { Traffic } from '../traffic';
import { Belief, beliefsOf, ProxySettings } from '../../../ingress/address-belief';
import { isProcess } from '../../../catalog/posthog-process';

/** What a stand-in knows about the process in whose place it answers. */
export interface StandInProps {
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

/** Makes the handler of a stand-in. */
export type StandIn = (props: StandInProps) => Handler;

/** The header by which every response of a stand-in says that it is one. */
export const STAND_IN_HEADER = 'X-Stand-In';

/** A stand-in that answers on loopback. */
export interface RunningStandIn {
  readonly port: number;
  close(): Promise<void>;
}

/** Starts a stand-in on a port that the system picks. */
export async function start(standIn: StandIn, props: StandInProps): Promise<RunningStandIn> {
  const handler = standIn(props);
  const server: Server = createServer(guarded((req, res) => {
    res.setHeader(STAND_IN_HEADER, props.process);
    return handler(req, res);
  }));
  // The load balancer keeps connections for as long as it likes; the idle time is its own.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  const port = await listen(server, 0);
  return { port, close: () => close(server) };
}

/** Which addresses the process takes for the visitor's, from the request as it arrived. */
export function beliefsAbout(req: IncomingMessage, { process, settings, peer }: StandInProps): Belief[] {
  return isProcess(process) ? beliefsOf(process, { peer, headers: headersOf(req) }, settings) : [];
}
