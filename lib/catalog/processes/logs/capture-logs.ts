import { PostHogProcess } from '../../posthog-process';
import { ProcessDefinition } from '../../process-definition';
import { Product } from '../../product';
import { rustKafka } from '../shared/kafka';
import { RUST_HEALTH_CHECK } from '../shared/rust';

const PORT = 4318;
/** The port of its health check, which clients cannot reach (rust/capture-logs/src/main.rs). */
const MANAGEMENT_PORT = 8080;

/** Receives logs and traces over OpenTelemetry (rust/capture-logs/src/config.rs). It also accepts metrics, which no process reads. */
export const CAPTURE_LOGS: ProcessDefinition<PostHogProcess.CAPTURE_LOGS> = {
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
  sizes: {
    dev: { cpu: 256, memoryLimitMiB: 1024, minTasks: 1, maxTasks: 1 },
    small: { cpu: 512, memoryLimitMiB: 2048, minTasks: 2, maxTasks: 10 },
    production: { cpu: 1024, memoryLimitMiB: 2048, minTasks: 2, maxTasks: 20 },
    large: { cpu: 2048, memoryLimitMiB: 4096, minTasks: 3, maxTasks: 40 },
  },
  memory: {
    basis: 'guess: as capture',
    reservationMiB: { dev: 1024, small: 1024, production: 1024, large: 2048 },
    reservationBasis: 'guess: as capture',
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
      // Its request bodies may be twice as large as the producers' default (MAX_REQUEST_BODY_SIZE_BYTES).
      KAFKA_PRODUCER_MESSAGE_MAX_BYTES: String(kafka.maxMessageBytes),
      // It shares its defaults with capture: without this, logs would go to the topic of events.
      KAFKA_TOPIC: 'logs_ingestion',
      KAFKA_METRICS_TOPIC: 'metrics_ingestion',
      KAFKA_TRACES_TOPIC: 'ingestion-traces',
    },
    secrets: {},
  }),
};
