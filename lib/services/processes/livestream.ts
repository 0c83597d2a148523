import { Secret } from 'aws-cdk-lib/aws-ecs';
import { securityProtocol } from './kafka';
import { groupOf } from '../../catalog/consumer-groups';
import { PostHogProcess } from '../../catalog/posthog-process';
import { Product } from '../../catalog/product';
import { CacheClient, cacheTls } from '../../stores/cache/cache-url';
import { IKafka } from '../../stores/kafka/kafka-client';
import { ProcessDefinition } from '../process-definition';

const PORT = 8080;

/**
 * Streams events to browsers as they arrive (livestream/configs/configs.go, livestream/main.go).
 *
 * What it knows it keeps in memory: each task reads every event. Two tasks with one group would see half each, so there is one.
 */
export const LIVESTREAM: ProcessDefinition = {
  process: PostHogProcess.LIVESTREAM,
  id: 'Livestream',
  products: [Product.LIVE_EVENTS],
  image: 'livestream',
  http: {
    port: PORT,
    healthCheck: { path: '/', interval: 15, timeout: 5, unhealthyThreshold: 3 },
    // Streams last for as long as somebody looks, and a browser opens the next one by itself.
    deregistrationDelay: 10,
    healthCheckGracePeriod: 60,
    requestsPerTarget: 1000,
  },
  single: 'each task would see a part of the events only',
  // It took 16 to 19 seconds to leave its consumer groups.
  stopTimeout: 30,
  stores: ['cache', 'kafka'],
  needs: [],
  calls: [],
  settings: ({ cache, kafka, secrets, url, isDeployed }) => ({
    environment: {
      PORT: String(PORT),
      LIVESTREAM_MMDB_PATH: '/GeoLite2-City.mmdb',
      LIVESTREAM_CORS_ALLOW_ORIGINS: url,
      ...consumer('EVENT', kafka, 'events_plugin_ingestion'),
      ...(isDeployed(PostHogProcess.REPLAY_CAPTURE)
        ? consumer('SESSION_RECORDING', kafka, 'session_recording_snapshot_item_events')
        : { LIVESTREAM_CONSUMERS_SESSION_RECORDING_ENABLED: 'false' }),
      ...consumer('NOTIFICATION', kafka, 'notification_events'),
      // Without it, `/notifications` does not exist. A host and a port: it has no setting for a password (livestream/events/redis_client.go).
      LIVESTREAM_REDIS_ADDRESS: cache.host,
      LIVESTREAM_REDIS_PORT: String(cache.port),
      LIVESTREAM_REDIS_TLS: String(cacheTls(cache, CacheClient.GO)),
    },
    secrets: {
      // The app signs what its pages show here with its own key.
      LIVESTREAM_JWT_SECRET: Secret.fromSecretsManager(secrets.secretKey),
    },
  }),
};

/** A consumer that is enabled must name all of these. */
function consumer(name: string, kafka: IKafka, topic: string): Record<string, string> {
  const prefix = `LIVESTREAM_CONSUMERS_${name}`;
  return {
    [`${prefix}_ENABLED`]: 'true',
    [`${prefix}_BROKERS`]: kafka.bootstrapServers,
    [`${prefix}_SECURITY_PROTOCOL`]: securityProtocol(kafka).toUpperCase(),
    [`${prefix}_TOPIC`]: topic,
    [`${prefix}_GROUP_ID`]: groupOf('livestream', topic).group,
  };
}
