import { ImageName } from './images';
import { ConsumerGroup } from './kafka/consumer-groups';
import { MemoryEvidence } from './memory';
import { PostHogProcess } from './posthog-process';
import { PostHogSize, TaskSize } from './posthog-size';
import { ProcessContext, StoreName } from './process-context';
import { Product } from './product';
import { ProcessSettings } from '../private/process-settings';

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

/** A process that another one is deployed after. */
export interface StartOrder {
  readonly process: PostHogProcess;
  /** The reason, with its source in upstream's code: waiting makes every deployment longer. */
  readonly reason: string;
}

/** The definition of a PostHog process: its image, its sizes, its dependencies and its settings. */
export interface ProcessDefinition<P extends PostHogProcess = PostHogProcess> {
  readonly process: P;
  /** The construct id. */
  readonly id: string;
  /** The products that it is deployed with; undefined if it is always deployed. */
  readonly products?: readonly Product[];
  readonly image: ImageName;
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
  /** The size of its tasks and their number for every `PostHogSize`, within the sizes of Fargate. docs/scale.md describes the load. */
  readonly sizes: Readonly<Record<PostHogSize, TaskSize>>;
  /** Its memory, measured with the real code or a guess. Every size must have at least as much. */
  readonly memory: MemoryEvidence;
  /**
   * The reason why it can run only one task; undefined if it can run more. ECS stops it before it starts the next one, in a deployment or when its
   * instance is drained, so it is away for a minute.
   */
  readonly single?: string;
  /** Indicates whether a task can be interrupted at two minutes' notice: no client waits for it, and unfinished work is retried. */
  readonly interruptible?: boolean;
  /** The consumer groups whose lag determines the number of tasks; undefined if none does. */
  readonly consumes?: readonly ConsumerGroup[];
  /** Indicates whether the number of tasks depends on the length of Celery's queues, which the monitor of lib/operations measures. */
  readonly scalesOnQueue?: boolean;
  /** The time that it may take to stop, in seconds. Fargate allows 120, and so do Spot Instances. */
  readonly stopTimeout: number;
  /** The data stores that it connects to. */
  readonly stores: readonly StoreName[];
  /** The access to objects; undefined if its task role needs none. */
  readonly objects?: 'read' | 'read-write';
  /** Access limited to one prefix that it shares with another process. It has none unless that process is deployed. */
  readonly objectsWith?: { readonly process: PostHogProcess; readonly prefix: string };
  /** Indicates whether it writes files of batch exports for download, or signs links to them. */
  readonly fileDownloads?: boolean;
  /** Indicates whether it gets `environment` and `secrets` of `PostHog`: it runs Django. */
  readonly appEnvironment?: boolean;
  /** The processes that it cannot work without. It starts without them: it connects at the first call, and retries. */
  readonly needs: readonly PostHogProcess[];
  /** The processes that it is deployed after, if they are deployed; undefined if it waits for none. */
  readonly startsAfter?: readonly StartOrder[];
  /** Additional processes that it calls, if they are deployed. */
  readonly calls: readonly PostHogProcess[];
  /**
   * The reason why it may connect to any address and port: destinations that users enter. Undefined if it may only connect to HTTPS, its data
   * stores, and the ports of processes that it calls.
   */
  readonly callsOut?: string;
  /** The security group that it shares with processes that call the same ones; undefined if it has its own. */
  readonly sharedGroup?: string;
  settings(context: ProcessContext): ProcessSettings;
  /** Returns environment variables that tune its server, some by the size of its tasks. The user's variables override them. */
  tuning?(size: TaskSize): Record<string, string>;
}

/** Returns the port that other processes reach a process at; undefined if none does. */
export function portOf({ port, http }: Pick<ProcessDefinition, 'port' | 'http'>): number | undefined {
  return port ?? http?.port;
}

/** Returns all processes that a process calls, deployed or not, without duplicates. */
export function callsOf({ needs, calls }: Pick<ProcessDefinition, 'needs' | 'calls'>): PostHogProcess[] {
  return [...new Set([...needs, ...calls])];
}
