import { once } from 'node:events';
import { createServer as createHttpServer, IncomingMessage, request as httpRequest, RequestListener, Server } from 'node:http';
import { textOf } from './world';
import { templateOfPostHog } from '../fixtures';
import { IngressModel } from '../../../cli/ingress/ingress-model';
import { LoadBalancer } from '../../../cli/preview/server/load-balancer';
import { close, listen } from '../../../cli/preview/server/loopback';
import { sendRaw } from '../../../cli/preview/raw-request';
import { PassedRequest, Traffic } from '../../../cli/preview/traffic';
import { ingressesOf } from '../../../cli/template/template-ingress';

/** A port that nothing listens on: tcpmux, long out of use. */
const NOBODY = 1;
const LIMITS = { bytes: 1_000_000, milliseconds: 10_000 };
const [INGRESS] = ingressesOf({ file: 'Test.template.json', template: templateOfPostHog() });
const IMPATIENT: IngressModel = { ...INGRESS, attributes: { ...INGRESS.attributes, 'idle_timeout.timeout_seconds': '0.3' } };

const running: (Server | LoadBalancer)[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map(async (one) => (one instanceof LoadBalancer ? one.close() : close(one))));
});

/** A load balancer in front of a process that does what a test wants. */
async function inFrontOf(process: RequestListener | number, ingress = INGRESS) {
  let port = process;
  if (typeof port !== 'number') {
    const server = createHttpServer(port);
    running.push(server);
    port = await listen(server, 0);
  }
  const passed: PassedRequest[] = [];
  const traffic = new Traffic();
  traffic.listen({ passed: (request) => passed.push(request) });
  const loadBalancer = new LoadBalancer({ ingresses: [ingress], traffic, portOf: () => port, ports: () => ({ https: 1 }) });
  const front = createHttpServer((req, res) => loadBalancer.handle('https', req, res));
  running.push(front, loadBalancer);
  const frontPort = await listen(front, 0);
  const ask = (method = 'GET', body?: string) =>
    sendRaw(frontPort, { scheme: 'http', method, target: '/login', host: 'localhost', headers: [], body }, LIMITS);
  return { ask, passed, port: frontPort };
}

test('a missing process is 502', async () => {
  const { ask, passed } = await inFrontOf(NOBODY);
  expect((await ask('POST', 'a body')).status).toBe(502);
  expect(passed).toMatchObject([{ outcome: 'forwarded', process: 'web', status: 502 }]);
});

test('a process that closes the connection without a response is 502', async () => {
  const { ask } = await inFrontOf((req) => req.socket.destroy());
  expect((await ask()).status).toBe(502);
});

test('a process that is silent for longer than the idle timeout is 504', async () => {
  const { ask } = await inFrontOf(() => undefined, IMPATIENT);
  expect((await ask()).status).toBe(504);
});

test('a process that keeps sending has no time limit', async () => {
  const { ask } = await inFrontOf((_, res) => {
    let sent = 0;
    const timer = setInterval(() => {
      res.write('x');
      if (++sent === 6) {
        clearInterval(timer);
        res.end();
      }
    }, 100);
  }, IMPATIENT);
  expect((await ask()).body.toString()).toBe('xxxxxx');
});

test('an aborted response is aborted for the client too', async () => {
  const { ask } = await inFrontOf((_, res) => {
    res.writeHead(200, { 'Content-Length': '1000' });
    res.write('half');
    setTimeout(() => res.destroy(), 50);
  });
  const begun = Date.now();
  expect((await ask()).body.toString()).toBe('half');
  expect(Date.now() - begun).toBeLessThan(LIMITS.milliseconds / 2);
});

test('a body is forwarded before its last byte is received', async () => {
  const { port } = await inFrontOf((req, res) => {
    req.once('data', (chunk: Buffer) => res.end(chunk));
  });
  const sent = httpRequest({ port, path: '/login', method: 'POST', headers: { host: 'localhost' } });
  sent.write('first');
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  expect(await textOf(response)).toBe('first');
  sent.end('last');
});

test('a client that disconnects aborts the request of the process', async () => {
  let left: (() => void) | undefined;
  const gone = new Promise<void>((resolve) => {
    left = resolve;
  });
  const { ask } = await inFrontOf((_, res) => {
    res.once('close', () => left!());
    res.write('x'.repeat(LIMITS.bytes + 1));
  });
  await ask();
  await gone;
});

test('connections to the process are kept', async () => {
  const ports = new Set<number>();
  const { ask } = await inFrontOf((req, res) => {
    ports.add(req.socket.remotePort!);
    res.end('x');
  });
  for (let i = 0; i < 5; i++) {
    await ask();
  }
  expect(ports.size).toBe(1);
});
