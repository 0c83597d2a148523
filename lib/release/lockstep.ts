import { daysBetween, valueOf } from './image-facts';
import { ImageName, imagesOf, ReleaseDescription } from './release-description';

/**
 * The images that must have been built at about the same time.
 *
 * Their processes share tables, topics and messages, and PostHog deploys them together. All others are built only when their own code changes.
 */
export const LOCKSTEP: readonly ImageName[] = ['app', 'node', 'capture'];

/** The largest difference of their build dates, in days. A capture without changes for some days is fine. */
export const MAX_DAYS_APART = 7;

/** An image of the lockstep, and its build date. */
export interface Built {
  readonly name: ImageName;
  readonly created: string;
}

/** The difference of the build dates of images of the lockstep. */
export interface Apart {
  readonly first: Built;
  readonly last: Built;
  readonly days: number;
}

/** Returns the largest difference of known build dates in the lockstep; undefined if fewer than two are known. */
export function apart(release: ReleaseDescription): Apart | undefined {
  const built = imagesOf(release).flatMap(([name, image]) => {
    const created = valueOf(image.created);
    return LOCKSTEP.includes(name) && created !== undefined ? [{ name, created }] : [];
  });
  if (built.length < 2) {
    return undefined;
  }
  const first = built.reduce((one, other) => (daysBetween(one.created, other.created) < 0 ? other : one));
  const last = built.reduce((one, other) => (daysBetween(one.created, other.created) > 0 ? other : one));
  return { first, last, days: daysBetween(first.created, last.created) };
}
