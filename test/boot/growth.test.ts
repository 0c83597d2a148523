import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Disk, sh } from '../helpers/boot/disk';
import { Sandbox, VOLUME } from '../helpers/boot/sandbox';

// The part of watch.sh that measures and enlarges the volume, on disks of this machine made of sparse files.

const GIB = 1024 ** 3;
const HOUR = 3600;
const NOW = 1_800_000_000;

let sandbox: Sandbox;
let disk: Disk;

/** A volume of 40 GiB in use, with a limit of 160. */
beforeEach(() => {
  sandbox = new Sandbox();
  disk = new Disk(sandbox, 40 * 1024);
  sh('mkfs.xfs', '-q', '-L', 'posthog-data', disk.device);
  sh('mount', disk.device, sandbox.mountPoint);
  sandbox.write('cloud/size', `${VOLUME}\t40\n`);
  sandbox.write('cloud/limit', '160\n');
  sandbox.write('cloud/image', sandbox.at('disk.img'));
  sandbox.write('cloud/modifications.next', 'None\nmodifying\noptimizing\n');
});

afterEach(() => {
  disk.remove();
  sandbox.remove();
});

/** Allocates space in the file system. */
function fill(gibibytes: number): void {
  sh('fallocate', '-l', String(gibibytes * GIB), path.join(sandbox.mountPoint, `fill-${gibibytes}`));
}

/** Writes samples of the last hours: of each, the bytes in use. */
function samples(...hoursAndGib: readonly (readonly [number, number])[]): void {
  sandbox.write('root/state/samples', hoursAndGib.map(([hours, gib]) => `${NOW - hours * HOUR} ${Math.round(gib * GIB)}\n`).join(''));
}

function watch(env: Record<string, string> = {}) {
  return sandbox.run('watch.sh', { STATEFUL_INSTANCE_NOW: String(NOW), ...env });
}

function said(env: Record<string, string> = {}): string[] {
  const { status, output } = watch(env);
  expect({ status, output }).toMatchObject({ status: 0 });
  return output
    .split('\n')
    .filter((line) => line.startsWith('stateful-instance: '))
    .map((line) => line.replace('stateful-instance: ', ''));
}

function modifications(): string[] {
  return sandbox.calls().filter((call) => call.startsWith('ec2 modify-volume'));
}

interface Published {
  readonly _aws: unknown;
  readonly Volume: string;
  readonly VolumeUsedPercent: number;
  readonly VolumeHoursToFull?: number;
}

/** The metrics of the last run, as CloudWatch gets them. */
function published(): Published {
  const puts = sandbox
    .read('cloud/calls')
    .split('\n')
    .filter((call) => call.startsWith('logs put-log-events') && call.includes('--log-stream-name volume/i-1'));
  const [{ timestamp, message }] = JSON.parse(puts.at(-1)!.split('--log-events ')[1]) as { timestamp: number; message: string }[];
  expect(timestamp).toBe(NOW * 1000);
  return JSON.parse(message) as Published;
}

function gibibytes(): number {
  return (Number(sh('stat', '--file-system', '--format', '%b', sandbox.mountPoint)) * 4096) / GIB;
}

