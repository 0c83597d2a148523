import { Secret } from 'aws-cdk-lib/aws-ecs';
import { securityProtocol } from './kafka';
import { groupOf } from '../../catalog/consumer-groups';
import { PostHogProcess } from '../../catalog/posthog-process';
import { Product } from '../../catalog/product';
import { CacheClient, cacheTls } from '../../stores/cache/cache-url';
import { IKafka } from '../../stores/kafka/kafka-base';
import { ProcessDefinition } from '../process-definition';

const PORT = 8080;

/**
 * Streams live events to browsers (livestream/configs/configs.go, livestream/main.go).
 *
 * It keeps its state in memory, so each task must read every event. Two tasks in one consumer group would see half each, so there is one.
 */
export const LIVESTREAM: ProcessDefinition = {
  process: PostHogProcess.LIVESTREAM,
  id: 'Livestream',
  products: [Product.LIVE_EVENTS],
  image: 'livestream',
  http: {
    port: PORT,
    healthCheck: { path: '/', interval: 15, timeout: 5, unhealthyThreshold: 3 },
    // Streams last as long as their page is open, and browsers reconnect by themselves.
    deregistrationDelay: 10,
    healthCheckGracePeriod: 60,
    requestsPerTarget: 1000,
  },
  single: 'each task would see only some of the events',
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
      // Without it, `/notifications` does not exist. It supports a host and a port, but no password (livestream/events/redis_client.go).
      LIVESTREAM_REDIS_ADDRESS: cache.host,
      LIVESTREAM_REDIS_PORT: String(cache.port),
      LIVESTREAM_REDIS_TLS: String(cacheTls(cache, CacheClient.GO)),
    },
    secrets: {
      // The app signs the tokens of its pages with its own key.
      LIVESTREAM_JWT_SECRET: Secret.fromSecretsManager(secrets.secretKey),
    },
  }),
};

/** Returns the settings of an enabled consumer, which requires all of them. */
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
