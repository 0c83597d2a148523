import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { World } from '../world';
import { Product, PublicEndpoint } from '../../../../lib';
import { IngressDescription } from '../../../../cli/preview/description';
import { FLAGS } from '../../../../cli/preview/stubs/flag-set';
import { STUB_HEADER } from '../../../../cli/preview/stubs/stub';
import { samplesOf } from '../../../../cli/ingress/probes';

const EVENT = JSON.stringify({ api_key: 'phc_1', event: 'e', distinct_id: 'd' });
const ORIGIN = 'https://shop.example';
const BEARER = { Authorization: 'Bearer phx_1' };

let world: World;
beforeAll(async () => {
  world = await World.start({ products: [Product.EVENTS, Product.FEATURE_FLAGS, Product.SESSION_REPLAY, Product.AI] });
});
afterAll(() => world.close());

async function post(path: string, body: string | Buffer, headers: Record<string, string> = {}) {
  return world.text(path, { method: 'POST', headers, body: body as string });
}

test('every response of a stub has a header that names it, and none is a server error', async () => {
  const found = await Promise.all(
    PublicEndpoint.all()
      .flatMap(samplesOf)
      .map(async (path) => ({ path, ...(await world.text(path)) })),
  );
  const others = found.filter(({ headers }) => headers[STUB_HEADER.toLowerCase()] === undefined);
  expect(others.filter(({ status, body }) => status !== 404 || body !== 'Not Found').map(({ path }) => path)).toEqual([]);
  // The load balancer answers for processes that are not deployed.
  const isDeployed = (path: string) => !/^\/(i\/v1\/(logs|traces)|public\/(m|webhooks)|livestream)(\/|$)/.test(path);
  expect(others.map(({ path }) => path).filter(isDeployed)).toEqual([]);
  expect(found.filter(({ status }) => status >= 500).map(({ path }) => path)).toEqual([]);
});

describe('capture', () => {
  test.each(['/e/', '/i/v0/e/', '/batch/', '/capture/', '/track/', '/engage/', '/e', '/i/v0/ai/batch/'])('accepts an event at %s', async (path) => {
    const before = world.preview.traffic.capturedCount;
    const { status, body } = await post(path, EVENT);
    expect([status, body, world.preview.traffic.capturedCount - before]).toEqual([200, '{"status":"Ok"}', 1]);
  });

  test('responds to beacons without a body', async () => {
    expect(await post('/e/?beacon=1', EVENT)).toMatchObject({ status: 204, body: '' });
  });

  test('accepts an event in the query of a GET', async () => {
    const { body } = await world.text(`/e/?data=${encodeURIComponent(Buffer.from(EVENT).toString('base64'))}`);
    expect(body).toBe('{"status":"Ok"}');
  });

  test('returns the result of each event at the newest endpoint', async () => {
    const { body } = await post(
      '/i/v1/analytics/events',
      gzipSync(
        JSON.stringify({
          created_at: '',
          batch: [
            { event: 'a', uuid: 'u1', distinct_id: 'd' },
            { event: 'b', uuid: 'u2', distinct_id: 'd' },
          ],
        }),
      ),
      { 'Authorization': 'Bearer phc_1', 'Content-Encoding': 'gzip' },
    );
    expect(JSON.parse(body)).toEqual({ results: { u1: { result: 'ok' }, u2: { result: 'ok' } } });
  });

  test.each([
    ['an empty body', '', 400],
    ['no JSON', 'nonsense', 400],
    ['no events', '[]', 400],
    ['no token', '{"event":"e","distinct_id":"d"}', 401],
    ['no name', '{"api_key":"phc_1"}', 400],
    ['an event that is null', '[null]', 400],
    ['a batch of texts', '{"api_key":"phc_1","batch":["e"]}', 400],
  ])('refuses %s', async (_, body, status) => {
    expect((await post('/e/', body)).status).toBe(status);
  });

  test('accepts 2 MiB of events and 20 MiB of batches', async () => {
    const large = JSON.stringify({
      api_key: 'phc_1',
      batch: Array.from({ length: 4 }, () => ({ event: 'e', distinct_id: 'd', properties: { x: 'x'.repeat(800_000) } })),
    });
    expect([(await post('/e/', large)).status, (await post('/batch/', large)).status]).toEqual([413, 200]);
  });

  test('accepts HEAD like GET, and lists the allowed methods', async () => {
    const data = `/e/?data=${encodeURIComponent(EVENT)}`;
    expect(await world.text(data, { method: 'HEAD' })).toMatchObject({ status: (await world.text(data)).status, body: '' });
    expect((await world.text('/e/', { method: 'HEAD' })).status).toBe((await world.text('/e/')).status);
    expect(await world.text('/e/', { method: 'PUT' })).toMatchObject({ status: 405, headers: { allow: 'GET,HEAD,POST,OPTIONS' } });
  });

  test('responds 404 below its paths', async () => {
    expect((await post('/e/x', EVENT)).status).toBe(404);
  });

  test('truncates long events in the log', async () => {
    await post(
      '/e/',
      JSON.stringify({
        api_key: 'phc_1',
        event: 'long',
        properties: { $current_url: 'u'.repeat(1000), nested: { a: 1 }, ...Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`p${i}`, i])) },
      }),
    );
    const { properties } = world.preview.traffic.captured[0];
    expect(Object.keys(properties)).toHaveLength(20);
    expect(properties.$current_url).toBe('u'.repeat(200));
  });

  test('sends recordings to their own process', async () => {
    const { headers, body } = await post(
      '/s/',
      JSON.stringify([
        { event: '$snapshot', properties: { token: 'phc_1', distinct_id: 'd', $session_id: 's', $window_id: 'w', $snapshot_data: [] } },
      ]),
    );
    expect([headers['x-stub'], body]).toEqual(['replay-capture', '{"status":"Ok"}']);
    expect(world.preview.traffic.captured[0]).toMatchObject({ process: 'replay-capture', event: '$snapshot' });
  });

  test('counts multipart AI events and OpenTelemetry', async () => {
    expect((await post('/i/v0/ai', '--x--', { 'Content-Type': 'multipart/form-data; boundary=x' })).body).toBe('{"accepted_parts":[]}');
    expect((await post('/i/v0/ai/otel', 'x')).body).toBe('{}');
  });
});

