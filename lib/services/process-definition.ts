import { IRole } from 'aws-cdk-lib/aws-iam';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { AppSecrets } from './app-secrets';
import { TaskSize } from './process-size';
import { ConsumerGroup } from '../catalog/consumer-groups';
import { Generation } from '../catalog/generation';
import { Product } from '../catalog/product';
import { PostHogProcess } from '../catalog/posthog-process';
import { PostHogImages } from '../release/posthog-images';
import { ICache } from '../stores/cache/cache';
import { IClickHouse } from '../stores/clickhouse/clickhouse';
import { IKafka } from '../stores/kafka/kafka-client';
import { IObjectStorage } from '../stores/object-storage/object-storage';
import { IPostgres } from '../stores/postgres/postgres';
import { ProcessSettings } from '../private/process-settings';

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
  /** What belongs to the release that is deployed: modes, web server, queues and topics. */
  readonly generation: Generation;
  readonly secrets: AppSecrets;
  /** The address that visitors use, such as `https://posthog.example.com`. */
  readonly url: string;
  /** The keys to the symbol sets of error tracking, with `accessKeyId` and `secretAccessKey`; there where it is deployed. */
  readonly symbolSetKeys?: ISecret;
  /** The role that files of batch exports are written and signed with; there where batch exports are deployed. */
  readonly fileDownloadsRole?: IRole;
  /** The queues of Temporal that `temporal-django-worker` serves; left out where these are all that it can. */
  readonly temporalTaskQueues?: readonly string[];
  /** What the owner tells the app: mail, sign-on, keys. */
  readonly appSettings: ProcessSettings;
  /** Whether PostHog reports its own usage and errors to PostHog Inc. */
  readonly telemetry: boolean;
  /** What Django must know about the proxy in front of it. */
  readonly proxyEnvironment: Readonly<Record<string, string>>;
  /** Whether a process is deployed. */
  readonly isDeployed: (process: PostHogProcess) => boolean;
  /** The image that a process runs. */
  readonly imageOf: (process: PostHogProcess) => string;
  /** Where other processes reach a process. */
  readonly endpointOf: (process: PostHogProcess) => ProcessEndpoint;
}

/** Where other processes reach a process. */
export interface ProcessEndpoint {
  /** Its private name, such as `capture.posthog.example.com.internal`. */
  readonly host: string;
  readonly port: number;
}

/** How the load balancer finds out whether a process can answer. Times in seconds. */
export interface HealthCheck {
  /** Where it asks. Must answer without regard to the host name, and while migrations are pending. */
  readonly path: string;
  /** The port that it asks, where that is another one than visitors reach. */
  readonly port?: number;
  readonly interval: number;
  readonly timeout: number;
  /** After so many failures in a row, the task is replaced. */
  readonly unhealthyThreshold: number;
}

/** What a process answers to visitors, and how its tasks come and go. */
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

/** How ECS finds out, inside the container, whether a process is well that no load balancer asks. Times in seconds. */
export interface Probe {
  /** A shell command that fails where it is not. */
  readonly command: string;
  /** How long a new task may fail it; ECS allows 300. */
  readonly startPeriod: number;
}

/** One of PostHog's processes: what it is, what it needs, and how it is run. */
export interface ProcessDefinition {
  readonly process: PostHogProcess;
  /** Its construct id. */
  readonly id: string;
  /** The products that it is deployed with; left out where it always is. */
  readonly products?: readonly Product[];
  readonly image: keyof PostHogImages;
  /** The image's own where it is left out. */
  readonly entryPoint?: readonly string[];
  /** The image's own where it is left out. */
  readonly command?: readonly string[];
  /** What it answers to visitors; left out where no visitor reaches it. */
  readonly http?: HttpEndpoint;
  /** Where other processes reach it, if that is not where visitors do; left out where nothing does. */
  readonly port?: number;
  /** How ECS finds out whether it is well, where no load balancer asks; left out where one always does, or where nothing is known to tell. */
  readonly probe?: Probe;
  /** Where it reads the database of places from, which its image does not hold; a container of its task puts it there. */
  readonly geoIpFolder?: string;
  /** Why there may be one task of it only; left out where there may be more. */
  readonly single?: string;
  /** Whether a task may be taken away at two minutes' notice: no visitor waits for it, and what it had not finished is done again. */
  readonly interruptible?: boolean;
  /** The consumer groups whose lag says how many tasks are needed; left out where none does. */
  readonly consumes?: readonly ConsumerGroup[];
  /** How long it may take to stop, in seconds. Fargate allows 120. */
  readonly stopTimeout: number;
  /** The stores that it connects to. */
  readonly stores: readonly (keyof Stores)[];
  /** What it may do with objects; left out where its task role has no business with them. */
  readonly objects?: 'read' | 'read-write';
  /** The prefix of the only objects that it reads and writes, and the process that it does so with: without that, it has no objects. */
  readonly objectsWith?: { readonly process: PostHogProcess; readonly prefix: string };
  /** The processes that it cannot work without. */
  readonly needs: readonly PostHogProcess[];
  /** The processes whose deployment comes before its own, where they are deployed; left out where it is none besides those that it needs. */
  readonly after?: readonly PostHogProcess[];
  /** The processes that it calls where they are deployed, besides those that it needs. */
  readonly calls: readonly PostHogProcess[];
  /** The security group that it shares with others that call the same ones; left out where it has one of its own. */
  readonly sharedGroup?: string;
  settings(context: ProcessContext): ProcessSettings;
  /** Environment variables that follow from the size of its tasks; left out where none does. The user's own replace them. */
  tuning?(size: TaskSize): Record<string, string>;
}

/** The port that others reach a process at; undefined where nothing does. */
export function portOf({ port, http }: Pick<ProcessDefinition, 'port' | 'http'>): number | undefined {
  return port ?? http?.port;
}

/** Host and port of a process, such as `capture.posthog.example.com.internal:3000`. */
export function authorityOf(context: ProcessContext, process: PostHogProcess): string {
  const { host, port } = context.endpointOf(process);
  return `${host}:${port}`;
}

/** The private address of a process, such as `http://capture.posthog.example.com.internal:3000`. */
export function addressOf(context: ProcessContext, process: PostHogProcess): string {
  return `http://${authorityOf(context, process)}`;
}

/** Settings that name a process; none, where it is not deployed. */
export function where(context: ProcessContext, process: PostHogProcess, settings: (address: string) => Record<string, string>): Record<string, string> {
  return context.isDeployed(process) ? settings(addressOf(context, process)) : {};
}

/** How Django and Node are told where Temporal is; not at all, where it is not deployed. */
export function whereTemporal(context: ProcessContext): Record<string, string> {
  if (!context.isDeployed(PostHogProcess.TEMPORAL)) {
    return {};
  }
  const { host, port } = context.endpointOf(PostHogProcess.TEMPORAL);
  return { TEMPORAL_HOST: host, TEMPORAL_PORT: String(port) };
}
