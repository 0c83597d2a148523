import { Token } from 'aws-cdk-lib/core';
import { CpuArchitecture } from 'aws-cdk-lib/aws-ecs';
import { PostHogImages } from './posthog-images';
import { CLICKHOUSE_VERSION, COMMIT, DAY, TextRule, TOPIC } from './release-checks';
import { cpuArchitecture } from '../private/checks/cdk';
import { Check, Checks, listOf, mapOf, matching, objectWith, required, struct } from '../private/checks/check';
import { anyText, image, text } from '../private/checks/values';

/**
 * Values of a release that replace those of its generation.
 */
export interface PostHogReleaseOverrides {
  /**
   * The modes of processes, by the names of the processes: the values of PLUGIN_SERVER_MODE, CAPTURE_MODE or CYMBAL_MODE.
   *
   * Throws if a process has no mode in the generation.
   *
   * @default - those of the generation
   */
  readonly modes?: Record<string, string>;
  /**
   * The task queues of Temporal that the release has. Without `temporalTaskQueues` of PostHog, those with deployed dependencies are served, and
   * those that the library does not know.
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
   * Throws if a variable does not belong to the web server of the generation.
   *
   * @default - those of the generation
   */
  readonly webServerEnvironment?: Record<string, string>;
}

/**
 * Options for a release of your own, in addition to its images.
 */
export interface PostHogReleaseOptions {
  /**
   * The commit of PostHog/posthog of its configuration files, as the full hash.
   *
   * @default - not known
   */
  readonly upstreamCommit?: string;
  /**
   * The version of ClickHouse that PostHog tests the release with, such as 26.6.2.158.
   *
   * @default - not known
   */
  readonly clickHouseVersion?: string;
  /**
   * The image of ClickHouse, preferably with its digest.
   *
   * @default - ClickHouse's own image with the tag `clickHouseVersion`; without a version, the image of the library's default release
   */
  readonly clickHouseImage?: string;
  /**
   * The processor architectures that all images are known to exist for.
   *
   * @default [CpuArchitecture.X86_64]
   */
  readonly platforms?: CpuArchitecture[];
  /**
   * The day of the release, such as 2026-09-11.
   *
   * @default - not known
   */
  readonly date?: string;
  /**
   * Topics that the release needs in addition to those that the library always creates.
   *
   * @default - none
   */
  readonly topics?: string[];
  /**
   * The generation of PostHog that the images belong to. It defines their modes, task queues, topics and web server.
   *
   * Throws if this version of the library does not know it.
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

/** Checks a release. */
export const releaseCheck = objectWith(
  'a PostHogRelease',
  ['_imageOf', '_architectureFor'],
  'use PostHogRelease.V2026_09_11_R2 or PostHogRelease.fromFile()',
);

/** Returns the check of a text that follows a rule. */
function following({ rule, test }: TextRule): Check {
  return matching(rule, (value) => typeof value === 'string' && (Token.isUnresolved(value) || test(value)));
}

const OVERRIDES: Checks<PostHogReleaseOverrides> = {
  modes: mapOf(text()),
  taskQueues: listOf(text()),
  topics: listOf(following(TOPIC)),
  webServerEnvironment: mapOf(anyText),
};

export const RELEASE_CHECKS: Checks<PostHogReleaseOptions> = {
  upstreamCommit: following(COMMIT),
  clickHouseVersion: following(CLICKHOUSE_VERSION),
  clickHouseImage: image('clickhouse/clickhouse-server'),
  platforms: listOf(cpuArchitecture, { min: 1, rule: 'must name an architecture', fix: 'leave it out for CpuArchitecture.X86_64' }),
  date: following(DAY),
  topics: listOf(following(TOPIC)),
  generation: text(),
  overrides: struct(OVERRIDES),
};

const releaseImage = image('posthog/posthog');

export const IMAGE_CHECKS: Checks<PostHogImages> = {
  app: required(releaseImage, 'the image posthog/posthog'),
  node: releaseImage,
  capture: releaseImage,
  captureLogs: releaseImage,
  featureFlags: releaseImage,
  hypercacheServer: releaseImage,
  propertyDefs: releaseImage,
  personhogReplica: releaseImage,
  personhogRouter: releaseImage,
  cymbal: releaseImage,
  livestream: releaseImage,
  browserless: releaseImage,
  temporal: releaseImage,
  sqlxMigrate: releaseImage,
};