describe('the metrics', () => {
  test('have the used part in percent in the embedded metric format, and no time to full without a trend', () => {
    fill(20);
    expect(said()).toEqual([]);
    const metrics = published();
    expect(metrics).toEqual({
      _aws: {
        Timestamp: NOW * 1000,
        CloudWatchMetrics: [{ Namespace: 'PostHog', Dimensions: [['Volume']], Metrics: [{ Name: 'VolumeUsedPercent', Unit: 'Percent' }] }],
      },
      Volume: 'Stack/Kafka/Instance',
      VolumeUsedPercent: expect.any(Number) as number,
    });
    expect(metrics.VolumeUsedPercent).toBeGreaterThan(50);
    expect(metrics.VolumeUsedPercent).toBeLessThan(53);
  });

  test('have the time until the limit is full, by the slope of the last day', () => {
    fill(10);
    samples([30, 900], [20, 5], [15, 6.25], [10, 7.5], [5, 8.75]);
    said();
    const { VolumeHoursToFull } = published();
    // A quarter of a GiB an hour, and 150 GiB are left to the limit.
    expect(VolumeHoursToFull).toBeGreaterThan(500);
    expect(VolumeHoursToFull).toBeLessThan(620);
    expect(sandbox.read('root/state/samples').split('\n')).toHaveLength(6);
  });

  test('have the longest time for a volume that does not fill', () => {
    samples([20, 30], [10, 20]);
    said();
    expect(published().VolumeHoursToFull).toBe(8760);
  });

  test('have no time to full before there are samples of six hours', () => {
    samples([5, 0.1]);
    said();
    expect(published().VolumeHoursToFull).toBeUndefined();
  });

  test('have the time until the volume itself is full if the limit cannot be read', () => {
    fill(10);
    samples([10, 8]);
    sandbox.write('cloud/throttle.autoscaling', '99');
    expect(said()).toEqual(['the tag with the maximum size of the volume cannot be read']);
    expect(published().VolumeHoursToFull).toBeLessThan(200);
  });

  test('are published although the log service fails, with the volume as it is', () => {
    sandbox.write('cloud/throttle.logs', '99');
    expect(said()).toEqual([]);
  });
});

