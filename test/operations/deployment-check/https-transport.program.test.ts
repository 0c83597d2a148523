import { createServer, Server } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import { TLSSocket } from 'node:tls';
import { generate } from 'selfsigned';
import { HttpsTransport } from '../../../lib/operations/deployment-check/https-transport.lambda';
import { freePort, listening } from '../../helpers/free-port';

let server: Server;
let port: number;
const seen: object[] = [];

beforeAll(async () => {
  const certificate = await generate([{ name: 'commonName', value: 'other.example.com' }], { algorithm: 'sha256' });
  server = createServer({ key: certificate.private, cert: certificate.cert }, (request, response) => {
    let body = '';
    request
      .on('data', (chunk) => {
        body += chunk;
      })
      .on('end', () => {
        const { method, url, headers } = request;
        seen.push({
          method,
          url,
          host: headers.host,
          length: headers['content-length'],
          name: (request.socket as TLSSocket & { servername?: string }).servername,
          body,
        });
        response.writeHead(url === '/long' ? 503 : 200).end(url === '/long' ? 'x'.repeat(1_500_000) : '{"status":1}');
      });
  });
  port = await listening(server);
});

afterAll(() => {
  server.close();
  server.closeAllConnections();
});

function transport(toPort = port, host = '127.0.0.1'): HttpsTransport {
  return new HttpsTransport({ host, port: toPort, serverName: 'posthog.example.com' });
}

test('the transport connects to the load balancer with the domain name, and accepts any certificate', async () => {
  expect(
    await transport().send({ method: 'POST', path: '/i/v0/e/?a=b', headers: { 'content-type': 'application/json' }, body: '{"event":"é"}' }),
  ).toEqual({ response: { status: 200, body: '{"status":1}' } });
  expect(seen).toEqual([
    { method: 'POST', url: '/i/v0/e/?a=b', host: 'posthog.example.com', length: '14', name: 'posthog.example.com', body: '{"event":"é"}' },
  ]);
});

test('the transport truncates long responses', async () => {
  expect(await transport().send({ method: 'GET', path: '/long', headers: {} })).toEqual({ response: { status: 503, body: 'x'.repeat(1_048_576) } });
});

test('the transport returns the reason for a missing response', async () => {
  expect(await transport(await freePort()).send({ method: 'GET', path: '/', headers: {} })).toEqual({
    unreachable: expect.stringMatching(/^ECONNREFUSED: .*127\.0\.0\.1/) as string,
  });
  const hangsUp = createTcpServer((socket) => socket.destroy());
  expect(await transport(await listening(hangsUp)).send({ method: 'GET', path: '/', headers: {} })).toEqual({
    unreachable: expect.stringMatching(/^ECONNRESET: /) as string,
  });
  hangsUp.close();
});
