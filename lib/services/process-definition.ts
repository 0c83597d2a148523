import { IRole } from 'aws-cdk-lib/aws-iam';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { AppSecrets } from './secrets/app-secrets';
import { TaskSize } from './process-size';
import { ConsumerGroup } from '../catalog/consumer-groups';
import { Generation } from '../catalog/generation';
import { Product } from '../catalog/product';
import { PostHogProcess } from '../catalog/posthog-process';
import { PostHogImages } from '../release/posthog-images';
import { ICache } from '../stores/cache/cache-base';
import { IClickHouse } from '../stores/clickhouse/clickhouse-base';
import { IKafka } from '../stores/kafka/kafka-base';
import { IObjectStorage } from '../stores/object-storage/object-storage-base';
import { IPostgres } from '../stores/postgres/postgres-base';
import { ProcessSettings } from '../private/process-settings';

/** The data stores, by the names that definitions use. */
export interface Stores {
  readonly postgres: IPostgres;
  readonly cache: ICache;
  readonly kafka: IKafka;
  readonly clickHouse: IClickHouse;
  readonly objectStorage: IObjectStorage;
}

/** The context that the settings of a process are derived from. */
export interface ProcessContext extends Stores {
  /** Properties of the deployed release: modes, web server, queues and topics. */
  readonly generation: Generation;
  readonly secrets: AppSecrets;
  /** The public URL, such as `https://posthog.example.com`. */
  readonly url: string;
  /** The access keys for the symbol sets, with `accessKeyId` and `secretAccessKey`; undefined without error tracking. */
  readonly symbolSetKeys?: ISecret;
  /** The role that writes and signs files of batch exports; undefined without batch exports. */
  readonly fileDownloadsRole?: IRole;
  /** The Temporal task queues that `temporal-django-worker` serves; undefined for all that it can serve. */
  readonly temporalTaskQueues?: readonly string[];
  /** The user's settings of the app: mail, single sign-on, keys. */
  readonly appSettings: ProcessSettings;
  /** Indicates whether PostHog reports its own usage and errors to PostHog Inc. */
  readonly telemetry: boolean;
  /** Django's settings about its load balancer and proxies. */
  readonly proxyEnvironment: Readonly<Record<string, string>>;
  /** Returns whether a process is deployed. */
  readonly isDeployed: (process: PostHogProcess) => boolean;
  /** Returns the image of a process. */
  readonly imageOf: (process: PostHogProcess) => string;
  /** Returns the private endpoint of a process. */
  readonly endpointOf: (process: PostHogProcess) => ProcessEndpoint;
}

/** The private endpoint of a process. */
export interface ProcessEndpoint {
  /** The private host name, such as `capture.posthog.example.com.internal`. */
  readonly host: string;
  readonly port: number;
}

/** The health check of the load balancer. Times in seconds. */
export interface HealthCheck {
  /** The path. It must respond for any host name, and while migrations are pending. */
  readonly path: string;
  /** The port, if it differs from the port of client requests. */
  readonly port?: number;
  readonly interval: number;
  readonly timeout: number;
  /** The number of consecutive failures after which the task is replaced. */
  readonly unhealthyThreshold: number;
}

/** The HTTP endpoint of a process behind the load balancer. */
export interface HttpEndpoint {
  readonly port: number;
  readonly healthCheck: HealthCheck;
  /** The time that the load balancer gives running requests to finish before the task is stopped, in seconds. */
  readonly deregistrationDelay: number;
  /** The time that a new task may fail its health checks, in seconds. */
  readonly healthCheckGracePeriod: number;
  /** The requests per minute and task above which the service scales out. */
  readonly requestsPerTarget: number;
}

/** The container health check of a process without a load balancer health check. Times in seconds. */
export interface Probe {
  /** A shell command that fails if the process is unhealthy. */
  readonly command: string;
  /** The time that a new task may fail it; ECS allows 300. */
  readonly startPeriod: number;
}

