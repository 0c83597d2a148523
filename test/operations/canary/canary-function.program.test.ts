import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, RequestListener, Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { generate } from 'selfsigned';
import { CanarySettings } from '../../../lib/operations/canary/canary-settings';
import { programFolder } from '../../../lib/private/assets';
import { listening } from '../../helpers/free-port';
import { ended } from '../../helpers/programs';

// The packed function, with PostHog, ClickHouse and Secrets Manager played by servers of this process.

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly delayMs?: number;
}

const OK: Answer = { status: 200, body: '{"status":"Ok"}' };
const FLAGS: Answer = { status: 200, body: '{"errorsWhileComputingFlags":false,"flags":{}}' };
const SECRETS: Readonly<Record<string, string>> = { token: 'phc_canary\n', reader: '{"username":"reader","password":"secret"}' };

/** What PostHog and ClickHouse answer; ClickHouse is asked with the number of earlier queries. */
interface World {
  readonly posthog: (url: string) => Answer | 'hang up';
  readonly clickHouse: (earlier: number) => Answer;
}

const WORKING: World = {
  posthog: (url) => (url.startsWith('/flags') ? FLAGS : OK),
  clickHouse: (earlier) => ({ status: 200, body: `{"found":"${earlier >= 2 ? 1 : 0}"}\n` }),
};

let world: World;
let requests: { readonly url: string; readonly host?: string; readonly body: string }[];
let queries: { readonly url: string; readonly user?: unknown; readonly body: string }[];
let folder: string;
let posthog: Server;
let clickHouse: Server;
let secrets: Server;

function listener(answer: (url: string, body: string, headers: Record<string, unknown>) => Answer | 'hang up'): RequestListener {
  return (request, response) => {
    let body = '';
    request
      .on('data', (chunk) => {
        body += chunk;
      })
      .on('end', () => {
        const answered = answer(request.url ?? '', body, request.headers);
        if (answered === 'hang up') {
          request.socket.destroy();
        } else {
          setTimeout(() => response.writeHead(answered.status).end(answered.body), answered.delayMs ?? 0);
        }
      });
  };
}

beforeAll(async () => {
  const certificate = await generate([{ name: 'commonName', value: 'localhost' }], { algorithm: 'sha256' });
  folder = mkdtempSync(path.join(tmpdir(), 'canary-'));
  writeFileSync(path.join(folder, 'certificate.pem'), certificate.cert);
  posthog = createHttpsServer(
    { key: certificate.private, cert: certificate.cert },
    listener((url, body, { host }) => {
      requests.push({ url, host: String(host), body });
      return world.posthog(url);
    }),
  );
  clickHouse = createHttpServer(
    listener((url, body, headers) => {
      queries.push({ url, user: headers['x-clickhouse-user'], body });
      return world.clickHouse(queries.length - 1);
    }),
  );
  secrets = createHttpServer(
    listener((_, body) => {
      const { SecretId: id } = JSON.parse(body) as { SecretId: string };
      return { status: 200, body: JSON.stringify({ ARN: id, Name: id, SecretString: SECRETS[id] }) };
    }),
  );
  await Promise.all([posthog, clickHouse, secrets].map(listening));
});

afterAll(() => {
  [posthog, clickHouse, secrets].forEach((server) => {
    server.close();
    server.closeAllConnections();
  });
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  world = WORKING;
  requests = [];
  queries = [];
});

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

const RUN = `require(process.env.PROGRAM).handler().then(() => process.exit(0), (error) => { console.error('THROWN', error.message); process.exit(3); });`;

