import { CLICKHOUSE } from './choice';
import { IMAGE_SOURCES } from './image-sources';
import { Found } from './resolve';
import { CommandError } from '../command';
import { IMAGE_NAMES, ImageName, ReleaseDescription, ReleaseImage } from '../../release/release-description';

/** What a release is called, and what no registry knows about it. */
export interface Particulars {
  readonly name?: string;
  readonly date?: string;
  readonly upstreamCommit?: string;
  readonly clickHouseVersion: string;
  readonly topics?: readonly string[];
}

/** A release made of the images that were found. */
export function compose(found: readonly Found[], particulars: Particulars): ReleaseDescription {
  const images = new Map(found.map(({ key, image, tag, platforms, revision, created }): [string, ReleaseImage] => [key, { image, tag, platforms, revision, created }]));
  const app = images.get('app')!;
  const date = particulars.date ?? app.created?.slice(0, 10);
  const name = particulars.name ?? date;
  if (name === undefined) {
    throw new CommandError('the app image does not say when it was built: give the release a name with --name, or a day with --date');
  }
  const server = images.get(CLICKHOUSE);
  return {
    name,
    date,
    upstreamCommit: particulars.upstreamCommit ?? app.revision,
    clickHouse: server && { version: particulars.clickHouseVersion, ...server },
    images: { ...Object.fromEntries(IMAGE_NAMES.flatMap((key) => images.has(key) ? [[key, images.get(key)]] : [])), app },
    topics: particulars.topics,
  };
}

/** What somebody should look at before they use a release. */
export function doubts(release: ReleaseDescription, found: readonly Found[]): string[] {
  const { upstreamCommit: commit, images } = release;
  const lacking = found.filter(({ platforms = [] }) => !platforms.includes('linux/amd64')).map(({ key }) => key);
  return [
    ...commit === undefined ? ['the app image does not say which commit it was built from, and so nothing says which one configuration files come from: give it with --commit'] : [],
    ...commit !== undefined && images.app.revision !== undefined && images.app.revision !== commit
      ? [`the app image was built from ${short(images.app.revision)}, not from ${short(commit)}`] : [],
    ...found.filter(({ secondBest }) => secondBest).map(({ key, tag, revision }) =>
      `no image ${key} of the commits that were given: ${tag} is taken instead${revision ? `, of commit ${short(revision)}` : ''}; it may expect another state of the database than the app`),
    ...differing(found),
    ...lacking.length > 0 ? [`not for linux/amd64: ${lacking.join(', ')}`] : [],
  ];
}

/** Where images were built from different commits. An image is built only when its own code changes, so that alone is no mistake. */
function differing(found: readonly Found[]): string[] {
  const commits = new Map<string, string[]>();
  found.filter(({ key }) => key !== CLICKHOUSE && IMAGE_SOURCES[key as ImageName].commitTags !== undefined)
    .forEach(({ key, revision = '' }) => commits.set(revision, [...commits.get(revision) ?? [], key]));
  const unknown = commits.get('');
  commits.delete('');
  return [
    ...commits.size > 1
      ? [`the images were built from different commits of PostHog/posthog: ${[...commits].map(([commit, keys]) => `${short(commit)} (${keys.join(', ')})`).join(', ')}; ` +
        'that is usual, because each is built only when its own code changes, but those newer than the app may expect what its migrations have not made']
      : [],
    ...unknown ? [`nothing says which commit these were built from: ${unknown.join(', ')}`] : [],
  ];
}

/** A commit as people write it. */
export function short(commit: string): string {
  return commit.slice(0, 7);
}
