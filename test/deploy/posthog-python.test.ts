import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect } from 'node:tls';
import { AppAccess, EndpointGroup } from '../../lib';
import { World } from '../cli/preview/world';
import { ROOT } from '../helpers/app';

const PYTHON = path.join(ROOT, '.venv', 'bin', 'python');

interface Result {
  readonly answers: { readonly captured: boolean; readonly prompt: string; readonly sent: boolean | string; readonly status: string };
  readonly calls: string[];
}

/** The certificate of the preview, which vouches for itself. */
async function certificateOf(port: number): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', rejectUnauthorized: false });
  await new Promise((resolve) => socket.once('secureConnect', resolve));
  const certificate = new X509Certificate(socket.getPeerCertificate().raw).toString();
  socket.destroy();
  return certificate;
}

/** Runs a real posthog-python against the preview of a closed app with these groups of endpoints open. */
async function run(publicEndpointGroups: EndpointGroup[]): Promise<Result> {
  const [world, folder] = [
    await World.start({ appAccess: AppAccess.nobody(), publicEndpointGroups }),
    mkdtempSync(path.join(tmpdir(), 'cdk-posthog-python-')),
  ];
  try {
    const calls: string[] = [];
    world.preview.traffic.listen({
      passed: (request) => calls.push(`${request.method} ${request.path.split('?')[0]} ${request.process ?? 'refused'} ${request.status}`),
      captured: () => undefined,
    });
    const bundle = path.join(folder, 'certificate.pem');
    writeFileSync(bundle, await certificateOf(world.port));
    const env = { ...process.env, REQUESTS_CA_BUNDLE: bundle };
    const out = await new Promise<string>((resolve, reject) => {
      execFile(PYTHON, [path.join(__dirname, 'posthog_python.py'), `https://localhost:${world.port}`], { env }, (error, stdout, stderr) =>
        error ? reject(new Error(stderr)) : resolve(stdout),
      );
    });
    return { answers: JSON.parse(out) as Result['answers'], calls };
  } finally {
    rmSync(folder, { recursive: true });
    await world.close();
  }
}

test('with the group `sdk-api`, prompts and e-mails of posthog-python reach a closed app', async () => {
  const { answers, calls } = await run([EndpointGroup.SDK_API]);
  expect(answers).toEqual({ captured: true, prompt: 'A prompt of the preview: greeting', sent: true, status: 'queued' });
  expect(calls).toEqual([
    'POST /batch/ capture 200',
    'GET /api/environments/@current/llm_prompts/name/greeting/ web 200',
    'POST /api/projects/@current/messaging/send/email/ web 200',
    'GET /api/projects/@current/messaging/emails/01919f2e-0000-7000-8000-000000000000/ web 200',
  ]);
});

test('without the group, a closed app refuses them and takes events', async () => {
  const { answers, calls } = await run([]);
  expect(answers).toMatchObject({
    captured: true,
    prompt: expect.stringContaining('Access denied') as string,
    status: 'failed: PostHog answered HTTP 403.',
  });
  expect(calls.map((call) => call.split(' ').slice(2).join(' '))).toEqual(['capture 200', 'refused 403', 'refused 403', 'refused 403']);
});
