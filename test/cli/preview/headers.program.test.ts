import { header, World } from './world';
import { trace } from '../../../cli/ingress/request-trace';
import { SOURCE_HEADER } from '../../../cli/preview/server/load-balancer';
import { IngressModel } from '../../../cli/ingress/ingress-model';
import { ClientIp } from '../../../cli/client-ip/client-ip';
import { Header } from '../../../cli/alb/headers';

/** What the app's stub says about a request that reached it. */
interface Arrived {
  readonly method: string;
  readonly url: string;
  readonly headers: Header[];
  readonly clientIps: ClientIp[];
}

const SHOW = '/api/stub/request';
/** What one connection between the preview and a stub adds. */
const OF_THE_CONNECTION = ['connection'];

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world.close());

async function arrived(headers: readonly Header[], target = SHOW, from = world): Promise<Arrived> {
  const { body } = await from.raw({ target, headers });
  return JSON.parse(body.toString()) as Arrived;
}

function withoutConnection({ headers }: Arrived): Header[] {
  return headers.filter(([name]) => !OF_THE_CONNECTION.includes(name.toLowerCase()));
}

test('a process receives the headers of `explain`, and resolves the same client IPs', async () => {
  const sent: Header[] = [
    ['X-Forwarded-For', '1.2.3.4'],
    ['x-forwarded-for', '5.6.7.8'],
    ['X-Forwarded-Proto', 'http'],
    ['X-Forwarded-Port', '80'],
    ['X-Forwarded-Host', 'evil.example'],
    ['X-Real-Ip', '9.9.9.9'],
    ['Cookie', 'a=b'],
    ['X-Twice', '1'],
    ['X-Twice', '2'],
    ['x-lower', 'é'],
    ['under_score', 'dropped'],
  ];
  const { outcome } = trace(world.ingress, {
    scheme: 'https',
    method: 'GET',
    host: 'posthog.example.com',
    target: SHOW,
    sourceIp: '203.0.113.9',
    headers: sent,
  });
  const got = await arrived([...sent, [SOURCE_HEADER, '203.0.113.9']]);
  // A text of two bytes on the wire, which Node.js reads as two characters.
  const expected =
    outcome.kind === 'forwarded' ? outcome.headers.map(([name, value]): Header => [name, Buffer.from(value, 'utf8').toString('latin1')]) : [];
  expect(withoutConnection(got)).toEqual(expected);
  expect(got.clientIps).toEqual(outcome.kind === 'forwarded' && outcome.clientIps);
  expect(got.headers.map(([name]) => name.toLowerCase())).not.toContain('under_score');
});

test('a forged first entry is forwarded before the real address, and the strict rule fails closed', async () => {
  const got = await arrived([
    ['X-Forwarded-For', '1.2.3.4'],
    [SOURCE_HEADER, '203.0.113.9'],
  ]);
  expect(got.headers).toContainEqual(['X-Forwarded-For', '1.2.3.4, 203.0.113.9']);
  expect(got.clientIps.map(({ address }) => address)).toEqual([undefined, '1.2.3.4', '1.2.3.4,203.0.113.9', '1.2.3.4']);
});

test('without a forged header, the app resolves the address that connected', async () => {
  const got = await arrived([[SOURCE_HEADER, '2001:db8::9']]);
  expect(got.clientIps.map(({ address }) => address)).toEqual(['2001:db8::9', '2001:db8::9', '2001:db8::9', '2001:db8::9']);
});

test('the header for another client IP is not forwarded', async () => {
  const got = await arrived([[SOURCE_HEADER.toLowerCase(), '203.0.113.9']]);
  expect(got.headers.map(([name]) => name.toLowerCase())).not.toContain(SOURCE_HEADER.toLowerCase());
});

test.each(['', 'x', '1.2.3', '203.0.113.0/24', '1.2.3.4, 5.6.7.8'])('the client IP %j is refused', async (value) => {
  const response = await world.raw({ target: SHOW, headers: [[SOURCE_HEADER, value]] });
  expect([response.status, response.body.toString()]).toEqual([400, `${SOURCE_HEADER} must be one IP address, got: '${value}'\n`]);
});

