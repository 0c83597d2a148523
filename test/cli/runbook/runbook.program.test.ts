import { execFileSync } from 'node:child_process';
import { useEnvironment, withoutCredentials } from '../aws-environment';
import { cli, inFolder, templateOfPostHog } from '../fixtures';
import { HOSTS } from '../preflight/account-fixtures';
import { MAX_OVERRIDES } from '../../../cli/runbook/one-off-task';
import { TOPICS } from '../../../cli/runbook/topics';

useEnvironment(withoutCredentials);

const TEMPLATE = templateOfPostHog();
const WITH_EXEC = templateOfPostHog({ enableExecuteCommand: true });

function runbook(...argv: string[]) {
  const template = argv[0] === 'hosts' ? { Resources: { ...TEMPLATE.Resources, ...HOSTS } } : TEMPLATE;
  return inFolder({ 'PostHog.template.json': JSON.stringify(template) }, () => cli('runbook', ...argv, '-t', 'PostHog.template.json', '--offline'));
}

/** The commands that a shell starts, with stubs in the place of all of them: a line each. */
function started(script: string, answers = ''): string[] {
  const stub = `aws() { printf 'aws %s\\n' "$*" >&2; ${answers || 'echo arn:aws:ecs:eu-central-1:111122223333:service/cluster/name'}; }\n`;
  return execFileSync('sh', ['-euc', `{\n${stub}${script}\n} 2>&1 >/dev/null`], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.startsWith('aws '));
}

test('without a topic, it prints every topic', async () => {
  const { exitCode, out } = await cli('runbook');
  expect(exitCode).toBe(0);
  expect(out.split('\n').map((line) => /^npx cdk-posthog runbook (\S+) +\S/.exec(line)?.[1])).toEqual(Object.keys(TOPICS));
});

