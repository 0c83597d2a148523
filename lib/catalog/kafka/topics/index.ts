import { APP_TOPICS } from './app';
import { CLICKHOUSE_TOPICS } from './clickhouse';
import { INGESTION_TOPICS } from './ingestion';
import { Topic } from './topic';

export { CLICKHOUSE, type Topic, type TopicClient } from './topic';

/**
 * Every topic that a process of PostHog reads or writes, with its readers and writers.
 *
 * Sources, all of PostHog/posthog at 13 July 2026 (mergebloom/posthog-infra, commit feb3708) unless a row says otherwise:
 * nodejs/src/common/config/kafka-topics.ts and the configs that name its constants (nodejs/src/{ingestion,cdp,logs}/config.ts,
 * nodejs/src/ingestion/pipelines/{sessionreplay,errortracking,metrics}/config.ts, nodejs/src/session-replay/recording-api/types.ts,
 * nodejs/src/servers/ingestion-general-server.ts, nodejs/src/cdp/consumers), posthog/kafka_client/{topics,routing}.py and the callers of its
 * constants, rust/{capture,capture-logs,cymbal,property-defs-rs,embedding-worker}/src/config.rs, rust/cymbal/src/modes,
 * livestream/configs/configs.go, and the tables that ClickHouse's migrations leave.
 */
export const TOPICS: readonly Topic[] = [...INGESTION_TOPICS, ...CLICKHOUSE_TOPICS, ...APP_TOPICS];
