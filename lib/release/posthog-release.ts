import { readFileSync } from 'node:fs';
import { Token } from 'aws-cdk-lib/core';
import { CpuArchitecture } from 'aws-cdk-lib/aws-ecs';
import { RELEASE_2026_09_11_R2, WITHDRAWN_RELEASES } from './known-releases';
import { checkedRegistries, copiesOf, copyOf, ImageRegistries } from './image-registries';
import { PostHogImages } from './posthog-images';
import { IMAGE_CHECKS, PostHogReleaseOptions, RELEASE_CHECKS } from './posthog-release-options';
import { checkDistinct, checkText, CLICKHOUSE_VERSION, COMMIT, DAY, TextRule, TOPIC } from './release-checks';
import { imagesOf, imagesWithout, ReleaseDescription } from './release-description';
import { parseRelease } from './release-file';
import { generationOf, GenerationOverrides, NEWEST_GENERATION } from '../catalog/generations/generation';
import { Generation } from '../catalog/generations/generations';
import { checkStruct } from '../private/checks/check';
import { text } from '../private/checks/values';
import { checkImage, isFloating } from '../private/container-image';
import { invalidValue } from '../private/errors';

/** The platforms of images, with the CPU architecture of ECS. */
const PLATFORM_NAMES: readonly [platform: string, architecture: CpuArchitecture][] = [
  ['linux/amd64', CpuArchitecture.X86_64],
  ['linux/arm64', CpuArchitecture.ARM64],
];

/** The parts of a release. */
interface ReleaseParts extends Omit<PostHogReleaseOptions, 'platforms' | 'overrides'> {
  readonly overrides?: GenerationOverrides;
  readonly platforms: CpuArchitecture[];
  /** The reason why it cannot be used, if it was withdrawn. */
  readonly withdrawn?: string;
  /** The registries that have copies of all images. */
  readonly registries?: ImageRegistries;
  /** Returns the images that are not known to exist for a platform, if the platforms of each image are known. */
  without?(platform: string): string[];
}

