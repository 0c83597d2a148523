import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PREFLIGHT } from '../../../cli/preflight/preflight';
import { ExitCode } from '../../../cli/command';
import { runProgram } from '../../../cli/program';
import { useEnvironment, withoutCredentials } from '../aws-environment';

useEnvironment(withoutCredentials);

const folder = mkdtempSync(path.join(tmpdir(), 'cdk-posthog-preflight-'));
afterAll(() => rmSync(folder, { recursive: true }));

const task = (cpu: string, image = 'ghcr.io/posthog/posthog/capture@sha256:0') => ({
  Type: 'AWS::ECS::TaskDefinition',
  Properties: { Cpu: cpu, ContainerDefinitions: [{ Name: 'capture', Image: image }] },
});
const service = (desired: number) => ({ Type: 'AWS::ECS::Service', Properties: { TaskDefinition: { Ref: 'Task' }, DesiredCount: desired } });
const cluster = (properties: object) => ({ Type: 'AWS::MSK::Cluster', Properties: { NumberOfBrokerNodes: 2, KafkaVersion: '3.9.x', ...properties } });

function file(name: string, resources: object): string {
  const target = path.join(folder, `${name}.json`);
  writeFileSync(target, JSON.stringify({ Resources: resources }));
  return target;
}

async function run(...args: string[]): Promise<{ code: ExitCode; out: string; err: string }> {
  const written = { out: '', err: '' };
  const code = await runProgram({ preflight: () => Promise.resolve(PREFLIGHT) }, ['preflight', '--offline', ...args], {
    out: (text) => (written.out += text),
    err: (text) => (written.err += text),
  });
  return { code, ...written };
}

test('warns of a quota that a new account does not have, with the command that raises it', async () => {
  const { code, out } = await run('--template', file('large', { Task: task('1024'), Service: service(5) }));
  expect(code).toBe(ExitCode.OK);
  expect(out).toContain('! quota   Fargate On-Demand vCPU resource count: 5, 10 during an update; a new account has 6');
  expect(out).toContain('--service-code fargate --quota-code L-3032A538 --desired-value 10');
});

test('passes a quota that a new account has, and does not list one that the app does not need', async () => {
  const { out } = await run('--template', file('small', { Task: task('1024'), Service: service(2) }));
  expect(out).toContain('✓ quota   Fargate On-Demand vCPU resource count: 2, 4 during an update; a new account has 6');
  expect(out).not.toContain('Elastic IPs');
});

test('adds up several templates', async () => {
  const parts = ['one', 'two'].map((name) => file(name, { Task: task('1024'), Service: service(2) }));
  const { out } = await run(...parts.flatMap((part) => ['--template', part]), '--json');
  const { templates, results } = JSON.parse(out) as { templates: string[]; results: { text: string }[] };
  expect(templates).toEqual(parts);
  expect(results[0].text).toContain('vCPU resource count: 4, 8 during an update');
});

test.each([
  ['posthog/posthog@sha256:0', 3],
  ['docker.io/redpandadata/redpanda:v25', 3],
  ['busybox', 3],
  ['ghcr.io/posthog/posthog/capture', 0],
  ['111122223333.dkr.ecr.eu-central-1.amazonaws.com/posthog:1', 0],
  ['localhost/posthog', 0],
])('the image %s of three tasks is pulled %d times from Docker Hub', async (image, pulls) => {
  const { out } = await run('--template', file('images', { Task: task('256', image), Service: service(3) }));
  expect(out).toContain(`Docker Hub: ${pulls} pulls by tasks`);
});

test('warns if one deployment takes more than half of the pulls that Docker Hub allows', async () => {
  const { out } = await run('--template', file('pulls', { Task: task('256', 'posthog/posthog'), Service: service(51) }));
  expect(out).toContain('! images  Docker Hub: 51 pulls');
  expect(out).toContain('fix: pull through ECR with `release.withImagesFrom(...)`');
});

describe('with --from', () => {
  const before = file('before', { Kafka: cluster({}) });

  test('fails for a change that AWS refuses, and says what to do', async () => {
    const { code, out } = await run(
      '--from',
      before,
      '--template',
      file('after', { Kafka: cluster({ NumberOfBrokerNodes: 4, KafkaVersion: '4.0.x' }) }),
    );
    expect(code).toBe(ExitCode.NOT_OK);
    expect(out).toContain('✗ update  Kafka (AWS::MSK::Cluster): MSK changes one thing in an update');
    expect(out).toContain('fix: deploy one change after the other');
  });

  test('passes a change that AWS accepts', async () => {
    const { code, out } = await run('--from', before, '--template', file('after', { Kafka: cluster({ NumberOfBrokerNodes: 4 }) }));
    expect(code).toBe(ExitCode.OK);
    expect(out).toContain('✓ update  no change that AWS is known to refuse');
  });

  test('needs exactly one template', async () => {
    const { code, err } = await run('--from', before, '--template', before, '--template', before);
    expect([code, err]).toEqual([ExitCode.FAILED, 'cdk-posthog: --from needs one --template to compare with, got: 2']);
  });
});

test('prints what the app needs if there are no credentials, and says that the account was not read', async () => {
  const written: string[] = [];
  const code = await runProgram(
    { preflight: () => Promise.resolve(PREFLIGHT) },
    ['preflight', '--template', file('plain', { Task: task('1024'), Service: service(2) })],
    {
      out: (text) => written.push(text),
      err: () => undefined,
    },
  );
  expect(code).toBe(ExitCode.OK);
  expect(written.join()).toContain('✓ quota    Fargate On-Demand vCPU resource count: 2, 4 during an update; a new account has 6');
  expect(written.join()).toContain('! account  the account was not read: no AWS credentials: sign in');
});
