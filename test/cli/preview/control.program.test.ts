import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { World } from './world';
import { AppAccess, PublicEndpoint } from '../../../lib';
import { IngressDescription } from '../../../cli/preview/description';
import { CapturedEvent, PassedRequest } from '../../../cli/preview/traffic';
import { TrialResult } from '../../../cli/preview/trial';
import { OIDC } from '../../ingress/fixtures';
import { until } from '../../helpers/until';

const JSON_TYPE = { 'Content-Type': 'application/json' };

let world: World;
let pageFolder: string;
beforeAll(async () => {
  pageFolder = mkdtempSync(path.join(tmpdir(), 'cdk-posthog-page-'));
  writeFileSync(path.join(pageFolder, 'index.html'), '<!doctype html><title>The page</title>');
  writeFileSync(path.join(pageFolder, 'demo.html'), '<!doctype html><title>The demo</title>');
  writeFileSync(path.join(pageFolder, 'style.css'), 'body {}');
  world = await World.start({}, { pageFolder });
});
afterAll(async () => {
  await world.close();
  rmSync(pageFolder, { recursive: true });
});

async function attempt(trial: object, from = world): Promise<TrialResult> {
  return from.json<TrialResult>('/__preview/try', { method: 'POST', headers: JSON_TYPE, body: JSON.stringify(trial) });
}

/** Parses server-sent events as they come. */
function listen(response: IncomingMessage, heard: { event?: string; data: unknown }[]): void {
  let text = '';
  response.on('error', () => undefined);
  response.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    const blocks = text.split('\n\n');
    text = blocks.pop()!;
    for (const block of blocks) {
      const data = /^data: (.*)$/m.exec(block)?.[1];
      heard.push(...(data === undefined ? [] : [{ event: /^event: (.*)$/m.exec(block)?.[1], data: JSON.parse(data) as unknown }]));
    }
  });
}

describe('the page', () => {
  test.each([
    ['/__preview/', 'The page'],
    ['/__preview', 'The page'],
    ['/__preview/?x=1', 'The page'],
    ['/__preview/demo', 'The demo'],
    ['/__preview/index.html', 'The page'],
  ])('%s is served', async (target, title) => {
    const { status, headers, body } = await world.text(target);
    expect([status, headers['content-type'], headers['x-content-type-options']]).toEqual([200, 'text/html; charset=utf-8', 'nosniff']);
    expect(body).toContain(title);
  });

  test.each([
    '/__preview/../package.json',
    '/__preview/..%2fpackage.json',
    '/__preview/.htaccess',
    '/__preview/nothing.js',
    '/__preview/a/b.css',
    '/__preview/%00.css',
  ])('%s is not served', async (target) => {
    expect((await world.raw({ target, host: 'localhost' })).status).toBe(404);
  });

  test('has a prefix that no public endpoint has', () => {
    expect(PublicEndpoint.all().filter((endpoint) => endpoint.path.startsWith('/__'))).toEqual([]);
  });

  test('leaves paths that only begin like its prefix to the rules', async () => {
    expect((await world.raw({ target: '/__previews', host: 'localhost' })).headers.map(([name]) => name)).toContain('x-stub');
  });
});

describe('the ingress', () => {
  test('describes rules, endpoints, processes and settings', async () => {
    const ingress = await world.json<IngressDescription>('/__preview/ingress');
    expect(ingress).toMatchObject({
      source: 'Test.template.json',
      hosts: ['posthog.example.com'],
      url: `https://localhost:${world.port}`,
      plainUrl: `http://localhost:${world.preview.ports.http}`,
      access: 'anyone',
      strictTransportSecurity: 'max-age=31536000',
    });
    expect(ingress.rules[2]).toMatchObject({
      name: 'rule 90 (Ai)',
      priority: 90,
      action: 'answer 404 Not Found, because capture-ai is not deployed',
    });
    expect(ingress.rules[3]).toEqual({
      name: 'rule 100 (Events)',
      priority: 100,
      conditions: ['path-pattern is /i/v0/* or /e or /e/* or /batch or /batch/*'],
      action: 'forward to capture',
      process: 'capture',
    });
    expect(ingress.rules.at(-2)).toEqual({
      name: 'rule 1999',
      priority: 1999,
      conditions: ['host-header is posthog.example.com'],
      action: 'forward to web',
      process: 'web',
    });
    expect(ingress.rules.at(-1)).toEqual({ name: 'the default rule', conditions: [], action: 'answer 403 Forbidden' });
    expect(ingress.endpoints.map(({ paths }) => paths)).toEqual(expect.arrayContaining(PublicEndpoint.all().map(String)));
    expect(ingress.processes.map(({ name }) => name).sort()).toEqual(['capture', 'feature-flags', 'hypercache-server', 'replay-capture', 'web']);
    expect(ingress.processes.every(({ stub }) => stub)).toBe(true);
    const web = ingress.processes.find(({ name }) => name === 'web')!;
    expect(web.settings).toMatchObject({
      IS_BEHIND_PROXY: 'True',
      ALLOWED_HOSTS: 'posthog.example.com',
      TRUSTED_PROXIES: '10.0.0.4,10.0.0.5,10.0.0.6, … (54 in all)',
    });
    expect(ingress.loadBalancerAddress).toBe('10.0.0.4');
  });

  test.each([
    ['cidrs', AppAccess.fromCidrs(['203.0.113.0/24'])],
    ['authenticated', AppAccess.oidc(OIDC)],
    ['nobody', AppAccess.nobody()],
  ])('describes the access to the app: %s', async (access, appAccess) => {
    const other = await World.start({ appAccess });
    const ingress = await other.json<IngressDescription>('/__preview/ingress');
    await other.close();
    expect(ingress.access).toBe(access);
  });
});

