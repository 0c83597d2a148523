import { spawn } from 'node:child_process';
import { createServer, IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { networkInterfaces } from 'node:os';
import { connect } from 'node:net';
import { bundled, RunningProgram, startProgram, temporaryFile, temporaryFolder } from './program';
import { templateOfPostHog } from '../fixtures';
import { listening } from '../../helpers/free-port';
import { ended } from '../../helpers/programs';

const folder = temporaryFolder();
const template = temporaryFile('Good.template.json', JSON.stringify(templateOfPostHog()));
const broken = temporaryFile('Broken.template.json', '{"Resources": ');
const empty = temporaryFile('Empty.template.json', '{"Resources": {}}');
bundled();

/** Runs the command to its end, in an empty folder. */
async function run(...options: string[]): Promise<{ code: number; err: string; out: string }> {
  const { exitCode, out, err } = await ended(spawn(process.execPath, [bundled(), 'preview', ...options], { cwd: folder }));
  return { code: exitCode!, out, err };
}

describe('preview exits with 2 and one line for', () => {
  test('no template', async () => {
    expect(await run()).toEqual({
      code: 2,
      out: '',
      err: 'cdk-posthog: there is no synthesised template here (no folder cdk.out); run `npx cdk synth`, or name a template with --template FILE\n',
    });
  });

  test('a missing template', async () => {
    expect(await run('--template', 'nowhere.json')).toEqual({
      code: 2,
      out: '',
      err: 'cdk-posthog: cannot read the template nowhere.json (ENOENT); run `npx cdk synth`, or name a template with --template FILE\n',
    });
  });

  test('an invalid template', async () => {
    const { code, err } = await run('--template', broken);
    expect([code, err.split('\n').length]).toEqual([2, 2]);
    expect(err).toContain('Broken.template.json is not JSON');
  });

  test('a template without an ingress', async () => {
    const { code, err } = await run('--template', empty);
    expect([code, err.split('\n').length]).toEqual([2, 2]);
    expect(err).toContain('has no listener with rules, so no ingress of PostHog');
  });

  test.each([
    ['--port', '--http-port'],
    ['--http-port', '--port'],
  ])('a port of %s that is in use', async (option, other) => {
    const server = createServer();
    const port = await listening(server);
    const result = await run('--template', template, option, String(port), other, '0');
    server.close();
    expect(result).toEqual({
      code: 2,
      out: '',
      err: `cdk-posthog: cannot listen on port ${port}: it is in use; choose another with ${option} N, or 0 for any free port\n`,
    });
  });

  test.each([
    ['--port', 'x'],
    ['--port', '65536'],
    ['--http-port', '-1'],
    ['--from', 'somewhere'],
  ])('the option %s=%s', async (option, value) => {
    const { code, err } = await run('--template', template, `${option}=${value}`);
    expect([code, err.split('\n').length]).toEqual([2, 2]);
    expect(err).toContain(`${option} must be`);
    expect(err).toContain(`got: '${value}'`);
  });
});

test('the help of preview explains host names and the header for another client IP', async () => {
  const { code, out } = await run('--help');
  expect(code).toBe(0);
  expect(out).toContain('the host name that localhost is treated as; default: the primary one of the template');
  expect(out).toContain('X-Preview-Source-IP: IP');
});

describe('a running preview', () => {
  let program: RunningProgram | undefined;
  afterEach(async () => {
    await program?.end();
    program = undefined;
  });

  test('prints its URL, its stubs and how to stop it', async () => {
    program = await startProgram(template);
    const lines = program.greeting.trimEnd().split('\n');
    expect(lines).toHaveLength(6);
    expect(program.greeting).toContain(`https://localhost:${program.port}/__preview/`);
    expect(program.greeting).toContain('stubs, not PostHog: web, capture, feature-flags, hypercache-server, replay-capture');
    expect(program.greeting).toContain('curl -k');
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('exits with 0 on %s, also with open streams', async (signal) => {
    program = await startProgram(template);
    const { port } = program;
    const response = await new Promise<IncomingMessage>((resolve) => {
      httpsRequest({ port, path: '/__preview/traffic', rejectUnauthorized: false }, resolve).end();
    });
    response.on('error', () => undefined).resume();
    const { code } = await program.end(signal);
    program = undefined;
    expect(code).toBe(0);
    await expect(reaches('127.0.0.1', port)).resolves.toBe(false);
  });

  test('listens on loopback only', async () => {
    program = await startProgram(template);
    const others = Object.values(networkInterfaces())
      .flat()
      .filter((address) => address?.family === 'IPv4' && !address.internal)
      .map((address) => address!.address);
    const { port } = program;
    expect(await reaches('127.0.0.1', port)).toBe(true);
    expect(await Promise.all(['127.0.0.2', ...others].map((address) => reaches(address, port)))).toEqual(['127.0.0.2', ...others].map(() => false));
  });
});

async function reaches(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
