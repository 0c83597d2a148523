import { FigureName, value } from './figures';
import { Rate, Rates } from './traffic';
import { DEFAULT_PRODUCTS, deployedProcesses, MAX_TOPIC_PARTITIONS, PostHogProcess, PostHogSize, type TaskSize } from '../../lib/internal';

/** A process whose number of tasks follows from traffic. */
export interface Load {
  readonly process: PostHogProcess;
  /** The traffic that it handles, in units a second. */
  readonly rate: Rate;
  /** The figure that says how much of it a vCPU handles. */
  readonly figure: FigureName;
  /** Indicates whether a task uses one vCPU at most: it is a Node process, with one thread for this work. */
  readonly singleThread: boolean;
  /** Indicates whether it reads topics with client data, so that tasks beyond the number of partitions are idle. */
  readonly consumer: boolean;
}

/** The sizes, smallest first. */
export const SIZES = [PostHogSize.DEV, PostHogSize.SMALL, PostHogSize.PRODUCTION, PostHogSize.LARGE] as const;

/** The processes that are deployed by default. */
export const PROCESSES = deployedProcesses(DEFAULT_PRODUCTS);

/** Returns the loads of the processes that traffic determines. The others have the tasks of their size. */
export function loadsOf(rates: Rates): Load[] {
  const { events, flagRequests, recordingMegabytes } = rates;
  const node = { figure: 'nodeEventsPerSecond', singleThread: true, consumer: true } as const;
  return [
    { process: PostHogProcess.CAPTURE, rate: events, figure: 'captureRequestsPerVcpu', singleThread: false, consumer: false },
    { process: PostHogProcess.INGESTION_GENERAL, rate: events, ...node },
    // It reads every event, to find the destinations and workflows that want it.
    { process: PostHogProcess.PLUGINS, rate: events, ...node },
    { process: PostHogProcess.FEATURE_FLAGS, rate: flagRequests, figure: 'flagRequestsPerVcpu', singleThread: false, consumer: false },
    { process: PostHogProcess.REPLAY_CAPTURE, rate: recordingMegabytes, figure: 'replayMegabytesPerSecond', singleThread: false, consumer: false },
    {
      process: PostHogProcess.INGESTION_SESSION_REPLAY,
      rate: recordingMegabytes,
      figure: 'replayMegabytesPerSecond',
      singleThread: true,
      consumer: true,
    },
  ];
}

/** Returns the size of the tasks of a process. */
export function taskSizeOf(process: PostHogProcess, size: PostHogSize): TaskSize {
  return PROCESSES.find((definition) => definition.process === process)!.sizes[size];
}

/** Returns the number of tasks of a size that a rate needs. */
export function tasksFor({ process, figure, singleThread }: Load, perSecond: number, size: PostHogSize): number {
  const vcpus = taskSizeOf(process, size).cpu / 1024;
  const perTask = value(figure) * (singleThread ? Math.min(1, vcpus) : vcpus);
  return Math.ceil((perSecond * value('headroom')) / perTask);
}

/** Returns whether the maximum number of tasks of a size is enough at the peak. */
function fits(size: PostHogSize, loads: readonly Load[], rates: Rates): boolean {
  if (size === PostHogSize.DEV && rates.events.peak > value('devEventsPerSecond')) {
    return false;
  }
  return loads.every((load) => tasksFor(load, load.rate.peak, size) <= taskSizeOf(load.process, size).maxTasks);
}

/** The tasks of a plan. */
export interface TaskPlan {
  readonly size: PostHogSize;
  readonly topicPartitions: number;
  /** Processes that need more tasks than the largest size allows, with the number. */
  readonly raised: readonly { readonly process: PostHogProcess; readonly maxTasks: number }[];
  /** The consumer that needs more tasks than a topic can have partitions; undefined if none does. */
  readonly beyond?: { readonly process: PostHogProcess; readonly tasks: number };
}

/** Returns the smallest size that is enough, with the partitions for its consumers. */
export function planTasks(rates: Rates): TaskPlan {
  const loads = loadsOf(rates);
  const size = SIZES.find((candidate) => fits(candidate, loads, rates)) ?? PostHogSize.LARGE;
  const needed = loads.map((load) => ({ ...load, tasks: tasksFor(load, load.rate.peak, size) }));
  const raised = needed.filter(({ process, tasks }) => tasks > taskSizeOf(process, size).maxTasks);
  const consumers = needed.filter(({ consumer }) => consumer);
  const beyond = consumers.filter(({ tasks }) => tasks > MAX_TOPIC_PARTITIONS).sort((a, b) => b.tasks - a.tasks)[0];
  const most = Math.max(taskSizeOf(PostHogProcess.INGESTION_GENERAL, size).maxTasks, ...consumers.map(({ tasks }) => tasks));
  return {
    size,
    topicPartitions: Math.min(MAX_TOPIC_PARTITIONS, most),
    raised: raised.map(({ process, tasks }) => ({ process, maxTasks: tasks })),
    ...(beyond && { beyond: { process: beyond.process, tasks: beyond.tasks } }),
  };
}

/** Returns the number of tasks of each process with the average traffic: at least the minimum. */
export function tasksAtLoad({ size, raised }: TaskPlan, rates: Rates): ReadonlyMap<PostHogProcess, number> {
  const loads = loadsOf(rates);
  return new Map(
    PROCESSES.map(({ process, sizes }) => {
      const { minTasks, maxTasks } = sizes[size];
      const load = loads.find((one) => one.process === process);
      const most = raised.find((one) => one.process === process)?.maxTasks ?? maxTasks;
      return [process, load ? Math.min(most, Math.max(minTasks, tasksFor(load, load.rate.mean, size))) : minTasks] as const;
    }),
  );
}

/** Returns the highest rate of events at the peak that a size is enough for, without recordings and requests for flags. */
export function eventsPerSecondOf(size: PostHogSize): number {
  const perTask = (process: PostHogProcess) => value('nodeEventsPerSecond') * Math.min(1, taskSizeOf(process, size).cpu / 1024);
  const byProcess = [PostHogProcess.INGESTION_GENERAL, PostHogProcess.PLUGINS].map(
    (process) => (taskSizeOf(process, size).maxTasks * perTask(process)) / value('headroom'),
  );
  const { maxTasks, cpu } = taskSizeOf(PostHogProcess.CAPTURE, size);
  const capture = (maxTasks * (cpu / 1024) * value('captureRequestsPerVcpu')) / value('headroom');
  const most = Math.floor(Math.min(...byProcess, capture));
  return size === PostHogSize.DEV ? Math.min(most, value('devEventsPerSecond')) : most;
}

/** The highest rate of events at the peak of one PostHog: a task of ingestion for each partition that a topic can have. */
export function mostEventsPerSecond(): number {
  return Math.floor((MAX_TOPIC_PARTITIONS * value('nodeEventsPerSecond')) / value('headroom'));
}
