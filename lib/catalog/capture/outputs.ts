/** The topic of one kind of message of capture, and the settings that name it in each generation of capture. */
export interface CaptureOutput {
  readonly topic: string;
  /** The setting of the older of today's two writers; undefined if its default is this topic. */
  readonly today?: string;
  /** The setting of today's newer writer, without `CAPTURE_V1_SINK_<name>_KAFKA_TOPIC_`: it has no defaults. */
  readonly sink?: string;
  /** The setting of the next generation, without `CAPTURE_OUTPUT_` and `_TOPIC`. */
  readonly next: string;
}

/** The name of an output. */
export type CaptureOutputName =
  'MAIN' | 'OVERFLOW' | 'HISTORICAL' | 'DLQ' | 'HEATMAPS' | 'CLIENT_WARNINGS' | 'ERROR_TRACKING' | 'AI' | 'REPLAY' | 'REPLAY_OVERFLOW';

/**
 * The topics that capture writes to.
 *
 * Sources: rust/capture/src/config.rs and rust/capture/src/v1/sinks/kafka/config.rs of PostHog/posthog, 13 July 2026; for AI events,
 * rust/capture/src/outputs/topics.rs at 2182ac39e58e8b6081cb279c2ec45f841c0f4b07 (August 2026: `$ai_*` events go to their own topic on every
 * deployment); for the next generation, rust/capture/src/config.rs after PostHog/posthog#103267 (19 September 2026) and
 * rust/capture/src/producers.rs at 5177d3410c5e2f1e3c901aa78cc31d05cda91651, which read none of today's names.
 */
export const CAPTURE_OUTPUTS: Readonly<Record<CaptureOutputName, CaptureOutput>> = {
  MAIN: { topic: 'events_plugin_ingestion', today: 'KAFKA_TOPIC', sink: 'MAIN', next: 'ANALYTICS_MAIN' },
  OVERFLOW: { topic: 'events_plugin_ingestion_overflow', sink: 'OVERFLOW', next: 'ANALYTICS_OVERFLOW' },
  HISTORICAL: { topic: 'events_plugin_ingestion_historical', sink: 'HISTORICAL', next: 'ANALYTICS_HISTORICAL' },
  DLQ: { topic: 'events_plugin_ingestion_dlq', sink: 'DLQ', next: 'DLQ' },
  HEATMAPS: { topic: 'heatmaps_ingestion', sink: 'HEATMAP', next: 'HEATMAPS' },
  CLIENT_WARNINGS: { topic: 'ingestion-clientwarnings-main-1', sink: 'CLIENT_INGESTION_WARNING', next: 'CLIENT_WARNINGS' },
  // The default, error_tracking_events, is a topic that nothing reads.
  ERROR_TRACKING: { topic: 'ingestion-errortracking-main', today: 'KAFKA_ERROR_TRACKING_TOPIC', sink: 'EXCEPTION', next: 'ERROR_TRACKING' },
  // Both writers take it from the same setting.
  AI: { topic: 'events_plugin_ingestion_ai', today: 'CAPTURE_ANALYTICS_AI_EVENTS_TOPIC', next: 'AI_MAIN' },
  // The next generation's default is the topic of events.
  REPLAY: { topic: 'session_recording_snapshot_item_events', today: 'KAFKA_TOPIC', next: 'SESSION_REPLAY_MAIN' },
  REPLAY_OVERFLOW: { topic: 'session_recording_snapshot_item_overflow', next: 'SESSION_REPLAY_OVERFLOW' },
};

/** The outputs that a mode of capture writes to. */
export const OUTPUTS_OF_MODE = {
  events: ['MAIN', 'OVERFLOW', 'HISTORICAL', 'DLQ', 'HEATMAPS', 'CLIENT_WARNINGS', 'ERROR_TRACKING', 'AI'],
  ai: ['MAIN', 'OVERFLOW', 'HISTORICAL', 'DLQ', 'HEATMAPS', 'CLIENT_WARNINGS', 'ERROR_TRACKING', 'AI'],
  recordings: ['REPLAY', 'REPLAY_OVERFLOW', 'DLQ'],
} as const satisfies Readonly<Record<string, readonly CaptureOutputName[]>>;

/** A mode of capture (CAPTURE_MODE, rust/capture/src/config.rs). */
export type CaptureMode = keyof typeof OUTPUTS_OF_MODE;

/** The one sink of today's newer writer. */
const SINK = 'MSK';

/**
 * Returns the settings that name the topics of a mode, for today's writers and for the next generation's.
 *
 * @param mode the mode
 * @param others topics that replace those of the table
 */
export function topicSettings(mode: CaptureMode, others: Partial<Record<CaptureOutputName, string>> = {}): Record<string, string> {
  return Object.fromEntries(
    OUTPUTS_OF_MODE[mode].flatMap((name) => {
      const { topic: usual, today, sink, next } = CAPTURE_OUTPUTS[name];
      const topic = others[name] ?? usual;
      return [
        ...(today === undefined ? [] : [[today, topic]]),
        ...(sink === undefined || mode === 'recordings' ? [] : [[`CAPTURE_V1_SINK_${SINK}_KAFKA_TOPIC_${sink}`, topic]]),
        [`CAPTURE_OUTPUT_${next}_TOPIC`, topic],
      ];
    }),
  ) as Record<string, string>;
}
