import { Secret } from 'aws-cdk-lib/aws-ecs';
import { AppSecrets } from './app-secrets';
import { PostHogProcess } from '../ingress/posthog-process';
import { PostHogImages } from '../release/posthog-release';
import { ICache } from '../stores/cache';
import { IClickHouse } from '../stores/clickhouse';
import { IKafka } from '../stores/kafka-client';
import { IObjectStorage } from '../stores/object-storage';
import { IPostgres } from '../stores/postgres';

/** The stores, by the names that definitions ask for them with. */
export interface Stores {
  readonly postgres: IPostgres;
  readonly cache: ICache;
  readonly kafka: IKafka;
  readonly clickHouse: IClickHouse;
  readonly objectStorage: IObjectStorage;
}

/** Everything that a process can be told about what surrounds it. */
export interface ProcessContext extends Stores {
  readonly secrets: AppSecrets;
  /** Whether PostHog reports its own usage and errors to PostHog Inc. */
  readonly telemetry: boolean;
  /** What Django must know about the proxy in front of it. */
  readonly proxyEnvironment: Readonly<Record<string, string>>;
  /** The private address of a process, such as `http://capture.posthog.example.com.internal:3000`. */
  addressOf(process: PostHogProcess): string;
}

/** The settings of a process: in clear text, and from Secrets Manager. */
export interface ProcessSettings {
  readonly environment: Record<string, string>;
  readonly secrets: Record<string, Secret>;
}

/** How the load balancer finds out whether a process can answer. Times in seconds. */
export interface HealthCheck {
  /** Where it asks. Must answer without regard to the host name, and while migrations are pending. */
  readonly path: string;
  readonly interval: number;
  readonly timeout: number;
  /** After so many failures in a row, the task is replaced. */
  readonly unhealthyThreshold: number;
}

/** What a process answers, and how its tasks come and go. */
export interface HttpEndpoint {
  readonly port: number;
  readonly healthCheck: HealthCheck;
  /** How long the load balancer lets running requests finish before the task is told to stop, in seconds. */
  readonly deregistrationDelay: number;
  /** How long a new task may fail its health checks, in seconds. */
  readonly healthCheckGracePeriod: number;
  /** Requests a minute that one task is meant to take; more tasks are started above it. */
  readonly requestsPerTarget: number;
}

/** One of PostHog's processes: what it is, what it needs, and how it is run. */
export interface ProcessDefinition {
  readonly process: PostHogProcess;
  /** Its construct id. */
  readonly id: string;
  readonly image: keyof PostHogImages;
  /** The image's own where it is left out. */
  readonly command?: string[];
  /** What it answers; left out where it answers nothing. */
  readonly http?: HttpEndpoint;
  /** CPU units; 1024 are one virtual CPU. */
  readonly cpu: number;
  readonly memoryLimitMiB: number;
  readonly minTasks: number;
  readonly maxTasks: number;
  /** How long it may take to stop, in seconds. Fargate allows 120. */
  readonly stopTimeout: number;
  /** The stores that it connects to. */
  readonly stores: readonly (keyof Stores)[];
  /** What it may do with objects; left out where it has no business with them. */
  readonly objects?: 'read' | 'read-write';
  /** The processes that it calls. */
  readonly calls: readonly PostHogProcess[];
  settings(context: ProcessContext): ProcessSettings;
}
