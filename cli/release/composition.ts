import { CLICKHOUSE } from './choice';
import { IMAGE_SOURCES } from './image-sources';
import { Found } from './resolve';
import { CommandError } from '../command';
import {
  apart,
  Fact,
  GenerationOverrides,
  IMAGE_NAMES,
  imagesOf,
  LOCKSTEP,
  NEWEST_GENERATION,
  ReleaseDescription,
  ReleaseImage,
  valueOf,
} from '../../lib/internal';

/** The metadata of a release that no registry has. */
export interface Particulars {
  readonly name?: string;
  readonly date?: string;
  readonly upstreamCommit?: string;
  readonly clickHouseVersion: string;
  readonly topics?: readonly string[];
  /** Its generation of PostHog. Default: the newest known one. */
  readonly generation?: string;
  readonly overrides?: GenerationOverrides;
}

/** Composes a release of the resolved images. */
export function compose(found: readonly Found[], particulars: Particulars): ReleaseDescription {
  const images = new Map(
    found.map(({ key, image, tag, platforms, revision, created }): [string, ReleaseImage] => [key, { image, tag, platforms, revision, created }]),
  );
  const app = images.get('app')!;
  const date = particulars.date ?? valueOf(app.created)?.slice(0, 10);
  const name = particulars.name ?? date;
  if (name === undefined) {
    throw new CommandError('the app image has no build date: set a name with --name, or a date with --date');
  }
  const server = images.get(CLICKHOUSE);
  return {
    name,
    date,
    upstreamCommit: particulars.upstreamCommit ?? valueOf(app.revision),
    generation: particulars.generation ?? NEWEST_GENERATION,
    overrides: particulars.overrides,
    clickHouse: server && { version: particulars.clickHouseVersion, ...server },
    images: { ...Object.fromEntries(IMAGE_NAMES.flatMap((key) => (images.has(key) ? [[key, images.get(key)]] : []))), app },
    topics: particulars.topics,
  };
}

/** Returns warnings about a release. */
export function doubts(release: ReleaseDescription, found: readonly Found[]): string[] {
  const { upstreamCommit: commit, images } = release;
  const ofApp = valueOf(images.app.revision);
  const lacking = found.filter(({ platforms = [] }) => !platforms.includes('linux/amd64')).map(({ key }) => key);
  return [
    ...(commit === undefined ? ['the app image has no commit, so the commit of configuration files is unknown: set it with --commit'] : []),
    ...(commit !== undefined && ofApp !== undefined && ofApp !== commit
      ? [`the app image was built from ${short(ofApp)}, not from ${short(commit)}`]
      : []),
    ...found
      .filter(({ secondBest }) => secondBest)
      .map(
        ({ key, tag, revision }) =>
          `no image ${key} of the requested commits: ${tag} is used instead${commitText(revision)}; it may expect another database schema than the app`,
      ),
    ...undated(release),
    ...newerThanApp(release),
    ...(lacking.length > 0 ? [`not for linux/amd64: ${lacking.join(', ')}`] : []),
  ];
}

/** Throws if the images of the lockstep were built too many days apart. */
export function checkTogether(release: ReleaseDescription, maxDays: number): void {
  const distance = apart(release);
  if (distance && distance.days > maxDays) {
    const { first, last, days } = distance;
    throw new CommandError(
      `the images ${LOCKSTEP.join(', ')} must be built within ${maxDays} days of each other, because PostHog deploys them together; ` +
        `${first.name} was built on ${first.created} and ${last.name} on ${last.created}, ${Math.floor(days)} days apart: ` +
        `use another ${first.name} with --image ${first.name}=IMAGE, or allow it with --max-apart ${Math.ceil(days)}`,
    );
  }
}

/** Warns about images of the lockstep without a build date. */
function undated({ images }: ReleaseDescription): string[] {
  const names = LOCKSTEP.filter((name) => images[name] !== undefined && valueOf(images[name].created) === undefined);
  return names.length > 0 ? [`unknown build dates, so these may not belong to the others: ${names.join(', ')}`] : [];
}

/** Warns about images that are newer than the app, whose migrations are as old as the app. */
function newerThanApp(release: ReleaseDescription): string[] {
  const day = (image: ReleaseImage) => valueOf(image.created)?.slice(0, 10);
  const ofApp = day(release.images.app);
  const newer = imagesOf(release).filter(
    ([name, image]) => ofApp !== undefined && IMAGE_SOURCES[name].commitTags !== undefined && (day(image) ?? '') > ofApp,
  );
  return newer.length > 0
    ? [
        `built after the app (${ofApp}), and may expect migrations that it does not have: ${newer.map(([name, image]) => `${name} (${day(image)})`).join(', ')}`,
      ]
    : [];
}

function commitText(revision: Fact): string {
  const commit = valueOf(revision);
  return commit === undefined ? '' : `, of commit ${short(commit)}`;
}

/** Returns the short form of a commit. */
export function short(commit: string): string {
  return commit.slice(0, 7);
}
