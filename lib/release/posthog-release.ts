import { readFileSync } from 'node:fs';
import { Token } from 'aws-cdk-lib/core';
import { CpuArchitecture } from 'aws-cdk-lib/aws-ecs';
import { RELEASE_2026_09_11 } from './known-releases';
import { PostHogImages } from './posthog-images';
import { checkDistinct, checkText, CLICKHOUSE_VERSION, COMMIT, DAY, TextRule, TOPIC } from './release-checks';
import { imagesOf, imagesWithout, ReleaseDescription } from './release-description';
import { parseRelease } from './release-file';
import { Generation, generationOf, GenerationOverrides, NEWEST_GENERATION } from '../catalog/generation';
import { checkImage, isFloating } from '../private/container-image';
import { rejected } from '../private/errors';

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
   * The task queues of Temporal that are served where `temporalTaskQueues` of PostHog is left out: all of them.
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

/** What the platforms of images are called in ECS. */
const PLATFORM_NAMES: readonly [platform: string, architecture: CpuArchitecture][] = [['linux/amd64', CpuArchitecture.X86_64], ['linux/arm64', CpuArchitecture.ARM64]];

/** Everything that a release is made from. */
interface ReleaseParts extends Omit<PostHogReleaseOptions, 'platforms' | 'overrides'> {
  readonly overrides?: GenerationOverrides;
  readonly platforms: CpuArchitecture[];
  /** The images that are not known to exist for the platform of an image's index, where that is known of each. */
  without?(platform: string): string[];
}

/**
 * Which PostHog to run.
 *
 * PostHog publishes no versions any more: a release is a set of image digests that belong together. See docs/releases.md.
 */
export class PostHogRelease {
  /**
   * PostHog as of 11 September 2026, commit 18b824b7932ad13f25602b4ea0376fc568ac4b22 of PostHog/posthog.
   */
  public static readonly V2026_09_11 = PostHogRelease.fromDescription(RELEASE_2026_09_11);

  /**
   * A release of your own: copies of the images in ECR, or other digests.
   *
   * The images must belong together. An image with a tag instead of a digest warns, because what it names changes under you. Tasks may pull
   * from a private ECR repository that the text names; where the text is an unresolved token, give them that right yourself.
   *
   * Throws where an image is none, or an option is wrong.
   *
   * @param name what to call it
   * @param images its images
   * @param options what else is known about it
   */
  public static of(name: string, images: PostHogImages, options: PostHogReleaseOptions = {}): PostHogRelease {
    return new PostHogRelease(name, images, { ...options, platforms: options.platforms ?? [CpuArchitecture.X86_64] });
  }

  /**
   * The release in a file that `npx cdk-posthog release` has written.
   *
   * Throws where the file is not there, or a field of it is wrong.
   *
   * @param path the file, from the folder that the CDK's command line runs in
   */
  public static fromFile(path: string): PostHogRelease {
    try {
      return PostHogRelease.fromDescription(parseRelease(readFileSync(path, 'utf8')));
    } catch (error) {
      throw new Error(`the release file ${path} cannot be used: ${reason(error)}`);
    }
  }

  private static fromDescription(description: ReleaseDescription): PostHogRelease {
    const images = Object.fromEntries(imagesOf(description).map(([name, { image }]) => [name, image]));
    const without = (platform: string) => imagesWithout(description, platform);
    const platforms = PLATFORM_NAMES.filter(([platform]) => without(platform).length === 0).map(([, architecture]) => architecture);
    if (platforms.length === 0) {
      throw new Error(`its images have no architecture in common: ${PLATFORM_NAMES.map(([platform]) => `${without(platform).join(', ')} not for ${platform}`).join('; ')}`);
    }
    const { name, date, upstreamCommit, clickHouse, topics = [], generation, overrides } = description;
    return new PostHogRelease(name, { ...images, app: description.images.app.image }, {
      date, upstreamCommit, clickHouseVersion: clickHouse?.version, clickHouseImage: clickHouse?.image, topics: [...topics], platforms, without, generation, overrides,
    });
  }

