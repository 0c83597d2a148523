import { LOAD_BALANCER } from './nginx';

/** A request as it reaches nginx, and the address that the process must see. */
export interface CheckContext {
  readonly name: string;
  /** Who connects to nginx. */
  readonly peer: string;
  readonly lines: readonly string[];
  /** Undefined where nginx must refuse the request, so that no process sees it. */
  readonly truth?: string;
}

/** What a client writes, and why. */
type Forgery = readonly [name: string, ...lines: string[]];

/** The forged address. */
export const FORGED = '192.0.2.66';

const V4 = '203.0.113.7';
const V6 = '2001:db8:1::7';
const EDGE_V4 = '198.51.100.9';
const EDGE_V6 = '2001:db8:cd::9';

/** Values of one X-Forwarded-For. */
const VALUES: readonly (readonly [name: string, value: string])[] = [
  ['an IPv4 address', FORGED],
  ['an IPv6 address', '2001:db8:bad::66'],
  ['two addresses', `${FORGED}, 192.0.2.67`],
  ['fifty hops', Array.from({ length: 50 }, (_, i) => `192.0.2.${i}`).join(', ')],
  ['a thousand hops', Array.from({ length: 1000 }, (_, i) => `10.0.${i >> 8}.${i & 255}`).join(', ')],
  ['an address of the load balancer', LOAD_BALANCER],
  ["a chain of the load balancer's addresses", '127.1.0.4, 127.1.0.5, 127.1.0.36'],
  ["a forged address behind one of the load balancer's", `${FORGED}, ${LOAD_BALANCER}`],
  ["a forged address behind one of the network's", `${FORGED}, ${EDGE_V4}`],
  ["a forged address behind one of the network's and one of the load balancer's", `${FORGED}, ${EDGE_V4}, ${LOAD_BALANCER}`],
  ['the address of the nginx itself', '127.0.0.1'],
  ['the IPv6 loopback', '::1'],
  ['a private address', '10.0.0.4'],
  ['a mapped address of the load balancer', `::ffff:${LOAD_BALANCER}`],
  ['a mapped address', `::ffff:${FORGED}`],
  ['an address with a port', `${FORGED}:443`],
  ['an address of the load balancer with a port', `${FORGED}, ${LOAD_BALANCER}:443`],
  ['an IPv6 address in brackets', '[2001:db8:bad::66]'],
  ['an IPv6 address in brackets with a port', '[2001:db8:bad::66]:443'],
  ['an IPv6 address with a zone', 'fe80::66%eth0'],
  ['a CIDR block', '192.0.2.0/24'],
  ['a decimal address', '3221226050'],
  ['a hexadecimal address', '0xc0000242'],
  ['an octal address', '0300.0.2.0102'],
  ['a short address', '127.1'],
  ['an address out of range', '192.0.2.666'],
  ['a name', 'localhost'],
  ['unknown', 'unknown'],
  ['an obfuscated identifier', '_hidden'],
  ['quotes', `"${FORGED}"`],
  ['the syntax of Forwarded', `for=${FORGED};proto=http`],
  ['an empty value', ''],
  ['blanks', '   '],
  ['tabs around', `\t${FORGED}\t`],
  ['a tab as separator', `${FORGED}\t${LOAD_BALANCER}`],
  ['a comma', ','],
  ['many commas', ', '.repeat(1000)],
  ['commas around', `, ${FORGED} ,`],
  ['a semicolon as separator', `${FORGED};${LOAD_BALANCER}`],
  ['a blank as separator', `${FORGED} ${LOAD_BALANCER}`],
  ['markup', '<script>alert(1)</script>'],
  ['bytes beyond ASCII', '\xe9\xff\x80'],
  ['a control character', `${FORGED}\x0b`],
  ['15 KB of letters', 'a'.repeat(15_000)],
];

