import { CLICKHOUSE } from './choice';
import { IMAGE_SOURCES } from './image-sources';
import { Found } from './resolve';
import { CommandError } from '../command';
import {
  apart, Fact, GenerationOverrides, IMAGE_NAMES, imagesOf, LOCKSTEP, NEWEST_GENERATION, ReleaseDescription, ReleaseImage, valueOf,
} from '../../lib/internal';

/** What a release is called, and what no registry knows about it. */
export interface Particulars {
  readonly name?: string;
  readonly date?: string;
  readonly upstreamCommit?: string;
  readonly clickHouseVersion: string;
  readonly topics?: readonly string[];
  /** The generation of PostHog that it belongs to; left out, the newest that is known. */
  readonly generation?: string;
  readonly overrides?: GenerationOverrides;
}

/** A release made of the images that were found. */
export function compose(found: readonly Found[], particulars: Particulars): ReleaseDescription {
  const images = new Map(found.map(({ key, image, tag, platforms, revision, created }): [string, ReleaseImage] => [key, { image, tag, platforms, revision, created }]));
  const app = images.get('app')!;
  const date = particulars.date ?? valueOf(app.created)?.slice(0, 10);
  const name = particulars.name ?? date;
  if (name === undefined) {
    throw new CommandError('the app image does not say when it was built: give the release a name with --name, or a day with --date');
  }
  const server = images.get(CLICKHOUSE);
  return {
    name,
    date,
    upstreamCommit: particulars.upstreamCommit ?? valueOf(app.revision),
    generation: particulars.generation ?? NEWEST_GENERATION,
    overrides: particulars.overrides,
    clickHouse: server && { version: particulars.clickHouseVersion, ...server },
    images: { ...Object.fromEntries(IMAGE_NAMES.flatMap((key) => images.has(key) ? [[key, images.get(key)]] : [])), app },
    topics: particulars.topics,
  };
}

/** What somebody should look at before they use a release. */
export function doubts(release: ReleaseDescription, found: readonly Found[]): string[] {
  const { upstreamCommit: commit, images } = release;
  const ofApp = valueOf(images.app.revision);
  const lacking = found.filter(({ platforms = [] }) => !platforms.includes('linux/amd64')).map(({ key }) => key);
  return [
    ...commit === undefined ? ['the app image does not say which commit it was built from, and so nothing says which one configuration files come from: give it with --commit'] : [],
    ...commit !== undefined && ofApp !== undefined && ofApp !== commit ? [`the app image was built from ${short(ofApp)}, not from ${short(commit)}`] : [],
    ...found.filter(({ secondBest }) => secondBest).map(({ key, tag, revision }) =>
      `no image ${key} of the commits that were given: ${tag} is taken instead${commitText(revision)}; it may expect another state of the database than the app`),
    ...undated(release),
    ...newerThanApp(release),
    ...lacking.length > 0 ? [`not for linux/amd64: ${lacking.join(', ')}`] : [],
  ];
}

/** Refuses a release whose images of the lockstep were built too many days apart. */
export function checkTogether(release: ReleaseDescription, maxDays: number): void {
  const distance = apart(release);
  if (distance && distance.days > maxDays) {
    const { first, last, days } = distance;
    throw new CommandError(`the images ${LOCKSTEP.join(', ')} must be built within ${maxDays} days of each other, because PostHog deploys them together; ` +
      `${first.name} is of ${first.created} and ${last.name} of ${last.created}, ${Math.floor(days)} days apart: ` +
      `look for another ${first.name} with --image ${first.name}=IMAGE, or accept the distance with --max-apart ${Math.ceil(days)}`);
  }
}

/** Where nothing says how far images lie apart that must be of about the same day. */
function undated({ images }: ReleaseDescription): string[] {
  const names = LOCKSTEP.filter((name) => images[name] !== undefined && valueOf(images[name].created) === undefined);
  return names.length > 0 ? [`nothing says when these were built, and so nothing says whether they belong to the others: ${names.join(', ')}`] : [];
}

/** Where images were built after the app: the app's migrations are those of its own day. */
function newerThanApp(release: ReleaseDescription): string[] {
  const day = (image: ReleaseImage) => valueOf(image.created)?.slice(0, 10);
  const ofApp = day(release.images.app);
  const newer = imagesOf(release).filter(([name, image]) => ofApp !== undefined && IMAGE_SOURCES[name].commitTags !== undefined && (day(image) ?? '') > ofApp);
  return newer.length > 0
    ? [`built after the app (${ofApp}), and may expect what its migrations have not made: ${newer.map(([name, image]) => `${name} (${day(image)})`).join(', ')}`]
    : [];
}

function commitText(revision: Fact): string {
  const commit = valueOf(revision);
  return commit === undefined ? '' : `, of commit ${short(commit)}`;
}

/** A commit as people write it. */
export function short(commit: string): string {
  return commit.slice(0, 7);
}
