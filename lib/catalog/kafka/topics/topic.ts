import { PostHogProcess } from '../../posthog-process';
import { Product } from '../../product';

/** ClickHouse, as a reader of topics: its Kafka tables. */
export const CLICKHOUSE = 'clickhouse';

/** A reader or writer of a topic. */
export type TopicClient = PostHogProcess | typeof CLICKHOUSE;

type OneOrMore<T> = readonly [T, ...T[]];

/** The writers: processes of this library, or the reason why none does. */
type Written = { readonly writers: OneOrMore<PostHogProcess>; readonly noWriter?: never } | { readonly writers?: never; readonly noWriter: string };

/** The readers: processes of this library and ClickHouse, or the reason why there are none. A topic with neither does not compile. */
type Read = { readonly readers: OneOrMore<TopicClient>; readonly noReader?: never } | { readonly readers?: never; readonly noReader: string };

interface Traits {
  readonly name: string;
  /** The products that it is created for; undefined if it is always created: the app or ClickHouse uses it. */
  readonly products?: OneOrMore<Product>;
  /** Carries data of SDKs, so it has the default number of partitions of the brokers; the others have one. */
  readonly busy?: true;
  /** The retention of messages, in milliseconds; undefined for the default of the brokers. */
  readonly retentionMs?: number;
  /** The source, if July's tree does not have it: generations before that one neither read nor write it. */
  readonly newer?: string;
}

/** A topic of Kafka that a process of PostHog reads or writes. */
export type Topic = Traits & Written & Read;

export const ERRORS = [Product.ERROR_TRACKING] as const;

/** All Django processes that act on what users do. */
export const DJANGO = [PostHogProcess.WEB, PostHogProcess.WORKER, PostHogProcess.TEMPORAL_DJANGO_WORKER] as const;

/** Dead letters are kept for two weeks, for a person to inspect. */
export const DEAD_LETTERS = { noReader: 'dead letters: kept for a human', retentionMs: 14 * 24 * 60 * 60 * 1000 } as const;

export const UNUSED = "no code of July's tree writes or reads it; ingestion checks at its start that its topics exist, and so do migrations";

export const SEPTEMBER = 'PostHog/posthog docker/kafka/topics.txt @18b824b, September 2026';
