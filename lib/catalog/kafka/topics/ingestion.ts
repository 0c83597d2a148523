import { DEAD_LETTERS, ERRORS, SEPTEMBER, Topic } from './topic';
import { PostHogProcess } from '../../posthog-process';
import { Product } from '../../product';

const {
  CAPTURE,
  REPLAY_CAPTURE,
  CAPTURE_AI,
  CAPTURE_LOGS,
  INGESTION_GENERAL,
  INGESTION_SESSION_REPLAY,
  INGESTION_ERROR_TRACKING,
  INGESTION_LOGS,
  INGESTION_TRACES,
  LIVESTREAM,
} = PostHogProcess;

const EVENTS = [Product.EVENTS, Product.AI, Product.LIVE_EVENTS] as const;
const REPLAY = [Product.SESSION_REPLAY] as const;
const LOGS = [Product.LOGS] as const;
/** Upstream has a second deployment of the same process for diverted events; diverting is off by default (`INGESTION_OVERFLOW_MODE=disabled`). */
const OVERFLOW = 'written only if events are diverted manually; upstream reads it with another deployment of the same mode';

/** Topics into ingestion, from capture and capture-logs. */
export const INGESTION_TOPICS: readonly Topic[] = [
  {
    name: 'events_plugin_ingestion',
    products: EVENTS,
    busy: true,
    writers: [CAPTURE, CAPTURE_AI],
    readers: [INGESTION_GENERAL, LIVESTREAM],
  },
  {
    // Every newer capture diverts AI events to it (rust/capture/src/outputs/topics.rs @2182ac3, August 2026), and every newer combined mode reads
    // it (PostHog/posthog#79506).
    name: 'events_plugin_ingestion_ai',
    products: EVENTS,
    busy: true,
    newer: SEPTEMBER,
    writers: [CAPTURE, CAPTURE_AI],
    readers: [INGESTION_GENERAL],
  },
  {
    name: 'events_plugin_ingestion_async',
    products: EVENTS,
    writers: [INGESTION_GENERAL],
    noReader: 'merges of persons are diverted only where PERSON_MERGE_ASYNC_ENABLED is set, which it is not',
  },
  {
    name: 'events_plugin_ingestion_dlq',
    products: [...EVENTS, ...REPLAY],
    writers: [CAPTURE, CAPTURE_AI, REPLAY_CAPTURE, INGESTION_GENERAL],
    ...DEAD_LETTERS,
  },
  { name: 'events_plugin_ingestion_historical', products: EVENTS, busy: true, writers: [CAPTURE, CAPTURE_AI], readers: [INGESTION_GENERAL] },
  {
    name: 'events_plugin_ingestion_overflow',
    products: EVENTS,
    busy: true,
    writers: [CAPTURE, CAPTURE_AI, INGESTION_GENERAL],
    readers: [INGESTION_GENERAL],
  },
  { name: 'heatmaps_ingestion', products: EVENTS, busy: true, writers: [CAPTURE, CAPTURE_AI], readers: [INGESTION_GENERAL] },
  { name: 'ingestion-clientwarnings-main-1', products: EVENTS, writers: [CAPTURE, CAPTURE_AI], readers: [INGESTION_GENERAL] },
  {
    name: 'ingestion-errortracking-main',
    products: ERRORS,
    busy: true,
    writers: [CAPTURE, CAPTURE_AI],
    readers: [INGESTION_ERROR_TRACKING],
  },
  { name: 'ingestion-errortracking-main-dlq', products: ERRORS, writers: [INGESTION_ERROR_TRACKING], ...DEAD_LETTERS },
  { name: 'ingestion-errortracking-overflow', products: ERRORS, writers: [INGESTION_ERROR_TRACKING], noReader: OVERFLOW },
  { name: 'ingestion-traces', products: LOGS, busy: true, writers: [CAPTURE_LOGS], readers: [INGESTION_TRACES] },
  { name: 'ingestion-traces-dlq', products: LOGS, writers: [INGESTION_TRACES], ...DEAD_LETTERS },
  { name: 'ingestion-traces-overflow', products: LOGS, writers: [INGESTION_TRACES], noReader: OVERFLOW },
  { name: 'logs_ingestion', products: LOGS, busy: true, writers: [CAPTURE_LOGS], readers: [INGESTION_LOGS] },
  { name: 'logs_ingestion_dlq', products: LOGS, writers: [INGESTION_LOGS], ...DEAD_LETTERS },
  { name: 'logs_ingestion_overflow', products: LOGS, writers: [INGESTION_LOGS], noReader: OVERFLOW },
  {
    name: 'metrics_ingestion',
    products: LOGS,
    busy: true,
    writers: [CAPTURE_LOGS],
    noReader: 'the mode ingestion-metrics reads it, which no process of this library runs',
  },
  {
    name: 'metrics_ingestion_dlq',
    products: LOGS,
    noWriter: 'the mode ingestion-metrics writes it, which no process of this library runs',
    ...DEAD_LETTERS,
  },
  {
    name: 'metrics_ingestion_overflow',
    products: LOGS,
    noWriter: 'the mode ingestion-metrics writes it, which no process of this library runs',
    noReader: OVERFLOW,
  },
  { name: 'session_recording_snapshot_item_dlq', products: REPLAY, writers: [INGESTION_SESSION_REPLAY], ...DEAD_LETTERS },
  {
    name: 'session_recording_snapshot_item_events',
    products: REPLAY,
    busy: true,
    writers: [REPLAY_CAPTURE],
    readers: [INGESTION_SESSION_REPLAY, LIVESTREAM],
  },
  {
    name: 'session_recording_snapshot_item_overflow',
    products: REPLAY,
    busy: true,
    writers: [REPLAY_CAPTURE, INGESTION_SESSION_REPLAY],
    noReader: OVERFLOW,
  },
  {
    name: 'usage_ingestion',
    newer: SEPTEMBER,
    noWriter: "only where Node reports usage to PostHog's billing",
    noReader: "rust/usage-ingestion, which bills customers of PostHog's cloud",
  },
  { name: 'usage_ingestion_dlq', newer: SEPTEMBER, noWriter: "rust/usage-ingestion, which bills customers of PostHog's cloud", ...DEAD_LETTERS },
];
