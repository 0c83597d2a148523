import { checkImage, isFloating } from '../private/container-image';
import { rejected } from '../private/errors';

/**
 * The images of a release, each with its digest (`name@sha256:...`), or with a tag while you try something.
 *
 * An image may be left out where no process that is deployed runs it.
 */
export interface PostHogImages {
  /** Runs `web`, `worker` and `temporal-django-worker`, and migrates: `posthog/posthog`. */
  readonly app: string;
  /**
   * Runs `plugins`, `recording-api` and everything that is called `ingestion-` or `cdp-`: `posthog/posthog-node`.
   *
   * @default - none; a process that needs it cannot be deployed
   */
  readonly node?: string;
  /**
   * Runs `capture`, `replay-capture` and `capture-ai`, and holds the GeoIP file for `node`: `ghcr.io/posthog/posthog/capture`.
   *
   * @default - none; a process that needs it cannot be deployed
   */
  readonly capture?: string;
  /**
   * Runs `capture-logs`: `ghcr.io/posthog/posthog/capture-logs`.
   *
   * @default - none; a process that needs it cannot be deployed
   */
  readonly captureLogs?: string;
  /**
   * Runs `feature-flags`: `ghcr.io/posthog/posthog/feature-flags`.
   *
   * @default - none; a process that needs it cannot be deployed
   */
  readonly featureFlags?: string;
  /**
   * Runs `hypercache-server`: `ghcr.io/posthog/posthog/hypercache-server`.
   *
   * @default - none; a process that needs it cannot be deployed
   */
  readonly hypercacheServer?: string;
  /**
   * Runs `property-defs-rs` and `property-defs-ai`: `ghcr.io/posthog/posthog/property-defs-rs`.
   *
   * @default - none; a process that needs it cannot be deployed
   */
  readonly propertyDefs?: string;
  /**
   * Runs `personhog-replica`: `ghcr.io/posthog/posthog/personhog-replica`.
   *
   * @default - none; a process that needs it cannot be deployed
   */
  readonly personhogReplica?: string;
  /**
   * Runs `personhog-router`: `ghcr.io/posthog/posthog/personhog-router`.
   *
   * @default - none; a process that needs it cannot be deployed
   */
  readonly personhogRouter?: string;
  /**
   * Runs `cymbal` and `cymbal-resolution`: `ghcr.io/posthog/posthog/cymbal`.
   *
   * @default - none; a process that needs it cannot be deployed
   */
  readonly cymbal?: string;
  /**
   * Runs `livestream`: `ghcr.io/posthog/posthog/livestream`.
   *
   * @default - none; a process that needs it cannot be deployed
   */
  readonly livestream?: string;
  /**
   * Runs `browserless`: `ghcr.io/browserless/chromium`.
   *
   * @default - none; a process that needs it cannot be deployed
   */
  readonly browserless?: string;
  /**
   * Runs `temporal`: `temporalio/auto-setup`.
   *
   * @default - none; a process that needs it cannot be deployed
   */
  readonly temporal?: string;
  /**
   * Migrates the database of workflows: `ghcr.io/posthog/posthog/sqlx-migrate`.
   *
   * @default - none; a process that needs it cannot be deployed
   */
  readonly sqlxMigrate?: string;
}

/**
 * Which PostHog to run.
 *
 * PostHog publishes no versions any more: a release is a set of image digests that belong together.
 */
export class PostHogRelease {
  /**
   * PostHog as of 11 September 2026, commit 18b824b7932ad13f25602b4ea0376fc568ac4b22 of PostHog/posthog.
   */
  public static readonly V2026_09_11 = new PostHogRelease('2026-09-11', {
    // The digests that the tags of that commit had on that day, as enricofranke/posthog-k8s recorded them (charts/posthog/upstream.yaml @034fbfe).
    app: 'posthog/posthog@sha256:1d5e31c9c61f3f48050a45c7e3ba529ea49d0414f9caa47ad23fdb23606117c4',
    node: 'posthog/posthog-node@sha256:863e76e040ad41aef79f605c33ec71f1529bddf94cfd88941c935da9bde97235',
    capture: 'ghcr.io/posthog/posthog/capture@sha256:9b166761f1e282880a76fb4f3e66afad9ba954fe383581dc5e0074a729c5c99e',
    captureLogs: 'ghcr.io/posthog/posthog/capture-logs@sha256:cd328b86a9e04f168fcbaef1d3bddf8f8a5c1f5ca2527231f7bf2946c459e833',
    featureFlags: 'ghcr.io/posthog/posthog/feature-flags@sha256:b18bbe7ee20276cf0395cc649fe9d90c2c7d0ef836dd30c8789b3a09de73a8cc',
    hypercacheServer: 'ghcr.io/posthog/posthog/hypercache-server@sha256:f247133dfff4073a65df38eb04589683c6f43cf1f4f41272152a5d2d5b07ebcd',
    propertyDefs: 'ghcr.io/posthog/posthog/property-defs-rs@sha256:f114a4c8218eb31cd8bbf21bf62067908a64987a8de1c6ccb34af226cbe0fc90',
    personhogReplica: 'ghcr.io/posthog/posthog/personhog-replica@sha256:b4a9dd4e5a25e90fd2c2d3e7e0adbf807b10c28f834cb719c22da67b74e64dbe',
    personhogRouter: 'ghcr.io/posthog/posthog/personhog-router@sha256:437c4b698ae32614ce5e7b106f6f7555a08e765442dcce545514a1c371126754',
    cymbal: 'ghcr.io/posthog/posthog/cymbal@sha256:7aa97c8583c3f787cb54249eebc31d1a875b2e848b88abb8c2a038d04083c1f8',
    livestream: 'ghcr.io/posthog/posthog/livestream@sha256:6926f340b72d609e43cee5aa8b75a85cfdc77d182e610dafafdd81d3b2ab53f5',
    browserless: 'ghcr.io/browserless/chromium@sha256:79a37927bdd235c8f5a299a8846c37e946c3505dff2562ece3922d4562d016a3',
    temporal: 'temporalio/auto-setup@sha256:e9245820522233ec6a59ad69c6512ae4450705ee02bf6894fc61ba13b238c1c0',
    // Nobody has recorded its digest of that day; `master` is the tag that PostHog's compose files name for its Rust images.
    sqlxMigrate: 'ghcr.io/posthog/posthog/sqlx-migrate:master',
  });

  /**
   * A release of your own: copies of the images in ECR, or other digests.
   *
   * The images must belong together. An image with a tag instead of a digest warns, because what it names changes under you. Tasks may pull
   * from a private ECR repository that the text names; where the text is an unresolved token, give them that right yourself.
   *
   * Throws where an image is none.
   *
   * @param name what to call it
   * @param images its images
   */
  public static of(name: string, images: PostHogImages): PostHogRelease {
    return new PostHogRelease(name, images);
  }

  private constructor(
    /** What the release is called. */
    public readonly name: string,
    /** Its images. */
    public readonly images: PostHogImages,
  ) {
    entries(images).forEach(([key, image]) => checkImage(key, image, 'posthog/posthog'));
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
}

function entries(images: PostHogImages): [name: string, image: string][] {
  return Object.entries({ ...images });
}
