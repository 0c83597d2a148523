import { once } from 'node:events';
import { createServer, IncomingMessage, Server, ServerResponse } from 'node:http';
import { listening } from '../helpers/free-port';

/** A request as a process got it. */
export interface Arrived {
  readonly method: string;
  /** The request target, byte by byte. */
  readonly target: string;
  /** Names as they came, and values, in their order. */
  readonly headers: readonly [name: string, value: string][];
  /** The address that connected. */
  readonly peer: string;
  /** The port that it connected from, which identifies the connection. */
  readonly peerPort: number;
}

/** A stub of a process of PostHog: it remembers what arrives. */
export interface Stub {
  readonly port: number;
  readonly arrived: Arrived[];
  close(): Promise<void>;
}

/** Starts a process with the given response, 200 by default. */
export async function startStub(answer?: (request: IncomingMessage, response: ServerResponse) => void): Promise<Stub> {
  const arrived: Arrived[] = [];
  const server: Server = createServer({ maxHeaderSize: 1024 * 1024, keepAliveTimeout: 60_000 }, (request, response) => {
    const { rawHeaders, socket } = request;
    arrived.push({
      method: request.method!,
      target: request.url!,
      headers: Array.from({ length: rawHeaders.length / 2 }, (_, i) => [rawHeaders[2 * i], rawHeaders[2 * i + 1]] as const).map(([name, value]) => [
        name,
        value,
      ]),
      peer: socket.remoteAddress!,
      peerPort: socket.remotePort!,
    });
    if (answer) {
      answer(request, response);
      return;
    }
    request.resume();
    response.end('ok');
  });
  const port = await listening(server);
  return {
    port,
    arrived,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
