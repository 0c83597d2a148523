import { restoreSteps, DISASTERS, Disaster } from '../../../cli/restore/steps';
import { installationOf } from '../../../cli/restore/installation';
import { Template } from 'aws-cdk-lib/assertions';
import { newStack } from '../../helpers/stack';
import { newBackup } from '../../operations/backup/fixtures';

const POINT = {
  bucketUrl: 'https://backups.s3.eu-central-1.amazonaws.com',
  name: '20261130T030000Z-full',
  kafkaTables: ['kafka_events_json', 'kafka_person'],
};

function installation() {
  const stack = newStack();
  newBackup(stack);
  const template = Template.fromStack(stack).toJSON() as Parameters<typeof installationOf>[0][0]['template'];
  return installationOf([{ stack: 'Analytics', file: 'Analytics.template.json', template, has: () => true }]);
}

const lines = (disaster: Disaster, table?: string) => restoreSteps(disaster, installation(), { point: POINT, table }).flatMap((step) => step.lines);

test('it finds the bucket, the database, the server and the volumes in the templates', () => {
  expect(installation()).toMatchObject({
    bucket: { stack: 'Analytics', id: expect.stringMatching(/^Backup/) as string },
    database: 'posthog',
    rds: { stack: 'Analytics', isCluster: false },
    vault: { stack: 'Analytics' },
    volumes: [
      { tag: 'Stack/Kafka/Instance', isClickHouse: false },
      { tag: 'Stack/ClickHouse/Server1', isClickHouse: true, gibibytes: 200 },
    ],
  });
  expect(() => installationOf([])).toThrow(/no stack backs up ClickHouse/);
});

test('a whole ClickHouse is restored without its Kafka tables, which follow one by one', () => {
  const location = "S3('https://backups.s3.eu-central-1.amazonaws.com/clickhouse/backups/20261130T030000Z-full')";
  expect(lines('volume').filter((line) => line.startsWith('RESTORE'))).toEqual([
    `RESTORE DATABASE \`posthog\` EXCEPT TABLES \`posthog\`.\`kafka_events_json\`, \`posthog\`.\`kafka_person\` FROM ${location};`,
    `RESTORE TABLE \`posthog\`.\`kafka_events_json\` FROM ${location};`,
    `RESTORE TABLE \`posthog\`.\`kafka_person\` FROM ${location};`,
  ]);
});

test('rows of a table are kept before it is dropped and restored', () => {
  const statements = lines('table', 'sharded_events').filter((line) => /^(CREATE|DROP|RESTORE)/.test(line));
  expect(statements.map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([
    'CREATE TABLE `posthog`.`sharded_events_before_restore`',
    'DROP TABLE `posthog`.`sharded_events`',
    'RESTORE TABLE `posthog`.`sharded_events`',
    'DROP TABLE `posthog`.`sharded_events_before_restore`;',
  ]);
});

test('no step restores into tables with rows, which would double them', () => {
  const all = (Object.keys(DISASTERS) as Disaster[]).flatMap((disaster) => lines(disaster, 'person'));
  expect(all.filter((line) => /allow_non_empty_tables\s*=/.test(line))).toEqual([]);
});

test('a database is restored as another server, and the old one stays', () => {
  const commands = lines('database').join('\n');
  expect(commands).toContain('restore-db-instance-to-point-in-time');
  expect(commands).not.toMatch(/delete-db/);
});

test('a time to restore a database to is given as the AWS CLI expects it for an instance and for a cluster, and each wait is for what was started', () => {
  const steps = (isCluster: boolean) => {
    const rds = { stack: 'Analytics', id: 'Database', isCluster };
    return restoreSteps('database', { ...installation(), rds }, { point: POINT })
      .flatMap((step) => step.lines)
      .filter((line) => line.startsWith('aws rds'))
      .join('\n');
  };
  expect(steps(false)).toContain(' --restore-time ');
  expect(steps(false)).toContain('aws rds wait db-snapshot-available --db-snapshot-identifier');
  expect(steps(true)).toContain(' --restore-to-time ');
  expect(steps(true)).toContain('aws rds wait db-cluster-snapshot-available --db-cluster-snapshot-identifier');
  expect(steps(false)).toContain('--db-subnet-group-name "$SUBNETS"');
});

test('services are stopped before the data is restored, with scaling suspended before, and started with their old numbers of tasks at the end', () => {
  for (const disaster of ['volume', 'database', 'upgrade'] as const) {
    const commands = lines(disaster);
    const at = (text: string) => commands.findIndex((line) => line.includes(text));
    const restored = at(disaster === 'database' ? 'restore-db-instance' : 'RESTORE DATABASE');
    expect(at('DynamicScalingOutSuspended=true')).toBeLessThan(at('--desired-count 0'));
    expect(at('--desired-count 0')).toBeLessThan(restored);
    expect(at('--desired-count "$COUNT"')).toBeGreaterThan(restored);
    expect(at('DynamicScalingOutSuspended=false')).toBeGreaterThan(at('--desired-count "$COUNT"'));
  }
});

test('in a copied bucket, incremental backups get the new location of their base before they are restored', () => {
  const commands = lines('region');
  const change = commands.findIndex((line) => line.includes('/<base_backup>/s#$OLD#$NEW#'));
  expect(change).toBeGreaterThan(-1);
  expect(change).toBeLessThan(commands.findIndex((line) => line.startsWith('RESTORE DATABASE')));
  expect(commands.join('\n')).toContain('s3://backups');
});