/** The definition of a PostHog process: its image, its dependencies and its settings. */
export interface ProcessDefinition {
  readonly process: PostHogProcess;
  /** The construct id. */
  readonly id: string;
  /** The products that it is deployed with; undefined if it is always deployed. */
  readonly products?: readonly Product[];
  readonly image: keyof PostHogImages;
  /** Undefined for the entry point of the image. */
  readonly entryPoint?: readonly string[];
  /** Undefined for the command of the image. */
  readonly command?: readonly string[];
  /** The endpoint for clients; undefined if no client reaches it. */
  readonly http?: HttpEndpoint;
  /** The port for other processes, if it differs from that for clients; undefined if no process calls it. */
  readonly port?: number;
  /** The container health check, used without a load balancer health check; undefined if there always is one, or if no check is known. */
  readonly probe?: Probe;
  /** The folder that it reads the GeoIP database from, if its image lacks the file; an init container copies it there. */
  readonly geoIpFolder?: string;
  /** The reason why it can run only one task; undefined if it can run more. */
  readonly single?: string;
  /** Indicates whether a task can be interrupted at two minutes' notice: no client waits for it, and unfinished work is retried. */
  readonly interruptible?: boolean;
  /** The consumer groups whose lag determines the number of tasks; undefined if none does. */
  readonly consumes?: readonly ConsumerGroup[];
  /** The time that it may take to stop, in seconds. Fargate allows 120. */
  readonly stopTimeout: number;
  /** The data stores that it connects to. */
  readonly stores: readonly (keyof Stores)[];
  /** The access to objects; undefined if its task role needs none. */
  readonly objects?: 'read' | 'read-write';
  /** Access limited to one prefix that it shares with another process. It has none unless that process is deployed. */
  readonly objectsWith?: { readonly process: PostHogProcess; readonly prefix: string };
  /** The processes that it cannot work without. */
  readonly needs: readonly PostHogProcess[];
  /** Additional processes that it is deployed after, if they are deployed; undefined if there are only those in `needs`. */
  readonly after?: readonly PostHogProcess[];
  /** Additional processes that it calls, if they are deployed. */
  readonly calls: readonly PostHogProcess[];
  /** The security group that it shares with processes that call the same ones; undefined if it has its own. */
  readonly sharedGroup?: string;
  settings(context: ProcessContext): ProcessSettings;
  /** Returns environment variables that depend on the size of its tasks. The user's variables override them. */
  tuning?(size: TaskSize): Record<string, string>;
}

/** Returns the port that other processes reach a process at; undefined if none does. */
export function portOf({ port, http }: Pick<ProcessDefinition, 'port' | 'http'>): number | undefined {
  return port ?? http?.port;
}

/** Returns host and port of a process, such as `capture.posthog.example.com.internal:3000`. */
export function authorityOf(context: ProcessContext, process: PostHogProcess): string {
  const { host, port } = context.endpointOf(process);
  return `${host}:${port}`;
}

/** Returns the private URL of a process, such as `http://capture.posthog.example.com.internal:3000`. */
export function addressOf(context: ProcessContext, process: PostHogProcess): string {
  return `http://${authorityOf(context, process)}`;
}

/** Returns settings that name a process; none if it is not deployed. */
export function where(
  context: ProcessContext,
  process: PostHogProcess,
  settings: (address: string) => Record<string, string>,
): Record<string, string> {
  return context.isDeployed(process) ? settings(addressOf(context, process)) : {};
}

/** Returns the settings for Temporal's endpoint, for Django and Node; none if it is not deployed. */
export function whereTemporal(context: ProcessContext): Record<string, string> {
  if (!context.isDeployed(PostHogProcess.TEMPORAL)) {
    return {};
  }
  const { host, port } = context.endpointOf(PostHogProcess.TEMPORAL);
  return { TEMPORAL_HOST: host, TEMPORAL_PORT: String(port) };
}
