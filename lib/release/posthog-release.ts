import { readFileSync } from 'node:fs';
import { Token } from 'aws-cdk-lib/core';
import { CpuArchitecture } from 'aws-cdk-lib/aws-ecs';
import { RELEASE_2026_09_11_R2, WITHDRAWN_RELEASES } from './known-releases';
import { PostHogImages } from './posthog-images';
import { PostHogReleaseOptions } from './posthog-release-options';
import { checkDistinct, checkText, CLICKHOUSE_VERSION, COMMIT, DAY, TextRule, TOPIC } from './release-checks';
import { imagesOf, imagesWithout, ReleaseDescription } from './release-description';
import { parseRelease } from './release-file';
import { Generation, generationOf, GenerationOverrides, NEWEST_GENERATION } from '../catalog/generation';
import { checkImage, isFloating } from '../private/container-image';
import { rejected } from '../private/errors';

/** What the platforms of images are called in ECS. */
const PLATFORM_NAMES: readonly [platform: string, architecture: CpuArchitecture][] = [['linux/amd64', CpuArchitecture.X86_64], ['linux/arm64', CpuArchitecture.ARM64]];

/** Everything that a release is made from. */
interface ReleaseParts extends Omit<PostHogReleaseOptions, 'platforms' | 'overrides'> {
  readonly overrides?: GenerationOverrides;
  readonly platforms: CpuArchitecture[];
  /** Why it cannot be used, where it was withdrawn. */
  readonly withdrawn?: string;
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
   * PostHog as of 11 September 2026, commit 18b824b7932ad13f25602b4ea0376fc568ac4b22 of PostHog/posthog, with the Node.js image of 8 September.
   */
  public static readonly V2026_09_11_R2 = PostHogRelease.fromDescription(RELEASE_2026_09_11_R2);
  /**
   * Withdrawn: its `node` image was built on 31 March 2026, and reads no AI events. Every use of it throws.
   *
   * @deprecated use V2026_09_11_R2
   */
  public static readonly V2026_09_11 = PostHogRelease.withdrawn('V2026_09_11');

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
    return new PostHogRelease(name, images, { ...options, platforms: [...options.platforms ?? [CpuArchitecture.X86_64]] });
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

  /** A release that was a constant of this class once: it can be named, and not used. */
  private static withdrawn(constant: string): PostHogRelease {
    const { release, reason, successor } = WITHDRAWN_RELEASES.find((one) => one.constant === constant)!;
    return PostHogRelease.fromDescription(release, `PostHogRelease.${constant} is withdrawn: ${reason}; use PostHogRelease.${successor}`);
  }

  private static fromDescription(description: ReleaseDescription, withdrawn?: string): PostHogRelease {
    const images = Object.fromEntries(imagesOf(description).map(([name, { image }]) => [name, image]));
    const without = (platform: string) => imagesWithout(description, platform);
    const platforms = PLATFORM_NAMES.filter(([platform]) => without(platform).length === 0).map(([, architecture]) => architecture);
    if (platforms.length === 0) {
      throw new Error(`its images have no architecture in common: ${PLATFORM_NAMES.map(([platform]) => `${without(platform).join(', ')} not for ${platform}`).join('; ')}`);
    }
    const { name, date, upstreamCommit, clickHouse, topics = [], generation, overrides } = description;
    return new PostHogRelease(name, { ...images, app: description.images.app.image }, {
      date, upstreamCommit, clickHouseVersion: clickHouse?.version, clickHouseImage: clickHouse?.image, topics: [...topics],
      platforms, without, generation, overrides, withdrawn,
    });
  }

  /** The commit of PostHog/posthog that its configuration files come from, where that is known. */
  public readonly upstreamCommit?: string;
  /** The version of ClickHouse that it is tested with, where that is known. */
  public readonly clickHouseVersion?: string;
  /** The image of that ClickHouse; not there where neither version nor image is known. */
  public readonly clickHouseImage?: string;
  /** The day that it is of, where that is known. */
  public readonly date?: string;
  /** Topics that it needs besides those that the library makes anyway. */
  public readonly topics: string[];
  /** The generation of PostHog that its images belong to. */
  public readonly generation: string;
  private readonly ownGeneration: Generation;
  private constructor(
    /** What the release is called. */
    public readonly name: string,
    private readonly ownImages: PostHogImages,
    private readonly parts: ReleaseParts,
  ) {
    entries(ownImages).forEach(([key, image]) => checkImage(key, image, 'posthog/posthog'));
    checkImage('clickHouseImage', parts.clickHouseImage, 'clickhouse/clickhouse-server');
    this.upstreamCommit = checked('upstreamCommit', parts.upstreamCommit, COMMIT);
    this.clickHouseVersion = checked('clickHouseVersion', parts.clickHouseVersion, CLICKHOUSE_VERSION);
    this.clickHouseImage = parts.clickHouseImage ?? (parts.clickHouseVersion && `clickhouse/clickhouse-server:${parts.clickHouseVersion}`);
    this.date = checked('date', parts.date, DAY);
    this.topics = [...parts.topics ?? []];
    this.topics.forEach((topic) => checked('topics', topic, TOPIC));
    checkDistinct('topics', this.topics);
    this.ownGeneration = generationOf(parts.generation ?? NEWEST_GENERATION, parts.overrides);
    this.generation = this.ownGeneration.name;
    if (parts.platforms.length === 0) {
      throw rejected('platforms', 'must name an architecture', parts.platforms, 'leave it out for CpuArchitecture.X86_64');
    }
  }

  /**
   * Its images.
   *
   * Throws where the release is withdrawn.
   */
  public get images(): PostHogImages {
    this.checkUsable();
    return this.ownImages;
  }

  /**
   * The processor architectures that all images are known to exist for.
   *
   * Throws where the release is withdrawn.
   */
  public get platforms(): CpuArchitecture[] {
    this.checkUsable();
    return [...this.parts.platforms];
  }

  /**
   * The images without a digest.
   */
  public get floatingImages(): string[] {
    return entries(this.images).map(([, image]) => image).filter(isFloating);
  }

  /**
   * What belongs to its generation, with what the release replaces of it.
   *
   * @internal
   */
  public get _generation(): Generation {
    this.checkUsable();
    return this.ownGeneration;
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

  private checkUsable(): void {
    if (this.parts.withdrawn !== undefined) {
      throw new Error(this.parts.withdrawn);
    }
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
