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

test("the first start brings functions, under the plain names of the newest version, and schemas, and nothing else of PostHog's image", () => {
  const { calls } = host.start();
  expect(host.list('volume/data')).toEqual(['format_schemas', 'tls', 'user_scripts']);
  expect(host.list('volume/data/format_schemas')).toEqual(['events_json.json']);
  const names = [
    ...host.read('volume/data/user_scripts/latest_user_defined_function.xml').matchAll(/<name>(.*?)<\/name>.*<command>(.*?)<\/command>/g),
  ].map(([, name, command]) => [name, command]);
  expect(names).toEqual([
    ['aggregate_funnel_v2', 'v2/upper'],
    ['JSONDropKeys_v2', 'v2/upper'],
    ['aggregate_funnel', 'v10/upper'],
    ['JSONDropKeys', 'v10/upper'],
  ]);
  expect(calls.filter((call) => !call.startsWith('run'))).toEqual([
    'pull --quiet --platform linux/amd64 posthog/posthog@sha256:1',
    'create --platform linux/amd64 posthog/posthog@sha256:1 true',
    `cp container-1:/code/posthog/user_scripts ${host.folder}/volume/incoming/user_scripts`,
    `cp container-1:/code/posthog/idl ${host.folder}/volume/incoming/format_schemas`,
    'rm container-1',
    'image rm posthog/posthog@sha256:1',
  ]);
});

test('the next start finds all as it was, and asks for nothing', () => {
  host.start();
  const before = host.read(CERTIFICATE);
  const { status, calls } = host.start();
  expect(status).toBe(0);
  expect(calls.map((call) => call.split(' ')[0])).toEqual(['run']);
  expect(host.read(CERTIFICATE)).toBe(before);
});

test('another image of PostHog replaces functions and schemas whole', () => {
  host.start();
  host.write('volume/data/format_schemas/old.json', '{}');
  host.write('app/code/posthog/idl/new.json', '{}');
  expect(host.start({ appImage: 'posthog/posthog@sha256:3' })).toMatchObject({ status: 0 });
  expect(host.list('volume/data/format_schemas')).toEqual(['events_json.json', 'new.json']);
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

test('a start that is interrupted leaves what was there, and the next one repairs it', () => {
  host.start();
  host.write('app/code/posthog/idl/new.json', '{}');
  expect(host.start({ appImage: 'posthog/posthog@sha256:3', fail: 'cp container-1:/code/posthog/idl' }).status).not.toBe(0);
  expect(host.list('volume/data/format_schemas')).toEqual(['events_json.json']);
  expect(host.start({ appImage: 'posthog/posthog@sha256:3' }).status).toBe(0);
  expect(host.list('volume/data/format_schemas')).toEqual(['events_json.json', 'new.json']);
  expect(host.has('volume/incoming')).toBe(false);
});

test('a start that is interrupted with the new files in place does not pass for the old image afterwards', () => {
  host.start();
  host.write('app/code/posthog/idl/new.json', '{}');
  expect(host.start({ appImage: 'posthog/posthog@sha256:3', fail: 'rmdir' }).status).not.toBe(0);
  expect(host.list('volume/data/format_schemas')).toContain('new.json');
  const { status, calls } = host.start();
  expect(status).toBe(0);
  expect(calls).toContain('pull --quiet --platform linux/amd64 posthog/posthog@sha256:1');
});

test('the image that nothing needs any more may stay where it cannot be removed', () => {
  expect(host.start({ fail: 'image rm' }).status).toBe(0);
  expect(host.read('volume/posthog-image')).toBe('posthog/posthog@sha256:1\n');
});

test('a Keeper gets a certificate, and nothing of PostHog', () => {
  expect(host.start({ appImage: '' })).toMatchObject({ status: 0, calls: [expect.stringMatching(/^run .* req -x509/)] });
  expect(host.list('volume/data')).toEqual(['tls']);
});

test('private repositories of ECR are entered in their region', () => {
  const registry = '111122223333.dkr.ecr.eu-west-1.amazonaws.com';
  const appImage = `${registry}/posthog@sha256:1`;
  const { status, errors, calls } = host.start({ appImage });
  expect({ status, errors }).toEqual({ status: 0, errors: '' });
  const others = calls.filter((call) => !call.startsWith('run'));
  // Both ends of the pipe begin at once.
  expect(others.slice(0, 2).sort()).toEqual(['aws ecr get-login-password --region eu-west-1', `login --username AWS --password-stdin ${registry}`]);
  expect(others[2]).toBe(`pull --quiet --platform linux/amd64 ${appImage}`);
  expect(host.start({ appImage }).calls.map((call) => call.split(' ')[0])).toEqual(['run']);
});

test("fails when the registry of PostHog's image lets nobody in, and the next start repairs it", () => {
  const appImage = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/posthog@sha256:1';
  const { status, errors } = host.start({ appImage, fail: 'login' });
  expect(status).not.toBe(0);
  expect(errors).toContain('Docker cannot log in to 111122223333.dkr.ecr.eu-west-1.amazonaws.com');
  expect(host.has('volume/data/user_scripts')).toBe(false);
  expect(host.start({ appImage }).status).toBe(0);
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

test("fails when PostHog's image has no versioned functions", () => {
  host.write('app/code/posthog/user_scripts/latest_user_defined_function.xml', '<functions/>');
  const { status, errors } = host.start();
  expect(status).not.toBe(0);
  expect(errors).toMatch(/^no versioned function in .*latest_user_defined_function\.xml: PostHog's image is not as expected\n$/);
  expect(host.has('volume/data/user_scripts')).toBe(false);
});
