import { Browser, BrowserContext } from 'playwright-core';
import { openBrowser, browserUserAgent } from './chromium';
import { CustomerSite, TOKEN, USE_EVERYTHING, withEverything } from './customer-site';
import { PreviewProcess } from './preview-process';
import { TrafficLog } from './traffic-log';
import { PublicEndpoint } from '../../lib';
import { CapturedEvent, PassedRequest } from '../../cli/preview/traffic';
import sdk from '../contract/sdk-paths.json';
import { until } from '../helpers/until';

/** What posthog-js calls and nobody answers yet, and why. The load balancer of a closed app refuses it, and the SDK gives up quietly. */
const NOT_ANSWERED_YET: Readonly<Record<string, string>> = {
  [PublicEndpoint.LOGS.path]: 'capture-logs is not deployed yet, and no other process takes OpenTelemetry',
};

/** What nothing reads behind any endpoint: the load balancer refuses it. */
const METRICS = '/i/v1/metrics';

/** What the list of SDK requests has from SDKs of servers alone, except the calls with an API key. */
const SERVER_ONLY = [
  'GET /flags/definitions',
  'GET /api/projects/@current/feature_flags/a-flag/remote_config',
  'POST /batch/',
  'POST /i/v1/analytics/events',
  'POST /i/v0/ai/batch/',
  'POST /i/v1/traces',
];

let preview: PreviewProcess;
let site: CustomerSite;
let browser: Browser;
let context: BrowserContext;
let log: TrafficLog;
let calls: PassedRequest[];
let events: CapturedEvent[];
let answers: { flag: boolean; recording: boolean; surveys: unknown[]; features: unknown[] };

beforeAll(async () => {
  preview = await PreviewProcess.start();
  browser = await openBrowser();
  site = await CustomerSite.start(preview.url);
  log = await TrafficLog.open(preview.url);
  context = await browser.newContext({ ignoreHTTPSErrors: true, userAgent: await browserUserAgent(browser) });
  const page = await context.newPage();
  await page.route(`**/array/${TOKEN}/config.js`, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: withEverything(await response.text()) });
  });
  await page.goto(site.url);
  for (const name of [
    'posthog-recorder',
    'surveys',
    'conversations',
    'product-tours',
    'dead-clicks-autocapture',
    'exception-autocapture',
    'web-vitals-with-attribution',
    'logs',
  ]) {
    await log.until(`the script ${name}.js`, ({ path }) => path.endsWith(`/${name}.js`));
  }
  await page.waitForFunction('posthog.sessionRecordingStarted() && posthog.conversations.isAvailable()');
  answers = await page.evaluate(USE_EVERYTHING);
  await page.getByRole('button', { name: 'does nothing' }).click();
  await Promise.all(['/s/', PublicEndpoint.LOGS.path, METRICS].map((wanted) => log.until(wanted, ({ path }) => path.startsWith(wanted))));
  // A click is dead once nothing has followed it for some seconds.
  await eventsWith('$dead_click');
  // Pending events are sent when the page closes.
  await page.close({ runBeforeUnload: true });
  events = await eventsWith('$pageleave');
  calls = [...log.requests];
});

afterAll(async () => {
  log?.close();
  await browser?.close();
  await site?.stop();
  await preview?.stop();
});

/** The events that have arrived, once a last one is among them. */
async function eventsWith(last: string): Promise<CapturedEvent[]> {
  let received: CapturedEvent[] = [];
  await until(
    async () => {
      received = (await (await context.request.get(preview.page('events'))).json()) as CapturedEvent[];
      return received.some(({ event }) => event === last);
    },
    () => `${last} was not captured; these events were: ${received.map(({ event }) => event).join(', ')}`,
    15_000,
  );
  return received;
}

/** A request without what differs from one run, or version, to the next. */
function called({ method, path }: Pick<PassedRequest, 'method' | 'path'>): string {
  return `${method} ${path.split('?')[0].replace(/\/\d+\.\d+\.\d+\//, '/<version>/')}`;
}

/** A path without its query. */
function plainPath({ path }: Pick<PassedRequest, 'path'>): string {
  return path.split('?')[0];
}

/** The row of the endpoint table that a path belongs to: the one with the longest path. */
function rowOf({ path }: Pick<PassedRequest, 'path'>): PublicEndpoint | undefined {
  const [plain] = path.split('?');
  const rows = PublicEndpoint.all().filter((endpoint) => {
    const own = endpoint.path.replaceAll('*', '[^/]+').replaceAll('.', '\\.');
    return (endpoint._matchesPath && new RegExp(`^${own}/?$`).test(plain)) || (endpoint._matchesSubpaths && new RegExp(`^${own}/.`).test(plain));
  });
  return rows.sort((a, b) => b.path.length - a.path.length)[0];
}

test('posthog-js calls nothing that the endpoint table does not know', () => {
  expect(calls.length).toBeGreaterThan(25);
  expect([...new Set(calls.filter((call) => rowOf(call) === undefined).map(plainPath))]).toEqual([METRICS]);
});

test('it calls what the list of SDK requests says, no more and no less', () => {
  const listed = sdk.requests
    .filter((request) => !('group' in request))
    .map(called)
    .filter((request) => !SERVER_ONLY.includes(request));
  expect([...new Set(calls.map(called))].sort()).toEqual([...new Set(listed)].sort());
});

test('every request reaches the process that the table names, which answers with success', () => {
  const answered = calls.filter((call) => plainPath(call) !== METRICS && !(rowOf(call)!.path in NOT_ANSWERED_YET));
  expect(answered.map((call) => [called(call), call.process, call.status])).toEqual(
    answered.map((call) => [called(call), rowOf(call)!.process, 200]),
  );
});

test('what is not answered yet is refused by the load balancer, and reaches nobody', () => {
  const refused = calls.filter(({ outcome }) => outcome !== 'forwarded');
  expect([...new Set(refused.map((call) => rowOf(call)?.path ?? plainPath(call)))].sort()).toEqual(
    [...Object.keys(NOT_ANSWERED_YET), METRICS].sort(),
  );
  expect(refused.map(({ outcome, process, status }) => [outcome, process, status])).toEqual(
    refused.map((call) => ['fixed-response', undefined, plainPath(call) === METRICS ? 403 : 404]),
  );
});

test('the app itself stays closed to the browser', async () => {
  for (const path of ['/', '/login', '/api/projects/@current/', '/static/../login', '/array/x/../../insights']) {
    expect((await context.request.get(preview.url + path)).status()).toBe(403);
  }
});

test("what the site did has arrived as events, from the client's address", () => {
  const names = events.map(({ event }) => event);
  expect(names).toEqual(
    expect.arrayContaining([
      '$pageview',
      'cup ordered',
      '$identify',
      '$create_alias',
      '$groupidentify',
      '$set',
      '$exception',
      '$feature_enrollment_update',
      '$autocapture',
      '$dead_click',
      '$pageleave',
      '$snapshot',
    ]),
  );
  expect([...new Set(events.map(({ address }) => address))]).toEqual(['127.0.0.1']);
});

test('the site got what it asked for: flags, surveys, early access features, a recording', () => {
  expect(answers).toMatchObject({ flag: true, recording: true, surveys: [expect.objectContaining({ type: 'api' })], features: [] });
});
