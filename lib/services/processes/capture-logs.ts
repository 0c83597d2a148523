import { rustKafka } from './kafka';
import { RUST_HEALTH_CHECK } from './rust';
import { PostHogProcess } from '../../catalog/posthog-process';
import { CacheClient, cacheUrl } from '../../stores/cache-url';
import { ProcessDefinition } from '../process-definition';
import { Product } from '../../catalog/product';

const PORT = 4318;
/** Whether it is well it says at another port, which visitors have no business with (rust/capture-logs/src/main.rs). */
const MANAGEMENT_PORT = 8080;

/** Takes logs, traces and metrics over OpenTelemetry (rust/capture-logs/src/config.rs). */
export const CAPTURE_LOGS: ProcessDefinition = {
  process: PostHogProcess.CAPTURE_LOGS,
  id: 'CaptureLogs',
  products: [Product.LOGS],
  image: 'captureLogs',
  http: {
    port: PORT,
    healthCheck: { ...RUST_HEALTH_CHECK, path: '/_liveness', port: MANAGEMENT_PORT },
    deregistrationDelay: 30,
    healthCheckGracePeriod: 60,
    requestsPerTarget: 10_000,
  },
  stopTimeout: 60,
  stores: ['cache', 'kafka'],
  needs: [],
  calls: [],
  settings: ({ cache, kafka }) => ({
    environment: {
      BIND_HOST: '0.0.0.0',
      BIND_PORT: String(PORT),
      MANAGEMENT_BIND_HOST: '0.0.0.0',
      MANAGEMENT_BIND_PORT: String(MANAGEMENT_PORT),
      RUST_LOG: 'info,rdkafka=warn',
      REDIS_URL: cacheUrl(cache, CacheClient.RUST),
      ...rustKafka(kafka),
      // It shares its settings with capture: left out, logs would go to the topic of events.
      KAFKA_TOPIC: 'logs_ingestion',
      KAFKA_METRICS_TOPIC: 'metrics_ingestion',
      KAFKA_TRACES_TOPIC: 'ingestion-traces',
    },
    secrets: {},
  }),
};
