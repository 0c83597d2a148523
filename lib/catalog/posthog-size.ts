/**
 * The size of all processes. The load of each is an estimate of `cdk-posthog size`; docs/scale.md has it with the data stores to use.
 */
export enum PostHogSize {
  /** For evaluation: one task of each process, as small as possible. Not for production data. */
  DEV = 'dev',
  /** Two tasks of each HTTP service, one of everything else: planned for up to 500 events per second at the peak. */
  SMALL = 'small',
  /** Two or more tasks of every process that can have two: planned for up to 1,000 events per second at the peak. */
  PRODUCTION = 'production',
  /** More and larger tasks: planned for up to 4,000 events per second at the peak. */
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
