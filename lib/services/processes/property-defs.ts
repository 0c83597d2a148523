import { Secret } from 'aws-cdk-lib/aws-ecs';
import { rustKafka } from './kafka';
import { rustProbe } from './rust';
import { ConsumerMode, groupOf, scalingGroupsOf } from '../../catalog/consumer-groups';
import { PostHogProcess } from '../../catalog/posthog-process';
import { ProcessSettings } from '../../private/process-settings';
import { addressOf, ProcessContext, ProcessDefinition } from '../process-definition';
import { Product } from '../../catalog/product';

const PORT = 3301;

const RUN = {
  image: 'propertyDefs',
  probe: rustProbe(PORT),
  interruptible: true,
  stopTimeout: 60,
  stores: ['postgres', 'kafka'],
  sharedGroup: 'PropertyDefs',
  needs: [PostHogProcess.PERSONHOG_ROUTER],
  calls: [],
} as const;

/** Maintains the list of known events and properties (rust/property-defs-rs/src/config.rs). */
export const PROPERTY_DEFS: ProcessDefinition = {
  ...RUN,
  process: PostHogProcess.PROPERTY_DEFS,
  id: 'PropertyDefs',
  products: [Product.EVENTS],
  ...reading('property-defs'),
};

/** Maintains the list for AI events, which have their own topic. */
export const PROPERTY_DEFS_AI: ProcessDefinition = {
  ...RUN,
  process: PostHogProcess.PROPERTY_DEFS_AI,
  id: 'PropertyDefsAi',
  products: [Product.AI],
  ...reading('property-defs-ai'),
};

function reading(mode: ConsumerMode): Pick<ProcessDefinition, 'consumes' | 'settings'> {
  return { consumes: scalingGroupsOf(mode), settings: (context) => settings(context, mode) };
}

function settings(context: ProcessContext, mode: ConsumerMode): ProcessSettings {
  const { group, topic } = groupOf(mode);
  return {
    environment: {
      BIND_HOST: '0.0.0.0',
      BIND_PORT: String(PORT),
      RUST_LOG: 'info,rdkafka=warn',
      ...rustKafka(context.kafka),
      KAFKA_CONSUMER_GROUP: group,
      KAFKA_CONSUMER_TOPIC: topic,
      // By default it skips reads and writes, and no property ever appears.
      SKIP_READS: 'false',
      SKIP_WRITES: 'false',
      FILTER_MODE: 'opt-out',
      // It needs a URL, unlike the other processes, which need a host and a port. If it is empty, groups are not found.
      PERSONHOG_ADDR: addressOf(context, PostHogProcess.PERSONHOG_ROUTER),
    },
    secrets: { DATABASE_URL: Secret.fromSecretsManager(context.postgres.urlSecret) },
  };
}
