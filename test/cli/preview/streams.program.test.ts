import { createHash, randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { ClientRequest, IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:tls';
import { textOf, World } from './world';
import { bundled, startProgram, temporaryFile } from './program';
import { templateOfPostHog } from '../fixtures';
import { until } from '../../helpers/until';

const MEBIBYTE = 1024 * 1024;
const template = temporaryFile('Test.template.json', JSON.stringify(templateOfPostHog()));
bundled();

/** Returns the text of the response to a request that is still being sent. */
async function answerTo(request: ClientRequest): Promise<string> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve);
    request.once('error', reject);
  });
  return textOf(response);
}

describe('through the ingress', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.close());

  test('server-sent events are forwarded one by one', async () => {
    const begun = Date.now();
    const response = await world.ask('/api/stub/stream?events=5');
    const times: number[] = [];
    for await (const chunk of response as AsyncIterable<Buffer>) {
      times.push(
        ...chunk
          .toString()
          .match(/data/g)!
          .map(() => Date.now() - begun),
      );
    }
    expect(times).toHaveLength(5);
    expect(times[4] - times[0]).toBeGreaterThan(250);
    expect(response.headers['content-type']).toBe('text/event-stream');
  });

  test('a client that disconnects ends the stream of the process', async () => {
    const passed: string[] = [];
    const stop = world.preview.traffic.listen({ passed: ({ path }) => passed.push(path) });
    const response = await world.ask('/api/stub/stream');
    await new Promise((resolve) => response.once('data', resolve));
    response.destroy();
    await until(() => passed.includes('/api/stub/stream'));
    stop();
  });

  test('an aborted upload does not affect other requests', async () => {
    const socket = connect({ port: world.port, rejectUnauthorized: false });
    const passed: string[] = [];
    const stop = world.preview.traffic.listen({ passed: ({ path }) => passed.push(path) });
    const continued = new Promise((resolve) => socket.once('data', resolve));
    socket.write('POST /api/stub/upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n\r\nonly this');
    expect(String(await continued)).toContain('100 Continue');
    socket.destroy();
    await until(() => passed.includes('/api/stub/upload'));
    stop();
    expect((await world.text('/login')).status).toBe(200);
  });

  test('an early refusal of a large body reaches the client', async () => {
    const { status, body } = await world.text('/e/', { method: 'POST', body: 'x'.repeat(3 * MEBIBYTE) });
    expect([status, body]).toEqual([413, 'the body is larger than 2097152 bytes']);
  });
});

test('a body of 64 MB does not increase memory, with a length and with chunks', async () => {
  const program = await startProgram(template);
  const chunk = randomBytes(MEBIBYTE);
  const hash = createHash('sha256');
  const rss = () => Number(execFileSync('ps', ['-o', 'rss=', '-p', String(program.pid)], { encoding: 'utf8' })) / 1024;
  const upload = async (chunks: number, headers: Record<string, string | number>) => {
    const request = httpsRequest({ port: program.port, path: '/api/stub/upload', method: 'POST', rejectUnauthorized: false, headers });
    const answered = answerTo(request);
    let peak = 0;
    for (let i = 0; i < chunks; i++) {
      if (!request.write(chunk)) {
        await new Promise((resolve) => request.once('drain', resolve));
      }
      peak = i % 8 === 0 ? Math.max(peak, rss()) : peak;
    }
    request.end();
    return { answer: JSON.parse(await answered) as { bytes: number; sha256: string }, peak };
  };
  try {
    // Once, so that what any first upload needs is there.
    await upload(8, {});
    const before = rss();
    const sized = await upload(64, { 'Content-Length': 64 * MEBIBYTE });
    const chunked = await upload(64, {});
    for (let i = 0; i < 64; i++) {
      hash.update(chunk);
    }
    const sha256 = hash.digest('hex');
    expect([sized.answer, chunked.answer]).toEqual([
      { bytes: 64 * MEBIBYTE, sha256 },
      { bytes: 64 * MEBIBYTE, sha256 },
    ]);
    expect(Math.max(sized.peak, chunked.peak) - before).toBeLessThan(48);
  } finally {
    await program.end();
  }
}, 60_000);
