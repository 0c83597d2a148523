import { CLICKHOUSE_IMAGE, IMAGE_SOURCES, ImageSource, TAGGED } from './image-sources';
import { Wanted } from './resolve';
import { CommandError } from '../command';
import { IMAGE_NAMES, ImageName, parseImageReference } from '../../lib/internal';

/** The key of ClickHouse among the images of PostHog. */
export const CLICKHOUSE = 'clickHouse';
const KEYS: readonly string[] = [...IMAGE_NAMES, CLICKHOUSE];

/** The requested images of a release. */
export interface Choice {
  /** The allowed commits, the requested one first and then its ancestors; empty for the newest images. */
  readonly commits: readonly string[];
  /** The tag of the images that share one. */
  readonly tag?: string;
  /** Images that the user has chosen, by their keys. */
  readonly images: ReadonlyMap<string, string>;
  /** The keys of images to leave out. */
  readonly without: readonly string[];
  readonly clickHouseVersion: string;
}

/** Parses the images that the user has chosen: `capture=ghcr.io/example/capture:1`. */
export function chosenImages(texts: readonly string[]): Map<string, string> {
  return new Map(
    texts.map((text) => {
      const [, key, image] = /^(\w+)=(.+)$/.exec(text) ?? [];
      if (key === undefined || !parseImageReference(image)) {
        throw new CommandError(`--image must be a name and an image, such as capture=ghcr.io/posthog/posthog/capture:master, got: '${text}'`);
      }
      return [checkKey('image', key), image];
    }),
  );
}

/** Throws if a key is not the name of an image. */
export function checkKey(option: string, key: string): string {
  if (!KEYS.includes(key)) {
    throw new CommandError(`--${option} must be an image of a release, got: '${key}'; available: ${KEYS.join(', ')}`);
  }
  return key;
}

/** Returns the images to resolve. */
export function wantedImages(choice: Choice): Wanted[] {
  if (choice.without.includes('app')) {
    throw new CommandError('--without app is not possible, because every PostHog runs it');
  }
  const both = choice.without.find((key) => choice.images.has(key));
  if (both !== undefined) {
    throw new CommandError(`--image and --without both name ${both}`);
  }
  const all = [...IMAGE_NAMES.map((key) => wanted(key, choice)), clickHouse(choice)];
  return all.filter(({ key }) => !choice.without.includes(key));
}

function wanted(key: ImageName, { images, commits, tag }: Choice): Wanted {
  const source: ImageSource = IMAGE_SOURCES[key];
  const own = images.get(key);
  if (own !== undefined) {
    return { key, preferred: [], otherwise: own };
  }
  const newest = `${source.repository}:${TAGGED.includes(key) ? (tag ?? source.tag) : source.tag}`;
  const preferred = commits.flatMap((commit) => source.commitTags?.(commit) ?? []).map((one) => `${source.repository}:${one}`);
  // Without the app of the commit, the release would not be of that commit.
  return { key, preferred, otherwise: key === 'app' ? (preferred[0] ?? newest) : newest };
}

function clickHouse({ images, clickHouseVersion }: Choice): Wanted {
  return { key: CLICKHOUSE, preferred: [], otherwise: images.get(CLICKHOUSE) ?? `${CLICKHOUSE_IMAGE}:${clickHouseVersion}` };
}
