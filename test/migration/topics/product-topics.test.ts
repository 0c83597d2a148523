import { Product } from '../../../lib';
import { topicsOf } from '../../../lib/migration/topics/product-topics';
import { kafkaTopics } from '../../../lib/stores/kafka/kafka-topics';

const ALL = Object.values(Product);
const names = (products: Product[]) => topicsOf(products, 6).map(({ name }) => name);

/** The topics that a product alone accounts for. */
function lostWithout(...products: Product[]): string[] {
  const left = names(ALL.filter((product) => !products.includes(product)));
  return names(ALL).filter((name) => !left.includes(name));
}

test('all products together need every topic', () => {
  expect(topicsOf(ALL, 6)).toEqual(kafkaTopics(6));
});

test.each<[Product[], string[]]>([
  [
    [Product.SESSION_REPLAY],
    ['session_recording_snapshot_item_dlq', 'session_recording_snapshot_item_events', 'session_recording_snapshot_item_overflow'],
  ],
  [
    [Product.ERROR_TRACKING],
    [
      'error_tracking_ingestion_notifications',
      'ingestion-errortracking-main',
      'ingestion-errortracking-main-dlq',
      'ingestion-errortracking-overflow',
    ],
  ],
  [
    [Product.LOGS],
    [
      'ingestion-traces',
      'ingestion-traces-dlq',
      'ingestion-traces-overflow',
      'logs_ingestion',
      'logs_ingestion_dlq',
      'logs_ingestion_overflow',
      'metrics_ingestion',
      'metrics_ingestion_dlq',
      'metrics_ingestion_overflow',
    ],
  ],
  [
    [Product.DATA_PIPELINES],
    [
      'cdp_backfill_events',
      'cdp_cyclotron_email',
      'cdp_cyclotron_hog',
      'cdp_cyclotron_hogflow',
      'cdp_cyclotron_hogoverflow',
      'cdp_data_warehouse_source_table',
      'cdp_function_overflow',
      'data_warehouse_source_webhooks',
      'data_warehouse_source_webhooks_dlq',
    ],
  ],
  [
    [Product.EVENTS, Product.AI, Product.LIVE_EVENTS],
    [
      'events_plugin_ingestion',
      'events_plugin_ingestion_ai',
      'events_plugin_ingestion_async',
      'events_plugin_ingestion_historical',
      'events_plugin_ingestion_overflow',
      'heatmaps_ingestion',
      'ingestion-clientwarnings-main-1',
    ],
  ],
  [[Product.FEATURE_FLAGS], []],
  [[Product.EXPORTS], []],
  [[Product.EVENTS], []],
])('without the products %j, the topics %j are not created', (products, expected) => {
  expect(lostWithout(...products)).toEqual(expected);
});

test("topics of ClickHouse's tables are created with any products", () => {
  const read = kafkaTopics(6)
    .map(({ name }) => name)
    .filter((name) => name.startsWith('clickhouse_') || ['log_entries', 'plugin_log_entries'].includes(name));
  expect(names([])).toEqual(expect.arrayContaining(read));
});
