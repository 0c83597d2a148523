import {
  IMAGE_NAMES, imagesOf, imagesWithout, NEWEST_GENERATION, orderedOverrides, ReleaseDescription, ReleaseImage, valueOf,
} from '../../lib/internal';

/** Something that was one thing and is another; left out where there was or is none. */
export interface Change {
  readonly old?: string;
  readonly new?: string;
}

/** Another commit, and where the difference can be read. */
export interface CommitChange extends Change {
  readonly compare?: string;
}

/** Another image, or one more or less. */
export interface ImageChange extends Change {
  /** What the image is called in a release. */
  readonly name: string;
  /** The commits that it was built from, where both are known and differ. */
  readonly commits?: CommitChange;
}

/** A list that lost some and gained others. */
export interface ListChange {
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** What changed from one release to another. What has not changed is left out. */
export interface ReleaseDiff {
  readonly commits?: CommitChange;
  readonly images: readonly ImageChange[];
  readonly clickHouse?: { readonly version?: Change; readonly image?: Change };
  readonly topics?: ListChange;
  /** The generation of PostHog, by its name. */
  readonly generation?: Change;
  /** The values of the generation that the release replaces, as JSON. */
  readonly overrides?: Change;
  /** The platforms that all images are known to exist for. */
  readonly platforms?: ListChange;
}

/**
 * What changed from one release to another, of what decides how PostHog runs: not its name and day, and not when and from which tag an image came.
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

/** Whether two releases run the same. */
export function isSame({ images, ...changes }: ReleaseDiff): boolean {
  return images.length === 0 && Object.values(changes).every((one) => one === undefined);
}

/** The overrides of a release, the same for the same ones; undefined where it has none. */
function overridesText({ overrides }: ReleaseDescription): string | undefined {
  return overrides && JSON.stringify(orderedOverrides(overrides));
}

/** The platforms that all images of a release are known to exist for. */
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
  return changed && { ...changed, compare: before === undefined || after === undefined ? undefined : `https://github.com/PostHog/posthog/compare/${before}...${after}` };
}

function listChange(before: readonly string[], after: readonly string[]): ListChange | undefined {
  const removed = before.filter((one) => !after.includes(one)).sort();
  const added = after.filter((one) => !before.includes(one)).sort();
  return removed.length + added.length > 0 ? { removed, added } : undefined;
}