describe('trying a request', () => {
  test('sends it with its path unchanged, and returns the outcome', async () => {
    const result = await attempt({
      method: 'POST',
      url: '/e/?a=b',
      from: '203.0.113.9',
      headers: [['X-Forwarded-For', '1.2.3.4']],
      body: '{"api_key":"phc_1","event":"tried","distinct_id":"d"}',
    });
    expect(result).toMatchObject({
      request: { method: 'POST', target: '/e/?a=b', sourceIp: '203.0.113.9', host: 'posthog.example.com' },
      rule: { name: 'rule 100 (Events)', priority: 100 },
      outcome: { kind: 'forwarded' },
      forwarded: { process: 'capture', peer: '10.0.0.4', headers: expect.arrayContaining([['X-Forwarded-For', '1.2.3.4, 203.0.113.9']]) as unknown },
      clientIps: [{ reader: 'capture: GeoIP of events', address: '1.2.3.4' }],
      response: { status: 200, body: '{"status":"Ok"}' },
    });
    const events = await world.json<CapturedEvent[]>('/__preview/events');
    expect(events[0]).toMatchObject({ process: 'capture', event: 'tried', distinctId: 'd', address: '1.2.3.4' });
  });

  test('sends no fragment', async () => {
    expect(await attempt({ method: 'GET', url: '/api/stub/request?a=b#top' })).toMatchObject({
      request: { target: '/api/stub/request?a=b' },
      response: { body: expect.not.stringContaining('#') as string },
    });
  });

  test('returns refusals by the rules', async () => {
    expect(await attempt({ method: 'GET', url: '/static/../login' })).toMatchObject({
      rule: { name: 'rule 10 (DenyEvasions)' },
      outcome: { kind: 'fixed-response', status: 403 },
      clientIps: [],
      response: { status: 403, body: 'Forbidden' },
    });
  });

  test('uses plain HTTP for an http URL', async () => {
    expect(await attempt({ method: 'GET', url: 'http://posthog.example.com/a' })).toMatchObject({
      outcome: { kind: 'redirect', location: 'https://posthog.example.com/a' },
      response: { status: 301 },
    });
  });

  test('truncates long responses, and does not wait for endless ones', async () => {
    const long = await attempt({ method: 'GET', url: '/static/array.js' });
    const endless = await attempt({ method: 'GET', url: '/api/stub/stream' });
    expect(long.response.body).toHaveLength(8192);
    expect(endless.response.body).toContain('data: 1');
  });

  test.each([
    ['a method with spaces', { method: 'GET /', url: '/' }],
    ['no method', { url: '/' }],
    ['a method that opens a tunnel', { method: 'CONNECT', url: '/' }],
    ['no url', { method: 'GET' }],
    ['a fragment alone', { method: 'GET', url: '#top' }],
    ['a relative url', { method: 'GET', url: 'login' }],
    ['a url with a line break', { method: 'GET', url: '/x\r\nX: y' }],
    ['a name for an address', { method: 'GET', url: '/', from: 'localhost' }],
    ['a header with a line break', { method: 'GET', url: '/', headers: [['X', 'a\r\nY: b']] }],
    ['a header that is none', { method: 'GET', url: '/', headers: [['X Y', 'a']] }],
    ['a body that is no text', { method: 'GET', url: '/', body: {} }],
    ['a list', []],
    ['nothing', null],
  ])('refuses %s', async (_, trial) => {
    const { status, body } = await world.text('/__preview/try', { method: 'POST', headers: JSON_TYPE, body: JSON.stringify(trial) });
    expect(status).toBe(400);
    expect((JSON.parse(body) as { error: string }).error).toMatch(/must/);
  });

  test('refuses a body that is not JSON', async () => {
    expect((await world.text('/__preview/try', { method: 'POST', headers: JSON_TYPE, body: '{' })).status).toBe(400);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', undefined])(
    'refuses a body of type %s, which any page can send',
    async (type) => {
      const { status } = await world.text('/__preview/try', {
        method: 'POST',
        headers: type === undefined ? {} : { 'Content-Type': type },
        body: '{"method":"GET","url":"/"}',
      });
      expect(status).toBe(415);
    },
  );
});

describe('the traffic', () => {
  test('sends the last requests, then each request and event', async () => {
    await world.raw({ target: '/internal/before' });
    const heard: { event?: string; data: unknown }[] = [];
    const response = await world.ask('/__preview/traffic');
    listen(response, heard);
    await until(() => heard.some(({ data }) => (data as PassedRequest).path === '/internal/before'));
    await world.raw({
      method: 'POST',
      target: '/e/',
      body: '{"api_key":"phc_1","event":"heard","distinct_id":"d","properties":{"$current_url":"https://x.example/"}}',
      headers: [['X-Preview-Source-IP', '203.0.113.9']],
    });
    await until(() => heard.some(({ data }) => (data as PassedRequest).path === '/e/' && (data as PassedRequest).from === '203.0.113.9'));
    response.destroy();
    const passed = heard.map(({ data }) => data as PassedRequest).find(({ path: target, from }) => target === '/e/' && from === '203.0.113.9');
    expect(passed).toMatchObject({
      method: 'POST',
      host: 'posthog.example.com',
      rule: 'rule 100 (Events)',
      outcome: 'forwarded',
      process: 'capture',
      status: 200,
      clientIps: [{ address: '203.0.113.9' }],
    });
    expect(heard.find(({ event }) => event === 'captured')!.data).toMatchObject({
      process: 'capture',
      event: 'heard',
      properties: { $current_url: 'https://x.example/' },
      address: '203.0.113.9',
    });
  });

  test('is not sent to clients that have disconnected', async () => {
    const stops: jest.Mock[] = [];
    const { traffic } = world.preview;
    const begin = traffic.listen.bind(traffic);
    const spy = jest.spyOn(traffic, 'listen').mockImplementation((listener) => {
      const stop = jest.fn(begin(listener));
      stops.push(stop);
      return stop;
    });
    const responses = [
      await world.ask('/__preview/traffic', { agent: false, rejectUnauthorized: false }),
      await world.ask('/__preview/traffic', { agent: false, rejectUnauthorized: false }),
    ];
    responses.forEach((response) => response.on('error', () => undefined));
    expect(stops.map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
    responses[0].destroy();
    await until(() => stops[0].mock.calls.length > 0);
    expect(stops.map(({ mock }) => mock.calls.length)).toEqual([1, 0]);
    responses[1].destroy();
    await until(() => stops[1].mock.calls.length > 0);
    spy.mockRestore();
  });

  test('keeps the last fifty requests and five hundred events', async () => {
    const batch = Array.from({ length: 600 }, (_, i) => ({ event: `event ${i}`, distinct_id: 'd' }));
    await world.text('/batch/', { method: 'POST', body: JSON.stringify({ api_key: 'phc_1', batch }) });
    for (let i = 0; i < 60; i++) {
      await world.text('/internal/x');
    }
    const events = await world.json<CapturedEvent[]>('/__preview/events');
    expect([events.length, events[0].event, events[499].event]).toEqual([500, 'event 599', 'event 100']);
    expect(world.preview.traffic.recent).toHaveLength(50);
  });
});

test.each(['posthog.example.com', 'evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '192.0.2.1'])(
  'the page and its API do not answer to the host %s',
  async (host) => {
    const statuses = await Promise.all(
      ['/__preview/', '/__preview/ingress', '/__preview/events', '/__preview/traffic'].map(
        async (target) => (await world.raw({ target, host })).status,
      ),
    );
    expect(statuses).toEqual([403, 403, 403, 403]);
    expect(
      (
        await world.raw({
          method: 'POST',
          target: '/__preview/try',
          host,
          headers: [['Content-Type', 'application/json']],
          body: '{"method":"GET","url":"/"}',
        })
      ).status,
    ).toBe(403);
  },
);

test.each(['localhost', 'localhost:8443', '127.0.0.1:8443', '[::1]:8443'])('the control endpoints accept the host %s', async (host) => {
  expect((await world.raw({ target: '/__preview/ingress', host })).status).toBe(200);
});

test('pages of another origin cannot read the control endpoints', async () => {
  const { headers } = await world.text('/__preview/ingress', { headers: { Origin: 'https://evil.example' } });
  expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
});
