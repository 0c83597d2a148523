import { Secret } from 'aws-cdk-lib/aws-ecs';
import { Secret as StoredSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { PostHogProcess } from '../../../../lib';
import { ProcessDefinition } from '../../../../lib/catalog/process-definition';
import { TEMPORAL_BATCH_EXPORTS_WORKER, TEMPORAL_DJANGO_WORKER } from '../../../../lib/catalog/processes/exports/temporal-workers';
import { WEB } from '../../../../lib/catalog/processes/app/web';
import { settingsOf } from '../../../helpers/process-context';
import { newPostHog, newStack } from '../../../helpers/stack';

type Context = Parameters<typeof settingsOf>[1];

const queues = (context?: Context, definition: ProcessDefinition = TEMPORAL_DJANGO_WORKER) => settingsOf(definition, context).TASK_QUEUES.split(' ');

const OPTIONAL = [PostHogProcess.RECORDING_API, PostHogProcess.CYMBAL, PostHogProcess.INGESTION_LOGS];
const ALWAYS = [
  'general-purpose-task-queue',
  'analytics-platform-task-queue',
  'experiments-recalculation-task-queue',
  'health-check-task-queue',
  'video-export-task-queue',
];
const BATCH_EXPORTS = ['batch-exports-task-queue', 'no-sandbox-python-django'];
const WAREHOUSE = ['data-warehouse-task-queue', 'data-warehouse-cdp-producer-task-queue', 'data-warehouse-metadata-task-queue'];

/** What depends on the warehouse is another test's. */
const withoutWarehouse = (names: string[]) => names.filter((name) => ![...WAREHOUSE, 'data-modeling-task-queue'].includes(name));

const WORKERS: ProcessDefinition[] = [TEMPORAL_DJANGO_WORKER, TEMPORAL_BATCH_EXPORTS_WORKER];

test.each(WORKERS)('$process has the settings of Django, its queues and its time to stop', (definition) => {
  const { TASK_QUEUES: served, ...others } = settingsOf(definition);
  expect(served).not.toBe('');
  expect(others).toEqual({ ...settingsOf(WEB), GRACEFUL_SHUTDOWN_TIMEOUT_SECONDS: '90', OMP_NUM_THREADS: '1' });
  expect(Number(others.GRACEFUL_SHUTDOWN_TIMEOUT_SECONDS) + 20).toBeLessThan(definition.stopTimeout);
});

test('temporal-django-worker serves the queues without requirements if no other process is deployed', () => {
  expect(withoutWarehouse(queues({ without: OPTIONAL }))).toEqual(ALWAYS);
});

test.each([
  [PostHogProcess.RECORDING_API, ['session-replay-task-queue']],
  [PostHogProcess.CYMBAL, ['error-tracking-task-queue', 'error-tracking-lifecycle-task-queue']],
  [PostHogProcess.INGESTION_LOGS, ['logs-alerting-task-queue', 'logs-volume-tick-task-queue']],
])('temporal-django-worker serves the queues of the product of %s', (process, expected) => {
  const without = OPTIONAL.filter((other) => other !== process);
  expect(withoutWarehouse(queues({ without })).filter((queue) => !ALWAYS.includes(queue))).toEqual(expected);
});

test.each(['ANTHROPIC_API_KEY', 'OPENAI_API_KEY', 'GEMINI_API_KEY'])('temporal-django-worker serves AI chats and evaluations with %s', (name) => {
  const key = Secret.fromSecretsManager(
    StoredSecret.fromSecretCompleteArn(newStack(), 'Key', 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:key-abcdef'),
  );
  const brought = queues({ appSettings: { environment: {}, secrets: { [name]: key } } }).filter((queue) => !queues().includes(queue));
  expect(brought).toEqual(['max-ai-task-queue', 'llm-analytics-evals-task-queue']);
});

test('temporal-django-worker serves the data warehouse with its settings', () => {
  const bucket = { BUCKET_URL: 's3://objects/warehouse', DATAWAREHOUSE_BUCKET: 'objects' };
  const given = (environment: Record<string, string>) => queues({ appSettings: { environment, secrets: {} } });
  expect(given({ ...bucket, DATA_WAREHOUSE_REDIS_HOST: 'cache.internal' })).toEqual(
    expect.arrayContaining([...WAREHOUSE, 'data-modeling-task-queue']),
  );
  expect(given(bucket)).toContain('data-modeling-task-queue');
});

test('only temporal-batch-exports-worker serves batch exports', () => {
  expect(queues({}, TEMPORAL_BATCH_EXPORTS_WORKER)).toEqual(BATCH_EXPORTS);
  expect(queues().filter((queue) => BATCH_EXPORTS.includes(queue))).toEqual([]);
});

test('`temporalTaskQueues` replaces the queues of temporal-django-worker, without those of batch exports', () => {
  const temporalTaskQueues = ['ducklake-task-queue', 'batch-exports-task-queue', 'of-a-later-release'];
  expect(queues({ temporalTaskQueues })).toEqual(['ducklake-task-queue', 'of-a-later-release']);
  expect(queues({ temporalTaskQueues }, TEMPORAL_BATCH_EXPORTS_WORKER)).toEqual(BATCH_EXPORTS);
});

test.each<[queues: string[], message: string]>([
  [[], '`temporalTaskQueues` must be one or more queue names, such as general-purpose-task-queue, got: '],
  [['General'], "got: 'General'"],
  [BATCH_EXPORTS, '`temporalTaskQueues` must name a queue other than those of batch exports, which `temporal-batch-exports-worker` serves, got: '],
])('refuses `temporalTaskQueues` of %j', (temporalTaskQueues, message) => {
  expect(() => newPostHog(newStack(), { temporalTaskQueues })).toThrow(message);
});