test.each(['/e/', '/s/', '/flags/?v=2', '/array/t/config', '/api/surveys/?token=t'])(
  'pages of any origin can read %s, with its CORS preflight',
  async (path) => {
    const preflight = await world.text(path, {
      method: 'OPTIONS',
      headers: { 'Origin': ORIGIN, 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'x-anything,content-type' },
    });
    expect(preflight).toMatchObject({
      status: 200,
      body: '',
      headers: {
        'access-control-allow-origin': ORIGIN,
        'access-control-allow-credentials': 'true',
        'access-control-allow-headers': 'x-anything,content-type',
      },
    });
    const plain = await world.text(path, { headers: { Origin: ORIGIN } });
    expect(plain.headers['access-control-allow-origin']).toBe(ORIGIN);
  },
);

describe('feature-flags', () => {
  interface Flags {
    readonly flags: Record<string, { enabled: boolean; variant: string | null; metadata: { payload: string | null } }>;
    readonly featureFlags: Record<string, unknown>;
    readonly featureFlagPayloads: Record<string, string>;
  }

  async function flags(path: string, question: object): Promise<Flags> {
    return JSON.parse((await post(path, JSON.stringify({ token: 'phc_1', distinct_id: 'd', ...question }))).body) as Flags;
  }

  test('responds in the current format for version 2', async () => {
    const { flags: found } = await flags('/flags/?v=2', {});
    expect(Object.keys(found)).toEqual(FLAGS.map(({ key }) => key));
    expect(found['preview-variant']).toMatchObject({ enabled: true, variant: 'test', metadata: { payload: '{"colour":"blue"}' } });
  });

  test('responds in the format of older SDKs otherwise', async () => {
    const { featureFlags, featureFlagPayloads } = await flags('/decide/?v=1', {});
    expect(featureFlags).toMatchObject({ 'preview-on': true, 'preview-variant': 'test', 'preview-enterprise': false });
    expect(featureFlagPayloads['preview-variant']).toBe('{"colour":"blue"}');
  });

  test('evaluates the person', async () => {
    const enterprise = await flags('/flags/?v=2', { person_properties: { plan: 'enterprise' } });
    expect(enterprise.flags['preview-enterprise'].enabled).toBe(true);
  });

  test('evaluates only the requested flags', async () => {
    expect(Object.keys((await flags('/flags/?v=2', { flag_keys_to_evaluate: ['preview-on'] })).flags)).toEqual(['preview-on']);
  });

  test('refuses a request without a token, or that is not JSON', async () => {
    expect([(await post('/flags/?v=2', '{}')).status, (await post('/flags/?v=2', 'x')).status, (await post('/flags/?v=2', '')).status]).toEqual([
      401, 400, 400,
    ]);
    expect([(await post('/flags/?v=2', 'null')).status, (await post('/flags/?v=2', '[]')).status]).toEqual([400, 400]);
  });

  test('accepts null for optional fields', async () => {
    const { flags: found } = await flags('/flags/?v=2', { person_properties: null, flag_keys_to_evaluate: null });
    expect(Object.entries(found).map(([key, { enabled }]) => [key, enabled])).toEqual([
      ['preview-on', true],
      ['preview-variant', true],
      ['preview-enterprise', false],
      ['preview-config', true],
    ]);
  });

  test.each([
    '/flags/definitions?token=t',
    '/api/feature_flag/local_evaluation/?token=t',
    '/api/projects/1/feature_flags/preview-config/remote_config',
  ])('requires a key for %s', async (path) => {
    expect((await world.text(path)).status).toBe(401);
    expect((await world.text(path, { headers: BEARER })).status).toBe(200);
  });

  test('responds 304 for unchanged definitions', async () => {
    const first = await world.text('/flags/definitions?token=t', { headers: BEARER });
    const second = await world.text('/flags/definitions?token=t', { headers: { ...BEARER, 'If-None-Match': first.headers.etag } });
    expect([second.status, second.body]).toEqual([304, '']);
  });

  test('returns the payload of a remote configuration, and 404 for other flags', async () => {
    expect(await world.json('/api/projects/1/feature_flags/preview-config/remote_config', { headers: BEARER })).toBe('{"limit":10}');
    expect((await world.text('/api/projects/1/feature_flags/nothing/remote_config', { headers: BEARER })).status).toBe(404);
    expect((await world.text('/api/projects/1/feature_flags/%zz/remote_config', { headers: BEARER })).status).toBe(404);
    // Encoded letters are refused before any process gets the request.
    expect((await world.text('/api/projects/1/feature_flags/%70review-config/remote_config', { headers: BEARER })).status).toBe(403);
  });
});