/** Runs the function once: its metrics, and what it logs of failures. */
async function run(overrides: Partial<CanarySettings> = {}, extra: Record<string, string> = {}) {
  const settings: CanarySettings = {
    installation: 'Analytics-PostHog',
    host: 'localhost',
    port: portOf(posthog),
    tokenSecret: 'token',
    flags: true,
    recordings: true,
    clickHouse: {
      host: '127.0.0.1',
      port: portOf(clickHouse),
      tls: false,
      verifyCertificate: false,
      database: 'posthog',
      secret: 'reader',
    },
    patienceMs: 1000,
    pollMs: 50,
    ...overrides,
  };
  const child = spawn(process.execPath, ['-e', RUN], {
    env: {
      PATH: process.env.PATH!,
      PROGRAM: path.join(programFolder('canary'), 'index.js'),
      CANARY: JSON.stringify(settings),
      NODE_EXTRA_CA_CERTS: path.join(folder, 'certificate.pem'),
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'example',
      AWS_ENDPOINT_URL: `http://127.0.0.1:${portOf(secrets)}`,
      ...extra,
    },
  });
  const { exitCode, output } = await ended(child);
  const lines = output.split('\n');
  const metrics = lines.filter((line) => line.startsWith('{"_aws"')).map((line) => JSON.parse(line) as Record<string, unknown>);
  return { exitCode, metrics, failures: lines.filter((line) => line.startsWith('the canary failed')), output };
}

/** The metrics and failures of a run whose step fails. */
async function failing(overrides: Partial<World>, settings: Partial<CanarySettings> = {}) {
  world = { ...WORKING, ...overrides };
  const { exitCode, metrics, failures } = await run(settings);
  expect(exitCode).toBe(0);
  expect(metrics).toHaveLength(1);
  return { count: metrics[0].CanaryFailures, delay: metrics[0].CanaryEventDelay, failures };
}

test('the function uses PostHog as a client, finds its event in ClickHouse, and publishes the delay', async () => {
  const { exitCode, metrics, failures } = await run();
  expect({ exitCode, failures }).toEqual({ exitCode: 0, failures: [] });
  expect(metrics).toMatchObject([
    {
      _aws: { CloudWatchMetrics: [{ Namespace: 'PostHog', Dimensions: [['Installation']] }] },
      Installation: 'Analytics-PostHog',
      CanaryFailures: 0,
    },
  ]);
  const delay = metrics[0].CanaryEventDelay as number;
  expect(delay).toBeGreaterThanOrEqual(0.1);
  expect(delay).toBeLessThan(30);

  const bodies = requests.map(({ url, body }) => [url, JSON.parse(body) as unknown] as const).sort(([one], [other]) => one.localeCompare(other));
  expect(bodies).toMatchObject([
    ['/flags/?v=2', { token: 'phc_canary', distinct_id: 'cdk-posthog-canary' }],
    [
      '/i/v0/e/',
      { token: 'phc_canary', event: 'cdk_posthog_canary', distinct_id: 'cdk-posthog-canary', properties: { $process_person_profile: false } },
    ],
    ['/s/', [{ event: '$snapshot', properties: { token: 'phc_canary', distinct_id: 'cdk-posthog-canary', $snapshot_data: [{ type: 5 }] } }]],
  ]);
  const { uuid } = bodies[1][1] as { uuid: string };
  expect(queries).toHaveLength(3);
  expect(queries[0]).toMatchObject({ user: 'reader', body: expect.stringMatching(/^SELECT count\(\) AS found FROM events WHERE /) as string });
  expect(queries[0].url).toContain(`param_uuid=${uuid}`);
});

test('the function changes nothing in ClickHouse', async () => {
  await run();
  expect(queries.map(({ body }) => body).filter((body) => !/^SELECT /.test(body))).toEqual([]);
});

test('the function leaves out products that are not deployed', async () => {
  await run({ flags: false, recordings: false });
  expect(requests.map(({ url }) => url)).toEqual(['/i/v0/e/']);
});

test('a refused event is one failure, and ClickHouse is not asked for it', async () => {
  const refused = await failing({ posthog: (url) => (url === '/i/v0/e/' ? { status: 503, body: 'no broker' } : WORKING.posthog(url)) });
  expect(refused).toEqual({ count: 1, delay: undefined, failures: ['the canary failed at event: POST /i/v0/e/ answered 503 "no broker"'] });
  expect(queries).toEqual([]);
});