  /** The commit of PostHog/posthog that its configuration files come from, where that is known. */
  public readonly upstreamCommit?: string;
  /** The version of ClickHouse that it is tested with, where that is known. */
  public readonly clickHouseVersion?: string;
  /** The image of that ClickHouse; not there where neither version nor image is known. */
  public readonly clickHouseImage?: string;
  /** The processor architectures that all images are known to exist for. */
  public readonly platforms: CpuArchitecture[];
  /** The day that it is of, where that is known. */
  public readonly date?: string;
  /** Topics that it needs besides those that the library makes anyway. */
  public readonly topics: string[];
  /** The generation of PostHog that its images belong to. */
  public readonly generation: string;
  /**
   * What belongs to that generation, with what the release replaces of it.
   *
   * @internal
   */
  public readonly _generation: Generation;

  private constructor(
    /** What the release is called. */
    public readonly name: string,
    /** Its images. */
    public readonly images: PostHogImages,
    private readonly parts: ReleaseParts,
  ) {
    entries(images).forEach(([key, image]) => checkImage(key, image, 'posthog/posthog'));
    checkImage('clickHouseImage', parts.clickHouseImage, 'clickhouse/clickhouse-server');
    this.upstreamCommit = checked('upstreamCommit', parts.upstreamCommit, COMMIT);
    this.clickHouseVersion = checked('clickHouseVersion', parts.clickHouseVersion, CLICKHOUSE_VERSION);
    this.clickHouseImage = parts.clickHouseImage ?? (parts.clickHouseVersion && `clickhouse/clickhouse-server:${parts.clickHouseVersion}`);
    this.date = checked('date', parts.date, DAY);
    this.topics = [...parts.topics ?? []];
    this.topics.forEach((topic) => checked('topics', topic, TOPIC));
    checkDistinct('topics', this.topics);
    this._generation = generationOf(parts.generation ?? NEWEST_GENERATION, parts.overrides);
    this.generation = this._generation.name;
    if (parts.platforms.length === 0) {
      throw rejected('platforms', 'must name an architecture', parts.platforms, 'leave it out for CpuArchitecture.X86_64');
    }
    this.platforms = [...parts.platforms];
  }

  /**
   * The images without a digest.
   */
  public get floatingImages(): string[] {
    return entries(this.images).map(([, image]) => image).filter(isFloating);
  }

  /**
   * The image that a process runs.
   *
   * @internal
   */
  public _imageOf(process: string, name: keyof PostHogImages): string {
    const image = this.images[name];
    if (image === undefined) {
      throw rejected('release', `must have the image \`${name}\`, because ${process} is deployed`, this.name, 'add it, or leave out the product that the process belongs to');
    }
    return image;
  }

  /**
   * The images that are not known to exist for an architecture, by what the props call them; all of them where that is known of the release only.
   *
   * @internal
   */
  public _imagesWithout(architecture: CpuArchitecture): string[] {
    const platform = PLATFORM_NAMES.find(([, known]) => sameArchitecture(known, architecture))?.[0];
    return platform && this.parts.without ? this.parts.without(platform) : entries(this.images).map(([name]) => name);
  }
}

/** Whether two architectures are the same, whichever objects name them. */
export function sameArchitecture(one: CpuArchitecture, other: CpuArchitecture): boolean {
  return one._cpuArchitecture === other._cpuArchitecture;
}

function checked(prop: string, value: string | undefined, rule: TextRule): string | undefined {
  return value === undefined || Token.isUnresolved(value) ? value : checkText(prop, value, rule);
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === undefined ? message : `it cannot be read (${code}); write it with \`npx cdk-posthog release\``;
}

function entries(images: PostHogImages): [name: string, image: string][] {
  return Object.entries({ ...images });
}
