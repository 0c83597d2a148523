import { Measurements } from './monitor-request';

/** An ECS service, as far as the monitor reads it (DescribeServices of the API of ECS). */
export interface DescribedService {
  readonly serviceName?: string;
  readonly desiredCount?: number;
  readonly runningCount?: number;
  readonly deployments?: readonly { readonly status?: string; readonly rolloutState?: string }[];
  readonly events?: readonly { readonly createdAt?: Date; readonly message?: string }[];
}

/** A stopped ECS task, as far as the monitor reads it (DescribeTasks). */
export interface StoppedTask {
  /** `service:` and the name of the service. */
  readonly group?: string;
  readonly stopCode?: string;
  readonly stoppedReason?: string;
  readonly stoppedAt?: Date;
  readonly containers?: readonly { readonly exitCode?: number; readonly reason?: string }[];
}

const HOUR_MS = 60 * 60_000;

/** The number of failed tasks in an hour at which a service fails; a single one that ran out of memory is enough. */
const FAILED_TASKS = 3;

/** The events of a service whose deployment circuit breaker acted ("... deployment failed: tasks failed to start.", "... rolling back to ..."). */
const ROLLED_BACK = /deployment failed|rolling back/i;

/** Returns why each failing service fails, by its name. A service that is being deployed, and has not failed yet, does not. */
export function failingServices(services: readonly DescribedService[], tasks: readonly StoppedTask[], now: Date): ReadonlyMap<string, string> {
  const failing = new Map<string, string>();
  for (const service of services) {
    const { serviceName = '' } = service;
    const stopped = tasks.filter(({ group, stoppedAt }) => group === `service:${serviceName}` && isRecent(stoppedAt, now));
    const reason = reasonOf(service, stopped, now);
    if (reason !== undefined) {
      failing.set(serviceName, reason);
    }
  }
  return failing;
}

/** Returns the measurement of the services. */
export function servicesMeasurements(failing: ReadonlyMap<string, string>): Measurements {
  return { FailingServices: failing.size };
}

function reasonOf(service: DescribedService, stopped: readonly StoppedTask[], now: Date): string | undefined {
  const { desiredCount = 0, runningCount = 0, deployments = [], events = [] } = service;
  const memory = stopped.filter(ranOutOfMemory);
  if (memory.length > 0) {
    return `${memory.length} of its tasks ran out of memory in the last hour`;
  }
  const failed = stopped.filter(hasFailed);
  if (failed.length >= FAILED_TASKS) {
    return `${failed.length} of its tasks failed in the last hour, the last one: ${failed.at(-1)!.stoppedReason ?? failed.at(-1)!.stopCode}`;
  }
  if (deployments.some(({ rolloutState }) => rolloutState === 'FAILED')) {
    return 'its deployment failed';
  }
  const event = events.find(({ createdAt, message = '' }) => isRecent(createdAt, now) && ROLLED_BACK.test(message));
  if (event) {
    return `its deployment was rolled back: ${event.message}`;
  }
  const isDeploying = deployments.some(({ rolloutState }) => rolloutState === 'IN_PROGRESS');
  return !isDeploying && runningCount < desiredCount ? `${runningCount} of ${desiredCount} tasks run` : undefined;
}

function isRecent(time: Date | undefined, now: Date): boolean {
  return time !== undefined && now.getTime() - time.getTime() < HOUR_MS;
}

/** `OutOfMemoryError: Container killed due to memory usage` is the reason of a container. */
function ranOutOfMemory({ containers = [] }: StoppedTask): boolean {
  return containers.some(({ reason = '' }) => reason.startsWith('OutOfMemory'));
}

/**
 * Returns whether a task ended by itself. ECS ends others when it deploys, scales in, or loses Spot capacity.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html for `stopCode`
 */
function hasFailed({ stopCode, stoppedReason = '' }: StoppedTask): boolean {
  return stopCode === 'EssentialContainerExited' || stopCode === 'TaskFailedToStart' || /failed .*health checks/i.test(stoppedReason);
}
