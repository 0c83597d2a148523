import { IncomingMessage, RequestListener, Server as HttpServer } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import { AddressInfo } from 'node:net';
import { CommandError } from '../command';
import { Header } from '../alb/headers';
import { hostWithoutPort } from '../alb/addresses';

/** The one address that anything of the preview listens on. */
export const LOOPBACK = '127.0.0.1';

/** The names under which a browser on this machine reaches the preview. */
const LOOPBACK_NAMES = ['localhost', LOOPBACK, '[::1]'];

/** Whether a Host header, with or without a port, names this machine. */
export function isLoopback(host: string): boolean {
  return LOOPBACK_NAMES.includes(hostWithoutPort(host).toLowerCase());
}

/** The headers of a message as they stood on the wire. */
export function headersOf({ rawHeaders }: IncomingMessage): Header[] {
  return Array.from({ length: rawHeaders.length / 2 }, (_, i) => [rawHeaders[2 * i], rawHeaders[2 * i + 1]] as const);
}

/**
 * Listens on loopback, and says on which port.
 *
 * @param server the server
 * @param port the port; 0 for one that the system picks
 * @param option the option that names another port, for the message where this one is taken
 */
export async function listen(server: HttpServer | HttpsServer, port: number, option?: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(option === undefined ? error : cannotListen(error, port, option)));
    server.listen(port, LOOPBACK, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
  return (server.address() as AddressInfo).port;
}

/** Ends a server with everything that is under way, streams too. */
export async function close(server: HttpServer | HttpsServer): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeAllConnections();
  await closed;
}

/** A handler that may take its time; whatever it throws is answered with 500. */
export function guarded(handler: (...args: Parameters<RequestListener>) => void | Promise<void>): RequestListener {
  return (req, res) => {
    void (async () => handler(req, res))().catch((error: unknown) => {
      if (res.headersSent) {
        res.destroy();
      } else {
        res.writeHead(500, { 'Content-Type': 'text/plain' }).end(`the preview failed: ${String(error)}\n`);
      }
    });
  };
}

function cannotListen(error: NodeJS.ErrnoException, port: number, option: string): CommandError {
  const reasons: Record<string, string> = { EADDRINUSE: 'something else listens on it', EACCES: 'this user may not listen on it' };
  return new CommandError(`cannot listen on port ${port}: ${reasons[error.code ?? ''] ?? error.message}; give another with ${option} N, or 0 for any that is free`);
}