/** Several lines, and other spellings of the name. */
const LINES: readonly Forgery[] = [
  ['two lines', `X-Forwarded-For: ${FORGED}`, 'X-Forwarded-For: 192.0.2.67'],
  ['two lines, the second of the load balancer', `X-Forwarded-For: ${FORGED}`, `X-Forwarded-For: ${LOAD_BALANCER}`],
  ['two lines, the second of the network', `X-Forwarded-For: ${FORGED}`, `X-Forwarded-For: ${EDGE_V4}`],
  ['two lines, the second empty', `X-Forwarded-For: ${FORGED}`, 'X-Forwarded-For:'],
  ['a hundred lines', ...Array.from({ length: 100 }, () => `X-Forwarded-For: ${FORGED}`)],
  ['lower case', `x-forwarded-for: ${FORGED}`],
  ['upper case', `X-FORWARDED-FOR: ${FORGED}`],
  ['no blank after the colon', `X-Forwarded-For:${FORGED}`],
  ['underscores', `X_Forwarded_For: ${FORGED}`],
  ['underscores in lower case', `x_forwarded_for: ${FORGED}`],
  ['one underscore', `X-Forwarded_For: ${FORGED}`],
  ['dashes and underscores', `X-Forwarded-For: ${FORGED}`, `X_Forwarded_For: ${FORGED}`],
  ['dots', `X.Forwarded.For: ${FORGED}`],
  ['a name that names another', 'Connection: X-Forwarded-For', `X-Forwarded-For: ${FORGED}`],
];

/** Other headers that a consumer could read. The list is repeated here, so that one that is lost from the configuration is missed. */
const OTHER_HEADERS = [
  'Forwarded',
  'X-Real-IP',
  'Fly-Client-IP',
  'True-Client-IP',
  'CF-Connecting-IP',
  'CloudFront-Viewer-Address',
  'X-PostHog-Client-IP',
  'X-PostHog-Client-IP-Timestamp',
  'X-PostHog-Client-IP-Signature',
  'Client-IP',
  'X-Client-IP',
  'X-Forwarded',
  'X-Cluster-Client-IP',
  'Forwarded-For',
  'Fastly-Client-IP',
  'X-Forwarded-Protocol',
  'X-Forwarded-Ssl',
  'X-Envoy-External-Address',
  'X-Original-Forwarded-For',
  'X-Azure-ClientIP',
  'X-Azure-SocketIP',
  'X-Appengine-User-IP',
  'DO-Connecting-IP',
];

const OTHERS: readonly Forgery[] = [
  ...OTHER_HEADERS.map((name): Forgery => [
    name,
    `${name}: ${name === 'Forwarded' ? 'for=' : ''}${FORGED}${name === 'CloudFront-Viewer-Address' ? ':443' : ''}`,
  ]),
  ...OTHER_HEADERS.map((name): Forgery => [`${name} in lower case, twice`, `${name.toLowerCase()}: ${FORGED}`, `${name.toLowerCase()}: 192.0.2.67`]),
  ...['X_Real_IP', 'X_PostHog_Client_IP', 'x_forwarded_host', 'X_Forwarded_Proto', 'CLIENT_IP'].map((name): Forgery => [name, `${name}: ${FORGED}`]),
  ['all of them', ...OTHER_HEADERS.map((name) => `${name}: ${FORGED}`), `X-Forwarded-For: ${FORGED}`],
  ['the scheme', 'X-Forwarded-Proto: http', 'X-Forwarded-Proto: http', 'X-Forwarded-Port: 80'],
  ['the host', 'X-Forwarded-Host: evil.example.com', 'x-forwarded-host: evil.example.com'],
];

const FORGERIES: readonly Forgery[] = [
  ['nothing'],
  ...VALUES.map(([name, value]): Forgery => [name, `X-Forwarded-For: ${value}`]),
  ...LINES,
  ...OTHERS,
];

const IS_FORWARDED_FOR = /^x-forwarded-for:/i;

/** AWS says that the load balancer appends to the header, and not what it does with several lines: each of these appends. */
const APPENDING: Readonly<Record<string, (values: readonly string[], address: string) => string[]>> = {
  'one line': (values, address) => [[...values, address].join(', ')],
  'last line': (values, address) => [...values.slice(0, -1), [...values.slice(-1), address].join(', ')],
  'own line': (values, address) => [...values, address],
};

/** What a proxy makes of the lines: it appends the address that connected to it. */
function append(lines: readonly string[], address: string, how = 'one line'): string[] {
  const values = lines.filter((line) => IS_FORWARDED_FOR.test(line)).map((line) => line.slice(line.indexOf(':') + 1).trim());
  return [...lines.filter((line) => !IS_FORWARDED_FOR.test(line)), ...APPENDING[how](values, address).map((value) => `X-Forwarded-For: ${value}`)];
}

/** client -> load balancer. */
const ONE_PROXY: CheckContext[] = [V4, V6].flatMap((client) =>
  FORGERIES.flatMap(([name, ...lines]) => {
    const several = lines.filter((line) => IS_FORWARDED_FOR.test(line)).length > 1;
    return (several ? Object.keys(APPENDING) : ['one line', 'own line']).map((how) => ({
      name: `${client} forges ${name} (${how})`,
      peer: LOAD_BALANCER,
      lines: append(lines, client, how),
      truth: client,
    }));
  }),
);

