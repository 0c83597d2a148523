import { Secret } from 'aws-cdk-lib/aws-ecs';
import { rustProbe } from './rust';
import { PostHogProcess } from '../../catalog/posthog-process';
import { addressOf, ProcessDefinition } from '../process-definition';

const REPLICA = { port: 50051, metrics: 9100 };
const ROUTER = { port: 50052, metrics: 9101 };

/** Reads persons and groups from PostgreSQL (rust/personhog-replica/src/config.rs). */
export const PERSONHOG_REPLICA: ProcessDefinition = {
  process: PostHogProcess.PERSONHOG_REPLICA,
  id: 'PersonhogReplica',
  image: 'personhogReplica',
  port: REPLICA.port,
  probe: rustProbe(REPLICA.metrics),
  stopTimeout: 60,
  stores: ['postgres'],
  needs: [],
  calls: [],
  settings: ({ postgres }) => ({
    environment: {
      // By default it listens on loopback only.
      GRPC_ADDRESS: `0.0.0.0:${REPLICA.port}`,
      METRICS_PORT: String(REPLICA.metrics),
      RUST_LOG: 'info',
    },
    secrets: { PRIMARY_DATABASE_URL: Secret.fromSecretsManager(postgres.personsUrlSecret) },
  }),
};

/** Serves persons and groups to all other processes (rust/personhog-router/src/config.rs). */
export const PERSONHOG_ROUTER: ProcessDefinition = {
  process: PostHogProcess.PERSONHOG_ROUTER,
  id: 'PersonhogRouter',
  image: 'personhogRouter',
  port: ROUTER.port,
  probe: rustProbe(ROUTER.metrics),
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
