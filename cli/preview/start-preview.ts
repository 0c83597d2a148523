import { createServer as createPlainServer, IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { Socket } from 'node:net';
import path from 'node:path';
import { PreviewPorts } from './answers';
import { selfSignedCertificate } from './server/certificate';
import { Control } from './control';
import { LoadBalancer } from './server/load-balancer';
import { close, guarded, listen } from './server/loopback';
import { Stubs } from './stubs';
import { Traffic } from './traffic';
import { IngressModel } from '../ingress/ingress-model';

/** Options of a preview. */
export interface PreviewOptions {
  /** The port for HTTPS; 0 for a free one. */
  readonly port: number;
  /** The port for plain HTTP, if the template has a listener for it. */
  readonly httpPort: number;
  /** The client IP of requests that do not set one. Default: the one that they connect from. */
  readonly from?: string;
  /** The folder with the page's files. Default: the page of this package. */
  readonly pageFolder?: string;
}

/** A running preview. */
export interface Preview {
  readonly ports: PreviewPorts;
  readonly traffic: Traffic;
  /** Stops everything that was started, immediately. */
  close(): Promise<void>;
}

/** The load balancer's limit for all headers of a request together. */
const HEADER_LIMIT = 64 * 1024;

/** Serves the ingresses of a template on this machine. */
export async function startPreview(ingresses: readonly IngressModel[], options: PreviewOptions): Promise<Preview> {
  const traffic = new Traffic();
  const stubs = await Stubs.start(ingresses, traffic);
  const bound: { https: number; http?: number } = { https: options.port };
  const ports = () => bound;
  const loadBalancer = new LoadBalancer({
    ingresses,
    traffic,
    ports,
    from: options.from,
    portOf: (ingress, target) => stubs.portOf(ingress, target),
  });
  const control = new Control({ ingresses, traffic, ports, pageFolder: options.pageFolder ?? path.join(__dirname, 'page') });

  const settings = { maxHeaderSize: HEADER_LIMIT, keepAliveTimeout: loadBalancer.idleMilliseconds, requestTimeout: 0 };
  const certificate = await selfSignedCertificate(ingresses.flatMap(({ hosts }) => hosts.filter((host) => !host.includes('*'))));
  const tls = createTlsServer(
    { ...certificate, ...settings },
    guarded((req: IncomingMessage, res: ServerResponse) => (Control.isFor(req) ? control.handle(req, res) : loadBalancer.handle('https', req, res))),
  );
  const hasPlain = ingresses.some(({ plainRules }) => plainRules !== undefined);
  const plain = hasPlain
    ? createPlainServer(
        settings,
        guarded((req, res) => loadBalancer.handle('http', req, res)),
      )
    : undefined;
  const servers = [tls, ...(plain ? [plain] : [])];
  servers.forEach((server) => server.on('clientError', refuse));

  const closeAll = async () => {
    await Promise.all(servers.map((server) => close(server)));
    loadBalancer.close();
    await stubs.close();
  };
  try {
    bound.https = await listen(tls, options.port, '--port');
    bound.http = plain && (await listen(plain, options.httpPort, '--http-port'));
  } catch (error) {
    await closeAll();
    throw error;
  }
  return { ports: bound, traffic, close: closeAll };
}

/** Refuses malformed and unsafe requests before any rule is evaluated, as the load balancer does. */
function refuse(error: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
}
