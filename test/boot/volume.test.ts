import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { Disk, sh } from '../helpers/boot/disk';
import { Sandbox, VOLUME } from '../helpers/boot/sandbox';

// The boot script that finds, formats and mounts the volume, on disks of this machine made of files, with the real mkfs.xfs, blkid and mount.

let sandbox: Sandbox;
let disk: Disk;

beforeEach(() => {
  sandbox = new Sandbox();
  disk = new Disk(sandbox);
  sandbox.volumes([{}]);
});

afterEach(() => {
  disk.remove();
  sandbox.remove();
});

function formatted(): number {
  return sandbox.calls().filter((call) => call.startsWith('mkfs')).length;
}

/** An instance that has been here before: formatted, used, and shut down. */
function used(): void {
  expect(sandbox.run('volume.sh').status).toBe(0);
  sh('umount', sandbox.mountPoint);
  disk.leaveCanary();
  sandbox.write('cloud/calls', '');
  sandbox.write('cloud/describes', '0');
}

/** What must be true of every start on a volume that holds data. */
function expectSameFileSystem(uuid: string): void {
  expect({ formatted: formatted(), uuid: disk.uuid, canary: readFileSync(path.join(sandbox.mountPoint, 'canary'), 'utf8') }).toEqual({
    formatted: 0,
    uuid,
    canary: 'alive',
  });
}

test('first boot: the blank volume is attached, formatted once, mounted, and belongs to who runs in the container', () => {
  sandbox.write('root/asset/container/folders', `${sandbox.mountPoint}/data\n`);
  const { status, output } = sandbox.run('volume.sh');
  expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining(`the volume ${VOLUME} is blank: making a file system`) as string });
  expect(sandbox.calls()).toEqual([
    expect.stringMatching(/^ec2 describe-volumes /),
    `ec2 attach-volume --volume-id ${VOLUME} --instance-id i-1 --device /dev/sdf`,
    expect.stringMatching(
      /^ec2 describe-volumes .*Name=tag:cdk-posthog:volume,Values=Stack\/Kafka\/Instance Name=status,Values=creating,available,in-use,error /,
    ),
    `mkfs.xfs -q -L posthog-data ${disk.device}`,
  ]);
  expect(sh('findmnt', '--noheadings', '--output', 'SOURCE,FSTYPE,LABEL', '--mountpoint', sandbox.mountPoint).split(/\s+/)).toEqual([
    disk.device,
    'xfs',
    'posthog-data',
  ]);
  expect(sh('findmnt', '--noheadings', '--output', 'OPTIONS', '--mountpoint', sandbox.mountPoint)).toContain('noatime');
  for (const folder of ['', 'data']) {
    const { uid, gid, mode } = statSync(path.join(sandbox.mountPoint, folder));
    expect([uid, gid, mode & 0o777]).toEqual([101, 101, 0o755]);
  }
  expect(sandbox.read('mnt/.cdk-posthog/holder')).toBe('i-1\n');
});

test('reboot: the volume is still attached, and is mounted as it is', () => {
  used();
  const { uuid } = disk;
  expect(sandbox.run('volume.sh').status).toBe(0);
  expectSameFileSystem(uuid);
  expect(sandbox.calls().filter((call) => call.startsWith('ec2 attach-volume'))).toEqual([]);
});

test('a restart of the service changes nothing of what is mounted', () => {
  used();
  const { uuid } = disk;
  for (let i = 0; i < 3; i++) {
    expect(sandbox.run('volume.sh').status).toBe(0);
  }
  expectSameFileSystem(uuid);
  expect(sh('findmnt', '--noheadings', '--output', 'SOURCE', '--mountpoint', sandbox.mountPoint)).toBe(disk.device);
});

test('replaced instance: the new one attaches the volume, and logs the previous instance', () => {
  used();
  const { uuid } = disk;
  sandbox.volumes([{}]);
  sandbox.instance = 'i-2';
  expect(sandbox.run('volume.sh').output).toContain(`the volume ${VOLUME} is held by i-2 now, and was by i-1`);
  expectSameFileSystem(uuid);
  expect(sandbox.read('mnt/.cdk-posthog/holder')).toBe('i-2\n');
});

test('an instance that lost its power: the journal is played back, and nothing is formatted', () => {
  used();
  const { uuid } = disk;
  expect(sandbox.run('volume.sh').status).toBe(0);
  // The file system stops in the middle of what it does, as if the power had gone; its journal is not empty.
  sh('xfs_io', '-x', '-c', 'shutdown', sandbox.mountPoint);
  sh('umount', sandbox.mountPoint);
  expect(sandbox.run('volume.sh').status).toBe(0);
  expectSameFileSystem(uuid);
});