describe('hypercache-server', () => {
  test('returns the configuration of a project as JSON and as a script', async () => {
    const config = await world.json<{ token: string; sessionRecording: { endpoint: string } }>('/array/phc_1/config');
    expect(config).toMatchObject({ token: 'phc_1', sessionRecording: { endpoint: '/s/' } });
    const window: { _POSTHOG_REMOTE_CONFIG?: Record<string, { config: unknown }> } = {};
    const { body, headers } = await world.text('/array/phc_1/config.js');
    runInNewContext(body, { window });
    expect(window._POSTHOG_REMOTE_CONFIG!.phc_1.config).toEqual(config);
    expect(headers['content-type']).toBe('application/javascript');
  });

  test.each(["/array/x'y/config.js", '/array/%27/config.js'])('refuses the token of %s, which would end up in the script', async (target) => {
    expect((await world.raw({ target })).status).toBe(400);
  });

  test('serves surveys, and responds 404 below /array', async () => {
    expect((await world.json<{ surveys: unknown[] }>('/api/surveys/?token=t')).surveys).toHaveLength(1);
    expect((await world.text('/api/surveys/')).status).toBe(401);
    expect((await world.text('/array/t/array.js')).status).toBe(404);
  });
});

describe('the app', () => {
  test.each(['/static/array.js', '/static/1.449.2/surveys.js', '/static/posthog-recorder.js?v=1.449.2'])(
    "serves the SDK's %s to any origin",
    async (path) => {
      const { status, headers, body } = await world.text(path);
      expect([status, headers['content-type'], headers['access-control-allow-origin']]).toEqual([200, 'text/javascript; charset=utf-8', '*']);
      expect(body.length).toBeGreaterThan(1000);
    },
  );

  test.each(['/static/nothing.js', '/static/package.json', '/static/module.d.ts', '/static/array.js.map'])('does not serve %s', async (path) => {
    expect((await world.text(path)).status).toBe(404);
  });

  test.each([
    ['/api/early_access_features/', 'earlyAccessFeatures'],
    ['/api/web_experiments/', 'experiments'],
    ['/api/product_tours/', 'product_tours'],
  ])('returns no %s', async (path, key) => {
    expect(await world.json(path)).toEqual({ [key]: [] });
  });

  test('accepts reports of content security policies', async () => {
    expect((await post('/report/?token=phc_1', '{"csp-report":{}}', { 'Content-Type': 'application/csp-report' })).status).toBe(204);
    expect(world.preview.traffic.captured[0]).toMatchObject({ process: 'web', event: '$csp_violation' });
  });

  test('shows the client IP, and escapes input of the client', async () => {
    const { body } = await world.text('/project/1?<script>', { headers: { 'X-Preview-Source-IP': '203.0.113.9', 'User-Agent': '<b>agent</b>' } });
    expect(body).toContain('This is a stub of the preview, not PostHog.');
    expect(body).toContain('<strong>203.0.113.9</strong>');
    expect(body).not.toMatch(/<script>|<b>/);
  });
});

test('the generic stub responds with the request that it received', async () => {
  const [ingress] = world.ingresses;
  const targets = Object.fromEntries(
    Object.entries(ingress.targets).map(([group, target]) => [
      group,
      target.process === 'capture' ? { ...target, process: 'something-new', settings: {} } : target,
    ]),
  );
  const other = await World.of([{ ...ingress, targets }]);
  const { headers, body } = await other.text('/e/', { method: 'POST', body: '12345' });
  const { processes } = await other.json<IngressDescription>('/__preview/ingress');
  await other.close();
  expect(headers['x-stub']).toBe('something-new');
  expect(JSON.parse(body)).toEqual({ stub: 'something-new', method: 'POST', url: '/e/', bytes: 5 });
  expect(processes.map(({ name }) => name)).toContain('something-new');
});
