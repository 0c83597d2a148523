import { guessedRustMemory } from '../../memory';
import { PostHogProcess } from '../../posthog-process';
import { addressOf } from '../../process-context';
import { ProcessDefinition } from '../../process-definition';
import { rustProbe } from '../shared/rust';

const REPLICA = { port: 50051, metrics: 9100 };
const ROUTER = { port: 50052, metrics: 9101 };

/** Reads persons and groups from PostgreSQL (rust/personhog-replica/src/config.rs). */
export const PERSONHOG_REPLICA: ProcessDefinition<PostHogProcess.PERSONHOG_REPLICA> = {
  process: PostHogProcess.PERSONHOG_REPLICA,
  id: 'PersonhogReplica',
  image: 'personhogReplica',
  port: REPLICA.port,
  probe: rustProbe(REPLICA.metrics),
  sizes: {
    dev: { cpu: 256, memoryLimitMiB: 512, minTasks: 1, maxTasks: 1 },
    small: { cpu: 256, memoryLimitMiB: 512, minTasks: 2, maxTasks: 4 },
    production: { cpu: 512, memoryLimitMiB: 1024, minTasks: 2, maxTasks: 8 },
    large: { cpu: 1024, memoryLimitMiB: 2048, minTasks: 3, maxTasks: 16 },
  },
  memory: guessedRustMemory({ dev: 256, small: 256, production: 512, large: 1024 }),
  stopTimeout: 60,
  stores: ['postgres'],
  needs: [],
  calls: [],
  settings: ({ postgres, secretValue }) => ({
    environment: {
      // By default it listens on loopback only.
      GRPC_ADDRESS: `0.0.0.0:${REPLICA.port}`,
      METRICS_PORT: String(REPLICA.metrics),
      RUST_LOG: 'info',
    },
    secrets: { PRIMARY_DATABASE_URL: secretValue(postgres.personsUrlSecret) },
  }),
};

/**
 * Serves persons and groups to all other processes (rust/personhog-router/src/config.rs). It connects to replicas at the first call
 * (`connect_lazy` in src/backend/replica.rs), and its health checks do not depend on them.
 */
export const PERSONHOG_ROUTER: ProcessDefinition<PostHogProcess.PERSONHOG_ROUTER> = {
  process: PostHogProcess.PERSONHOG_ROUTER,
  id: 'PersonhogRouter',
  image: 'personhogRouter',
  port: ROUTER.port,
  probe: rustProbe(ROUTER.metrics),
  sizes: {
    dev: { cpu: 256, memoryLimitMiB: 512, minTasks: 1, maxTasks: 1 },
    small: { cpu: 256, memoryLimitMiB: 512, minTasks: 2, maxTasks: 4 },
    production: { cpu: 512, memoryLimitMiB: 1024, minTasks: 2, maxTasks: 8 },
    large: { cpu: 1024, memoryLimitMiB: 2048, minTasks: 3, maxTasks: 16 },
  },
  memory: guessedRustMemory({ dev: 256, small: 256, production: 512, large: 1024 }),
  stopTimeout: 45,
  stores: [],
  needs: [PostHogProcess.PERSONHOG_REPLICA],
  calls: [],
  settings: (context) => ({
    environment: {
      GRPC_ADDRESS: `0.0.0.0:${ROUTER.port}`,
      METRICS_PORT: String(ROUTER.metrics),
      REPLICA_URL: addressOf(context, PostHogProcess.PERSONHOG_REPLICA),
      BACKEND_TIMEOUT_MS: '5000',
      RUST_LOG: 'info',
    },
    secrets: {},
  }),
};
