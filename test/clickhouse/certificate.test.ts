import { ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { migrationScript } from '../../lib/migration/migration-script';
import { freePort } from '../helpers/free-port';
import { ROOT } from '../helpers/app';
import { PreparedHost } from './prepared-host';

// The certificate that boot/prepare.sh makes, at a real TLS server, and the script that migrates: later processes trust the server by its name.

const PYTHON = path.join(ROOT, '.venv-clickhouse', 'bin', 'python');

/** The script without its end, and without the driver of PostgreSQL, which is in PostHog's image. */
const FUNCTIONS = migrationScript()
  .replace(/^import psycopg$/m, 'class psycopg: Error = OSError')
  .replace(/^from psycopg import sql$/m, '')
  .split('\nif __name__')[0];

const TRUST = `${FUNCTIONS}
trust_clickhouse()
file = os.environ.get("SSL_CERT_FILE")
print("FILE", file)
context = ssl.create_default_context()
with socket.create_connection(("localhost", int(os.environ["CLICKHOUSE_NATIVE_PORT"]))) as plain:
    with context.wrap_socket(plain, server_hostname=os.environ.get("NAME", "localhost")):
        print("TRUSTED", context.cert_store_stats()["x509"])
`;

const host = new PreparedHost();
let port: number;
let server: ChildProcess;

beforeAll(async () => {
  expect(host.start()).toMatchObject({ status: 0 });
  port = await freePort();
  server = spawn(
    'openssl',
    ['s_server', '-accept', `127.0.0.1:${port}`, '-key', `${host.data}/tls/server.key`, '-cert', `${host.data}/tls/server.crt`],
    {
      stdio: ['pipe', 'pipe', 'ignore'],
    },
  );
  await once(server.stdout!, 'data');
});

afterAll(() => {
  server.kill();
  host.remove();
});

function migrate(environment: Record<string, string>) {
  return spawnSync(PYTHON, ['-c', TRUST], {
    encoding: 'utf8',
    env: {
      PATH: process.env.PATH,
      CLICKHOUSE_HOST: 'localhost',
      CLICKHOUSE_NATIVE_PORT: String(port),
      CLICKHOUSE_SECURE: 'true',
      CLICKHOUSE_VERIFY: 'false',
      ...environment,
    },
  });
}

test('later processes trust the server, and every authority of the image', () => {
  const { stdout, stderr } = migrate({});
  expect({ stdout, stderr }).toMatchObject({ stdout: expect.stringMatching(/FILE \/.*\.pem\nTRUSTED \d+/) as string, stderr: '' });
  expect(Number(/TRUSTED (\d+)/.exec(stdout)![1])).toBeGreaterThan(50);
});

test("another name than the certificate's is not trusted", () => {
  expect(migrate({ NAME: 'clickhouse.example' }).stderr).toContain('Hostname mismatch');
});

test('where certificates are verified, nothing is added', () => {
  const { stdout, stderr } = migrate({ CLICKHOUSE_VERIFY: 'true' });
  expect(stdout).toContain('FILE None');
  expect(stderr).toContain('self-signed certificate');
});

test('a server that does not answer stops nothing', () => {
  const { stdout } = migrate({ CLICKHOUSE_HOST: 'nowhere.invalid' });
  expect(stdout).toMatch(/^\[migration\] the certificate of ClickHouse could not be trusted/m);
});
