import { once } from 'node:events';
import { AddressInfo, createServer, Server } from 'node:net';

/** Returns a port of loopback that no program listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  server.close();
  await once(server, 'close');
  return port;
}

/** Makes a server listen on a free port of loopback. Returns the port. */
export async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