test('a request without the header has the address that connected, or that of --from', async () => {
  const other = await World.of(world.ingresses, { from: '203.0.113.77' });
  const found = [await arrived([]), await arrived([], SHOW, other)].map((got) => got.headers.find(([name]) => name === 'X-Forwarded-For')?.[1]);
  await other.close();
  expect(found).toEqual(['127.0.0.1', '203.0.113.77']);
});

test('a loopback name becomes the domain name', async () => {
  const { body } = await world.raw({ target: SHOW, host: `localhost:${world.port}` });
  expect((JSON.parse(body.toString()) as Arrived).headers).toContainEqual(['Host', 'posthog.example.com']);
});

test.each(['/api/stub/request?a=1&b=%2F..%2f&c=', '/api/stub/request??x?y', '/api/stub/request?a#b', '/api/stub/request/?'])(
  'the target %s is forwarded unchanged',
  async (target) => {
    expect((await arrived([], target)).url).toBe(target);
  },
);

test('headers of one connection are not forwarded', async () => {
  const got = await arrived([
    ['TE', 'trailers'],
    ['Upgrade', 'websocket'],
    ['Keep-Alive', 'timeout=1'],
    ['Proxy-Connection', 'close'],
    ['Expect', '100-continue'],
  ]);
  expect(
    got.headers.map(([name]) => name.toLowerCase()).filter((name) => ['te', 'upgrade', 'keep-alive', 'proxy-connection', 'expect'].includes(name)),
  ).toEqual([]);
  expect(got.headers).toContainEqual(['Connection', 'keep-alive']);
});

test('ambiguous requests are refused before any rule', async () => {
  const ambiguous = await world.raw({
    method: 'POST',
    target: '/e/',
    headers: [
      ['Content-Length', '5'],
      ['Transfer-Encoding', 'chunked'],
    ],
    body: '0\r\n\r\n',
  });
  const spaced = await world.raw({ target: '/e/', headers: [['Bad Name', 'x']] });
  const huge = await world.raw({ target: '/e/', headers: [['X-Huge', 'x'.repeat(70_000)]] });
  expect([ambiguous.status, spaced.status, huge.status]).toEqual([400, 400, 431]);
});

function withAttributes(listenerAttributes: Record<string, string>, attributes: Record<string, string> = {}): IngressModel[] {
  const { ingress } = world;
  return [
    {
      ...ingress,
      listenerAttributes: { ...ingress.listenerAttributes, ...listenerAttributes },
      attributes: { ...ingress.attributes, ...attributes },
    },
  ];
}

test('headers of the listener are added to responses, except Strict-Transport-Security', async () => {
  const other = await World.of(withAttributes({ 'routing.http.response.x_frame_options.header_value': 'DENY' }));
  const responses = [await other.raw({ target: '/login' }), await other.raw({ target: '/internal/x' })];
  await other.close();
  expect(responses.map((response) => header(response, 'X-Frame-Options'))).toEqual(['DENY', 'DENY']);
  expect(world.ingress.listenerAttributes['routing.http.response.strict_transport_security.header_value']).toMatch(/^max-age=/);
  expect(responses.map((response) => header(response, 'Strict-Transport-Security'))).toEqual([undefined, undefined]);
});

test("X-Forwarded-For depends on the load balancer's attributes", async () => {
  const found = [];
  for (const mode of ['preserve', 'remove']) {
    const other = await World.of(withAttributes({}, { 'routing.http.xff_header_processing.mode': mode }));
    found.push((await arrived([['X-Forwarded-For', '1.2.3.4']], SHOW, other)).headers.find(([name]) => name === 'X-Forwarded-For')?.[1]);
    await other.close();
  }
  expect(found).toEqual(['1.2.3.4', undefined]);
});

test('a connection is kept or closed as the client requests', async () => {
  const kept = await world.text('/login');
  const closed = await world.text('/login', { headers: { Connection: 'close' } });
  expect([kept.headers.connection, closed.headers.connection]).toEqual(['keep-alive', 'close']);
});
