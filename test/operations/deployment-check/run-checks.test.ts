import { CheckRequest, HTTP_CHECKS } from '../../../lib/operations/deployment-check/http-checks';
import { CheckResult, Clock, Exchange, runCheck } from '../../../lib/operations/deployment-check/run-checks';

const START = Date.parse('2026-11-29T12:00:00Z');
const MINUTES = 60_000;

/** A fake clock, and a stub of PostHog that responds with the next of these responses, and then always with the last. */
async function run(
  name: keyof typeof HTTP_CHECKS,
  exchanges: readonly Exchange[],
  milliseconds = 5 * MINUTES,
): Promise<CheckResult & { sent: CheckRequest[]; seconds: number }> {
  let now = START;
  const sent: CheckRequest[] = [];
  const clock: Clock = { now: () => now, sleep: (pause) => Promise.resolve(void (now += pause)) };
  const transport = {
    send: (request: CheckRequest) => {
      sent.push(request);
      return Promise.resolve(exchanges[Math.min(sent.length, exchanges.length) - 1]);
    },
  };
  const result = await runCheck(HTTP_CHECKS[name], transport, clock, milliseconds);
  return { ...result, sent, seconds: (now - START) / 1000 };
}

const answer = (status: number, body = ''): Exchange => ({ response: { status, body } });

describe('the check of capture', () => {
  test('passes at the first response that accepts the event, of old and new versions', async () => {
    for (const body of ['{"status":"Ok"}', '{"status":1}', '{"status":"Ok","quota_limited":["recordings"]}']) {
      const { outcome, text, sent } = await run('capture', [answer(200, body)]);
      expect({ outcome, text, requests: sent.length }).toEqual({ outcome: 'pass', text: 'event capture accepted an event (after 0 s)', requests: 1 });
    }
  });

  test('sends an event with the current time and a token that capture accepts and no project has', async () => {
    const {
      sent: [{ method, path, headers, body }],
    } = await run('capture', [answer(200, '{"status":1}')]);
    expect({ method, path, type: headers['content-type'] }).toEqual({ method: 'POST', path: '/i/v0/e/', type: 'application/json' });
    const { token, timestamp } = JSON.parse(body!) as Record<string, string>;
    expect(token).toMatch(/^phc_[\x21-\x7e]{1,60}$/);
    expect(timestamp).toBe('2026-11-29T12:00:00.000Z');
  });

  test('sends the event again until it is accepted', async () => {
    const { outcome, text, seconds } = await run('capture', [{ unreachable: 'ENOTFOUND' }, answer(502), answer(503), answer(200, '{"status":1}')]);
    expect({ outcome, text, seconds }).toEqual({ outcome: 'pass', text: 'event capture accepted an event (after 30 s)', seconds: 30 });
  });

  test('fails when the time is over, with the last response and the next step', async () => {
    const { outcome, text, seconds } = await run('capture', [answer(503, '{"type":"service unavailable",\n  "code":"unavailable"}')]);
    expect(outcome).toBe('fail');
    expect(text).toBe(
      'event capture: POST /i/v0/e/ answered 503 "{"type":"service unavailable", "code":"unavailable"}" for 290 s; look at the log of `capture`; ' +
        '503 means that it cannot write to Kafka: check the brokers, the encryption and the security groups of `kafka`',
    );
    expect(seconds).toBeLessThanOrEqual(300);
  });

  test('fails if another server than capture responds 200', async () => {
    for (const body of ['', '<html>', '{"status":0}', '{"status":"NoContent"}', 'null', '"Ok"']) {
      expect(await run('capture', [answer(200, body)], 0)).toMatchObject({ outcome: 'fail' });
    }
  });

  test('truncates long pages in the message', async () => {
    const { text } = await run('capture', [answer(404, 'x'.repeat(100_000))], 0);
    expect(text.length).toBeLessThan(600);
  });

  test('distinguishes no response from a bad one', async () => {
    const { outcome, text } = await run('capture', [{ unreachable: 'ECONNREFUSED: connect ECONNREFUSED 192.0.2.1:443' }], MINUTES);
    expect({ outcome, text }).toEqual({
      outcome: 'unreachable',
      text: 'event capture: POST /i/v0/e/ got no response for 50 s (ECONNREFUSED: connect ECONNREFUSED 192.0.2.1:443)',
    });
  });
});

test('the check of the app passes when it is ready, and fails with the data store that does not respond', async () => {
  expect(await run('app', [answer(200, '{"postgres": true, "cache": true}')])).toMatchObject({
    outcome: 'pass',
    text: 'the app is ready (after 0 s)',
  });
  const { outcome, text } = await run('app', [answer(503, '{"postgres": false, "cache": true}')]);
  expect(outcome).toBe('fail');
  expect(text).toContain('GET /_readyz?role=web answered 503 "{"postgres": false, "cache": true}" for 290 s; look at the log of `web`');
});