/** client -> network in front -> load balancer. */
const TWO_PROXIES: CheckContext[] = [
  [V4, EDGE_V4],
  [V6, EDGE_V6],
  [V4, EDGE_V6],
].flatMap(([client, edge]) =>
  FORGERIES.map(([name, ...lines]) => ({
    name: `${client} forges ${name} through ${edge}`,
    peer: LOAD_BALANCER,
    lines: append(append(lines, client), edge),
    truth: client,
  })),
);

/** Somebody who is no proxy connects, from next to the load balancer's subnets or from elsewhere in the VPC. */
const NO_PROXY: CheckContext[] = ['127.1.0.64', '127.0.255.255', '127.9.9.9'].flatMap((peer) =>
  FORGERIES.map(([name, ...lines]) => ({ name: `${peer} connects and forges ${name}`, peer, lines, truth: peer })),
);

const big = (bytes: number): string => `X-Big: ${'b'.repeat(bytes)}`;

/** What only one kind of header shows. */
const LIMITS: CheckContext[] = [
  ...['127.1.0.0', '127.1.0.31', '127.1.0.32', '127.1.0.63'].map((peer) => ({
    name: `the load balancer is at ${peer}`,
    peer,
    lines: append([], V4),
    truth: V4,
  })),
  { name: 'a health check', peer: LOAD_BALANCER, lines: [], truth: LOAD_BALANCER },
  { name: 'the load balancer adds ports', peer: LOAD_BALANCER, lines: append([`X-Forwarded-For: ${FORGED}`], `${V4}:4711`), truth: V4 },
  { name: 'the load balancer adds ports to IPv6', peer: LOAD_BALANCER, lines: append([`X-Forwarded-For: ${FORGED}`], `[${V6}]:4711`), truth: V6 },
  { name: 'the load balancer spells IPv6 out', peer: LOAD_BALANCER, lines: append([], '2001:0DB8:0001:0000:0000:0000:0000:0007'), truth: V6 },
  { name: 'a line of 16 KB', peer: LOAD_BALANCER, lines: append([`X-Forwarded-For: ${'x, '.repeat(5440)}${FORGED}`], V4), truth: V4 },
  {
    name: 'a line that is larger than a load balancer takes',
    peer: LOAD_BALANCER,
    lines: append([`X-Forwarded-For: ${'x, '.repeat(7000)}${FORGED}`], V4),
  },
  {
    name: '64 KB of headers in lines of 16 KB',
    peer: LOAD_BALANCER,
    lines: [...Array.from({ length: 4 }, () => big(16_000)), ...append([], V4)],
    truth: V4,
  },
  {
    name: '64 KB of headers in lines of 11 KB',
    peer: LOAD_BALANCER,
    lines: [...Array.from({ length: 6 }, () => big(10_900)), ...append([], V4)],
    truth: V4,
  },
  {
    name: '64 KB of headers in a thousand lines',
    peer: LOAD_BALANCER,
    lines: [...Array.from({ length: 950 }, () => big(58)), ...append([], V4)],
    truth: V4,
  },
  {
    name: 'more headers than a load balancer takes',
    peer: LOAD_BALANCER,
    lines: [...Array.from({ length: 12 }, () => big(16_000)), ...append([], V4)],
  },
  { name: 'a null byte', peer: LOAD_BALANCER, lines: append([`X-Forwarded-For: ${FORGED}\0`], V4) },
  { name: 'a line without a colon', peer: LOAD_BALANCER, lines: [`X-Forwarded-For ${FORGED}`, ...append([], V4)] },
  { name: 'a blank before the colon', peer: LOAD_BALANCER, lines: [`X-Forwarded-For : ${FORGED}`, ...append([], V4)] },
  { name: 'a folded line', peer: LOAD_BALANCER, lines: ['X-Forwarded-For: x', ` ${FORGED}`, ...append([], V4)] },
  { name: 'two hosts', peer: LOAD_BALANCER, lines: ['Host: evil.example.com', ...append([], V4)] },
  { name: 'two lengths', peer: LOAD_BALANCER, lines: ['Content-Length: 0', 'Content-Length: 5', ...append([], V4)] },
  { name: 'a length and chunks', peer: LOAD_BALANCER, lines: ['Content-Length: 5', 'Transfer-Encoding: chunked', ...append([], V4)] },
];

export const CASES: readonly CheckContext[] = [...ONE_PROXY, ...TWO_PROXIES, ...NO_PROXY, ...LIMITS];
