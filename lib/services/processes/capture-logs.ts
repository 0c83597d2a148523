import { rustKafka } from './kafka';
import { RUST_HEALTH_CHECK } from './rust';
import { PostHogProcess } from '../../catalog/posthog-process';
import { ProcessDefinition } from '../process-definition';
import { Product } from '../../catalog/product';

const PORT = 4318;
/** Whether it is well it says at another port, which visitors have no business with (rust/capture-logs/src/main.rs). */
const MANAGEMENT_PORT = 8080;

/** Takes logs and traces over OpenTelemetry (rust/capture-logs/src/config.rs). It would take metrics, too, which no process reads. */
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
  stores: ['kafka'],
  needs: [],
  calls: [],
  settings: ({ kafka }) => ({
    environment: {
      BIND_HOST: '0.0.0.0',
      BIND_PORT: String(PORT),
      MANAGEMENT_BIND_HOST: '0.0.0.0',
      MANAGEMENT_BIND_PORT: String(MANAGEMENT_PORT),
      RUST_LOG: 'info,rdkafka=warn',
      ...rustKafka(kafka),
      // Its bodies may be twice as large as its producers' default (MAX_REQUEST_BODY_SIZE_BYTES).
      KAFKA_PRODUCER_MESSAGE_MAX_BYTES: String(kafka.maxMessageBytes),
      // It shares its settings with capture: left out, logs would go to the topic of events.
      KAFKA_TOPIC: 'logs_ingestion',
      KAFKA_METRICS_TOPIC: 'metrics_ingestion',
      KAFKA_TRACES_TOPIC: 'ingestion-traces',
    },
    secrets: {},
  }),
};
