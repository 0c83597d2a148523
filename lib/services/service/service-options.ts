import { CpuArchitecture, Secret } from 'aws-cdk-lib/aws-ecs';

/**
 * Options for one process.
 */
export interface PostHogServiceOptions {
  /**
   * The CPU units of a task; 1024 are one vCPU. Fargate supports 256, 512, 1024, 2048, 4096, 8192 and 16384.
   *
   * @default - depends on the process and on `size`
   */
  readonly cpu?: number;
  /**
   * The memory of a task, in MiB. Fargate supports certain sizes for each number of CPU units.
   *
   * @default - depends on the process and on `size`
   */
  readonly memoryLimitMiB?: number;
  /**
   * The minimum number of tasks.
   *
   * @default - depends on the process and on `size`
   */
  readonly minTasks?: number;
  /**
   * The maximum number of tasks. `worker`, which has the only scheduler, `livestream` and `temporal` cannot have more than one.
   *
   * @default - depends on the process and on `size`, or `minTasks` if that is more
   */
  readonly maxTasks?: number;
  /**
   * The CPU architecture. The release must declare its images for it.
   *
   * @default - `cpuArchitecture` of `PostHog`
   */
  readonly cpuArchitecture?: CpuArchitecture;
  /**
   * Additional environment variables. Variables that the library sets cannot be overridden.
   *
   * @default - none
   */
  readonly environment?: Record<string, string>;
  /**
   * Additional environment variables from Secrets Manager or Parameter Store. Variables that the library sets cannot be overridden.
   *
   * @default - none
   */
  readonly secrets?: Record<string, Secret>;
}
