import { IMAGES } from '../../images';
import { groupOf } from '../../kafka/consumer-groups';
import { HALF_OF_LIMIT } from '../../memory';
import { PostHogProcess } from '../../posthog-process';
import { KafkaContext } from '../../process-context';
import { ProcessDefinition } from '../../process-definition';
import { Product } from '../../product';
import { CacheClient, cacheTls } from '../shared/cache';
import { securityProtocol } from '../shared/kafka';

const PORT = 8080;

/**
 * Streams live events to browsers (livestream/configs/configs.go, livestream/main.go).
 *
 * It keeps its state in memory, so each task must read every event. Two tasks in one consumer group would see half each, so there is one,
 * also in a deployment: browsers reconnect by themselves.
 */
export const LIVESTREAM: ProcessDefinition<PostHogProcess.LIVESTREAM> = {
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
  // Nothing waits for it but pages that show events as they come, and it keeps a few counters of each event.
  sizes: {
    dev: { cpu: 256, memoryLimitMiB: 512, minTasks: 1, maxTasks: 1 },
    small: { cpu: 256, memoryLimitMiB: 1024, minTasks: 1, maxTasks: 1 },
    production: { cpu: 1024, memoryLimitMiB: 2048, minTasks: 1, maxTasks: 1 },
    large: { cpu: 2048, memoryLimitMiB: 4096, minTasks: 1, maxTasks: 1 },
  },
  memory: {
    basis: 'guess: a Go service with a GeoIP database',
    reservationMiB: { dev: 256, small: 512, production: 1024, large: 2048 },
    reservationBasis: HALF_OF_LIMIT,
  },
  single: 'each task would see only some of the events',
  // It took 16 to 19 seconds to leave its consumer groups.
  stopTimeout: 30,
  stores: ['cache', 'kafka'],
  needs: [],
  calls: [],
  settings: ({ cache, kafka, secrets, secretValue, url, isDeployed }) => ({
    environment: {
      PORT: String(PORT),
      LIVESTREAM_MMDB_PATH: IMAGES.livestream.geoIpFile,
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
      // JWT_SIGNING_KEY of the app, which signs the tokens of its pages, and new ones after a change of the key (get_or_mint_live_events_token in
      // posthog/api/team.py). A page that was opened before must be loaded again.
      LIVESTREAM_JWT_SECRET: secretValue(secrets.jwtSigningKey),
    },
  }),
};

/** Returns the settings of an enabled consumer, which requires all of them. */
function consumer(name: string, kafka: KafkaContext, topic: string): Record<string, string> {
  const prefix = `LIVESTREAM_CONSUMERS_${name}`;
  return {
    [`${prefix}_ENABLED`]: 'true',
    [`${prefix}_BROKERS`]: kafka.bootstrapServers,
    [`${prefix}_SECURITY_PROTOCOL`]: securityProtocol(kafka).toUpperCase(),
    [`${prefix}_TOPIC`]: topic,
    [`${prefix}_GROUP_ID`]: groupOf('livestream', topic).group,
  };
}