/**
 * The version of PostHog to run.
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
   * Defines a release of your own: copies of the images in ECR, or other digests.
   *
   * The images must belong together. An image with a tag instead of a digest adds a warning, because its content can change. Tasks can pull
   * from a private ECR repository that the text names. If the text is an unresolved token, grant them that permission yourself.
   *
   * Throws if an image is not a valid reference, or an option is wrong.
   *
   * @param name the name of the release
   * @param images the images of the release
   * @param options further facts about the release
   */
  public static of(name: string, images: PostHogImages, options: PostHogReleaseOptions = {}): PostHogRelease {
    text()('name', name);
    checkStruct('images', images, IMAGE_CHECKS);
    checkStruct('options', options, RELEASE_CHECKS);
    return new PostHogRelease(name, images, { ...options, platforms: [...(options.platforms ?? [CpuArchitecture.X86_64])] });
  }

  /**
   * Reads a release from a file of `npx cdk-posthog release`.
   *
   * Throws if the file does not exist, or a field of it is wrong.
   *
   * @param path the file, relative to the folder in which the CDK's command line runs
   */
  public static fromFile(path: string): PostHogRelease {
    text()('path', path);
    try {
      return PostHogRelease.fromDescription(parseRelease(readFileSync(path, 'utf8')));
    } catch (error) {
      throw new Error(`the release file ${path} cannot be used: ${reason(error)}`);
    }
  }

  /** Returns a withdrawn release: its constant still exists, but every use throws. */
  private static withdrawn(constant: string): PostHogRelease {
    const { release, reason, successor } = WITHDRAWN_RELEASES.find((one) => one.constant === constant)!;
    return PostHogRelease.fromDescription(release, `PostHogRelease.${constant} is withdrawn: ${reason}; use PostHogRelease.${successor}`);
  }

  private static fromDescription(description: ReleaseDescription, withdrawn?: string): PostHogRelease {
    const images = Object.fromEntries(imagesOf(description).map(([name, { image }]) => [name, image]));
    const without = (platform: string) => imagesWithout(description, platform);
    const platforms = PLATFORM_NAMES.filter(([platform]) => without(platform).length === 0).map(([, architecture]) => architecture);
    if (platforms.length === 0) {
      throw new Error(
        `its images have no architecture in common: ${PLATFORM_NAMES.map(([platform]) => `${without(platform).join(', ')} not for ${platform}`).join('; ')}`,
      );
    }
    const { name, date, upstreamCommit, clickHouse, topics = [], generation, overrides } = description;
    return new PostHogRelease(
      name,
      { ...images, app: description.images.app.image },
      {
        date,
        upstreamCommit,
        clickHouseVersion: clickHouse?.version,
        clickHouseImage: clickHouse?.image,
        topics: [...topics],
        platforms,
        without,
        generation,
        overrides,
        withdrawn,
      },
    );
  }

  /** The commit of PostHog/posthog of its configuration files, if known. */
  public readonly upstreamCommit?: string;
  /** The version of ClickHouse that PostHog tests it with, if known. */
  public readonly clickHouseVersion?: string;
  /** The image of that ClickHouse; undefined if neither version nor image is known. */
  public readonly clickHouseImage?: string;
  /** The day of the release, if known. */
  public readonly date?: string;
  /** Topics that it needs in addition to those that the library always creates. */
  public readonly topics: string[];
  /** The generation of PostHog that its images belong to. */
  public readonly generation: string;
  private readonly ownGeneration: Generation;
  private constructor(
    /** The name of the release. */
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
    this.topics = [...(parts.topics ?? [])];
    this.topics.forEach((topic) => checked('topics', topic, TOPIC));
    checkDistinct('topics', this.topics);
    this.ownGeneration = generationOf(parts.generation ?? NEWEST_GENERATION, parts.overrides);
    this.generation = this.ownGeneration.name;
    if (parts.platforms.length === 0) {
      throw invalidValue('platforms', 'must name an architecture', parts.platforms, 'leave it out for CpuArchitecture.X86_64');
    }
  }

  /**
   * Returns this release with images from other registries: an ECR pull through cache, or copies with the same names below a prefix.
   *
   * All images of `PostHog` come from there, those of sidecars and of ClickHouse too. They keep their digests. An image in a private ECR repository
   * stays where it is. See docs/images.md.
   *
   * Throws if the registry of an image is missing, or a value is not a registry.
   *
   * @param registries the registries of the copies by that of the originals: `docker.io`, which has official images in `library/`, and `ghcr.io`
   */
  public withImagesFrom(registries: Record<string, string>): PostHogRelease {
    const [copies, original] = [checkedRegistries(registries), this.clickHouseImage ?? RELEASE_2026_09_11_R2.clickHouse!.image];
    const images = copiesOf(this.images, copies);
    const clickHouseImage = copyOf(original, copies);
    return new PostHogRelease(this.name, images, { ...this.parts, clickHouseImage, registries: copies });
  }

  /**
   * The images of the release.
   *
   * Throws if the release is withdrawn.
   */
  public get images(): PostHogImages {
    this.checkUsable();
    return this.ownImages;
  }

  /**
   * The processor architectures that all images are known to exist for.
   *
   * Throws if the release is withdrawn.
   */
  public get platforms(): CpuArchitecture[] {
    this.checkUsable();
    return [...this.parts.platforms];
  }

  /**
   * The images without a digest.
   */
  public get floatingImages(): string[] {
    return entries(this.images)
      .map(([, image]) => image)
      .filter(isFloating);
  }

  /**
   * The generation of the release, with the values that the release replaces.
   *
   * @internal
   */
  public get _generation(): Generation {
    this.checkUsable();
    return this.ownGeneration;
  }

  /**
   * Returns the image of a process.
   *
   * @internal
   */
  public _imageOf(process: string, name: keyof PostHogImages): string {
    const image = this.images[name];
    if (image === undefined) {
      throw invalidValue(
        'release',
        `must have the image \`${name}\`, because ${process} is deployed`,
        this.name,
        'add it, or leave out the product that the process belongs to',
      );
    }
    return image;
  }

  /**
   * Returns an image that does not belong to the release, from where the release has its own.
   *
   * Throws if the registry of the image is missing in those of `withImagesFrom()`.
   *
   * @internal
   */
  public _copyOf(image: string): string {
    return this.parts.registries ? copyOf(image, this.parts.registries) : image;
  }

  /**
   * Returns the images that are not known to exist for an architecture, by their props; all images if only the platforms of the release are known.
   *
   * @internal
   */
  public _imagesWithout(architecture: CpuArchitecture): string[] {
    const platform = PLATFORM_NAMES.find(([, known]) => sameArchitecture(known, architecture))?.[0];
    return platform && this.parts.without ? this.parts.without(platform) : entries(this.images).map(([name]) => name);
  }

  /**
   * Returns the CPU architecture of tasks: the requested one, otherwise x86-64 if the release supports it, otherwise the first one it supports.
   *
   * Throws if the images of the release are not known to exist for the requested one: the tasks would never start.
   *
   * @internal
   */
  public _architectureFor(requested: CpuArchitecture | undefined, prop: string): CpuArchitecture {
    const isKnown = (architecture: CpuArchitecture) => this.platforms.some((known) => sameArchitecture(known, architecture));
    if (requested === undefined) {
      return isKnown(CpuArchitecture.X86_64) ? CpuArchitecture.X86_64 : this.platforms[0];
    }
    const name = requested._cpuArchitecture;
    if (Token.isUnresolved(name) || isKnown(requested)) {
      return requested;
    }
    const known = this.platforms.map(({ _cpuArchitecture }) => _cpuArchitecture).join(' or ');
    const missing = this._imagesWithout(requested).join(', ');
    throw invalidValue(
      prop,
      `must be ${known} with the release ${this.name}, whose images are not all known to exist for another (missing: ${missing})`,
      name,
      'use a release file of `npx cdk-posthog release`, which reads the platforms from the registries, or set `platforms` of `PostHogRelease.of`',
    );
  }

  private checkUsable(): void {
    if (this.parts.withdrawn !== undefined) {
      throw new Error(this.parts.withdrawn);
    }
  }
}

function sameArchitecture(one: CpuArchitecture, other: CpuArchitecture): boolean {
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
