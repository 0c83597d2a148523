import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { IncomingMessage, request, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGunzip, createGzip, gzipSync } from 'node:zlib';
import { answerOn, exchange, get, open } from './exchange';
import { LOAD_BALANCER, Nginx, startNginx } from './nginx';
import { Stub, startStub } from './stub';

const MEBIBYTE = 1024 * 1024;

let answer: (request: IncomingMessage, response: ServerResponse) => void;
let stub: Stub;
let nginx: Nginx;
/** Bodies that nginx had written to disk at any time that a test looked. */
let written: string[];

beforeAll(async () => {
  stub = await startStub((incoming, response) => answer(incoming, response));
  nginx = await startNginx(stub.port);
});

afterAll(async () => {
  await nginx.stop();
  await stub.close();
});

beforeEach(() => {
  stub.arrived.length = 0;
  written = [];
});

afterEach(() => {
  look();
  expect(written).toEqual([]);
  expect(nginx.errors()).not.toContain('buffered to a temporary file');
});

function look(): void {
  written.push(...nginx.bodiesOnDisk());
}

/** Answers with the length and the hash of the body, and looks for traces of it on the way. */
function digest(incoming: IncomingMessage, response: ServerResponse): void {
  const hash = createHash('sha256');
  let length = 0;
  incoming.on('data', (chunk: Buffer) => {
    hash.update(chunk);
    length += chunk.length;
    if (length % 97 === 0) {
      look();
    }
  });
  incoming.on('end', () => response.end(`${length} ${hash.digest('hex')}`));
}

interface Posted {
  status: number;
  headers: IncomingMessage['headers'];
  text: string;
}

/** Sends a request as the load balancer does. */
async function send(method: string, path: string, body?: Buffer, headers: Record<string, string> = {}): Promise<Posted> {
  const outgoing = request({ port: nginx.port, host: '127.0.0.1', localAddress: LOAD_BALANCER, method, path, headers, agent: false });
  outgoing.end(body);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) {
    chunks.push(chunk as Buffer);
  }
  return { status: incoming.statusCode!, headers: incoming.headers, text: Buffer.concat(chunks).toString('latin1') };
}

describe('bodies', () => {
  beforeEach(() => {
    answer = digest;
  });

  test.each([
    ['64 MB', 64 * MEBIBYTE, {}],
    ['64 MB in chunks', 64 * MEBIBYTE - 1, { 'Transfer-Encoding': 'chunked' }],
    ['64 MB, announced', 64 * MEBIBYTE, { Expect: '100-continue' }],
    ['one byte', 1, {}],
  ])('of %s arrive whole, and touch no disk', async (_name, length, headers) => {
    const body = Buffer.alloc(length, 'PostHog');
    const { status, text } = await send('POST', '/e', body, {
      ...('Transfer-Encoding' in headers ? {} : { 'Content-Length': String(length) }),
      ...headers,
    });
    expect(status).toBe(200);
    expect(text).toBe(`${length} ${createHash('sha256').update(body).digest('hex')}`);
    expect(
      stub.arrived[0].headers
        .filter(([name]) => /^(expect|transfer-encoding|content-length)$/i.test(name))
        .map(([name, value]) => [name.toLowerCase(), value]),
    ).toEqual(['Transfer-Encoding' in headers ? ['transfer-encoding', 'chunked'] : ['content-length', String(length)]]);
  });

  test('above 64 MB are refused before they are sent', async () => {
    const { status } = await exchange(
      nginx.port,
      LOAD_BALANCER,
      `POST /e HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: ${64 * MEBIBYTE + 1}\r\n\r\n`,
    );
    expect(status).toBe(413);
    expect(stub.arrived).toEqual([]);
  });

  test('above 64 MB in chunks are refused, and never look whole', async () => {
    let whole = false;
    answer = (incoming) => {
      incoming.resume().on('end', () => {
        whole = incoming.complete;
      });
    };
    const socket = await open(nginx.port, LOAD_BALANCER);
    const answered = answerOn(socket);
    socket.write('POST /e HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n');
    for (let sent = 0; sent <= 65 && !socket.destroyed; sent++) {
      socket.write(`100000\r\n${'x'.repeat(MEBIBYTE)}\r\n`);
      await sleep(1);
    }
    expect((await answered).status).toBe(413);
    expect(whole).toBe(false);
  });

  test('stream: the process has the first part before the last is sent', async () => {
    let arrived = '';
    const first = new Promise<void>((resolve) => {
      answer = (incoming, response) => {
        incoming
          .setEncoding('latin1')
          .on('data', (text: string) => {
            arrived += text;
            resolve();
          })
          .on('end', () => response.end());
      };
    });
    const socket = await open(nginx.port, LOAD_BALANCER);
    socket.write('POST /s HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 10\r\n\r\nfirst');
    await first;
    expect(arrived).toBe('first');
    socket.write(' last');
    expect((await answerOn(socket)).status).toBe(200);
    expect(arrived).toBe('first last');
  });
});

