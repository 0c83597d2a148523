import { chmodSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { HostSandbox } from '../../helpers/boot/host-sandbox';

// The boot script of a host, run for real with stubs for the commands that reach out.

const CLUSTER = '--cluster posthog --container-instance';
const ARN = 'arn:aws:ecs:eu-central-1:111122223333:container-instance/posthog/abc';
const SETTING = 'aws ecs put-account-setting --name awsvpcTrunking --value enabled';
const PROVIDER = [
  'aws autoscaling describe-auto-scaling-instances --instance-ids i-0123',
  'aws ecs describe-clusters --clusters posthog',
  'aws ecs describe-capacity-providers --capacity-providers FARGATE FARGATE_SPOT Provider',
];
const ENABLED = ['systemctl daemon-reload', 'systemctl enable ecs-host.service', 'systemctl start --no-block ecs-host.service'];
/** The end of a boot that failed. */
const ABANDONED = ['systemctl mask --now ecs.service', 'curl signal', 'systemd-run --on-active=3600 systemctl poweroff'];

let host: HostSandbox;

beforeEach(() => {
  host = new HostSandbox();
});

afterEach(() => host.remove());

const withoutSleep = () => host.calls().filter((call) => !call.startsWith('sleep'));

/** Expects that a boot failed for a reason, which is in the console and in the events of the deployment. */
function expectFailure({ status, output }: { status: number | null; output: string }, reason: string | RegExp): void {
  expect(status).toBe(1);
  expect(output).toMatch(reason);
  expect(host.read('cloud/console')).toMatch(reason);
  expect(host.signals()).toEqual([{ Status: 'FAILURE', Reason: expect.stringMatching(reason) as string, UniqueId: 'i-0123', Data: '' }]);
  expect(withoutSleep().slice(-3)).toEqual(ABANDONED);
}

describe('before the agent starts', () => {
  test('writes the settings of the agent, switches trunking on, and installs the check, in this order', () => {
    expect(host.prepare()).toEqual({ status: 0, output: '' });
    expect(host.calls()).toEqual([SETTING, ...PROVIDER, ...ENABLED]);
    expect(host.read('host/etc/ecs/ecs.config').split('\n')).toEqual([
      'ECS_CLUSTER=posthog',
      'ECS_ENABLE_TASK_ENI=true',
      'ECS_ENABLE_HIGH_DENSITY_ENI=true',
      'ECS_AWSVPC_BLOCK_IMDS=true',
      'ECS_DISABLE_PRIVILEGED=true',
      'ECS_RESERVED_MEMORY=256',
      'ECS_CONTAINER_STOP_TIMEOUT=120s',
      'ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION=15m',
      'ECS_IMAGE_CLEANUP_INTERVAL=10m',
      'ECS_IMAGE_MINIMUM_CLEANUP_AGE=1h',
      'ECS_NUM_IMAGES_DELETE_PER_CYCLE=20',
      '',
    ]);
    expect(statSync(host.at('host/usr/local/sbin/ecs-host')).mode & 0o777).toBe(0o700);
    expect(host.signals()).toEqual([]);
  });

  test('drains Spot Instances that get an interruption notice', () => {
    host.remove();
    host = new HostSandbox({ spot: true });
    expect(host.prepare().status).toBe(0);
    expect(host.read('host/etc/ecs/ecs.config')).toContain('ECS_ENABLE_SPOT_INSTANCE_DRAINING=true\n');
  });

  test('installs the AWS CLI, which the AMI does not have, with retries', () => {
    const stub = host.read('bin/aws');
    rmSync(host.at('bin/aws'));
    // The stub of the installation brings the stub of the CLI, at the third attempt.
    writeFileSync(host.at('aws-stub'), stub);
    rmSync(host.at('bin/dnf'));
    writeFileSync(
      host.at('bin/dnf'),
      `#!/bin/bash\necho "dnf $*" >>"$CLOUD/calls"\n(($(grep -c ^dnf "$CLOUD/calls") >= 3)) && install -m 0755 ${host.at('aws-stub')} ${host.at('bin/aws')}\n`,
    );
    chmodSync(host.at('bin/dnf'), 0o755);
    expect(host.prepare().status).toBe(0);
    const install = 'dnf install --assumeyes --quiet awscli-2';
    expect(host.calls().slice(0, 6)).toEqual([install, 'sleep 1', install, 'sleep 2', install, SETTING]);
  });

  test('repeats a throttled setting', () => {
    host.refuse('put-account-setting', 'ThrottlingException', 'ThrottlingException');
    expect(host.prepare()).toEqual({ status: 0, output: '' });
    expect(host.calls().slice(0, 5)).toEqual([SETTING, 'sleep 1', SETTING, 'sleep 2', SETTING]);
  });

  test('repeats a setting that is not allowed yet, because the role is new', () => {
    host.refuse('put-account-setting', ...Array<string>(4).fill('AccessDeniedException'));
    expect(host.prepare()).toEqual({ status: 0, output: '' });
  });

  test('fails if the setting is refused, soon, and the agent never starts', () => {
    host.refuse('put-account-setting', 'AccessDeniedException for ever');
    expectFailure(host.prepare(), /ENI trunking cannot be switched on for the role of the host \(ecs:PutAccountSetting\):.*AccessDeniedException/);
    expect(host.calls().filter((call) => call === SETTING)).toHaveLength(6);
    expect(host.has('host/etc/systemd/system/ecs-host.service')).toBe(false);
  });

  test('fails if the setting cannot be made for ten minutes', () => {
    host.refuse('put-account-setting', 'ThrottlingException for ever');
    expectFailure(host.prepare(), 'ThrottlingException');
    const pauses = host.calls().flatMap((call) => (call.startsWith('sleep ') ? [Number(call.slice(6))] : []));
    expect(pauses.slice(0, 8)).toEqual([1, 2, 4, 8, 16, 32, 40, 40]);
    expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBe(583);
  });

  test('waits until the cluster has the capacity provider of its group', () => {
    host.answer('describe-clusters', 'FARGATE', 'FARGATE', 'FARGATE\tProvider');
    host.answer(
      'describe-capacity-providers',
      '',
      'arn:1:autoScalingGroupName/other',
      'arn:1:autoScalingGroupName/other\tarn:2:autoScalingGroupName/posthog-hosts',
    );
    expect(host.prepare()).toEqual({ status: 0, output: '' });
    expect(host.calls().filter((call) => call.includes('describe-capacity-providers'))).toHaveLength(3);
  });

  test('fails if the cluster never has it', () => {
    host.answer('describe-capacity-providers', 'arn:1:autoScalingGroupName/posthog-hosts-2');
    expectFailure(host.prepare(), 'no capacity provider of the cluster posthog has the Auto Scaling group of this host');
  });

  test('fails for an end that it does not know', () => {
    rmSync(host.at('bin/systemctl'));
    writeFileSync(host.at('bin/systemctl'), '#!/bin/bash\necho "systemctl $*" >>"$CLOUD/calls"\n[[ "$1" != enable ]]\n');
    chmodSync(host.at('bin/systemctl'), 0o755);
    expectFailure(host.prepare(), 'the boot script ended with 1');
  });

  test('fails and shuts down although no deployment can be signalled', () => {
    host.refuse('put-account-setting', 'AccessDeniedException for ever');
    const { status, output } = host.prepare({ SIGNAL_STATUS: '6' });
    expect([status, output.trim().split('\n').at(-1)]).toEqual([1, 'ecs-host: the deployment cannot be signalled']);
    expect(host.calls().at(-1)).toBe('systemd-run --on-active=3600 systemctl poweroff');
  });
});

describe('once the agent runs', () => {
  beforeEach(() => {
    expect(host.prepare().status).toBe(0);
    writeFileSync(host.at('cloud/calls'), '');
  });

  test('reports the trunk network interface to the deployment', () => {
    host.answer('describe-container-instances', 'REGISTERING\tNone\tNone', 'ACTIVE\teni-0trunk\tNone');
    const said = 'ecs-host: registered with the trunk network interface eni-0trunk\n';
    expect(host.check()).toEqual({ status: 0, output: said });
    expect(host.read('cloud/console')).toBe(said);
    expect(host.signals()).toEqual([{ Status: 'SUCCESS', Reason: 'registered with eni-0trunk', UniqueId: 'i-0123', Data: '' }]);
    expect(host.calls().some((call) => call.startsWith('systemctl'))).toBe(false);
  });

  test('waits for the agent and for its registration', () => {
    const registered = host.read('cloud/agent').trim();
    host.answer('agent', '{"Cluster":"posthog","ContainerInstanceArn":null}', registered);
    expect(host.check().status).toBe(0);
    expect(withoutSleep().slice(0, 3)).toEqual([
      'curl http://127.0.0.1:51678/v1/metadata',
      'curl http://127.0.0.1:51678/v1/metadata',
      `aws ecs describe-container-instances --cluster posthog --container-instances ${ARN}`,
    ]);
  });

  test('fails if the agent does not register', () => {
    rmSync(host.at('cloud/agent'));
    expectFailure(host.check(), 'the host does not register in the cluster posthog: the agent does not answer; see /var/log/ecs/ecs-agent.log');
  });

  test('leaves the cluster if it got no trunk network interface, and fails', () => {
    host.answer('describe-container-instances', 'ACTIVE\tNone\tNone');
    expectFailure(host.check(), "the host got no trunk network interface, so it cannot run PostHog's tasks: its status is ACTIVE");
    expect(withoutSleep().slice(-4)[0]).toBe(`aws ecs deregister-container-instance ${CLUSTER} ${ARN} --force`);
  });

  test('fails soon if ECS refuses the registration, with its reason', () => {
    host.answer('describe-container-instances', 'REGISTRATION_FAILED\tNone\tTrunk ENI could not be "attached"');
    expectFailure(host.check(), /its status is REGISTRATION_FAILED \(Trunk ENI could not be "?attached"?\)/);
    expect(host.calls().filter((call) => call.includes('describe-container-instances'))).toHaveLength(6);
  });

  test('fails although it cannot leave the cluster', () => {
    host.answer('describe-container-instances', 'ACTIVE\tNone\tNone');
    host.refuse('deregister-container-instance', 'ServerException for ever');
    expectFailure(host.check(), 'the host got no trunk network interface');
    expect(host.read('cloud/console')).toContain('it cannot leave the cluster:');
  });
});

test('the user data leaves room for commands of users, within 16 KB', () => {
  expect(Buffer.byteLength(host.read('part-001'))).toBeLessThan(12_000);
});