test.each<[string, string, Answer, string]>([
  ['a page of another server', '/s/', { status: 200, body: '<html>' }, 'recording: POST /s/ answered 200 "<html>"'],
  ['a status that is not ok', '/s/', { status: 200, body: '{"status":0}' }, 'recording: POST /s/ answered 200 "{"status":0}"'],
  [
    'a recording over its quota',
    '/s/',
    { status: 200, body: '{"status":1,"quota_limited":["recordings"]}' },
    'recording: POST /s/ dropped by the quota of recordings',
  ],
  ['no flags', '/flags', { status: 200, body: '{}' }, 'flags: POST /flags/?v=2 answered 200 "{}"'],
  [
    'flags that could not be computed',
    '/flags',
    { status: 200, body: '{"flags":{},"errorsWhileComputingFlags":true}' },
    'flags: POST /flags/?v=2 errorsWhileComputingFlags is true',
  ],
])('%s is a failure of that step only', async (_, url, answer, failure) => {
  const { count, delay, failures } = await failing({ posthog: (asked) => (asked.startsWith(url) ? answer : WORKING.posthog(asked)) });
  expect({ count, failures }).toEqual({ count: 1, failures: [`the canary failed at ${failure}`] });
  expect(delay).toEqual(expect.any(Number));
});

test('a connection that ends without a response is a failure', async () => {
  const { count, failures } = await failing({ posthog: (url) => (url === '/s/' ? 'hang up' : WORKING.posthog(url)) });
  expect({ count, failures }).toEqual({
    count: 1,
    failures: [expect.stringMatching(/^the canary failed at recording: POST \/s\/ got no response \(ECONNRESET/) as string],
  });
});

test('a slow response counts in the delay', async () => {
  const { count, delay } = await failing({ posthog: (url) => ({ ...(WORKING.posthog(url) as Answer), delayMs: 400 }) });
  expect(count).toBe(0);
  expect(delay).toBeGreaterThanOrEqual(0.4);
});

test('an event that ClickHouse never has is a failure after the maximum delay', async () => {
  const { count, delay, failures } = await failing({ clickHouse: () => ({ status: 200, body: '{"found":"0"}\n' }) });
  expect({ count, failures }).toEqual({ count: 1, failures: ['the canary failed at query: ClickHouse does not have the event after 1 s'] });
  expect(delay).toBeGreaterThan(0.8);
});

test('a query that fails once is repeated', async () => {
  const restarting: Answer = { status: 503, body: 'Code: 210. NETWORK_ERROR' };
  expect(await failing({ clickHouse: (earlier) => (earlier === 0 ? restarting : WORKING.clickHouse(earlier)) })).toMatchObject({
    count: 0,
    failures: [],
  });
});

test('a ClickHouse that refuses the login is a failure with its message', async () => {
  const denied: Answer = { status: 403, body: 'Code: 516. AUTHENTICATION_FAILED' };
  expect(await failing({ clickHouse: () => denied })).toMatchObject({
    count: 1,
    failures: ['the canary failed at query: ClickHouse did not answer: ClickHouse answered 403: Code: 516. AUTHENTICATION_FAILED'],
  });
});

test('a certificate that no client would accept is a failure of every request', async () => {
  const { exitCode, metrics, failures } = await run({}, { NODE_EXTRA_CA_CERTS: '' });
  expect(exitCode).toBe(0);
  expect(metrics[0].CanaryFailures).toBe(3);
  expect(failures[0]).toMatch(/got no response \(.*certificate/i);
});

test('secrets that cannot be read fail the run itself, without a metric', async () => {
  const { exitCode, metrics } = await run({ tokenSecret: 'missing' });
  expect({ exitCode, metrics }).toEqual({ exitCode: 3, metrics: [] });
});