test.each([...Object.keys(TOPICS), 'logs web', 'exec worker', 'dead-letters --values', "queries --sql SELECT'a\"b'"])(
  'a POSIX shell can run the commands of %s',
  async (argv) => {
    const { exitCode, out, err } = await runbook(...argv.split(' '));
    expect([exitCode, err]).toEqual([0, '']);
    expect(out).not.toMatch(/undefined|\[object/);
    expect(started(out).length).toBeGreaterThan(argv.startsWith('exec') ? -1 : 1);
  },
);

test('names that CloudFormation generates are looked up by stack and logical id', async () => {
  const { out } = await runbook('logs', 'web');
  const id = Object.keys(TEMPLATE.Resources).find((name) => name.startsWith('PostHogServicesLogsApp'));
  const [lookup, tail] = started(out, 'echo log-group');
  expect(lookup).toBe(
    `aws cloudformation describe-stack-resource --stack-name PostHog --logical-resource-id ${id} --query StackResourceDetail.PhysicalResourceId --output text`,
  );
  expect(tail).toBe('aws logs tail log-group --log-stream-name-prefix web/web/ --since 10m --follow --format short');
});

test('a shell in a container needs enableExecuteCommand', async () => {
  const { out } = await runbook('exec', 'worker');
  expect(out).toContain('# worker: set `enableExecuteCommand: true` and deploy');
  const allowed = await inFolder({ 'a.template.json': JSON.stringify(WITH_EXEC) }, () =>
    cli('runbook', 'exec', 'worker', '-t', 'a.template.json', '--offline'),
  );
  expect(started(allowed.out).at(-1)).toContain('aws ecs execute-command --cluster cluster --task ');
});

test('a query runs in a task of its own, with the network and the task definition of worker', async () => {
  const { out } = await runbook('queries', '--sql', "SELECT 'it''s'");
  const run = started(out).filter((line) => line.startsWith('aws ecs run-task'));
  expect(run).toHaveLength(2);
  const overrides = run.map(
    (line) => JSON.parse(line.slice(line.indexOf('--overrides ') + 12)) as { containerOverrides: { name: string; command: [string] }[] },
  );
  expect(overrides.map(({ containerOverrides: [{ name }] }) => name)).toEqual(['worker', 'worker']);
  const [clickHouse, postgres] = overrides.map(({ containerOverrides: [{ command }] }) => command[0]);
  expect(clickHouse).toContain(`client.execute("SELECT 'it''s'"`);
  expect(clickHouse).toContain('"readonly": 2');
  expect(postgres).toContain('default_transaction_read_only=on');
});

test('hosts are replaced one after the other, each after the next one has started', async () => {
  const { out } = await runbook('hosts');
  const [lookup, , refresh, progress] = started(out, 'echo PostHog-Hosts');
  expect(lookup).toContain('--logical-resource-id HostGroup ');
  expect(refresh).toBe(
    'aws autoscaling start-instance-refresh --auto-scaling-group-name PostHog-Hosts --strategy Rolling --preferences ' +
      '{"MinHealthyPercentage":100,"MaxHealthyPercentage":110,"InstanceWarmup":300,"SkipMatching":false}',
  );
  expect(progress).toContain('aws autoscaling describe-instance-refreshes --auto-scaling-group-name PostHog-Hosts ');
  expect(out).toContain('# stop it: aws autoscaling cancel-instance-refresh');
});

test('an app without hosts has none to replace', async () => {
  const { exitCode, err } = await inFolder({ 'a.template.json': JSON.stringify(TEMPLATE) }, () =>
    cli('runbook', 'hosts', '-t', 'a.template.json', '--offline'),
  );
  expect([exitCode, err]).toEqual([2, expect.stringContaining('no template has a group of EC2 hosts: tasks run on Fargate')]);
});

test('the overrides of every topic fit into the limit of ECS', async () => {
  for (const argv of [['queries'], ['dead-letters', '--values'], ['dead-letters', '--replay', 'a_dlq', '--confirm', 'a_dlq']]) {
    const { out } = await runbook(...argv);
    const overrides = started(out).flatMap((line) => line.split('--overrides ')[1] ?? []);
    expect(overrides.length).toBeGreaterThan(0);
    overrides.forEach((text) => expect(text.length).toBeLessThan(MAX_OVERRIDES));
  }
  const { exitCode, err } = await runbook('queries', '--sql', 'x'.repeat(MAX_OVERRIDES));
  expect([exitCode, err]).toEqual([2, expect.stringContaining('use a shorter --sql')]);
});

test('a replay prints no command before it is confirmed', async () => {
  for (const confirm of [[], ['--confirm', 'events_plugin_ingestion']]) {
    const { exitCode, out, err } = await runbook('dead-letters', '--replay', 'events_plugin_ingestion_dlq', ...confirm);
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toContain('confirm with --replay events_plugin_ingestion_dlq --confirm events_plugin_ingestion_dlq');
  }
  const { out } = await runbook('dead-letters', '--replay', 'events_plugin_ingestion_dlq', '--confirm', 'events_plugin_ingestion_dlq');
  expect(started(out).join()).toContain('TOPIC, LIMIT = \\"events_plugin_ingestion_dlq\\", 10000');
});

test('a stop suspends scaling before it sets a number, stops capture first and personhog last, and a start has the reverse order', async () => {
  const { out } = await runbook('scale-to-zero');
  const arns = `case "$*" in *logical-resource-id*) echo "arn:aws:ecs:x:1:service/cluster/$(echo "$*" | sed 's/.*logical-resource-id \\([^ ]*\\) .*/\\1/')";; esac`;
  const commands = started(out, arns);
  const counts = commands.flatMap(
    (line) => /update-service .*service\/cluster\/PostHogServices(\w+)Service\w* --desired-count (\d)/.exec(line)?.slice(1, 3).join(' ') ?? [],
  );
  const half = counts.length / 2;
  const stopped = counts.slice(0, half);
  const names = (all: string[]) => all.map((text) => text.split(' ')[0]);
  expect(stopped.every((text) => text.endsWith(' 0'))).toBe(true);
  expect([stopped[0], stopped.at(-1)]).toEqual(['Capture 0', 'PersonhogReplica 0']);
  expect(counts.slice(half).every((text) => !text.endsWith(' 0'))).toBe(true);
  expect(names(counts.slice(half)).sort()).toEqual(names(stopped).sort());
  expect(names(counts.slice(half)).slice(-2).sort()).toEqual(['Capture', 'ReplayCapture']);
  const scaling = commands.findIndex((line) => line.includes('DynamicScalingOutSuspended=true'));
  expect(scaling).toBeGreaterThan(-1);
  expect(commands[scaling + 1]).toContain('--desired-count 0');
  expect(commands[scaling]).toContain('--resource-id service/cluster/PostHogServicesCaptureService');
});

test.each([
  [['nonsense'], "TOPIC must be one of logs, exec, queries, dead-letters, hosts, scale-to-zero, got: 'nonsense'"],
  [['constructor'], "TOPIC must be one of logs, exec, queries, dead-letters, hosts, scale-to-zero, got: 'constructor'"],
  [['logs', 'nginx'], "PROCESS must be deployed, got: 'nginx'; available: "],
  [['queries', 'web'], 'the topic queries does not take PROCESS'],
  [['logs', '--values'], 'the topic logs does not take --values'],
  [['dead-letters', '--limit', '0'], "--limit must be from 1 to 999999, got: '0'"],
  [
    ['dead-letters', '--replay', 'events_plugin_ingestion'],
    "--replay must name a dead letter topic, which ends with dlq, got: 'events_plugin_ingestion'",
  ],
  [['logs', 'web', 'more'], 'runbook takes one topic and one process'],
])('refuses %j', async (argv, message) => {
  const { exitCode, out, err } = await runbook(...argv);
  expect([exitCode, out]).toEqual([2, '']);
  expect(err).toContain(message);
});

test('a template without a service of PostHog is refused', async () => {
  const { exitCode, err } = await inFolder({ 'a.template.json': '{"Resources":{"A":{"Type":"AWS::SNS::Topic"}}}' }, () =>
    cli('runbook', 'logs', '-t', 'a.template.json', '--offline'),
  );
  expect([exitCode, err]).toEqual([2, expect.stringContaining('no template has a service that runs a process of PostHog')]);
});
