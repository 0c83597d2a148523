import { execFile, execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import { applyScript, bootstrapYaml, clusterProperties, prepareScript, redpandaYaml } from '../../lib/stores/kafka/redpanda-config';
import { Sandbox } from '../helpers/boot/sandbox';
import { listening } from '../helpers/free-port';

// The two scripts of Redpanda's own, run for real.

const PROPERTIES = clusterProperties({ retentionMs: 259_200_000, partitionBytes: 5 * 1024 ** 3 });
let sandbox: Sandbox;

beforeEach(() => {
  sandbox = new Sandbox();
});

afterEach(() => sandbox.remove());

test.each([
  ['prepare', prepareScript('/a', '/b')],
  ['after-start', applyScript(PROPERTIES)],
])('shellcheck has nothing to say about %s', (_, script) => {
  execFileSync('shellcheck', ['--shell=bash', '--exclude=SC2154', '-'], { input: `${script}` });
});

test('the configuration is where rpk may write it back, and belongs to Redpanda', () => {
  sandbox.write('source/redpanda.yaml', redpandaYaml('kafka.example.internal'));
  sandbox.write('source/.bootstrap.yaml', bootstrapYaml(PROPERTIES));
  sandbox.write('root/asset/container/prepare', prepareScript(sandbox.at('source'), sandbox.at('target')));
  for (let i = 0; i < 2; i++) {
    expect(sandbox.run('prepare.sh')).toEqual({ status: 0, output: '' });
  }
  expect(sandbox.calls()[0]).toBe('sysctl -q -w fs.aio-max-nr=1048576');
  for (const file of ['target', 'target/redpanda.yaml', 'target/.bootstrap.yaml']) {
    const { uid, gid } = statSync(sandbox.at(file));
    expect([uid, gid]).toEqual([101, 101]);
  }
  expect(sandbox.read('target/redpanda.yaml')).toBe(sandbox.read('source/redpanda.yaml'));
});

test.each([
  [200, true],
  [400, false],
])('properties are applied to a running Redpanda, with the result of its response %i', async (status, accepted) => {
  const requests: unknown[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      requests.push([request.method, request.url, request.headers['content-type'], JSON.parse(body)]);
      response.writeHead(status).end('{}');
    });
  });
  const port = await listening(server);
  const ended = promisify(execFile)('bash', ['-euo', 'pipefail', '-c', applyScript(PROPERTIES).replace(':9644', `:${port}`)]).then(
    () => true,
    () => false,
  );
  expect(await ended).toBe(accepted);
  expect(requests).toEqual([['PUT', '/v1/cluster_config', 'application/json', { upsert: PROPERTIES, remove: [] }]]);
  server.close();
});
