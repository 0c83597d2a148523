import { Secret } from 'aws-cdk-lib/aws-ecs';
import { Secret as StoredSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { PostHogProcess } from '../../../lib';
import { TEMPORAL_BATCH_EXPORTS_WORKER, TEMPORAL_DJANGO_WORKER } from '../../../lib/services/processes/temporal-workers';
import { WEB } from '../../../lib/services/processes/web';
import { settingsOf } from '../../helpers/process-context';
import { newPostHog, newStack } from '../../helpers/stack';

type Context = Parameters<typeof settingsOf>[1];

const queues = (context?: Context, definition = TEMPORAL_DJANGO_WORKER) => settingsOf(definition, context).TASK_QUEUES.split(' ');

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

const WORKERS = [TEMPORAL_DJANGO_WORKER, TEMPORAL_BATCH_EXPORTS_WORKER];

test.each(WORKERS)('a worker gets what Django gets, its queues and its time to stop', (definition) => {
  const { TASK_QUEUES: served, ...others } = settingsOf(definition);
  expect(served).not.toBe('');
  expect(others).toEqual({ ...settingsOf(WEB), GRACEFUL_SHUTDOWN_TIMEOUT_SECONDS: '90', OMP_NUM_THREADS: '1' });
  expect(Number(others.GRACEFUL_SHUTDOWN_TIMEOUT_SECONDS) + 20).toBeLessThan(definition.stopTimeout);
});

test('serves the queues that need nothing where nothing else is deployed', () => {
  expect(withoutWarehouse(queues({ without: OPTIONAL }))).toEqual(ALWAYS);
});

test.each([
  [PostHogProcess.RECORDING_API, ['session-replay-task-queue']],
  [PostHogProcess.CYMBAL, ['error-tracking-task-queue', 'error-tracking-lifecycle-task-queue']],
  [PostHogProcess.INGESTION_LOGS, ['logs-alerting-task-queue', 'logs-volume-tick-task-queue']],
])('%s brings the queues of its product', (process, expected) => {
  const without = OPTIONAL.filter((other) => other !== process);
  expect(withoutWarehouse(queues({ without })).filter((queue) => !ALWAYS.includes(queue))).toEqual(expected);
});

test.each(['ANTHROPIC_API_KEY', 'OPENAI_API_KEY', 'GEMINI_API_KEY'])('%s brings the queues of AI chats and evaluations', (name) => {
  const key = Secret.fromSecretsManager(
    StoredSecret.fromSecretCompleteArn(newStack(), 'Key', 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:key-abcdef'),
  );
  const brought = queues({ appSettings: { environment: {}, secrets: { [name]: key } } }).filter((queue) => !queues().includes(queue));
  expect(brought).toEqual(['max-ai-task-queue', 'llm-analytics-evals-task-queue']);
});

test('the settings of the data warehouse bring its queues', () => {
  const bucket = { BUCKET_URL: 's3://objects/warehouse', DATAWAREHOUSE_BUCKET: 'objects' };
  const given = (environment: Record<string, string>) => queues({ appSettings: { environment, secrets: {} } });
  expect(given({ ...bucket, DATA_WAREHOUSE_REDIS_HOST: 'cache.internal' })).toEqual(
    expect.arrayContaining([...WAREHOUSE, 'data-modeling-task-queue']),
  );
  expect(given(bucket)).toContain('data-modeling-task-queue');
});

test('batch exports are served by their own process alone', () => {
  expect(queues({}, TEMPORAL_BATCH_EXPORTS_WORKER)).toEqual(BATCH_EXPORTS);
  expect(queues().filter((queue) => BATCH_EXPORTS.includes(queue))).toEqual([]);
});

test('`temporalTaskQueues` replaces the queues of the one process, and takes batch exports to none', () => {
  const temporalTaskQueues = ['ducklake-task-queue', 'batch-exports-task-queue', 'of-a-later-release'];
  expect(queues({ temporalTaskQueues })).toEqual(['ducklake-task-queue', 'of-a-later-release']);
  expect(queues({ temporalTaskQueues }, TEMPORAL_BATCH_EXPORTS_WORKER)).toEqual(BATCH_EXPORTS);
});

test.each<[queues: string[], message: string]>([
  [[], '`temporalTaskQueues` must be one or more queue names, such as general-purpose-task-queue, got: '],
  [['General'], "got: 'General'"],
  [BATCH_EXPORTS, '`temporalTaskQueues` must name a queue other than those of batch exports, which `temporal-batch-exports-worker` serves, got: '],
])('`temporalTaskQueues` of %j is refused', (temporalTaskQueues, message) => {
  expect(() => newPostHog(newStack(), { temporalTaskQueues })).toThrow(message);
});
