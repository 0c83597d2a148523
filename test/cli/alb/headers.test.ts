import { Connection, forwardedHeaders, Header, HEADER_ATTRIBUTES, LoadBalancerAttributes } from '../../../cli/alb/headers';

const CONNECTION: Connection = { sourceIp: '198.51.100.7', sourcePort: 41_000, listenerPort: 443, tls: true };
const { XFF_MODE, XFF_CLIENT_PORT, DROP_INVALID } = HEADER_ATTRIBUTES;

function xff(headers: Header[], attributes: LoadBalancerAttributes = {}, connection = CONNECTION): string[] {
  return forwardedHeaders(headers, connection, attributes)
    .filter(([name]) => name.toLowerCase() === 'x-forwarded-for')
    .map(([, value]) => value);
}

test("X-Forwarded-For keeps the client's entries, and gets the address that connected", () => {
  expect(xff([])).toEqual(['198.51.100.7']);
  expect(xff([['X-Forwarded-For', '1.2.3.4']])).toEqual(['1.2.3.4, 198.51.100.7']);
  expect(
    xff([
      ['x-forwarded-for', '1.2.3.4'],
      ['X-FORWARDED-FOR', '5.6.7.8'],
    ]),
  ).toEqual(['1.2.3.4, 5.6.7.8, 198.51.100.7']);
});

test('X-Forwarded-For is kept or removed as the attribute says', () => {
  expect(xff([['X-Forwarded-For', '1.2.3.4']], { [XFF_MODE.key]: 'preserve' })).toEqual(['1.2.3.4']);
  expect(xff([], { [XFF_MODE.key]: 'preserve' })).toEqual([]);
  expect(xff([['X-Forwarded-For', '1.2.3.4']], { [XFF_MODE.key]: 'remove' })).toEqual([]);
});

test('X-Forwarded-For has the port if the attribute says so', () => {
  expect(xff([], { [XFF_CLIENT_PORT.key]: 'true' })).toEqual(['198.51.100.7:41000']);
  expect(xff([], { [XFF_CLIENT_PORT.key]: 'true' }, { ...CONNECTION, sourceIp: '2001:db8::7' })).toEqual(['[2001:db8::7]:41000']);
  expect(xff([], { [XFF_CLIENT_PORT.key]: 'true' }, { ...CONNECTION, sourcePort: undefined })).toEqual(['198.51.100.7']);
});

test('X-Forwarded-Proto and -Port are replaced, and other headers are unchanged', () => {
  const headers: Header[] = [
    ['Host', 'a'],
    ['X-Forwarded-Proto', 'gopher'],
    ['x-forwarded-port', '1'],
    ['X-Forwarded-Host', 'evil'],
    ['Forwarded', 'for=1.2.3.4'],
    ['Cookie', 'a=b'],
    ['Cookie', 'c=d'],
  ];
  expect(forwardedHeaders(headers, CONNECTION, {})).toEqual([
    ['Host', 'a'],
    ['X-Forwarded-Host', 'evil'],
    ['Forwarded', 'for=1.2.3.4'],
    ['Cookie', 'a=b'],
    ['Cookie', 'c=d'],
    ['X-Forwarded-For', '198.51.100.7'],
    ['X-Forwarded-Proto', 'https'],
    ['X-Forwarded-Port', '443'],
  ]);
  expect(forwardedHeaders([], { ...CONNECTION, listenerPort: 80, tls: false }, {}).slice(1)).toEqual([
    ['X-Forwarded-Proto', 'http'],
    ['X-Forwarded-Port', '80'],
  ]);
});

test('headers with invalid names are dropped if the attribute says so', () => {
  const headers: Header[] = [
    ['X_Forwarded_For', '1.2.3.4'],
    ['X.Y', 'a'],
    ['X-Y', 'b'],
  ];
  expect(forwardedHeaders(headers, CONNECTION, { [DROP_INVALID.key]: 'true' }).map(([name]) => name)).not.toEqual(
    expect.arrayContaining(['X_Forwarded_For']),
  );
  expect(forwardedHeaders(headers, CONNECTION, { [DROP_INVALID.key]: 'true' }).slice(0, 1)).toEqual([['X-Y', 'b']]);
  expect(forwardedHeaders(headers, CONNECTION, {}).slice(0, 3)).toEqual(headers);
});
