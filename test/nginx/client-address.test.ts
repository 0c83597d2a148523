import fc from 'fast-check';
import { CheckContext, CASES, FORGED } from './cases';
import { resolvedIn } from './consumers';
import { answerOn, exchange, get, open } from './exchange';
import { CDN_CIDRS, LOAD_BALANCER, LOAD_BALANCER_CIDRS, Nginx, startNginx } from './nginx';
import { Arrived, Stub, startStub } from './stub';

const HOST = 'posthog.example.com';

let stub: Stub;
let nginx: Nginx;

beforeAll(async () => {
  stub = await startStub();
  nginx = await startNginx(stub.port, { trusted: [...LOAD_BALANCER_CIDRS, ...CDN_CIDRS] });
});

afterAll(async () => {
  await nginx.stop();
  await stub.close();
});

beforeEach(() => {
  stub.arrived.length = 0;
});

/** Every header that could say an address, a scheme or a host, as it arrived. */
function saying({ headers }: Arrived): [name: string, value: string][] {
  return headers
    .filter(([name, value]) => /host|forward|proto|ssl|port|address|client|real|connecting|socketip|user-?ip/i.test(name) || value.includes(FORGED))
    .map(([name, value]): [string, string] => [name, value])
    .sort();
}

function expectTruth(request: Arrived, truth: string): void {
  expect(saying(request)).toEqual([
    ['Host', HOST],
    ['X-Forwarded-For', truth],
    ['X-Forwarded-Host', HOST],
    ['X-Forwarded-Port', '443'],
    ['X-Forwarded-Proto', 'https'],
  ]);
  expect(resolvedIn(request)).toEqual({
    'Django, IP filters': truth,
    'Django, everything else': truth,
    'capture': truth,
    'feature-flags': truth,
    'webhooks': truth,
  });
  // One name for one header, however the process spells names.
  expect(request.headers.filter(([name]) => name.includes('_'))).toEqual([]);
}

test('there are hundreds of cases, each under a name of its own', () => {
  expect(CASES.length).toBeGreaterThan(500);
  expect(new Set(CASES.map(({ name }) => name)).size).toBe(CASES.length);
});

test.each(CASES.map((one): [string, CheckContext] => [one.name, one]))('%s', async (_name, { peer, lines, truth }) => {
  const { status } = await exchange(nginx.port, peer, get(lines));
  if (truth === undefined) {
    expect(status).toBe(400);
    expect(stub.arrived).toEqual([]);
    return;
  }
  expect(status).toBe(200);
  expect(stub.arrived).toHaveLength(1);
  expectTruth(stub.arrived[0], truth);
});

test('with any forged headers, the client IP is right or the request is refused', async () => {
  // Global addresses, in the one spelling that both RFC 5952 and nginx have.
  const group = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }));
  const groups = fc.tuple(fc.integer({ min: 0x2002, max: 0x3fff }), fc.array(group, { minLength: 7, maxLength: 7 }));
  const ipV6 = groups.map(([first, others]) =>
    new URL(`http://[${[first, ...others].map((value) => value.toString(16)).join(':')}]`).hostname.slice(1, -1),
  );
  const address = fc.oneof(fc.ipV4(), ipV6);
  // No proxy that is trusted.
  const client = address.filter((text) => !/^(127\.1\.0|198\.51\.100)\./.test(text));
  const printable = fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)), maxLength: 60 });
  const entry = fc.oneof(address, printable, fc.constantFrom(LOAD_BALANCER, '198.51.100.9', '127.0.0.1', '', 'unknown'));
  const line = fc.tuple(
    fc.constantFrom('X-Forwarded-For', 'x-forwarded-for', 'Forwarded', 'X-Real-IP', 'X_Forwarded_For', 'X-Forwarded-Host'),
    fc.array(entry, { maxLength: 8 }),
  );
  await fc.assert(
    fc.asyncProperty(client, fc.array(line, { maxLength: 5 }), async (truth, written) => {
      stub.arrived.length = 0;
      const { status } = await exchange(
        nginx.port,
        LOAD_BALANCER,
        get([...written.map(([name, values]) => `${name}: ${values.join(', ')}`), `X-Forwarded-For: ${truth}`]),
      );
      expect(status).toBe(200);
      expectTruth(stub.arrived[0], truth);
    }),
    { numRuns: 300 },
  );
});

test('an address does not stick to the connection that it came on', async () => {
  const clients = ['203.0.113.1', '2001:db8:2::2', '203.0.113.3'];
  const socket = await open(nginx.port, LOAD_BALANCER);
  const requests = clients.map((client) => `GET / HTTP/1.1\r\nHost: ${HOST}\r\nX-Forwarded-For: ${FORGED}, ${client}\r\n\r\n`);
  socket.write([...requests, get([])].join(''));
  await answerOn(socket);
  expect(stub.arrived.map((request) => resolvedIn(request).capture)).toEqual([...clients, LOAD_BALANCER]);
  stub.arrived.forEach((request, i) => expectTruth(request, [...clients, LOAD_BALANCER][i]));
});

test('an old version of HTTP is no way round', async () => {
  const { status } = await exchange(nginx.port, LOAD_BALANCER, `GET /e HTTP/1.0\r\nHost: ${HOST}\r\nX-Forwarded-For: ${FORGED}, 203.0.113.7\r\n\r\n`);
  expect(status).toBe(200);
  expectTruth(stub.arrived[0], '203.0.113.7');
});

test('a proxy that is not trusted cannot set the client IP', async () => {
  const other = await startNginx(stub.port);
  await exchange(other.port, LOAD_BALANCER, get([`X-Forwarded-For: ${FORGED}, 203.0.113.7, 198.51.100.9`]));
  await other.stop();
  expectTruth(stub.arrived[0], '198.51.100.9');
});

test('an nginx that trusts nobody passes on who connects', async () => {
  const other = await startNginx(stub.port, { trusted: [] });
  await exchange(other.port, LOAD_BALANCER, get([`X-Forwarded-For: ${FORGED}`]));
  await other.stop();
  expectTruth(stub.arrived[0], LOAD_BALANCER);
});

test('without nginx, the same forged headers change the client IP', async () => {
  const consumersOf = async (...lines: string[]): Promise<string[]> => {
    await exchange(stub.port, LOAD_BALANCER, get(lines));
    return Object.entries(resolvedIn(stub.arrived.pop()!))
      .filter(([, address]) => address === FORGED)
      .map(([name]) => name);
  };
  expect(await consumersOf(`X-Forwarded-For: ${FORGED}, 203.0.113.7`)).toEqual(['Django, everything else', 'capture', 'feature-flags', 'webhooks']);
  expect(await consumersOf(`X_Forwarded_For: ${FORGED}`, 'X-Forwarded-For: 203.0.113.7')).toEqual(['Django, everything else']);
  expect(await consumersOf(`X-Real-IP: ${FORGED}`)).toEqual(['capture', 'feature-flags']);
  expect(await consumersOf(`Forwarded: for="${FORGED}"`)).toEqual(['capture', 'feature-flags']);
  expect(await consumersOf(`CloudFront-Viewer-Address: ${FORGED}:443`)).toEqual(['capture', 'feature-flags']);
});
