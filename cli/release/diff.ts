import {
  IMAGE_NAMES,
  imagesOf,
  imagesWithout,
  NEWEST_GENERATION,
  orderedOverrides,
  ReleaseDescription,
  ReleaseImage,
  valueOf,
} from '../../lib/internal';

/** A changed value. A side without a value is undefined. */
export interface Change {
  readonly old?: string;
  readonly new?: string;
}

/** A changed commit, with a link to the comparison. */
export interface CommitChange extends Change {
  readonly compare?: string;
}

/** A changed, added or removed image. */
export interface ImageChange extends Change {
  /** The name of the image in a release. */
  readonly name: string;
  /** The commits that it was built from, if both are known and differ. */
  readonly commits?: CommitChange;
}

/** A changed list. */
export interface ListChange {
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** The changes from one release to another. Unchanged parts are undefined. */
export interface ReleaseDiff {
  readonly commits?: CommitChange;
  readonly images: readonly ImageChange[];
  readonly clickHouse?: { readonly version?: Change; readonly image?: Change };
  readonly topics?: ListChange;
  /** The generation of PostHog, by its name. */
  readonly generation?: Change;
  /** The values of the generation that the release replaces, as JSON. */
  readonly overrides?: Change;
  /** The platforms of all images. */
  readonly platforms?: ListChange;
}

/**
 * Compares two releases in everything that determines how PostHog runs: not their names and dates, and not the build dates and tags of images.
 */
export function diffReleases(before: ReleaseDescription, after: ReleaseDescription): ReleaseDiff {
  const version = change(before.clickHouse?.version, after.clickHouse?.version);
  const server = change(before.clickHouse?.image, after.clickHouse?.image);
  return {
    commits: commitChange(before.upstreamCommit, after.upstreamCommit),
    images: IMAGE_NAMES.flatMap((name) => imageChange(name, before.images[name], after.images[name])),
    clickHouse: version || server ? { version, image: server } : undefined,
    topics: listChange(before.topics ?? [], after.topics ?? []),
    generation: change(before.generation ?? NEWEST_GENERATION, after.generation ?? NEWEST_GENERATION),
    overrides: change(overridesText(before), overridesText(after)),
    platforms: listChange(commonPlatforms(before), commonPlatforms(after)),
  };
}

/** Returns whether two releases run the same. */
export function isSame({ images, ...changes }: ReleaseDiff): boolean {
  return images.length === 0 && Object.values(changes).every((one) => one === undefined);
}

/** Returns the overrides of a release in a canonical form; undefined if it has none. */
function overridesText({ overrides }: ReleaseDescription): string | undefined {
  return overrides && JSON.stringify(orderedOverrides(overrides));
}

/** Returns the platforms of all images of a release. */
export function commonPlatforms(release: ReleaseDescription): string[] {
  const all = new Set(['linux/amd64', ...imagesOf(release).flatMap(([, { platforms = [] }]) => platforms)]);
  return [...all].filter((platform) => imagesWithout(release, platform).length === 0).sort();
}

function imageChange(name: string, before: ReleaseImage | undefined, after: ReleaseImage | undefined): ImageChange[] {
  const changed = change(before?.image, after?.image);
  const [old, now] = [before, after].map((image) => image && valueOf(image.revision));
  const commits = old !== undefined && now !== undefined ? commitChange(old, now) : undefined;
  return changed ? [{ name, ...changed, commits }] : [];
}

function change(before: string | undefined, after: string | undefined): Change | undefined {
  return before === after ? undefined : { old: before, new: after };
}

function commitChange(before: string | undefined, after: string | undefined): CommitChange | undefined {
  const changed = change(before, after);
  return (
    changed && {
      ...changed,
      compare: before === undefined || after === undefined ? undefined : `https://github.com/PostHog/posthog/compare/${before}...${after}`,
    }
  );
}

function listChange(before: readonly string[], after: readonly string[]): ListChange | undefined {
  const removed = before.filter((one) => !after.includes(one)).sort();
  const added = after.filter((one) => !before.includes(one)).sort();
  return removed.length + added.length > 0 ? { removed, added } : undefined;
}
