import { once } from 'node:events';
import { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerOn, get, open } from './exchange';
import { answers, LOAD_BALANCER, startNginx } from './nginx';
import { Stub, startStub } from './stub';

let stub: Stub;
let running: Promise<ServerResponse>;

beforeEach(async () => {
  let started: (response: ServerResponse) => void;
  running = new Promise((resolve) => {
    started = resolve;
  });
  stub = await startStub((incoming, response) => {
    if (incoming.url === '/done') {
      response.end();
      return;
    }
    response.write('begun, ');
    started(response);
  });
});

afterEach(() => stub.close());

test.each(['SIGQUIT', 'SIGTERM'] as const)('on %s it takes no more requests, lets the running one finish, and ends well', async (signal) => {
  const nginx = await startNginx(stub.port);
  // A load balancer keeps connections for the next request.
  const idle = await open(nginx.port, LOAD_BALANCER);
  idle.write('GET /done HTTP/1.1\r\nHost: h\r\n\r\n');
  await once(idle, 'data');
  const idleClosed = once(idle, 'close');
  const socket = await open(nginx.port, LOAD_BALANCER);
  socket.write(get([]));
  const answer = answerOn(socket);
  const response = await running;

  const ended = once(nginx.shell, 'exit');
  nginx.shell.kill(signal);
  while (await answers(nginx.port)) {
    await sleep(10);
  }
  await idleClosed;
  expect(nginx.shell.exitCode).toBeNull();
  response.end('and ended');

  expect(await answer).toMatchObject({ status: 200, body: expect.stringMatching(/begun, [^]*and ended/) as string });
  expect(await ended).toEqual([0, null]);
});

test('a stream that never ends is cut when the time is over', async () => {
  const nginx = await startNginx(stub.port, { drainSeconds: 1 });
  const socket = await open(nginx.port, LOAD_BALANCER);
  socket.write(get([]));
  const answer = answerOn(socket);
  await running;

  const ended = once(nginx.shell, 'exit');
  const start = Date.now();
  nginx.shell.kill('SIGQUIT');
  expect(await ended).toEqual([0, null]);
  const milliseconds = Date.now() - start;
  expect(milliseconds).toBeGreaterThan(900);
  expect(milliseconds).toBeLessThan(5000);
  expect((await answer).body).toContain('begun, ');
});

test('a configuration that nginx refuses ends the container with an error', async () => {
  await expect(startNginx(stub.port, { trusted: ['10.0.0.0/99'] })).rejects.toThrow(/^nginx did not start: .*10\.0\.0\.0\/99/);
});