describe('answers', () => {
  test('stream, event by event', async () => {
    let events!: ServerResponse;
    answer = (_incoming, response) => {
      events = response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      events.write('data: 0\n\n');
    };
    const outgoing = request({ port: nginx.port, host: '127.0.0.1', localAddress: LOAD_BALANCER, path: '/events', agent: false }).end();
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    incoming.setEncoding('utf8');
    for (let i = 1; i <= 5; i++) {
      // The next event is written only after the last has come out.
      expect(((await once(incoming, 'data')) as [string])[0]).toBe(`data: ${i - 1}\n\n`);
      events.write(`data: ${i}\n\n`);
    }
    outgoing.destroy();
    await once(events, 'close');
  });

  test('of a slow stream arrive piece by piece, compressed as it is, though nothing comes before the first', async () => {
    // As livestream answers: its head waits for the first event, each event is flushed through gzip, and a reader who leaves is noticed.
    const sent: number[] = [];
    let left!: Promise<unknown>;
    answer = (_incoming, response) => {
      left = once(response, 'close');
      response.setHeader('Content-Type', 'text/event-stream');
      response.setHeader('Content-Encoding', 'gzip');
      const gzip = createGzip({ level: 9 });
      const timer = setInterval(() => {
        if (sent.length === 0) {
          gzip.pipe(response);
        }
        gzip.write(`id: \ndata: ${sent.push(Date.now())}\n\n`);
        gzip.flush();
      }, 400);
      response.once('close', () => clearInterval(timer));
    };
    const begun = Date.now();
    const outgoing = request({
      port: nginx.port,
      host: '127.0.0.1',
      localAddress: LOAD_BALANCER,
      path: '/events',
      headers: { 'Accept-Encoding': 'gzip' },
      agent: false,
    }).end();
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    expect(sent[0] - begun).toBeGreaterThanOrEqual(390);
    expect(incoming.headers).toMatchObject({ 'content-type': 'text/event-stream', 'content-encoding': 'gzip', 'transfer-encoding': 'chunked' });
    const gunzip = createGunzip().setEncoding('utf8');
    incoming.pipe(gunzip);
    for (let i = 1; i <= 4; i++) {
      expect(((await once(gunzip, 'data')) as [string])[0]).toBe(`id: \ndata: ${i}\n\n`);
      // It has come before the next one was sent.
      expect(sent).toHaveLength(i);
    }
    outgoing.destroy();
    await left;
  });

  test('of any size wait for a slow reader in memory, not on disk', async () => {
    answer = (_incoming, response) => {
      response.end(Buffer.alloc(40 * MEBIBYTE));
    };
    const outgoing = request({ port: nginx.port, host: '127.0.0.1', localAddress: LOAD_BALANCER, agent: false }).end();
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    incoming.pause();
    await sleep(300);
    look();
    let length = 0;
    for await (const chunk of incoming) {
      length += (chunk as Buffer).length;
    }
    expect(length).toBe(40 * MEBIBYTE);
  });

  test.each([200, 204, 301, 304, 400, 401, 404, 413, 429, 500, 502, 503])('with status %d pass untouched', async (status) => {
    answer = (_incoming, response) => {
      response
        .writeHead(status, {
          'Server': 'PostHog',
          'Date': 'Thu, 01 Jan 2026 00:00:00 GMT',
          'Location': 'http://process/x',
          'Set-Cookie': ['a=1', 'b=2'],
          'Cache-Control': 'no-store',
          'ETag': '"1"',
          'X-Accel-Redirect': '/secret',
          'X-Accel-Buffering': 'yes',
          'X-Pad': 'pad',
          'Vary': 'Cookie',
        })
        .end(status === 204 || status === 304 ? undefined : 'body');
    };
    const { headers, text, status: received } = await send('GET', '/', undefined, { 'If-None-Match': '"1"' });
    expect(received).toBe(status);
    expect(text).toBe(status === 204 || status === 304 ? '' : 'body');
    expect(headers).toMatchObject({
      'server': 'PostHog',
      'date': 'Thu, 01 Jan 2026 00:00:00 GMT',
      'location': 'http://process/x',
      'set-cookie': ['a=1', 'b=2'],
      'cache-control': 'no-store',
      'etag': '"1"',
      'x-accel-redirect': '/secret',
      'x-accel-buffering': 'yes',
      'x-pad': 'pad',
      'vary': 'Cookie',
    });
    expect(stub.arrived.map(({ target }) => target)).toEqual(['/']);
  });

  test('that are compressed stay so, and those that are not too', async () => {
    answer = (_incoming, response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync('body'));
    };
    expect((await send('GET', '/', undefined, { 'Accept-Encoding': 'gzip' })).text).toBe(gzipSync('body').toString('latin1'));
    answer = (_incoming, response) => {
      response.writeHead(200, { 'Content-Type': 'text/html' }).end('x'.repeat(100_000));
    };
    expect((await send('GET', '/', undefined, { 'Accept-Encoding': 'gzip' })).headers).not.toHaveProperty('content-encoding');
    expect(stub.arrived[1].headers).toContainEqual(['Accept-Encoding', 'gzip']);
  });

  test('may have headers of 24 KB', async () => {
    answer = (_incoming, response) => {
      response.writeHead(200, { 'Content-Security-Policy': 'x'.repeat(24_000) }).end();
    };
    const { status, headers } = await exchange(nginx.port, LOAD_BALANCER, get([])).then(({ status: code, head }) => ({
      status: code,
      headers: head.length,
    }));
    expect([status, headers > 24_000]).toEqual([200, true]);
  });
});

