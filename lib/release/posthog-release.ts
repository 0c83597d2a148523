import { checkImage, isFloating } from '../private/container-image';

/**
 * The images of a release, each with its digest (`name@sha256:...`), or with a tag while you try something.
 */
export interface PostHogImages {
  /** Runs `web` and `worker`: `posthog/posthog`. */
  readonly app: string;
  /** Runs `capture` and `replay-capture`: `ghcr.io/posthog/posthog/capture`. */
  readonly capture: string;
  /** Runs `feature-flags`: `ghcr.io/posthog/posthog/feature-flags`. */
  readonly featureFlags: string;
  /** Runs `hypercache-server`: `ghcr.io/posthog/posthog/hypercache-server`. */
  readonly hypercacheServer: string;
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
    capture: 'ghcr.io/posthog/posthog/capture@sha256:9b166761f1e282880a76fb4f3e66afad9ba954fe383581dc5e0074a729c5c99e',
    featureFlags: 'ghcr.io/posthog/posthog/feature-flags@sha256:b18bbe7ee20276cf0395cc649fe9d90c2c7d0ef836dd30c8789b3a09de73a8cc',
    hypercacheServer: 'ghcr.io/posthog/posthog/hypercache-server@sha256:f247133dfff4073a65df38eb04589683c6f43cf1f4f41272152a5d2d5b07ebcd',
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
}

function entries(images: PostHogImages): [name: string, image: string][] {
  return Object.entries({ ...images });
}
