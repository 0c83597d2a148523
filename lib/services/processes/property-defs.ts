import { Secret } from 'aws-cdk-lib/aws-ecs';
import { rustKafka } from './kafka';
import { rustProbe } from './rust';
import { PostHogProcess } from '../../catalog/posthog-process';
import { Consumption, addressOf, ProcessContext, ProcessDefinition, ProcessSettings } from '../process-definition';
import { Product } from '../../catalog/product';

const PORT = 3301;

const EVENTS: Consumption = { group: 'property-defs-rs', topic: 'clickhouse_events_json' };
const AI_EVENTS: Consumption = { group: 'property-defs-ai', topic: 'clickhouse_ai_events_json' };

const RUN = {
  image: 'propertyDefs', probe: rustProbe(PORT), interruptible: true, stopTimeout: 60, stores: ['postgres', 'kafka'], sharedGroup: 'PropertyDefs',
  needs: [PostHogProcess.PERSONHOG_ROUTER], calls: [],
} as const;

/** Keeps the list of events and properties that have been seen (rust/property-defs-rs/src/config.rs). */
export const PROPERTY_DEFS: ProcessDefinition = {
  ...RUN, process: PostHogProcess.PROPERTY_DEFS, id: 'PropertyDefs', products: [Product.EVENTS], consumes: EVENTS, settings: (context) => settings(context, EVENTS),
};

/** The same for AI events, which have a topic of their own. */
export const PROPERTY_DEFS_AI: ProcessDefinition = {
  ...RUN, process: PostHogProcess.PROPERTY_DEFS_AI, id: 'PropertyDefsAi', products: [Product.AI], consumes: AI_EVENTS, settings: (context) => settings(context, AI_EVENTS),
};

function settings(context: ProcessContext, { group, topic }: Consumption): ProcessSettings {
  return {
    environment: {
      BIND_HOST: '0.0.0.0',
      BIND_PORT: String(PORT),
      RUST_LOG: 'info,rdkafka=warn',
      ...rustKafka(context.kafka),
      KAFKA_CONSUMER_GROUP: group,
      KAFKA_CONSUMER_TOPIC: topic,
      // By default it does everything but read and write, and no property ever appears.
      SKIP_READS: 'false',
      SKIP_WRITES: 'false',
      FILTER_MODE: 'opt-out',
      // Rust wants a whole address where the other processes want a host and a port; where it is empty, groups are not found.
      PERSONHOG_ADDR: addressOf(context, PostHogProcess.PERSONHOG_ROUTER),
    },
    secrets: { DATABASE_URL: Secret.fromSecretsManager(context.postgres.urlSecret) },
  };
}
