import { CpuArchitecture } from 'aws-cdk-lib/aws-ecs';

/**
 * Values that a release has in place of those of its generation.
 */
export interface PostHogReleaseOverrides {
  /**
   * The modes of processes, by the names of the processes: the values of PLUGIN_SERVER_MODE, CAPTURE_MODE or CYMBAL_MODE.
   *
   * Throws where a process has no mode in the generation.
   *
   * @default - those of the generation
   */
  readonly modes?: Record<string, string>;
  /**
   * The task queues of Temporal that the release has. Where `temporalTaskQueues` of PostHog is left out, those are served whose dependencies are
   * deployed, and those that the library does not know.
   *
   * @default - those of the generation
   */
  readonly taskQueues?: string[];
  /**
   * The topics that the release needs beyond those that every generation has.
   *
   * @default - those of the generation
   */
  readonly topics?: string[];
  /**
   * Variables of the web server, such as GRANIAN_WORKERS. They are added to those of the generation, and replace them.
   *
   * Throws where a variable is not of the web server of the generation.
   *
   * @default - those of the generation
   */
  readonly webServerEnvironment?: Record<string, string>;
}

/**
 * What is known about a release of your own besides its images.
 */
export interface PostHogReleaseOptions {
  /**
   * The commit of PostHog/posthog that its configuration files come from, by the whole hash.
   *
   * @default - not known
   */
  readonly upstreamCommit?: string;
  /**
   * The version of ClickHouse that the release is tested with, such as 26.6.2.158.
   *
   * @default - not known
   */
  readonly clickHouseVersion?: string;
  /**
   * The image of ClickHouse, best with its digest.
   *
   * @default - ClickHouse's own image with the tag `clickHouseVersion`; where that is left out too, the one that the library has for its default release
   */
  readonly clickHouseImage?: string;
  /**
   * The processor architectures that all images are known to exist for.
   *
   * @default [CpuArchitecture.X86_64]
   */
  readonly platforms?: CpuArchitecture[];
  /**
   * The day that the release is of, such as 2026-09-11.
   *
   * @default - not known
   */
  readonly date?: string;
  /**
   * Topics that the release needs besides those that the library makes anyway.
   *
   * @default - none
   */
  readonly topics?: string[];
  /**
   * The generation of PostHog that the images belong to: it says which modes, task queues, topics and web server they have.
   *
   * Throws where this version of the library does not know it.
   *
   * @default - the newest that the library knows, 2026-09
   */
  readonly generation?: string;
  /**
   * Values of the generation that the release replaces, for images that are newer than the library.
   *
   * @default - those of the generation
   */
  readonly overrides?: PostHogReleaseOverrides;
}
