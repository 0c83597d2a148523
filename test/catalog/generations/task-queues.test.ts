import { PostHogProcess } from '../../../lib';
import { TASK_QUEUES, taskQueue } from '../../../lib/catalog/generations/task-queues';
import { TEMPORAL_BATCH_EXPORTS_WORKER, TEMPORAL_DJANGO_WORKER } from '../../../lib/catalog/processes/exports/temporal-workers';
import { tablesOnPage, taskQueueTables } from '../../../scripts/task-queues';

/**
 * The names in posthog/settings/temporal.py of 13 July 2026 (mergebloom/posthog-infra @feb3708): 26 that its worker registers, and one of a
 * Node process.
 */
const JULY = [
  'data-warehouse-task-queue',
  'data-warehouse-cdp-producer-task-queue',
  'data-warehouse-metadata-task-queue',
  'max-ai-task-queue',
  'batch-exports-task-queue',
  'data-modeling-task-queue',
  'no-sandbox-python-django',
  'general-purpose-task-queue',
  'experiments-recalculation-task-queue',
  'health-check-task-queue',
  'ducklake-task-queue',
  'tasks-task-queue',
  'test-task-queue',
  'billing-task-queue',
  'video-export-task-queue',
  'messaging-task-queue',
  'analytics-platform-task-queue',
  'session-replay-task-queue',
  'replay-vision-task-queue',
  'weekly-digest-task-queue',
  'llm-analytics-evals-task-queue',
  'llm-analytics-task-queue',
  'mcp-analytics-task-queue',
  'error-tracking-task-queue',
  'event-screenshots-task-queue',
  'logs-alerting-task-queue',
  'rasterization-task-queue',
];

test("the catalog has every queue of July's settings, each once", () => {
  const names = TASK_QUEUES.filter(({ generations }) => generations.includes('2026-07')).map(({ name }) => name);
  expect([...names].sort()).toEqual([...JULY].sort());
  expect(new Set(TASK_QUEUES.map(({ name }) => name)).size).toBe(TASK_QUEUES.length);
});

test('each queue has a process that serves it or the reason why none does, and a source', () => {
  for (const { name, process, unservedBecause, source } of TASK_QUEUES) {
    expect([name, (process === undefined) !== (unservedBecause === undefined), source !== '']).toEqual([name, true, true]);
  }
  const workers: PostHogProcess[] = [TEMPORAL_DJANGO_WORKER.process, TEMPORAL_BATCH_EXPORTS_WORKER.process];
  expect(TASK_QUEUES.filter(({ process }) => process !== undefined && !workers.includes(process))).toEqual([]);
});

test('serves no queue by default that sends content to PostHog Inc.', () => {
  expect(taskQueue('weekly-digest-task-queue')?.process).toBeUndefined();
  expect(taskQueue('billing-task-queue')?.process).toBeUndefined();
});

test('docs/task-queues.md has the tables of the catalog', () => {
  // Where this fails after a change of the catalog: node --import tsx scripts/task-queues.ts
  expect(tablesOnPage()).toBe(taskQueueTables());
});
