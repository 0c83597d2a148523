import { IncomingMessage } from 'node:http';
import { textOf, World } from './world';
import { AppAccess, ClientAddress } from '../../../lib';
import { IngressDescription } from '../../../cli/preview/description';
import { PassedRequest } from '../../../cli/preview/traffic';
import { TrialResult } from '../../../cli/preview/trial';
import { until } from '../../helpers/until';

const TOKEN = { Authorization: 'Bearer any' };

let world: World;
beforeAll(async () => {
  world = await World.start({ clientAddress: ClientAddress.verified() }, {}, true);
});
afterAll(() => world.close());

async function send(event: string, distinctId = 'ada'): Promise<void> {
  await world.text('/e/', {
    method: 'POST',
    body: JSON.stringify({ api_key: 'phc_1', event, distinct_id: distinctId, properties: { $current_url: 'https://x.example/' } }),
  });
}

interface Stream {
  heard: string[];
  began: Promise<IncomingMessage>;
  isOpen: () => boolean;
}

/** Asks for a stream, and waits until livestream listens: an event that was sent before is not in it. Its response begins with the first event. */
async function open(path: string): Promise<Stream> {
  const heard: string[] = [];
  let isOpen = false;
  const listen = jest.spyOn(world.preview.traffic, 'listen');
  const began = world.ask(path, { headers: TOKEN, agent: false, rejectUnauthorized: false }).then((response) => {
    isOpen = true;
    response.on('data', (chunk: Buffer) => heard.push(chunk.toString()));
    response.on('error', () => undefined);
    return response;
  });
  await until(() => listen.mock.calls.length > 0);
  listen.mockRestore();
  return { heard, began, isOpen: () => isOpen };
}

describe('the stream of events', () => {
  test('sends each event when it is captured', async () => {
    const { heard, began, isOpen } = await open('/livestream/events?columns=%24current_url');
    expect(isOpen()).toBe(false);
    for (let i = 0; i < 3; i++) {
      await send(`event ${i}`);
      await until(() => heard.length === i + 1);
    }
    const response = await began;
    response.destroy();
    expect(response.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache',
      'x-stub': 'livestream',
      'x-preview-rule': 'rule 900 (LiveEvents)',
      'access-control-allow-origin': '*',
    });
    const [first] = heard.map((text) => JSON.parse(/^id: \ndata: (.*)\n\n$/.exec(text)![1]) as object);
    expect(first).toMatchObject({ event: 'event 0', distinct_id: 'ada', properties: { $current_url: 'https://x.example/' } });
  });

  test('can be limited to some events', async () => {
    const { heard, began } = await open('/livestream/events?eventType=wanted,also');
    const passed = world.preview.traffic.captured.length;
    await send('unwanted');
    await send('wanted');
    await until(() => heard.length === 1);
    (await began).destroy();
    expect(heard.join()).toContain('"event":"wanted"');
    expect(world.preview.traffic.captured.length).toBe(passed + 2);
  });

  test('ends when its reader disconnects', async () => {
    const { heard, began } = await open('/livestream/events');
    await send('one');
    await until(() => heard.length === 1);
    (await began).destroy();
    await until(() => world.preview.traffic.recent.some(({ path }) => path === '/livestream/events'));
    expect(world.preview.traffic.recent.find(({ path }) => path === '/livestream/events')).toMatchObject({
      process: 'livestream',
      forwardedPath: '/events',
      clientIps: [],
    });
  });
});