describe('requests', () => {
  beforeEach(() => {
    answer = (incoming, response) => {
      incoming.resume();
      response.end('ok');
    };
  });

  test.each([
    '/',
    '/e/?ip=1&_=%20+%2B&compression=gzip-js',
    '/a%2Fb/c',
    '/a//b///c',
    '/a/./b/../c',
    '/%7Euser/%e4%b8%ad',
    '/x?a=b?c=d',
    '/x;y=1',
    '/a%252Fb',
    '/?',
    '/x%20y',
    '/%5C..%5Cx',
    `/q?${'q'.repeat(12_000)}`,
  ])('reach the process with the target %s as it was written', async (target) => {
    const { status } = await exchange(nginx.port, LOAD_BALANCER, get([], target));
    expect(status).toBe(200);
    expect(stub.arrived[0].target).toBe(target);
  });

  test.each(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('of the method %s pass', async (method) => {
    const { status, text } = await send(method, '/x');
    expect([status, text, stub.arrived[0].method]).toEqual([200, method === 'HEAD' ? '' : 'ok', method]);
  });

  test('keep all their other headers, in their spelling', async () => {
    const lines = [
      'Authorization: Bearer phx_1',
      'Cookie: a=1; b=2',
      'X-PostHog-Token: t',
      'Content-Type: text/plain',
      'sentry-trace: 1',
      'X-Amzn-Trace-Id: Root=1',
      'Origin: https://example.com',
    ];
    await exchange(nginx.port, LOAD_BALANCER, get(lines));
    const arrived = stub.arrived[0].headers.map(([name, value]) => `${name}: ${value}`);
    expect(arrived).toEqual(expect.arrayContaining(lines));
  });

  test('share connections to the process, which stay open between them', async () => {
    for (let i = 0; i < 5; i++) {
      await send('POST', '/e', Buffer.from('x'));
    }
    expect(stub.arrived.map(({ headers }) => headers.filter(([name]) => name.toLowerCase() === 'connection'))).toEqual([[], [], [], [], []]);
    expect(new Set(stub.arrived.map(({ peerPort }) => peerPort)).size).toBe(1);
  });

  test.each(['GET', 'POST'])('of the method %s are sent once, also where the process breaks off', async (method) => {
    await send(method, '/warm');
    stub.arrived.length = 0;
    answer = (incoming) => {
      incoming.socket.destroy();
    };
    expect((await send(method, '/e', method === 'POST' ? Buffer.from('x') : undefined)).status).toBe(502);
    expect(stub.arrived).toHaveLength(1);
  });

  test('of the health check pass as they are', async () => {
    const { status } = await send('GET', '/_readyz?role=web', undefined, { 'Host': '10.0.1.23:18080', 'User-Agent': 'ELB-HealthChecker/2.0' });
    expect(status).toBe(200);
    expect(stub.arrived[0].target).toBe('/_readyz?role=web');
    expect(stub.arrived[0].headers).toEqual(
      expect.arrayContaining([
        ['Host', '10.0.1.23:18080'],
        ['X-Forwarded-For', LOAD_BALANCER],
      ]),
    );
  });
});

test('a process that is not there makes the health check fail at once', async () => {
  const gone = await startStub();
  await gone.close();
  const alone = await startNginx(gone.port);
  const { status } = await exchange(alone.port, LOAD_BALANCER, get([], '/_readiness'));
  await alone.stop();
  expect(status).toBe(502);
});
