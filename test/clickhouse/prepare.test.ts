import { X509Certificate } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import path from 'node:path';
import { PreparedHost } from './prepared-host';

let host: PreparedHost;

beforeEach(() => {
  host = new PreparedHost();
});

afterEach(() => host.remove());

const CERTIFICATE = 'volume/data/tls/server.crt';

function certificate(): X509Certificate {
  return new X509Certificate(host.read(CERTIFICATE));
}

test("the first start makes a certificate for the host's name, which only the server can read the key of", () => {
  expect(host.start()).toMatchObject({ status: 0, errors: '' });
  expect(certificate().subjectAltName).toBe('DNS:clickhouse.internal, DNS:localhost, IP Address:127.0.0.1');
  expect(new Date(certificate().validTo).getFullYear() - new Date(certificate().validFrom).getFullYear()).toBe(10);
  expect(statSync(path.join(host.data, 'tls')).mode & 0o777).toBe(0o700);
  expect(execFileSync('openssl', ['pkey', '-in', path.join(host.data, 'tls', 'server.key'), '-check', '-noout'], { encoding: 'utf8' })).toContain(
    'Key is valid',
  );
});

test("the first start makes the folders of PostHog's files, which stay empty", () => {
  host.start();
  expect(host.list('volume/data')).toEqual(['format_schemas', 'tls', 'user_scripts']);
  expect([...host.list('volume/data/format_schemas'), ...host.list('volume/data/user_scripts')]).toEqual([]);
});

test('the next start finds all as it was', () => {
  host.start();
  host.install();
  const before = [host.read(CERTIFICATE), host.functions()];
  const { status, calls } = host.start();
  expect(status).toBe(0);
  expect(calls.map((call) => call.split(' ')[0])).toEqual(['run']);
  expect([host.read(CERTIFICATE), host.functions()]).toEqual(before);
});

test('another name makes another certificate', () => {
  host.start();
  host.start({ hostName: 'other.internal' });
  expect(certificate().subjectAltName).toContain('DNS:other.internal');
});

test('a certificate that expires within a month is replaced', () => {
  host.start();
  const tls = path.join(host.data, 'tls');
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '29', '-subj', '/CN=old', '-keyout', `${tls}/server.key`, '-out', `${tls}/server.crt`],
    { stdio: 'ignore' },
  );
  host.start();
  expect(certificate().subject).toBe('CN=ClickHouse of PostHog');
});

test('a Keeper gets a certificate, and nothing of PostHog', () => {
  expect(host.start({ folders: [] })).toMatchObject({ status: 0, calls: [expect.stringMatching(/^run .* req -x509/)] });
  expect(host.list('volume/data')).toEqual(['tls']);
});

test('fails when a secret is empty, before ClickHouse takes it for no password at all', () => {
  host.write('secrets/POSTHOG_CLICKHOUSE_PASSWORD', '');
  expect(host.start()).toMatchObject({
    status: 1,
    errors: 'the secret POSTHOG_CLICKHOUSE_PASSWORD is empty; ClickHouse would let everybody in\n',
    calls: [],
  });
});

test('fails when a secret holds what breaks the configuration', () => {
  host.write('secrets/POSTHOG_CLICKHOUSE_CLUSTER_SECRET', 'a&b');
  expect(host.start()).toMatchObject({
    status: 1,
    errors: "the secret POSTHOG_CLICKHOUSE_CLUSTER_SECRET holds < or &, which ClickHouse's configuration cannot\n",
    calls: [],
  });
});
