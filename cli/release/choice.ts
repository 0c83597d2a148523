import { CLICKHOUSE_IMAGE, IMAGE_SOURCES, ImageSource, TAGGED } from './image-sources';
import { Wanted } from './resolve';
import { CommandError } from '../command';
import { IMAGE_NAMES, ImageName, parseImageReference } from '../../lib/internal';

/** What ClickHouse is called beside the images of PostHog. */
export const CLICKHOUSE = 'clickHouse';
const KEYS: readonly string[] = [...IMAGE_NAMES, CLICKHOUSE];

/** Which images a release is to have. */
export interface Choice {
  /** The commits that they may be of, the wanted one first and then what came before it; none for the newest. */
  readonly commits: readonly string[];
  /** The tag of the images that share theirs. */
  readonly tag?: string;
  /** Images of the user's own choice, by their keys. */
  readonly images: ReadonlyMap<string, string>;
  /** The keys of those that it is to have none of. */
  readonly without: readonly string[];
  readonly clickHouseVersion: string;
}

/** The images of the user's own choice: `capture=ghcr.io/example/capture:1`. */
export function chosenImages(texts: readonly string[]): Map<string, string> {
  return new Map(texts.map((text) => {
    const [, key, image] = /^(\w+)=(.+)$/.exec(text) ?? [];
    if (key === undefined || !parseImageReference(image)) {
      throw new CommandError(`--image must be a name and an image, such as capture=ghcr.io/posthog/posthog/capture:master, got: '${text}'`);
    }
    return [checkKey('image', key), image];
  }));
}

/** Refuses what is the name of no image. */
export function checkKey(option: string, key: string): string {
  if (!KEYS.includes(key)) {
    throw new CommandError(`--${option} names no image of a release: '${key}'; these are: ${KEYS.join(', ')}`);
  }
  return key;
}

/** The images to look for. */
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
  const newest = `${source.name}:${TAGGED.includes(key) ? tag ?? source.tag : source.tag}`;
  const preferred = commits.flatMap((commit) => source.commitTags?.(commit) ?? []).map((one) => `${source.name}:${one}`);
  // Another app than that of the commit would not be what was asked for.
  return { key, preferred, otherwise: key === 'app' ? preferred[0] ?? newest : newest };
}

function clickHouse({ images, clickHouseVersion }: Choice): Wanted {
  return { key: CLICKHOUSE, preferred: [], otherwise: images.get(CLICKHOUSE) ?? `${CLICKHOUSE_IMAGE}:${clickHouseVersion}` };
}