describe('other endpoints of livestream', () => {
  test.each(['/livestream', '/livestream/', '/livestream/served', '/livestream/jwt', '/livestream/debug'])(
    '%s is not for pages of the app, and reaches no process but the app',
    async (path) => {
      expect((await world.text(path, { headers: TOKEN })).body).toContain('Stub of the app');
    },
  );

  test.each([
    ['/livestream/events', '{"message":"wrong token"}'],
    ['/livestream/notifications', '{"message":"invalid token"}'],
    ['/livestream/stats', '{"error":"wrong token claims"}'],
  ])('%s requires a token', async (path, body) => {
    expect(await world.text(path)).toMatchObject({ status: 401, body });
    expect(await world.text(path, { headers: { Authorization: 'any' } })).toMatchObject({ status: 401 });
  });

  test('count users with events', async () => {
    await send('counted', 'grace');
    const { users_on_product: users } = await world.json<{ users_on_product: number }>('/livestream/stats', { headers: TOKEN });
    expect(users).toBe(new Set(world.preview.traffic.captured.map(({ distinctId }) => distinctId)).size);
  });

  test('count no users without events', async () => {
    const quiet = await World.start({}, {}, true);
    expect(await quiet.json('/livestream/stats', { headers: TOKEN })).toEqual({ error: 'no stats' });
    await quiet.close();
  });

  test('respond to CORS preflights', async () => {
    const { status, headers } = await world.text('/livestream/events', {
      method: 'OPTIONS',
      headers: { 'Origin': 'https://x.example', 'Access-Control-Request-Headers': 'authorization' },
    });
    expect([status, headers['access-control-allow-headers']]).toEqual([204, 'authorization']);
  });

  test('have metrics that the ingress refuses', async () => {
    expect(await world.text('/livestream/metrics')).toMatchObject({ status: 403, body: 'Forbidden' });
  });
});

test('a silent stream ends with 504 after the idle timeout of the template', async () => {
  const { ingresses } = world;
  const impatient = await World.of(
    ingresses.map((ingress) => ({ ...ingress, attributes: { ...ingress.attributes, 'idle_timeout.timeout_seconds': '0.2' } })),
  );
  const response = await impatient.ask('/livestream/events', { headers: TOKEN });
  expect([response.statusCode, await textOf(response)]).toEqual([504, 'The process did not answer in time.\n']);
  await impatient.close();
});

test('a stream behind an allow-list is open to allowed clients', async () => {
  const closed = await World.start({ appAccess: AppAccess.fromCidrs(['203.0.113.0/24']) }, {}, true);
  const ask = (from: string) => closed.text('/livestream/stats', { headers: { 'X-Preview-Source-IP': from } });
  expect((await ask('203.0.113.9')).body).toBe('{"error":"wrong token claims"}');
  expect((await ask('192.0.2.1')).status).toBe(403);
  await closed.close();
});

describe('the page', () => {
  const attempt = (trial: object) =>
    world.text('/__preview/try', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(trial) });

  test('shows the rewrite of the rule, and the forwarded paths', async () => {
    const { rules, endpoints } = await world.json<IngressDescription>('/__preview/ingress');
    expect(rules.find(({ name }) => name === 'rule 900 (LiveEvents)')).toMatchObject({
      action: 'forward to livestream, its URL ^/livestream/?(.*)$ rewritten to /$1',
      process: 'livestream',
    });
    expect(endpoints.filter(({ forwardedPath }) => forwardedPath !== undefined)).toEqual([
      expect.objectContaining({
        paths: '/livestream/events, /livestream/notifications, /livestream/stats',
        forwardedPath: '/events, /notifications, /stats',
        answer: 'livestream',
      }),
    ]);
  });

  test('shows the forwarded path of a trial', async () => {
    const result = JSON.parse(
      (await attempt({ method: 'GET', url: '/livestream/stats', headers: [['Authorization', 'Bearer any']] })).body,
    ) as TrialResult;
    expect(result).toMatchObject({
      request: { target: '/livestream/stats' },
      forwarded: { process: 'livestream', path: '/stats' },
      response: { status: 200 },
    });
  });

  test('shows that a stream without events has no response yet', async () => {
    const { status, body } = await attempt({ method: 'GET', url: '/livestream/events', headers: [['Authorization', 'Bearer any']] });
    expect([status, JSON.parse(body)]).toEqual([400, { error: 'no response within 3 seconds; a stream may be waiting for its first event' }]);
  });

  test('receives requests with their forwarded path if it differs', async () => {
    const passed: PassedRequest[] = [];
    const stop = world.preview.traffic.listen({ passed: (request) => passed.push(request) });
    await world.text('/livestream/stats?heard', { headers: TOKEN });
    await world.text('/login?heard');
    const heard = () => passed.filter(({ path }) => path.endsWith('?heard'));
    await until(() => heard().length === 2);
    stop();
    expect(heard().map(({ path, forwardedPath }) => [path, forwardedPath])).toEqual([
      ['/livestream/stats?heard', '/stats?heard'],
      ['/login?heard', undefined],
    ]);
  });
});
