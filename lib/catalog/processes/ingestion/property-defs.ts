import { ConsumerMode, groupOf, scalingGroupsOf } from '../../kafka/consumer-groups';
import { guessedRustMemory } from '../../memory';
import { PostHogProcess } from '../../posthog-process';
import { addressOf, ProcessContext } from '../../process-context';
import { ProcessDefinition } from '../../process-definition';
import { Product } from '../../product';
import { rustKafka } from '../shared/kafka';
import { rustProbe } from '../shared/rust';
import { ProcessSettings } from '../../../private/process-settings';

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

/**
 * Maintains the list of known events and properties (rust/property-defs-rs/src/config.rs). It connects to personhog at the first call
 * (`connect_lazy` in src/group_type_resolver.rs).
 */
export const PROPERTY_DEFS: ProcessDefinition<PostHogProcess.PROPERTY_DEFS> = {
  ...RUN,
  process: PostHogProcess.PROPERTY_DEFS,
  id: 'PropertyDefs',
  products: [Product.EVENTS],
  sizes: {
    dev: { cpu: 256, memoryLimitMiB: 1024, minTasks: 1, maxTasks: 1 },
    small: { cpu: 256, memoryLimitMiB: 2048, minTasks: 1, maxTasks: 3 },
    production: { cpu: 512, memoryLimitMiB: 2048, minTasks: 2, maxTasks: 6 },
    large: { cpu: 1024, memoryLimitMiB: 4096, minTasks: 2, maxTasks: 12 },
  },
  memory: guessedRustMemory({ dev: 512, small: 1024, production: 1024, large: 2048 }),
  ...reading('property-defs'),
};

/** Maintains the list for AI events, which have their own topic. */
export const PROPERTY_DEFS_AI: ProcessDefinition<PostHogProcess.PROPERTY_DEFS_AI> = {
  ...RUN,
  process: PostHogProcess.PROPERTY_DEFS_AI,
  id: 'PropertyDefsAi',
  products: [Product.AI],
  sizes: {
    dev: { cpu: 256, memoryLimitMiB: 1024, minTasks: 1, maxTasks: 1 },
    small: { cpu: 256, memoryLimitMiB: 1024, minTasks: 1, maxTasks: 2 },
    production: { cpu: 512, memoryLimitMiB: 2048, minTasks: 1, maxTasks: 4 },
    large: { cpu: 512, memoryLimitMiB: 2048, minTasks: 2, maxTasks: 8 },
  },
  memory: guessedRustMemory({ dev: 512, small: 512, production: 1024, large: 1024 }),
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
    secrets: { DATABASE_URL: context.secretValue(context.postgres.urlSecret) },
  };
}
