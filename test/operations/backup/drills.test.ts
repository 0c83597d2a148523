import { DescribeTasksCommand, ECSClient, RunTaskCommand } from '@aws-sdk/client-ecs';
import { BackupManifest } from '../../../lib/operations/backup/backup-manifest';
import { BackupBucket } from '../../../lib/operations/backup/functions/backup-bucket.lambda';
import { Drills, drillResultKey, DrillState } from '../../../lib/operations/backup/functions/drills.lambda';

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;
const BACKUP: BackupManifest = { name: '20261130T030000Z-full', kind: 'full', state: 'done', started: '2026-11-30T03:00:00.000Z', tables: [] };
const TASK = { cluster: 'c', taskDefinition: 't', container: 'restore-drill', subnets: ['s'], securityGroup: 'g', interval: 30 * DAY };

let objects: Map<string, string>;
let now: number;
let started: (string | undefined)[];
let status: string;

/** A bucket in memory, with the methods that drills use. */
const BUCKET = {
  get: (key: string) => Promise.resolve(objects.get(key)),
  put: (key: string, value: object) => Promise.resolve(void objects.set(key, JSON.stringify(value))),
  delete: (keys: readonly string[]) => Promise.resolve(keys.forEach((key) => objects.delete(key))),
} as unknown as BackupBucket;

const ECS = {
  send: (command: unknown) => {
    if (command instanceof RunTaskCommand) {
      started.push(command.input.overrides?.containerOverrides?.[0].environment?.[0].value);
      return Promise.resolve({ tasks: [{ taskArn: 'task' }] });
    }
    expect(command).toBeInstanceOf(DescribeTasksCommand);
    return Promise.resolve({ tasks: [{ lastStatus: status, stoppedReason: 'OutOfMemory', containers: [{ exitCode: 137 }] }] });
  },
} as unknown as ECSClient;

const reconcile = (last: BackupManifest | undefined = BACKUP) => new Drills(TASK, BUCKET, ECS, () => now).reconcile(last);
const state = () => JSON.parse(objects.get('clickhouse/drills/state.json')!) as DrillState;

beforeEach(() => {
  objects = new Map();
  now = Date.parse('2026-12-01T00:00:00Z');
  started = [];
  status = 'RUNNING';
  jest.spyOn(console, 'log').mockImplementation();
  jest.spyOn(console, 'error').mockImplementation();
});

function finish(outcome: 'passed' | 'failed'): void {
  objects.set(drillResultKey(BACKUP.name), JSON.stringify({ outcome, message: 'as the test says', time: new Date(now).toISOString() }));
}

test('the first drill starts with the first backup, and its age counts from the first run', async () => {
  expect(await new Drills(TASK, BUCKET, ECS, () => now).reconcile(undefined)).toBe(0);
  expect(started).toEqual([]);
  now += HOUR;
  expect(await reconcile()).toBe(3600);
  expect(started).toEqual([BACKUP.name]);
});

test('a drill that passed sets the age back, and the next one follows after the interval', async () => {
  await reconcile();
  now += HOUR;
  expect(await reconcile()).toBe(3600);
  finish('passed');
  expect(await reconcile()).toBe(0);
  now += 30 * DAY - 1;
  await reconcile();
  expect(started).toHaveLength(1);
  now += 1;
  expect(await reconcile()).toBe(30 * 86_400);
  expect(started).toHaveLength(2);
});

test('a drill that failed is repeated after a day, and its age goes on', async () => {
  await reconcile();
  now += HOUR;
  finish('failed');
  expect(await reconcile()).toBe(3600);
  expect(state().lastFailed).toMatchObject({ backup: BACKUP.name, message: 'as the test says' });
  now += DAY - 1;
  await reconcile();
  expect(started).toHaveLength(1);
  now += 1;
  await reconcile();
  expect(started).toHaveLength(2);
});

test('a task that ends without a result, or runs for more than a day, is a failed drill', async () => {
  await reconcile();
  status = 'STOPPED';
  now += HOUR;
  await reconcile();
  expect(state().lastFailed?.message).toBe('its task ended without a result: OutOfMemory; exit code 137');
  status = 'RUNNING';
  now += DAY;
  await reconcile();
  now += DAY;
  await reconcile();
  expect(state().lastFailed?.message).toBe('it has run for more than a day');
});

test('a backup whose record was lost has nothing to compare with, and no drill', async () => {
  await reconcile({ ...BACKUP, tables: undefined });
  expect(started).toEqual([]);
});
