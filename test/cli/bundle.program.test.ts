import { execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { request } from 'node:https';
import { IncomingMessage } from 'node:http';
import path from 'node:path';
import { COMMANDS } from '../../cli/program';
import { bundled, startProgram, temporaryFile } from './preview/program';
import { templateOfPostHog } from './fixtures';
import { textOf } from './preview/world';

const template = temporaryFile('Test.template.json', JSON.stringify(templateOfPostHog()));
const folder = path.dirname(bundled());

test('the bundle has a file for each command, so that none loads the dependencies of another', () => {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  expect(files).toEqual(expect.arrayContaining(['cdk-posthog.js', ...Object.keys(COMMANDS).map((name) => path.join(name, `${name}.js`))]));
  expect(statSync(bundled()).size).toBeLessThan(10_000);
});

test('the bundle runs without other packages', () => {
  expect(execFileSync(process.execPath, [bundled(), 'routes', '--template', template], { cwd: folder, encoding: 'utf8' })).toContain(
    'rule 100 (Events)',
  );
});

test('the bundle prints the environment of a process', () => {
  expect(execFileSync(process.execPath, [bundled(), 'environment', 'capture', '--template', template], { cwd: folder, encoding: 'utf8' })).toContain(
    "export CAPTURE_MODE='events'",
  );
});

test('the bundle exits with 0 and no error if the reader of its output closes the pipe', async () => {
  const child = spawn(process.execPath, [bundled(), 'routes', '--template', template], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect([code, errors]).toEqual([0, '']);
});

test("the bundle has the SDK's scripts, which the preview serves, with their licence and without source maps", async () => {
  const program = await startProgram(template);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ port: program.port, path: '/static/array.js', rejectUnauthorized: false }, resolve).once('error', reject).end();
  });
  const script = await textOf(response);
  await program.end();
  const files = readdirSync(path.join(folder, 'preview', 'posthog-js'));
  expect(script).toBe(readFileSync(path.join(folder, 'preview', 'posthog-js', 'array.js'), 'utf8'));
  expect(files).toContain('LICENSE');
  expect(files.filter((file) => file.endsWith('.map'))).toEqual([]);
});

test('the bundle has the page of the preview with every file that the page names, and no sources', () => {
  const page = path.join(folder, 'preview', 'page');
  const files = readdirSync(page);
  expect(files.sort()).toEqual(['demo.html', 'demo.js', 'index.html', 'page.js', 'style.css']);
  const named = ['index.html', 'demo.html'].flatMap((name) =>
    [...readFileSync(path.join(page, name), 'utf8').matchAll(/(?:src|href)="([\w-]+\.\w+)"/g)].map(([, file]) => file),
  );
  expect([...new Set(named)].sort()).toEqual(['demo.js', 'page.js', 'style.css']);
});

test('the bundle has the licences of the packages that it contains', () => {
  const licences = readFileSync(path.join(folder, 'LICENSES.txt'), 'utf8');
  for (const name of ['http-proxy-3', 'selfsigned', 'follow-redirects', '@peculiar/x509']) {
    expect(licences).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+$`, 'm'));
  }
  expect(licences).not.toMatch(/^Licence: undefined$/m);
});
