import { daysBetween, valueOf } from './image-facts';
import { ImageName, imagesOf, ReleaseDescription } from './release-description';

/**
 * The images that must be of about the same day.
 *
 * Their processes share tables, topics and messages, and PostHog deploys them together. All others are built only when their own code changes.
 */
export const LOCKSTEP: readonly ImageName[] = ['app', 'node', 'capture'];

/** How many days apart they may have been built. A capture that had no change for days is none the worse. */
export const MAX_DAYS_APART = 7;

/** An image of the lockstep, and when it was built. */
export interface Built {
  readonly name: ImageName;
  readonly created: string;
}

/** How far images of the lockstep lie apart. */
export interface Apart {
  readonly first: Built;
  readonly last: Built;
  readonly days: number;
}

/** How far the images of the lockstep lie apart whose creation date is known; undefined where fewer than two are. */
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