describe('a volume that fills', () => {
  test('grows by a quarter at 75 percent, and its file system once EC2 has the new size', () => {
    fill(31);
    const { uuid } = disk;
    expect(said()).toEqual([
      expect.stringMatching(new RegExp(`^the volume ${VOLUME} is 7[789]\\.\\d % full: it grows from 40 to 50 GiB, of at most 160$`)) as string,
      expect.stringMatching(/^the file system grew from \d+ to \d+ blocks$/) as string,
    ]);
    expect(modifications()).toEqual([`ec2 modify-volume --volume-id ${VOLUME} --size 50`]);
    expect(gibibytes()).toBeGreaterThan(49);
    expect(disk.uuid).toBe(uuid);
    expect(said()).toEqual([]);
    expect(modifications()).toHaveLength(1);
  });

  test('stays as it is below 75 percent, without a request to EC2', () => {
    fill(28);
    expect(said()).toEqual([]);
    expect(sandbox.calls().filter((call) => call.startsWith('ec2'))).toEqual([]);
  });

  test('grows at 50 percent, by the space of two days, if it would be full within a day', () => {
    fill(24);
    samples([12, 12], [6, 18]);
    expect(said()[0]).toContain('it grows from 40 to 99 GiB');
    expect(published().VolumeHoursToFull).toBeLessThan(200);
  });

  test('stays as it is at 50 percent if it would be full in two days', () => {
    fill(24);
    samples([12, 20.4], [6, 22.4]);
    expect(said()).toEqual([]);
  });

  test('does not grow beyond its limit, and reports the limit once', () => {
    fill(31);
    sandbox.write('cloud/limit', '45\n');
    expect(said()[0]).toContain('it grows from 40 to 45 GiB, of at most 45');
    fill(5);
    const full = `the volume ${VOLUME} is filling, and has reached its maximum of 45 GiB: raise \`maxVolumeSize\``;
    expect([said(), said()]).toEqual([[full], []]);
    expect(modifications()).toHaveLength(1);
    sandbox.write('cloud/limit', '60\n');
    sandbox.write('cloud/modifications', 'completed\n');
    expect(said()[0]).toContain('it grows from 45 to 57 GiB');
  });

  test('does not grow without a limit', () => {
    fill(31);
    sandbox.write('cloud/limit', 'None\n');
    expect([said(), said()]).toEqual([['the volume is filling, and has no maximum size that it may grow to'], []]);
    expect(modifications()).toEqual([]);
  });

  test('grows although EC2 throttles its first requests', () => {
    fill(31);
    sandbox.write('cloud/throttle.ec2', '3');
    expect(said()[0]).toContain('it grows from 40 to 50 GiB');
  });

  test.each(['VolumeModificationRateExceeded', 'IncorrectModificationState'])('is tried again after %s, which is reported once', (code) => {
    fill(31);
    sandbox.write('cloud/modify.error', code);
    const refused = [
      `the volume ${VOLUME} is filling, and EC2 does not change it again so soon (four times in 24 hours, or once in six): trying again`,
    ];
    expect([said(), said()]).toEqual([refused, []]);
    expect(modifications()).toHaveLength(2);
    sh('rm', sandbox.at('cloud/modify.error'));
    expect(said()[0]).toContain('it grows from 40 to 50 GiB');
  });

  test('reports another refusal of EC2 with its words', () => {
    fill(31);
    sandbox.write('cloud/modify.error', 'UnauthorizedOperation');
    expect(said()).toEqual([
      `EC2 refuses to enlarge the volume ${VOLUME}: An error occurred (UnauthorizedOperation) when calling the ModifyVolume operation: no`,
    ]);
  });

  test.each(['modifying', 'optimizing'])('is not changed while EC2 is %s it', (state) => {
    fill(31);
    sandbox.write('cloud/modifications', `${state}\n`);
    sh('rm', sandbox.at('cloud/image'));
    expect([said(), said()]).toEqual([[`the volume ${VOLUME} is filling, and its last change is not complete: EC2 is ${state} it`], []]);
    expect(modifications()).toEqual([]);
  });

  test('is left to the next run if the change takes longer, and is not changed a second time', () => {
    fill(31);
    sandbox.write('cloud/modifications.next', 'modifying\n');
    expect(said({ STATEFUL_INSTANCE_PATIENCE: '1' }).at(-1)).toBe(`the volume ${VOLUME} is still being enlarged; the file system follows`);
    expect(said()).toEqual([`the volume ${VOLUME} has 50 GiB, and ${disk.device} does not have them yet`]);
    disk.grow(10 * 1024);
    expect(said()).toEqual([expect.stringMatching(/^the file system grew/) as string]);
    expect(gibibytes()).toBeGreaterThan(49);
    expect(modifications()).toHaveLength(1);
  });

  test('grows later if the device still has the old size when EC2 is done', () => {
    fill(31);
    sh('rm', sandbox.at('cloud/image'));
    expect(said()).toHaveLength(1);
    expect(gibibytes()).toBeLessThan(41);
    expect(said()).toEqual([`the volume ${VOLUME} has 50 GiB, and ${disk.device} does not have them yet`]);
    disk.grow(10 * 1024);
    expect(said()[0]).toMatch(/^the file system grew/);
  });

  test('is tried again if EC2 fails to enlarge it', () => {
    fill(31);
    sandbox.write('cloud/modifications.next', 'modifying\nfailed\n');
    expect(said().at(-1)).toBe(`EC2 could not enlarge the volume ${VOLUME}, trying again`);
    sandbox.write('cloud/size', `${VOLUME}\t40\n`);
    sandbox.write('cloud/modifications.next', 'optimizing\n');
    expect(said()[0]).toContain('it grows from 40 to 50 GiB');
  });

  test.each([
    ['no volume', ''],
    ['two volumes', `${VOLUME}\t40\nvol-2\t40\n`],
  ])('is not changed if EC2 describes %s', (_, answer) => {
    fill(31);
    sandbox.write('cloud/size', answer);
    const { status, output } = watch();
    expect({ status, output }).toMatchObject({ status: 1, output: expect.stringContaining('EC2 does not describe exactly one') as string });
    expect(modifications()).toEqual([]);
  });

  test('keeps its samples on the root disk, and ignores damaged ones', () => {
    sandbox.write('root/state/samples', 'x y\n\n1 2 3\n');
    said();
    expect(readFileSync(sandbox.at('root/state/samples'), 'utf8')).toMatch(new RegExp(`^${NOW} \\d+\\n$`));
  });
});
