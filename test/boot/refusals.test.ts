import { Disk, sh } from '../helpers/boot/disk';
import { Sandbox, VOLUME } from '../helpers/boot/sandbox';

// The script does not change a volume with contents that it has not created.

const MIB = 1024 * 1024;

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

/** A start that must be refused, with every byte of the disk as it was. */
function expectRefusal(message: string | RegExp): void {
  const same = disk.keep();
  const { status, output } = sandbox.run('volume.sh');
  expect({ status, output }).toEqual({ status: 1, output: expect.stringMatching(message) as string });
  expect(sandbox.read('run.refused')).toMatch(message);
  expect(sandbox.calls().filter((call) => call.startsWith('mkfs'))).toEqual([]);
  expect(same()).toBe(true);
}

test('another file system, with a file in it', () => {
  sh('mkfs.ext4', '-q', '-L', 'clickhouse', disk.device);
  disk.leaveCanary();
  expectRefusal(`the volume ${VOLUME} is left as it is: it holds ext4 labelled clickhouse, where xfs labelled posthog-data should be`);
  expect(disk.canary).toBe('alive');
});

test('an XFS of somebody else, with a file in it', () => {
  sh('mkfs.xfs', '-q', disk.device);
  disk.leaveCanary();
  expectRefusal('it holds xfs, where xfs labelled posthog-data should be');
  expect(disk.canary).toBe('alive');
});

test('a partition table', () => {
  // One partition of Linux, from sector 2048 on.
  disk.put(Buffer.from('80000000830000000008000000000800', 'hex'), 446);
  disk.put(Buffer.from([0x55, 0xaa]), 510);
  expectRefusal('it holds a partition table, where xfs labelled posthog-data should be');
});

test('swap space', () => {
  sh('mkswap', disk.device);
  expectRefusal('it holds swap, where xfs labelled posthog-data should be');
});

test('two things at once', () => {
  sh('mkfs.ext4', '-q', disk.device);
  // The mark of swap space, which is in another place than that of ext4.
  disk.put(Buffer.from('SWAPSPACE2'), 4096 - 10);
  expectRefusal(/it holds (more than one thing|ext4|swap)/);
});

test.each([
  ['at its beginning', 4096],
  ['in its first mebibytes', 15 * MIB],
  ['a quarter in, where XFS keeps a copy of its description', 80 * MIB],
  ['in the middle', 160 * MIB + 100],
  ['at its end', 320 * MIB - 1],
])('a single byte of something unknown, %s', (_, at) => {
  disk.put(Buffer.from([1]), at);
  expectRefusal('it holds data without a file system that is known');
});

test('the volume of this instance, whose beginning is lost', () => {
  expect(sandbox.run('volume.sh').status).toBe(0);
  sh('umount', sandbox.mountPoint);
  disk.leaveCanary();
  sandbox.write('cloud/calls', '');
  disk.put(Buffer.alloc(16 * MIB), 0);
  expect(sh('bash', '-c', `blkid --probe ${disk.device} || echo $?`)).toBe('2');
  expectRefusal('it holds data without a file system that is known');
});

test('the volume of this instance, damaged so that it cannot be mounted: not refused for good, and not formatted', () => {
  expect(sandbox.run('volume.sh').status).toBe(0);
  sh('umount', sandbox.mountPoint);
  disk.leaveCanary();
  sandbox.write('cloud/calls', '');
  // What follows the description of the file system: where its free space and its inodes are.
  disk.put(Buffer.alloc(3 * 512), 512);
  const { status, output } = sandbox.run('volume.sh');
  expect({ status, output }).toEqual({ status: 1, output: expect.stringContaining('cannot be mounted; see `dmesg` and xfs_repair(8)') as string });
  expect({ calls: sandbox.calls().filter((call) => call.startsWith('mkfs')), refused: sandbox.has('run.refused') }).toEqual({
    calls: [],
    refused: false,
  });
  // What the message says to do brings the file back.
  sh('xfs_repair', disk.device);
  expect(disk.canary).toBe('alive');
});

test('a blank volume that comes from a snapshot', () => {
  sandbox.volumes([{ snapshot: 'snap-1' }]);
  expectRefusal(`the volume ${VOLUME} comes from the snapshot snap-1, and yet there is nothing on it`);
});

test('more than one volume with the tag: nobody but a human knows which has the data', () => {
  sandbox.volumes([{}, { id: 'vol-2' }]);
  expectRefusal(
    /more than one volume has the tag cdk-posthog:volume=Stack\/Kafka\/Instance; take it from all but the one with the data: vol-0123456789abcdef0 vol-2/,
  );
});

test('a volume in another zone', () => {
  sandbox.volumes([{ zone: 'eu-central-1b' }]);
  expectRefusal(`the volume ${VOLUME} is in eu-central-1b and this instance in eu-central-1a`);
});

test('a volume in error', () => {
  sandbox.volumes([{ state: 'error' }]);
  expectRefusal(`EC2 says that the volume ${VOLUME} is in error`);
});

test('something else that is mounted where the volume belongs', () => {
  sh('mount', '-t', 'tmpfs', 'tmpfs', sandbox.mountPoint);
  expectRefusal(`tmpfs is mounted on ${sandbox.mountPoint}, where the volume ${VOLUME} belongs`);
});

test('volume missing: the attempt fails, and is not refused for good, for it may be a moment late', () => {
  sandbox.volumes([]);
  const { status, output } = sandbox.run('volume.sh');
  expect({ status, output }).toEqual({
    status: 1,
    output: expect.stringContaining('no volume has the tag cdk-posthog:volume=Stack/Kafka/Instance') as string,
  });
  expect(sandbox.has('run.refused')).toBe(false);
  sandbox.volumes([{ state: 'creating' }]);
  sandbox.volumes([{}], 4);
  expect(sandbox.run('volume.sh').status).toBe(0);
});

test('a refusal ends when its reason does', () => {
  sandbox.volumes([{}, { id: 'vol-2' }]);
  expectRefusal('more than one volume');
  sandbox.volumes([{}]);
  expect(sandbox.run('volume.sh').status).toBe(0);
  expect(sandbox.has('run.refused')).toBe(false);
});

test('a device that never appears: the attempt ends', () => {
  sandbox.volumes([{ state: 'in-use', holder: 'i-1', attachment: 'attached' }]);
  const { status, output } = sandbox.run('volume.sh');
  expect({ status, output }).toEqual({ status: 1, output: expect.stringContaining(`the volume ${VOLUME} is attached, but`) as string });
});