test('volume still attached elsewhere: it waits until the other instance has let go, and never makes it', () => {
  used();
  const { uuid } = disk;
  sandbox.instance = 'i-2';
  sandbox.volumes([{ state: 'in-use', holder: 'i-1', attachment: 'attached' }]);
  sandbox.volumes([{ state: 'in-use', holder: 'i-1', attachment: 'detaching' }], 4);
  sandbox.volumes([{}], 6);
  const { status, output } = sandbox.run('volume.sh');
  expect(status).toBe(0);
  expect(output.split('\n').filter((line) => line.includes('waiting'))).toEqual([
    `stateful-instance: waiting for the volume ${VOLUME}, which is in-use, attached to i-1`,
    `stateful-instance: waiting for the volume ${VOLUME}, which is in-use, detaching to i-1`,
  ]);
  expectSameFileSystem(uuid);
  expect(sandbox.calls().filter((call) => /detach|force/.test(call))).toEqual([]);
});

test('volume attached elsewhere for good: the attempt ends, and the next one may come', () => {
  used();
  const same = disk.keep();
  sandbox.instance = 'i-2';
  sandbox.volumes([{ state: 'in-use', holder: 'i-1', attachment: 'attached' }]);
  const { status, output } = sandbox.run('volume.sh', { STATEFUL_INSTANCE_PATIENCE: '1' });
  expect({ status, output }).toEqual({ status: 1, output: expect.stringContaining(`the volume ${VOLUME} is still in-use, held by i-1`) as string });
  expect({ refused: sandbox.has('run.refused'), formatted: formatted(), same: same() }).toEqual({ refused: false, formatted: 0, same: true });
});

test('two instances at once: one gets the volume, and the other waits in vain', async () => {
  used();
  sandbox.volumes([{}]);
  const other = new Sandbox({ MOUNT_POINT: sandbox.at('other') });
  other.instance = 'i-2';
  // Both see one cloud.
  const env = { CLOUD: sandbox.at('cloud'), STATEFUL_INSTANCE_PATIENCE: '1' };
  const ends = await Promise.all([sandbox.start('volume.sh', env), other.start('volume.sh', env)]);
  expect(ends.map(({ status }) => status).sort()).toEqual([0, 1]);
  const winner = ends[0].status === 0 ? sandbox.mountPoint : sandbox.at('other');
  expect(readFileSync(path.join(winner, 'canary'), 'utf8')).toBe('alive');
  expect(sh('findmnt', '--noheadings', '--raw', '--output', 'TARGET', '--source', disk.device).split('\n')).toEqual([winner]);
  expect(formatted()).toBe(0);
  other.remove();
});

test('EC2 refuses to attach for a moment: it asks again', () => {
  used();
  const { uuid } = disk;
  sandbox.volumes([{}]);
  sandbox.write('cloud/attach.refused', '2');
  expect(sandbox.run('volume.sh').status).toBe(0);
  expectSameFileSystem(uuid);
});

test('API throttled: it asks again, and nothing is taken for missing', () => {
  used();
  const { uuid } = disk;
  sandbox.write('cloud/throttle.ec2', '4');
  expect(sandbox.run('volume.sh').status).toBe(0);
  expectSameFileSystem(uuid);
});

test('API throttled for long: the attempt ends, with nothing touched', () => {
  used();
  const same = disk.keep();
  sandbox.write('cloud/throttle.ec2', '99');
  const { status, output } = sandbox.run('volume.sh', { STATEFUL_INSTANCE_ATTEMPTS: '3' });
  expect({ status, output }).toEqual({ status: 1, output: expect.stringContaining('EC2 does not say which volumes there are') as string });
  expect({ refused: sandbox.has('run.refused'), same: same() }).toEqual({ refused: false, same: true });
});

test('volume grown: the file system is as large at the next start', () => {
  used();
  const { uuid } = disk;
  disk.grow(512);
  expect(sandbox.run('volume.sh').status).toBe(0);
  expectSameFileSystem(uuid);
  expect(Number(sh('stat', '--file-system', '--format', '%b', sandbox.mountPoint)) * 4096).toBeGreaterThan(750 * 1024 * 1024);
});

test('volume grown while the service runs: the file system grows without a restart', () => {
  used();
  const { uuid } = disk;
  sandbox.run('volume.sh');
  expect(sandbox.run('watch.sh')).toEqual({ status: 0, output: '' });
  disk.grow(512);
  expect(sandbox.run('watch.sh')).toEqual({ status: 0, output: expect.stringMatching(/the file system grew from \d+ to \d+ blocks/) as string });
  expect(Number(sh('stat', '--file-system', '--format', '%b', sandbox.mountPoint)) * 4096).toBeGreaterThan(750 * 1024 * 1024);
  expectSameFileSystem(uuid);
});

test('nothing is mounted: the watch leaves the root disk alone', () => {
  expect(sandbox.run('watch.sh')).toEqual({ status: 0, output: '' });
});

test('restored from a snapshot: the volume is taken as it is', () => {
  used();
  const { uuid } = disk;
  sandbox.volumes([{ snapshot: 'snap-1' }]);
  sandbox.instance = 'i-9';
  expect(sandbox.run('volume.sh').status).toBe(0);
  expectSameFileSystem(uuid);
});
