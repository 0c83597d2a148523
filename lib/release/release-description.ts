import { Fact } from './image-facts';
import { PostHogImages } from './posthog-images';
import { GenerationOverrides } from '../catalog/generation';

/** The images of PostHog, by what the props call them. */
export type ImageName = keyof PostHogImages;

/** Everything that `PostHogImages` has, in the order in which files and tables list it. The type sees to it that none is left out. */
const NAMES: Readonly<Record<ImageName, true>> = {
  app: true, node: true, capture: true, captureLogs: true, featureFlags: true, hypercacheServer: true, propertyDefs: true, personhogReplica: true,
  personhogRouter: true, cymbal: true, livestream: true, browserless: true, temporal: true, sqlxMigrate: true,
};
export const IMAGE_NAMES = Object.keys(NAMES) as readonly ImageName[];

/** An image of a release, and what its registry said about it. */
export interface ReleaseImage {
  /** The image, by its digest where that is known. */
  readonly image: string;
  /** The tag that had this digest. */
  readonly tag?: string;
  /** What it was built for: `linux/amd64`. Left out where nobody has asked. */
  readonly platforms?: readonly string[];
  /** The commit that it was built from, by the whole hash. */
  readonly revision: Fact;
  /** When it was built: a day, or a time of ISO 8601. */
  readonly created: Fact;
}

/** The ClickHouse that a release is tested with. */
export interface ReleaseClickHouse extends ReleaseImage {
  readonly version: string;
}

/** A release as it is written down: what a release file holds. */
export interface ReleaseDescription {
  readonly name: string;
  /** The day that it is of: `2026-09-11`. */
  readonly date?: string;
  /** The commit of PostHog/posthog that configuration files come from. */
  readonly upstreamCommit?: string;
  readonly clickHouse?: ReleaseClickHouse;
  readonly images: Readonly<Partial<Record<ImageName, ReleaseImage>>> & { readonly app: ReleaseImage };
  /** Topics that it needs besides those that the library makes anyway. */
  readonly topics?: readonly string[];
  /** The generation of PostHog that it belongs to; the newest that is known, where it is left out. */
  readonly generation?: string;
  /** Values of the generation that it replaces. */
  readonly overrides?: GenerationOverrides;
}

/** The images of a release that there are, in their order. */
export function imagesOf(release: ReleaseDescription): [ImageName, ReleaseImage][] {
  return IMAGE_NAMES.flatMap((name) => {
    const image = release.images[name];
    return image ? [[name, image]] : [];
  });
}

/** What an image is taken to be built for where nobody has asked. */
const UNASKED = ['linux/amd64'];

/** The images that are not known to be built for a platform, by their names. */
export function imagesWithout(release: ReleaseDescription, platform: string): ImageName[] {
  return imagesOf(release).filter(([, { platforms = UNASKED }]) => !platforms.includes(platform)).map(([name]) => name);
}
