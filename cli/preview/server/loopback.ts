import { IncomingMessage, RequestListener, Server as HttpServer } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import { AddressInfo } from 'node:net';
import { CommandError } from '../../command';
import { Header } from '../../alb/headers';
import { hostWithoutPort } from '../../alb/addresses';

/** The only address that the preview listens on. */
export const LOOPBACK = '127.0.0.1';

/** The host names of the preview in a browser on this machine. */
const LOOPBACK_NAMES = ['localhost', LOOPBACK, '[::1]'];

/** Returns whether a Host header, with or without a port, is a loopback name. */
export function isLoopback(host: string): boolean {
  return LOOPBACK_NAMES.includes(hostWithoutPort(host).toLowerCase());
}

/** Returns the headers of a message as they were sent. */
export function headersOf({ rawHeaders }: IncomingMessage): Header[] {
  return Array.from({ length: rawHeaders.length / 2 }, (_, i) => [rawHeaders[2 * i], rawHeaders[2 * i + 1]] as const);
}

/**
 * Listens on loopback and returns the port.
 *
 * @param server the server
 * @param port the port; 0 for a free one
 * @param option the option for another port, for the error message if this one is in use
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

/** Closes a server with all its connections, streams included. */
export async function close(server: HttpServer | HttpsServer): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeAllConnections();
  await closed;
}

/** Wraps an asynchronous handler: errors become a 500 response. */
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
  const reasons: Record<string, string> = { EADDRINUSE: 'it is in use', EACCES: 'permission denied' };
  return new CommandError(
    `cannot listen on port ${port}: ${reasons[error.code ?? ''] ?? error.message}; choose another with ${option} N, or 0 for any free port`,
  );
}
