import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { Sandbox } from '../../helpers/boot/sandbox';

// The boot scripts that need no root and no disk, run for real with stubs for the commands that reach out. The rest: test/boot.

const BOOT = path.join(__dirname, '..', '..', '..', 'lib', 'stores', 'instance', 'boot');
let sandbox: Sandbox;

beforeEach(() => {
  sandbox = new Sandbox();
});

afterEach(() => sandbox.remove());

test('the boot scripts neither overwrite file systems, detach volumes nor force repairs', () => {
  const scripts = readdirSync(BOOT)
    .filter((name) => name.endsWith('.sh'))
    .map((name) => readFileSync(path.join(BOOT, name), 'utf8').replace(/^\s*#.*$/gm, ''));
  expect(scripts.length).toBeGreaterThan(10);
  const text = scripts.join('\n');
  expect(text.match(/mkfs\S* .*/g)).toEqual(['mkfs.xfs -q -L "$LABEL" "$1"', 'mkfs.xfs && command -v cmp; } >/dev/null; then']);
  expect(text.match(/detach-volume|--force-detach|xfs_repair -|wipefs (?!--no-act)|\bdd\b/g)).toBeNull();
});

test('each step of the service is an existing script', () => {
  const unit = readFileSync(path.join(BOOT, 'stateful-instance.service'), 'utf8');
  const steps = [...unit.matchAll(/^Exec(\w+)=-?\/usr\/bin\/bash \/opt\/stateful-instance\/asset\/boot\/(.*)$/gm)].map(
    ([, when, script]) => `${when} ${script}`,
  );
  expect(steps).toEqual([
    'StartPre setup.sh',
    'StartPre volume.sh',
    'StartPre dns.sh',
    'StartPre secrets.sh',
    'StartPre prepare.sh',
    'Start run.sh',
    'StartPost started.sh',
    'Stop stop.sh',
    'StopPost release.sh',
  ]);
  expect(steps.filter((step) => !statSync(path.join(BOOT, step.split(' ')[1])).isFile())).toEqual([]);
});

describe('the systemd unit', () => {
  /** The settings of a unit, section by section. */
  const unit = (name: string): Record<string, string[]> =>
    Object.fromEntries(
      readFileSync(path.join(BOOT, name), 'utf8')
        .split(/^\[(?=\w+\]$)/m)
        .slice(1)
        .map((section) => [/^\w+/.exec(section)![0], section.split('\n').filter((line) => /^\w+=/.test(line))]),
    );

  test('restarts the service after ten seconds, without a limit', () => {
    const { Unit, Service } = unit('stateful-instance.service');
    expect(Service).toEqual(expect.arrayContaining(['Restart=always', 'RestartSec=10']));
    // In [Unit], where systemd looks for it: anywhere else, it gives up after five attempts.
    expect(Unit).toContain('StartLimitIntervalSec=0');
  });

  test('allows an attempt as long as the attachment of a volume takes', () => {
    expect(unit('stateful-instance.service').Service).toEqual(expect.arrayContaining(['Type=exec', 'TimeoutStartSec=infinity']));
  });

  test('runs the script for the time that the service runs half a minute after its last run', () => {
    expect(unit('stateful-instance-while-running.timer').Timer).toEqual(['OnActiveSec=30s', 'OnUnitInactiveSec=30s', 'AccuracySec=1s']);
    expect(unit('stateful-instance-while-running.service').Service).toEqual([
      'Type=oneshot',
      'ExecStart=/usr/bin/bash /opt/stateful-instance/asset/boot/while-running.sh',
      'TimeoutStartSec=30min',
    ]);
  });

  test('checks every five minutes whether the volume has grown', () => {
    expect(unit('stateful-instance-watch.timer').Timer).toEqual(['OnBootSec=5min', 'OnUnitActiveSec=5min']);
    expect(unit('stateful-instance-watch.service').Service).toEqual([
      'Type=oneshot',
      'ExecStart=/usr/bin/bash /opt/stateful-instance/asset/boot/watch.sh',
    ]);
  });
});

describe('install.sh', () => {
  const HOSTILE = 'a&b\\1 "c" \'d\' $(touch x) `e` %s @{x}\n\ttab';

  function values(...texts: string[]): void {
    sandbox.write('root/values', `\n${texts.map((text) => Buffer.from(text).toString('base64')).join('\n')}\n`);
  }

  test('replaces placeholders with values of any content', () => {
    const content = '<a>&amp;\\n @{value-0}|@{value-1}|@{value-10}|@{value-0}</a>\n\n';
    values(HOSTILE, 'two\n', ...Array.from({ length: 8 }, (_, i) => `v${i}`), 'eleven');
    sandbox.write('root/asset/host/etc/clickhouse-server/config.d/x.xml', content);
    sandbox.write('root/asset/container/environment', 'HOST=@{value-10}\n');
    expect(sandbox.run('install.sh').output).toBe('');
    expect(sandbox.read('host/etc/clickhouse-server/config.d/x.xml')).toBe(`<a>&amp;\\n ${HOSTILE}|two\n|eleven|${HOSTILE}</a>\n\n`);
    expect(sandbox.read('root/asset/container/environment')).toBe('HOST=eleven\n');
  });

  test('makes files of the container readable for all, and others for root only', () => {
    values('x');
    sandbox.write('root/asset/host/etc/x/y.xml', 'y');
    sandbox.run('install.sh');
    expect(statSync(sandbox.at('host/etc/x/y.xml')).mode & 0o777).toBe(0o444);
    expect(statSync(sandbox.at('host/etc/x')).mode & 0o777).toBe(0o755);
  });

  test('replaces placeholders in 60 KB within the time limit', () => {
    values('value');
    sandbox.write('root/asset/host/etc/big.xml', `${'<row>'.repeat(12_000)}@{value-0}`);
    const begun = Date.now();
    expect(sandbox.run('install.sh').status).toBe(0);
    expect(Date.now() - begun).toBeLessThan(10_000);
    expect(sandbox.read('host/etc/big.xml').endsWith('<row>value')).toBe(true);
  });

  test('installs the service for every boot, with time to stop', () => {
    values();
    sandbox.run('install.sh');
    expect(readdirSync(sandbox.at('host/etc/systemd/system')).sort()).toEqual([
      'stateful-instance-watch.service',
      'stateful-instance-watch.timer',
      'stateful-instance-while-running.service',
      'stateful-instance-while-running.timer',
      'stateful-instance.service',
      'stateful-instance.service.d',
    ]);
    expect(sandbox.read('host/etc/systemd/system/stateful-instance.service.d/settings.conf')).toBe(
      `[Unit]\nRequiresMountsFor=${sandbox.mountPoint}\n[Service]\nTimeoutStopSec=180\n`,
    );
    expect(sandbox.calls()).toEqual([
      'systemctl daemon-reload',
      'systemctl enable --now stateful-instance-watch.timer',
      'systemctl enable stateful-instance.service',
      'systemctl start --no-block stateful-instance.service',
    ]);
  });
});

describe('setup.sh', () => {
  test('installs nothing that exists, and pulls the image until it succeeds', () => {
    sandbox.write('cloud/pull.refused', '2');
    expect(sandbox.run('setup.sh').status).toBe(0);
    expect(sandbox.calls()).toEqual([
      'systemctl enable --now docker.service',
      'docker image inspect redpanda:1',
      ...Array<string>(3).fill('docker pull --quiet redpanda:1'),
    ]);
  });

  test('installs missing packages, with retries', () => {
    rmSync(sandbox.at('bin/mkfs.xfs'));
    sandbox.write('cloud/dnf.refused', '2');
    expect(sandbox.run('setup.sh', { PATH: `${sandbox.at('bin')}:/usr/bin:/bin` }).status).toBe(0);
    expect(sandbox.calls().filter((call) => call.startsWith('dnf'))).toEqual(
      Array(3).fill('dnf install --assumeyes --quiet docker xfsprogs diffutils'),
    );
  });

  test('does not pull an existing image', () => {
    sandbox.write('cloud/image', '');
    expect(sandbox.run('setup.sh').status).toBe(0);
    expect(sandbox.calls().filter((call) => call.startsWith('docker pull'))).toEqual([]);
  });

  test('fails if the registry cannot be reached', () => {
    sandbox.write('cloud/pull.refused', '99');
    const { status, output } = sandbox.run('setup.sh', { STATEFUL_INSTANCE_ATTEMPTS: '3' });
    expect({ status, output }).toEqual({
      status: 1,
      output: expect.stringContaining('the image redpanda:1 cannot be pulled: check the outbound access to its registry') as string,
    });
  });
});

describe('while-running.sh', () => {
  const SCRIPT = 'echo "$NAME $IMAGE $MOUNT_POINT $OWNER"\ntest -e "$BOOT/common.sh"\n';

  test('runs the script of the service once it has started', () => {
    sandbox.write('root/asset/container/while-running', SCRIPT);
    expect(sandbox.run('while-running.sh')).toEqual({ status: 0, output: '' });
    sandbox.write('run/started', '');
    expect(sandbox.run('while-running.sh')).toEqual({ status: 0, output: `redpanda redpanda:1 ${sandbox.mountPoint} 101:101\n` });
  });

  test('does nothing without one, and its timer is not enabled', () => {
    sandbox.write('run/started', '');
    sandbox.write('root/values', '');
    expect(sandbox.run('while-running.sh')).toEqual({ status: 0, output: '' });
    sandbox.run('install.sh');
    expect(sandbox.calls().join('\n')).not.toContain('while-running');
  });

  test('has a timer that is enabled with one', () => {
    sandbox.write('root/asset/container/while-running', SCRIPT);
    sandbox.write('root/values', '');
    sandbox.run('install.sh');
    expect(sandbox.calls()).toContain('systemctl enable --now stateful-instance-while-running.timer');
  });
});

describe('dns.sh and release.sh', () => {
  const record = (action: string) =>
    `route53 change-resource-record-sets --hosted-zone-id Z1 --output text --change-batch {"Changes":[{"Action":"${action}",     ` +
    '"ResourceRecordSet":{"Name":"kafka.example.internal","Type":"A","TTL":10,"ResourceRecords":[{"Value":"10.0.4.7"}]}}]}';

  test('point the name to this instance, also when the API is throttled', () => {
    sandbox.write('cloud/throttle.route53', '3');
    expect(sandbox.run('dns.sh').status).toBe(0);
    expect(sandbox.calls().at(-1)).toBe(record('UPSERT'));
    JSON.parse(sandbox.calls().at(-1)!.split('--change-batch ')[1]);
  });

  test.each([
    ['keep', 'only the service stops', 'running', '0', false],
    ['keep', 'the instance reboots or is replaced', 'stopping', '1', false],
    ['keep', 'the group does not exist', 'stopping', 'None', false],
    ['delete', 'the group has no more instances', 'stopping', '0', true],
  ])('%s the record when %s', (_, __, system, desired, taken) => {
    sandbox.write('cloud/system', system);
    sandbox.write('cloud/desired', desired);
    expect(sandbox.run('release.sh').status).toBe(0);
    expect(sandbox.calls().filter((call) => call.startsWith('route53'))).toEqual(taken ? [record('DELETE')] : []);
  });
});

describe('prepare.sh and started.sh', () => {
  test('runs the script before each start with its settings, and fails with it', () => {
    expect(sandbox.run('prepare.sh')).toEqual({ status: 0, output: '' });
    sandbox.write('root/asset/container/prepare', 'echo "$IMAGE $MOUNT_POINT $OWNER $SECRETS_DIR"\n');
    expect(sandbox.run('prepare.sh').output).toBe(`redpanda:1 ${sandbox.mountPoint} 101:101 ${sandbox.at('run/secrets')}\n`);
    sandbox.write('root/asset/container/prepare', 'false\necho no\n');
    expect(sandbox.run('prepare.sh')).toEqual({ status: 1, output: 'stateful-instance: the preparations of the service failed\n' });
  });

  test('waits for the port and for the script after each start', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    sandbox.write('root/asset/settings', sandbox.read('root/asset/settings').replace('PORT=1\n', `PORT=${port}\n`));
    sandbox.write('run/.keep', '');
    sandbox.write('root/asset/container/after-start', 'echo x >>"$CLOUD/tries"; (($(wc -l <"$CLOUD/tries") >= 2))\n');
    expect(await sandbox.start('started.sh', { MAINPID: String(process.pid) })).toEqual({
      status: 0,
      output: 'stateful-instance: redpanda answers\n',
    });
    expect([sandbox.has('run/started'), sandbox.read('cloud/tries')]).toEqual([true, 'x\nx\n']);
    server.close();
  });

  test('does not wait for a container that has ended', () => {
    const { status, output } = sandbox.run('started.sh', { MAINPID: '999999999' });
    expect({ status, output, started: sandbox.has('run/started') }).toEqual({
      status: 1,
      output: 'stateful-instance: the container ended before it answered\n',
      started: false,
    });
  });
});

describe('signal.sh', () => {
  const signals = () => sandbox.calls().filter((call) => call.startsWith('cloudformation'));

  test.each([
    ['reports success when the service has started', 'run/started', 'SUCCESS', 0],
    ['reports a failure when the volume was refused', 'run.refused', 'FAILURE', 1],
    ['reports a failure when the service does not start in time', 'nothing', 'FAILURE', 1],
  ])('%s', (_, file, signal, status) => {
    sandbox.write(file, '');
    expect(sandbox.run('signal.sh').status).toBe(status);
    expect(signals()).toEqual([`cloudformation signal-resource --stack-name Stack --logical-resource-id Group --unique-id i-1 --status ${signal}`]);
  });

  test('succeeds without a waiting deployment', () => {
    sandbox.write('run/started', '');
    sandbox.write('cloud/throttle.cloudformation', '1');
    expect(sandbox.run('signal.sh').status).toBe(0);
  });
});

describe('common.sh', () => {
  const script = (body: string) => sandbox.write('root/asset/boot/test.sh', `source "$(dirname "\${BASH_SOURCE[0]}")/common.sh"\n${body}\n`);

  test('writes messages to CloudWatch as JSON, and keeps the exit status', () => {
    script('say \'a "quoted" \\ word\'; say $\'two\\nlines\'; die "the end"');
    expect(sandbox.run('test.sh').status).toBe(1);
    const [put] = sandbox
      .read('cloud/calls')
      .split('\n')
      .filter((call) => call.startsWith('logs put-log-events'));
    expect(put).toMatch(/--log-group-name Logs --log-stream-name boot\/i-1 /);
    const events = JSON.parse(put.split('--log-events ')[1]) as { timestamp: number; message: string }[];
    expect(events.map(({ message }) => message)).toEqual(['test: a "quoted" \\ word', 'test: two lines', 'test: the end']);
    expect(Math.abs(events[0].timestamp - Date.now())).toBeLessThan(60_000);
  });

  test('continues if the log cannot be written', () => {
    sandbox.write('cloud/throttle.logs', '9');
    script('say x');
    expect(sandbox.run('test.sh')).toEqual({ status: 0, output: 'stateful-instance: x\n' });
  });

  test('fails for a missing setting', () => {
    script('value="$(setting NOTHING)"; echo never');
    expect(sandbox.run('test.sh')).toEqual({ status: 1, output: 'there is no setting NOTHING\n' });
  });

  test('increases pauses up to a limit', () => {
    sandbox.command('sleep', 'echo "$1" >>"$CLOUD/pauses"');
    script('retry false || echo "gave up"');
    expect(
      sandbox.run('test.sh', { STATEFUL_INSTANCE_FIRST_DELAY: '1', STATEFUL_INSTANCE_LONGEST_DELAY: '5', STATEFUL_INSTANCE_ATTEMPTS: '6' }).output,
    ).toBe('gave up\n');
    expect(sandbox.read('cloud/pauses')).toBe('1\n2\n4\n5\n5\n');
  });
});
