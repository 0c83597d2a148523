import { Template } from 'aws-cdk-lib/assertions';
import { KafkaEncryption } from '../../lib';
import { migrationScript } from '../../lib/migration/migration-script';
import { environmentOf, newPostHog, newStack } from '../helpers/stack';
import { Container, taskOf } from '../helpers/template';
import { APP_IMAGE, newMigration, secret, templateOf, topicsOf } from './fixture';

/** A migration of everything there is. */
function whole(): Template {
  const stack = newStack();
  newMigration(stack, {
    topics: topicsOf(stack),
    workflows: { image: 'ghcr.io/posthog/posthog/sqlx-migrate:1', databaseUrl: secret(stack, 'Url', 'workflows') },
  });
  return Template.fromStack(stack);
}

function containers(template: Template): Container[] {
  return taskOf(template, 'migrate')[1].ContainerDefinitions;
}

test('each container starts after the previous one, and the last one is essential', () => {
  const found = containers(whole()).map(({ Name, Essential, DependsOn }) => [Name, Essential, DependsOn]);
  expect(found).toEqual([
    ['checks', false, undefined],
    ['topics', false, [{ ContainerName: 'checks', Condition: 'SUCCESS' }]],
    ['cyclotron-node', false, [{ ContainerName: 'topics', Condition: 'SUCCESS' }]],
    ['migrate', true, [{ ContainerName: 'cyclotron-node', Condition: 'SUCCESS' }]],
  ]);
  expect(containers(templateOf()).map(({ Name, DependsOn }) => [Name, DependsOn])).toEqual([
    ['checks', undefined],
    ['migrate', [{ ContainerName: 'checks', Condition: 'SUCCESS' }]],
  ]);
});

test('both containers of Django run the script, and the first one shares it with the second', () => {
  const [checks, migrate] = containers(templateOf()) as (Container & { MountPoints: unknown })[];
  expect([checks.Image, migrate.Image]).toEqual([APP_IMAGE, APP_IMAGE]);
  expect([checks.EntryPoint, checks.Command]).toEqual([
    ['python', '-c'],
    [migrationScript(), 'checks'],
  ]);
  expect([migrate.EntryPoint, migrate.Command, migrate.StopTimeout]).toEqual([['python'], ['/migration/migrate.py', 'migrate'], 120]);
  expect([checks.MountPoints, migrate.MountPoints]).toEqual([
    [{ ContainerPath: '/migration', ReadOnly: false, SourceVolume: 'script' }],
    [{ ContainerPath: '/migration', ReadOnly: true, SourceVolume: 'script' }],
  ]);
});

test('Django has the variables of the migration, and no trusted proxies', () => {
  const template = templateOf();
  const told = environmentOf(template, 'migrate');
  expect(told).toEqual({
    DEPLOYMENT: 'hobby',
    SKIP_ASYNC_MIGRATIONS_SETUP: '1',
    SECRET_KEY: { secret: expect.anything() as unknown },
    MIGRATION_SCRIPT: '/migration/migrate.py',
    MIGRATION_RELEASE: '2026-09-11',
    MIGRATION_RELEASE_DATE: '2026-09-11',
    MIGRATION_UPSTREAM_COMMIT: '18b824b',
    MIGRATION_IMAGE: APP_IMAGE,
    MIGRATION_MIN_FREE_DISK_PERCENT: '20',
    MIGRATION_MAX_BACKUP_AGE: '86400',
    MIGRATION_MAX_RELEASE_GAP: '180',
  });
  expect(environmentOf(template, 'checks')).toEqual(told);
});

test('unknown facts about a release have no variable', () => {
  const told = environmentOf(
    templateOf(() => ({ release: { name: 'ours', image: APP_IMAGE } })),
    'migrate',
  );
  expect(Object.keys(told).filter((name) => /DATE|COMMIT|DOWNGRADE|LEGACY|POST_COMMANDS/.test(name))).toEqual([]);
});

test('overrides have variables', () => {
  const template = templateOf(() => ({
    options: { allowDowngrade: true, allowLegacyDatabase: true, postMigrationCommands: ['python manage.py one', 'two'] },
  }));
  expect(environmentOf(template, 'migrate')).toMatchObject({
    MIGRATION_ALLOW_DOWNGRADE: 'true',
    MIGRATION_ALLOW_LEGACY_DATABASE: 'true',
    MIGRATION_POST_COMMANDS: 'python manage.py one\ntwo',
  });
});

test('the container for topics has the brokers and every topic', () => {
  const [, topics] = containers(whole());
  expect([topics.EntryPoint, topics.Command]).toEqual([['/bin/sh', '-c'], [expect.stringContaining('add-partitions')]]);
  expect(environmentOf(whole(), 'topics')).toEqual({
    BROKERS: 'kafka:9999',
    TLS: 'true',
    TOPICS: expect.stringMatching(/^cdp_backfill_events 1 -\n/) as string,
  });
  const plain = templateOf((stack) => ({ topics: topicsOf(stack, KafkaEncryption.PLAINTEXT) }));
  expect(environmentOf(plain, 'topics')).toMatchObject({ TLS: 'false' });
});

test('the database of workflows is migrated by its own image', () => {
  const workflows = containers(whole()).find(({ Name }) => Name === 'cyclotron-node')!;
  expect([workflows.Image, workflows.EntryPoint, workflows.Command]).toEqual([
    'ghcr.io/posthog/posthog/sqlx-migrate:1',
    undefined,
    ['cyclotron-node'],
  ]);
  expect(Object.keys(environmentOf(whole(), 'cyclotron-node'))).toEqual(['CYCLOTRON_NODE_DATABASE_URL']);
});

test('each container has its own log stream', () => {
  expect(containers(whole()).map(({ LogConfiguration: { Options } }) => Options['awslogs-stream-prefix'])).toEqual(Array(4).fill('migration'));
});

test('the task definition leaves room for settings within 64 KiB', () => {
  const stack = newStack();
  newPostHog(stack, { manageTopics: true });
  // A quarter of it for settings; what the deployment resolves is shorter than the template's references.
  expect(JSON.stringify(taskOf(Template.fromStack(stack), 'migrate')[1]).length).toBeLessThan(48 * 1024);
});
