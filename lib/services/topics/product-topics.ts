import { kafkaTopics, KafkaTopic } from '../../stores/kafka-topics';
import { Product } from '../../catalog/product';

/** The topics that only the processes of some products read or write. All others are the app's, or ClickHouse subscribes to them. */
const OWNED: readonly (readonly [products: readonly Product[], topic: RegExp])[] = [
  [[Product.EVENTS, Product.AI, Product.LIVE_EVENTS], /^events_plugin_ingestion(_|$)|^heatmaps_ingestion$|^ingestion-clientwarnings-/],
  [[Product.SESSION_REPLAY], /^session_recording_snapshot_item_/],
  [[Product.ERROR_TRACKING], /^ingestion-errortracking-|^error_tracking_ingestion_notifications$/],
  [[Product.DATA_PIPELINES], /^cdp_(backfill_events|cyclotron_.*|data_warehouse_source_table|function_overflow)$|^data_warehouse_source_webhooks/],
  [[Product.LOGS], /^(logs|metrics)_ingestion(_|$)|^ingestion-traces(-|$)/],
];

/**
 * The topics that a PostHog with these products needs, by name.
 *
 * @param products the products
 * @param busyPartitions how many partitions the busy ones have; the others have one
 * @param further names of topics that a release wants besides
 */
export function topicsOf(products: readonly Product[], busyPartitions: number, further: readonly string[] = []): KafkaTopic[] {
  const known = kafkaTopics(busyPartitions);
  const wanted = known.filter(({ name }) => {
    const owners = OWNED.find(([, pattern]) => pattern.test(name))?.[0];
    return owners === undefined || owners.some((product) => products.includes(product));
  });
  const unknown = [...new Set(further)].filter((name) => !known.some((topic) => topic.name === name)).map((name) => ({ name, partitions: 1 }));
  return [...wanted, ...unknown].sort((a, b) => (a.name < b.name ? -1 : 1));
}
