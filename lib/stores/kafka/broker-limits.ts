/** The partitions that one broker of MSK may have, leaders and followers together. */
export interface PartitionLimits {
  /** The number that AWS recommends for brokers whose partitions all have traffic. */
  readonly recommended: number;
  /** The number above which MSK may refuse updates of the cluster: its configuration, a smaller type of broker. */
  readonly maximum: number;
}

const LARGE: PartitionLimits = { recommended: 1000, maximum: 1500 };
const LARGER: PartitionLimits = { recommended: 2000, maximum: 3000 };
const LARGEST: PartitionLimits = { recommended: 4000, maximum: 6000 };

/**
 * The limits of Standard brokers by instance type. They are the same with KRaft and with ZooKeeper
 * (https://docs.aws.amazon.com/msk/latest/developerguide/kraft-intro.html). Express brokers have others, which are not checked.
 *
 * @see https://docs.aws.amazon.com/msk/latest/developerguide/bestpractices.html#partitions-per-broker
 */
const LIMITS: Readonly<Record<string, PartitionLimits>> = {
  'kafka.t3.small': { recommended: 300, maximum: 300 },
  'kafka.m5.large': LARGE,
  'kafka.m5.xlarge': LARGE,
  'kafka.m5.2xlarge': LARGER,
  'kafka.m5.4xlarge': LARGEST,
  'kafka.m5.8xlarge': LARGEST,
  'kafka.m5.12xlarge': LARGEST,
  'kafka.m5.16xlarge': LARGEST,
  'kafka.m5.24xlarge': LARGEST,
  'kafka.m7g.large': LARGE,
  'kafka.m7g.xlarge': LARGE,
  'kafka.m7g.2xlarge': LARGER,
  'kafka.m7g.4xlarge': LARGEST,
  'kafka.m7g.8xlarge': LARGEST,
  'kafka.m7g.12xlarge': LARGEST,
  'kafka.m7g.16xlarge': LARGEST,
};

/** The type of brokers that is not confirmed to work: AWS documents it for tests, and nobody here has created it with KRaft. */
export const UNCONFIRMED_BROKERS = 'kafka.t3.small';

/**
 * The partitions that Kafka itself has, in the topic that stores the offsets of consumer groups (`offsets.topic.num.partitions`). None of the
 * processes has a transactional producer, so there is no topic of transactions: of PostHog's, only `batch-import-worker` has one.
 */
const OFFSETS_PARTITIONS = 50;

/** The brokers of an MSK cluster. */
export interface KafkaBrokers {
  /** The instance type as MSK names it, such as `kafka.m7g.large`. */
  readonly instanceType: string;
  readonly count: number;
  /** The copies of each partition. */
  readonly replicas: number;
}

/** Returns the limits of a type of brokers; undefined for Express brokers, and for a type that is not known here. */
export function partitionLimits(instanceType: string): PartitionLimits | undefined {
  return Object.hasOwn(LIMITS, instanceType) ? LIMITS[instanceType] : undefined;
}

/** Returns the partitions on each broker, leaders and followers, if Kafka spreads those of PostHog's topics, each counted once, evenly. */
export function partitionsOfBroker({ count, replicas }: Pick<KafkaBrokers, 'count' | 'replicas'>, partitions: number): number {
  return Math.ceil(((partitions + OFFSETS_PARTITIONS) * replicas) / count);
}

/** Returns the types of the same family that have room for more partitions, smallest first. */
export function largerTypes(instanceType: string, partitions: number): string[] {
  const family = instanceType.startsWith('kafka.t3') ? 'kafka.m7g' : instanceType.slice(0, instanceType.lastIndexOf('.'));
  return Object.keys(LIMITS).filter((type) => type.startsWith(`${family}.`) && LIMITS[type].recommended >= partitions);
}
