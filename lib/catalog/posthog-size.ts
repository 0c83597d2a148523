/**
 * The size of all processes. docs/scaling.md describes the load that each size handles, and the data stores to use with it.
 */
export enum PostHogSize {
  /** For evaluation: one task of each process, as small as possible. Not for production data. */
  DEV = 'dev',
  /** Two tasks of each HTTP service, one of everything else: up to about 50 events per second. */
  SMALL = 'small',
  /** Two or more tasks of every process that can have two: up to about 1,000 events per second. */
  PRODUCTION = 'production',
  /** More and larger tasks: up to about 5,000 events per second. */
  LARGE = 'large',
}

/** The size of the tasks of a process, and their minimum and maximum number. */
export interface TaskSize {
  /** CPU units; 1024 are one virtual CPU. */
  readonly cpu: number;
  readonly memoryLimitMiB: number;
  readonly minTasks: number;
  readonly maxTasks: number;
}
