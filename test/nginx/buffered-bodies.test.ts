import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { HTTP_SERVERS } from '../../lib/catalog/http-servers';
import { PostHogProcess } from '../../lib/catalog/posthog-process';
import { answerOn, exchange, get, open } from './exchange';
import { LOAD_BALANCER, Nginx, startNginx } from './nginx';
import { Stub, startStub } from './stub';

const BUFFERED = HTTP_SERVERS[PostHogProcess.WEB]!.bufferedBodies!;
const EVENT_STREAM = '/api/projects/1/tasks/2/runs/3/event_stream';

/** As many clients as the app is expected to survive. */
const HELD = 3000;

let answer: (request: IncomingMessage, response: ServerResponse) => void;
let stub: Stub;
let nginx: Nginx;
let held: Socket[];

beforeAll(async () => {
  stub = await startStub((incoming, response) => answer(incoming, response));
  nginx = await startNginx(stub.port, { bufferedBodies: BUFFERED });
});

afterAll(async () => {
  await nginx.stop();
  await stub.close();
});

beforeEach(() => {
  stub.arrived.length = 0;
  held = [];
  answer = (incoming, response) => {
    incoming.resume();
    response.end('ok');
  };
});

afterEach(() => {
  held.forEach((socket) => socket.destroy());
});

function post(target: string, lines: readonly string[], body = ''): string {
  return `POST ${target} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n${body}`;
}

/** Opens connections that send no more than these bytes. */
async function hold(bytes: string): Promise<void> {
  for (let i = 0; i < HELD; i++) {
    const socket = await open(nginx.port, LOAD_BALANCER);
    socket.on('error', () => undefined);
    socket.write(bytes);
    held.push(socket);
  }
}

test.each([
  ['whose body stops after a byte', post('/report', ['Content-Length: 1000000'], 'x')],
  ['whose body in chunks stops', post('/report', ['Transfer-Encoding: chunked'], '5\r\nfirst\r\n')],
  ['whose headers stop', 'POST /report HTTP/1.1\r\nHost: h\r\n'],
  ['that send nothing', ''],
])(
  `${HELD} clients %s reach no process, and others are answered`,
  async (_, bytes) => {
    await hold(bytes);
    const answers = await Promise.all(Array.from({ length: 20 }, () => exchange(nginx.port, LOAD_BALANCER, get([], '/_livez'))));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(new Set(stub.arrived.map(({ target }) => target))).toEqual(new Set(['/_livez']));
  },
  60_000,
);

test.each([
  ['with a length', (bytes: number) => [`Content-Length: ${bytes}`], (body: string) => body],
  ['in chunks', () => ['Transfer-Encoding: chunked'], (body: string) => `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`],
])('a body of the largest size %s arrives whole, and leaves no file', async (_, lines, encoded) => {
  const body = 'PostHog'.repeat(BUFFERED.maxBytes / 7).padEnd(BUFFERED.maxBytes, '.');
  answer = (incoming, response) => {
    const hash = createHash('sha256');
    incoming.on('data', (chunk: Buffer) => hash.update(chunk)).on('end', () => response.end(hash.digest('hex')));
  };
  const answered = await exchange(nginx.port, LOAD_BALANCER, post('/report', lines(body.length), encoded(body)));
  expect([answered.status, answered.body]).toEqual([200, expect.stringContaining(createHash('sha256').update(body).digest('hex'))]);
  expect(nginx.bodiesOnDisk().filter((file) => /\d{10}$/.test(file))).toEqual([]);
});

test('a larger body is refused before it is sent', async () => {
  const { status } = await exchange(nginx.port, LOAD_BALANCER, post('/report', [`Content-Length: ${BUFFERED.maxBytes + 1}`]));
  expect(status).toBe(413);
  expect(stub.arrived).toEqual([]);
});

test('the body of a stream of events arrives while it is sent', async () => {
  let parts = '';
  const first = new Promise<void>((resolve) => {
    answer = (incoming, response) => {
      incoming
        .setEncoding('latin1')
        .on('data', (text: string) => {
          parts += text;
          resolve();
        })
        .on('end', () => response.end());
    };
  });
  const socket = await open(nginx.port, LOAD_BALANCER);
  socket.write(post(EVENT_STREAM, ['Content-Length: 10'], 'first'));
  await first;
  expect(parts).toBe('first');
  socket.write(' last');
  expect((await answerOn(socket)).status).toBe(200);
  expect(stub.arrived.map(({ target, headers }) => [target, headers.find(([name]) => name === 'X-Forwarded-For')?.[1]])).toEqual([
    [EVENT_STREAM, LOAD_BALANCER],
  ]);
});

test('answers stream, as without buffered bodies', async () => {
  let events!: ServerResponse;
  answer = (_incoming, response) => {
    events = response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    events.write('data: 0\n\n');
  };
  const socket = await open(nginx.port, LOAD_BALANCER);
  socket.setEncoding('latin1').write(get([], '/stream'));
  expect(((await once(socket, 'data')) as [string])[0]).toContain('data: 0');
  events.end();
  socket.destroy();
});
