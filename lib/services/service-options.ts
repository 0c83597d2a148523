import { CpuArchitecture, Secret } from 'aws-cdk-lib/aws-ecs';

/**
 * How one process is run, where it differs from the default.
 */
export interface PostHogServiceOptions {
  /**
   * CPU units of a task; 1024 are one virtual CPU. Fargate offers 256, 512, 1024, 2048, 4096, 8192 and 16384.
   *
   * @default - depends on the process and on `size`
   */
  readonly cpu?: number;
  /**
   * Memory of a task, in MiB. Fargate offers certain sizes for each number of CPU units.
   *
   * @default - depends on the process and on `size`
   */
  readonly memoryLimitMiB?: number;
  /**
   * How many tasks run at least.
   *
   * @default - depends on the process and on `size`
   */
  readonly minTasks?: number;
  /**
   * How many tasks run at most. The worker has the one scheduler and cannot have more than one; neither can `livestream` and `temporal`.
   *
   * @default - depends on the process and on `size`, or `minTasks` where that is more
   */
  readonly maxTasks?: number;
  /**
   * The processor architecture. The images of the release must be known to exist for it.
   *
   * @default - `cpuArchitecture` of the PostHog
   */
  readonly cpuArchitecture?: CpuArchitecture;
  /**
   * Further environment variables. Those that the library sets cannot be overridden.
   *
   * @default - none
   */
  readonly environment?: Record<string, string>;
  /**
   * Further environment variables from Secrets Manager or Parameter Store. Those that the library sets cannot be overridden.
   *
   * @default - none
   */
  readonly secrets?: Record<string, Secret>;
}
