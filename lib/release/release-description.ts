import { Fact } from './image-facts';
import { PostHogImages } from './posthog-images';
import { GenerationOverrides } from '../catalog/generations/generation';
import { CatalogImage, IMAGES } from '../catalog/images';

/** Names of which each is a prop. */
type Props<Name extends keyof PostHogImages> = Name;

/** The name of an image of PostHog: its prop. An image of the catalog without a prop does not compile. */
export type ImageName = Props<keyof typeof IMAGES>;

/** The images of the catalog by their props. A prop without an image does not compile. */
const BY_PROP: Readonly<Record<keyof PostHogImages, CatalogImage>> = IMAGES;

/** The names of all images, in the order of files and tables. */
export const IMAGE_NAMES = Object.keys(BY_PROP) as readonly ImageName[];

/** An image of a release, with the facts that its registry has about it. */
export interface ReleaseImage {
  /** The image, with its digest if known. */
  readonly image: string;
  /** The tag that had this digest. */
  readonly tag?: string;
  /** The platforms that it was built for: `linux/amd64`. Undefined if they were not looked up. */
  readonly platforms?: readonly string[];
  /** The commit that it was built from, as the full hash. */
  readonly revision: Fact;
  /** The build date: a day, or a time of ISO 8601. */
  readonly created: Fact;
}

/** The ClickHouse that PostHog tests a release with. */
export interface ReleaseClickHouse extends ReleaseImage {
  readonly version: string;
}

/** The description of a release: the content of a release file. */
export interface ReleaseDescription {
  readonly name: string;
  /** The day of the release: `2026-09-11`. */
  readonly date?: string;
  /** The commit of PostHog/posthog of its configuration files. */
  readonly upstreamCommit?: string;
  readonly clickHouse?: ReleaseClickHouse;
  readonly images: Readonly<Partial<Record<ImageName, ReleaseImage>>> & { readonly app: ReleaseImage };
  /** Topics that it needs in addition to those that the library always creates. */
  readonly topics?: readonly string[];
  /** The generation of PostHog that it belongs to; the newest known one by default. */
  readonly generation?: string;
  /** Values of the generation that it replaces. */
  readonly overrides?: GenerationOverrides;
}

/** Returns the existing images of a release, in their order. */
export function imagesOf(release: ReleaseDescription): [ImageName, ReleaseImage][] {
  return IMAGE_NAMES.flatMap((name) => {
    const image = release.images[name];
    return image ? [[name, image]] : [];
  });
}

/** The assumed platforms of an image if they were not looked up. */
const DEFAULT_PLATFORMS = ['linux/amd64'];

/** Returns the names of the images that are not known to be built for a platform. */
export function imagesWithout(release: ReleaseDescription, platform: string): ImageName[] {
  return imagesOf(release)
    .filter(([, { platforms = DEFAULT_PLATFORMS }]) => !platforms.includes(platform))
    .map(([name]) => name);
}
