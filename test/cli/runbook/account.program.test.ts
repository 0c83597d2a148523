import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { awsEnvironment, useEnvironment } from '../aws-environment';
import { Answers, denied, Wire } from '../doctor/wire';
import { cli, inFolder, templateOfPostHog } from '../fixtures';
import { ACTIONS } from '../../../cli/runbook/runbook-api';

let wire: Wire;
beforeAll(async () => {
  wire = await Wire.start();
});
afterAll(() => wire.stop());
useEnvironment(() => awsEnvironment(wire));
beforeEach(() => {
  wire.answers = ACCOUNT;
  wire.asked = [];
});

const POSTHOG = templateOfPostHog({ alarms: { enabled: false } });
const TEMPLATE = {
  ...POSTHOG,
  Resources: { ...POSTHOG.Resources, Broken: { Type: 'AWS::CloudWatch::Alarm', Properties: {} } },
};
const ARN = 'arn:aws:ecs:eu-central-1:111122223333:service/cluster-1/';
const SECRETS = ['hunter2', 'c2VjcmV0', '123456', 'postgres://posthog:pw@db', '0192837465'];

/** An account with the resources of the template. Built from the models of the SDK, not recorded. */
const ACCOUNT: Answers = {
  'cloudformation:ListStackResources': () => ({
    StackResourceSummaries: Object.entries(TEMPLATE.Resources).map(([id, { Type }]) => ({
      LogicalResourceId: id,
      PhysicalResourceId: Type === 'AWS::ECS::Service' ? `${ARN}${id}` : `physical-${id}`,
      ResourceType: Type,
      ResourceStatus: 'CREATE_COMPLETE',
      LastUpdatedTimestamp: '2026-07-01T00:00:00Z',
    })),
  }),
  'cloudformation:DescribeStacks': () => ({
    Stacks: [{ StackName: 'PostHog', StackStatus: 'UPDATE_COMPLETE', CreationTime: '2026-07-01T00:00:00Z' }],
  }),
  'ecs:DescribeServices': ({ services }) => ({
    services: [
      {
        serviceArn: (services as string[])[0],
        status: 'ACTIVE',
        desiredCount: 1,
        runningCount: 0,
        pendingCount: 1,
        taskDefinition: 'arn:aws:ecs:eu-central-1:111122223333:task-definition/web:7',
        deployments: [{ status: 'PRIMARY', rolloutState: 'IN_PROGRESS', failedTasks: 3 }],
        events: [{ createdAt: 1_780_000_000, message: 'unable to pull secrets: arn:aws:secretsmanager:eu-central-1:111122223333:secret:a' }],
      },
    ],
  }),
  'ecs:DescribeTaskDefinition': () => ({
    taskDefinition: {
      containerDefinitions: [
        {
          name: 'web',
          image: '111122223333.dkr.ecr.eu-central-1.amazonaws.com/posthog@sha256:1',
          environment: [
            { name: 'MY_TOKEN', value: SECRETS[0] },
            { name: 'SENTRY', value: SECRETS[1] },
            { name: 'API_KEY_PIN', value: SECRETS[2] },
            { name: 'EXTRA_URL', value: SECRETS[3] },
            { name: 'OTHER', value: SECRETS[4] },
            { name: 'WEB_CONCURRENCY', value: '4' },
            { name: 'CLICKHOUSE_SECURE', value: 'true' },
          ],
          secrets: [{ name: 'SECRET_KEY', valueFrom: 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:key' }],
        },
      ],
    },
  }),
  'ecs:ListTasks': () => ({ taskArns: ['arn:aws:ecs:eu-central-1:111122223333:task/cluster-1/abc'] }),
  'ecs:DescribeTasks': () => ({
    tasks: [
      {
        taskArn: 'arn:aws:ecs:eu-central-1:111122223333:task/cluster-1/abc',
        stopCode: 'EssentialContainerExited',
        stoppedReason: 'Essential container in task exited',
        containers: [{ name: 'web', exitCode: 137, reason: 'OutOfMemoryError: Container killed due to memory usage' }],
      },
    ],
  }),
  'cloudwatch:DescribeAlarms': ({ AlarmNames, StateValue }) => ({
    MetricAlarms: (AlarmNames as string[]).map((AlarmName) => ({
      AlarmName,
      StateValue,
      StateReason: 'Threshold Crossed',
      StateUpdatedTimestamp: 1.78e9,
    })),
    CompositeAlarms: [],
  }),
};

function runbook(...argv: string[]) {
  return inFolder({ 'PostHog.template.json': JSON.stringify(TEMPLATE) }, async (folder) => {
    const run = await cli('runbook', ...argv, '-t', 'PostHog.template.json');
    const file = `${folder}/bundle.json`;
    return {
      ...run,
      bundle: existsSync(file) ? readFileSync(file, 'utf8') : undefined,
      mode: existsSync(file) ? statSync(file).mode & 0o777 : undefined,
    };
  });
}

test('with credentials, commands have the names of the deployed resources', async () => {
  const { exitCode, out } = await runbook('exec', 'web');
  expect(exitCode).toBe(0);
  const { out: logs } = await runbook('logs', 'web');
  expect(logs).toMatch(/^export AWS_REGION=eu-central-1\nLOG_GROUP_1=physical-PostHogServicesLogsApp\w+\n/);
  expect(`${out}${logs}`).not.toContain('describe-stack-resource');
  const { out: stop } = await runbook('scale-to-zero');
  expect(stop).toContain('\nCLUSTER=cluster-1\n');
});

test('a bundle has the state of services, tasks and alarms', async () => {
  const { exitCode, bundle, mode, out } = await runbook('--diagnostics', 'bundle.json');
  expect([exitCode, out, mode]).toEqual([0, 'wrote bundle.json: read it before you pass it on', 0o600]);
  const read = JSON.parse(bundle!) as { services: { process: string }[] };
  expect(read).toMatchObject({
    region: 'eu-central-1',
    stacks: [{ name: 'PostHog', status: 'UPDATE_COMPLETE' }],
    alarms: { deployed: 1, inAlarm: [{ name: 'physical-Broken', reason: 'Threshold Crossed', since: '2026-05-28T20:26:40.000Z' }] },
  });
  expect(read.services.find(({ process }) => process === 'web')).toMatchObject({
    desiredCount: 1,
    runningCount: 0,
    taskDefinition: 'web:7',
    deployments: [{ rolloutState: 'IN_PROGRESS', failedTasks: 3 }],
    containers: [{ name: 'web', secrets: ['SECRET_KEY'], variables: { WEB_CONCURRENCY: '4', CLICKHOUSE_SECURE: 'true', OTHER: '(left out)' } }],
    stopped: [{ id: 'abc', containers: [{ exitCode: 137 }] }],
  });
});

test('a bundle has no value of a variable that could be a secret, no ARN of a secret, and no account number', async () => {
  const { bundle } = await runbook('--diagnostics', 'bundle.json');
  SECRETS.forEach((secret) => expect(bundle).not.toContain(secret));
  expect(bundle).not.toContain('111122223333');
  expect(bundle).toContain('arn:aws:secretsmanager:eu-central-1:ACCOUNT:secret:a');
});

test('a bundle calls the documented actions only', async () => {
  await runbook('--diagnostics', 'bundle.json');
  expect([...new Set(wire.asked)].sort()).toEqual([...ACTIONS]);
});

test('a bundle without permissions says what could not be read', async () => {
  wire.answers = { ...ACCOUNT, 'ecs:ListTasks': denied, 'cloudwatch:DescribeAlarms': denied, 'ecs:DescribeTaskDefinition': denied };
  const read = JSON.parse((await runbook('--diagnostics', 'bundle.json')).bundle!) as { services: object[]; alarms: object };
  expect(read.alarms).toEqual({ unavailable: 'the credentials do not allow cloudwatch:DescribeAlarms' });
  expect(read.services[0]).toMatchObject({
    stopped: { unavailable: 'the credentials do not allow ecs:ListTasks' },
    containers: { unavailable: 'the credentials do not allow ecs:DescribeTaskDefinition' },
  });
});

test('a bundle never replaces a file', async () => {
  const run = await inFolder({ 'PostHog.template.json': JSON.stringify(TEMPLATE) }, async (folder) => {
    writeFileSync(`${folder}/old.json`, 'old');
    const result = await cli('runbook', '--diagnostics', 'old.json', '-t', 'PostHog.template.json');
    return { ...result, text: readFileSync(`${folder}/old.json`, 'utf8') };
  });
  expect(run).toMatchObject({ exitCode: 2, err: 'cdk-posthog: --diagnostics must name a new file, and old.json exists', text: 'old' });
});

test('without permission to list resources, the command fails', async () => {
  wire.answers = { ...ACCOUNT, 'cloudformation:ListStackResources': denied };
  expect(await runbook('logs', 'web')).toMatchObject({ exitCode: 2, err: expect.stringContaining('cloudformation:ListStackResources') as string });
});
