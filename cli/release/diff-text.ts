import { short } from './composition';
import { Change, CommitChange, ImageChange, isSame, ListChange, ReleaseDiff } from './diff';
import { parseImageReference } from '../../lib/internal';

const NONE = 'none';
const UNKNOWN = 'not known';

/** Formats the changes between two releases. */
export function diffText(before: string, after: string, diff: ReleaseDiff): string {
  if (isSame(diff)) {
    return `${before} and ${after} run the same`;
  }
  const { commits, images, clickHouse, topics, generation, overrides, platforms } = diff;
  return [
    `${before} → ${after}`,
    ...(commits ? ['', ...commitLines('commit', commits)] : []),
    ...images.flatMap((image) => ['', ...imageLines(image, commits)]),
    ...(clickHouse
      ? [
          '',
          'ClickHouse',
          ...(clickHouse.version ? [arrow(clickHouse.version, UNKNOWN)] : []),
          ...(clickHouse.image ? imageArrow(clickHouse.image) : []),
        ]
      : []),
    ...listLines('further topics', topics),
    ...(generation ? ['', 'generation', arrow(generation, UNKNOWN)] : []),
    ...(overrides ? ['', 'overrides of the generation', arrow(overrides, NONE)] : []),
    ...listLines('platforms of all images', platforms),
  ].join('\n');
}

function imageLines(image: ImageChange, ofRelease: CommitChange | undefined): string[] {
  // Most images change as the release does. Only others have a link of their own.
  const own = image.commits && image.commits.compare !== ofRelease?.compare ? commitLines('  built from', image.commits) : [];
  return [image.name, ...imageArrow(image), ...own];
}

function imageArrow({ old, new: now }: Change): string[] {
  const [before, after] = [old, now].map((image) => (image === undefined ? undefined : parseImageReference(image)));
  if (before?.digest && after?.digest && before.name === after.name) {
    return [`  ${before.name}`, `  ${before.digest}`, `  → ${after.digest}`];
  }
  return [`  ${old ?? NONE}`, `  → ${now ?? NONE}`];
}

function commitLines(what: string, { old, new: now, compare }: CommitChange): string[] {
  const [before, after] = [old, now].map((commit) => (commit === undefined ? UNKNOWN : short(commit)));
  return [`${what} ${before} → ${after}`, ...(compare ? [`  ${compare}`] : [])];
}

function arrow({ old, new: now }: Change, missing: string): string {
  return `  ${old ?? missing} → ${now ?? missing}`;
}

function listLines(what: string, change: ListChange | undefined): string[] {
  return change ? ['', what, ...change.removed.map((one) => `  - ${one}`), ...change.added.map((one) => `  + ${one}`)] : [];
}
