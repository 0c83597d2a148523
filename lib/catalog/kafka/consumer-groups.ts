/** A consumer group of Kafka, and the topic that it reads. */
export interface ConsumerGroup {
  readonly group: string;
  readonly topic: string;
  /** Indicates whether the service scales on its lag: its messages grow with traffic. */
  readonly scales?: boolean;
  /** The upstream change that added it, if it is newer than the tree of 13 July 2026. */
  readonly since?: string;
}

/**
 * The consumer groups that a mode of a PostHog process starts.
 *
 * Names of groups are defaults of settings, except where upstream writes them into the code of a mode: `ingestion-v2-combined` ignores
 * `INGESTION_CONSUMER_GROUP_ID`. So a group belongs to a mode, and is looked up by it.
 *
 * Sources: PostHog/posthog of 13 July 2026 (mergebloom/posthog-infra, commit feb3708), files named at each mode. Those of `ingestion-v2-combined`,
 * but
 * for the one with `since`, and of `livestream` are also what `kafka-consumer-groups --list` showed of that tree's processes; the others were read.
 */
export const CONSUMER_GROUPS = {
  // nodejs/src/servers/ingestion-general-server.ts
  'ingestion-v2-combined': [
    { group: 'clickhouse-ingestion', topic: 'events_plugin_ingestion', scales: true },
    { group: 'clickhouse-ingestion-historical', topic: 'events_plugin_ingestion_historical', scales: true },
    { group: 'clickhouse-ingestion-overflow', topic: 'events_plugin_ingestion_overflow', scales: true },
    { group: 'clickhouse-ingestion-ai', topic: 'events_plugin_ingestion_ai', scales: true, since: 'PostHog/posthog#79506 of 7 August 2026' },
    { group: 'heatmaps_ingestion', topic: 'heatmaps_ingestion' },
    { group: 'ingestion-clientwarnings-main', topic: 'ingestion-clientwarnings-main-1' },
  ],
  // nodejs/src/ingestion/pipelines/sessionreplay/constants.ts
  'recordings-blob-ingestion-v2': [{ group: 'session-recordings-blob-v2', topic: 'session_recording_snapshot_item_events', scales: true }],
  // nodejs/src/ingestion/pipelines/errortracking/config.ts
  'ingestion-errortracking': [{ group: 'ingestion-errortracking', topic: 'ingestion-errortracking-main', scales: true }],
  // nodejs/src/logs/config.ts, for both
  'ingestion-logs': [{ group: 'ingestion-logs', topic: 'logs_ingestion', scales: true }],
  'ingestion-traces': [{ group: 'ingestion-traces', topic: 'ingestion-traces', scales: true }],
  // nodejs/src/cdp/consumers/cdp-hogflow-subscription-matcher.consumer.ts
  'cdp-hogflow-subscription-matcher': [
    { group: 'cdp-hogflow-subscription-matcher-consumer', topic: 'clickhouse_events_json' },
    { group: 'cdp-hogflow-subscription-matcher-person-consumer', topic: 'clickhouse_person' },
    { group: 'cdp-hogflow-subscription-matcher-internal-events-consumer', topic: 'cdp_internal_events' },
  ],
  // rust/property-defs-rs: both names are settings.
  'property-defs': [{ group: 'property-defs-rs', topic: 'clickhouse_events_json', scales: true }],
  'property-defs-ai': [{ group: 'property-defs-ai', topic: 'clickhouse_ai_events_json', scales: true }],
  // rust/cymbal/src/modes/notifications/config.rs
  'cymbal-notifications': [{ group: 'error_tracking_ingestion_notifications', topic: 'error_tracking_ingestion_notifications', scales: true }],
  // livestream/configs/configs.go: all names are settings. Its consumers commit no offsets, so their lag is meaningless.
  'livestream': [
    { group: 'livestream', topic: 'events_plugin_ingestion' },
    { group: 'livestream-session-recordings', topic: 'session_recording_snapshot_item_events' },
    { group: 'livestream-notifications', topic: 'notification_events' },
  ],
} as const satisfies Readonly<Record<string, readonly ConsumerGroup[]>>;

/** A mode whose consumer groups are known. */
export type ConsumerMode = keyof typeof CONSUMER_GROUPS;

/** Returns the groups of a mode. */
export function groupsOf(mode: ConsumerMode): readonly ConsumerGroup[] {
  return CONSUMER_GROUPS[mode];
}

/** Returns the groups of a mode to scale on, the most important first. */
export function scalingGroupsOf(mode: ConsumerMode): readonly ConsumerGroup[] {
  return groupsOf(mode).filter(({ scales }) => scales);
}

/** Returns the only group of a mode, or the one that reads a topic. Throws if there is none. */
export function groupOf(mode: ConsumerMode, topic?: string): ConsumerGroup {
  const [group, ...others] = groupsOf(mode).filter((candidate) => topic === undefined || candidate.topic === topic);
  if (!group || others.length > 0) {
    throw new Error(`the mode ${mode} has no single group for ${topic ?? 'its topic'}`);
  }
  return group;
}
