import { Patience } from './http';
import { ImageConfig, Labels, Manifest, parseConfig, parseManifest } from './manifest';
import { Repository } from './registry';
import { registryAddress } from './registry-address';
import { Fact, parseImageReference, ReleaseImage } from '../../lib/internal';

/** An image that is looked for. */
export interface Wanted {
  /** What it is called in a release. */
  readonly key: string;
  /** The images that would be right, the best first: those of a commit. */
  readonly preferred: readonly string[];
  /** The image that it is where there is none of those. */
  readonly otherwise: string;
}

/** An image that was found. */
export interface Found extends ReleaseImage {
  readonly key: string;
  /** Whether it had to be `otherwise` in place of a preferred one. */
  readonly secondBest: boolean;
}

const REVISION = 'org.opencontainers.image.revision';
/** What the revision and the time are read from. They are the same for all platforms of a build. */
const FIRST_PLATFORM = 'linux/amd64';

/** Finds an image, and what it is. */
export async function find({ key, preferred, otherwise }: Wanted, patience: Patience): Promise<Found> {
  for (const reference of preferred) {
    const { name, tag } = parseImageReference(reference)!;
    if (await new Repository(name, patience).has(tag!)) {
      return { key, ...await resolveImage(reference, patience), secondBest: false };
    }
  }
  return { key, ...await resolveImage(otherwise, patience), secondBest: preferred.length > 0 };
}

/**
 * The digest of an image, and what its registry says about it.
 *
 * The digest is that of the index where there is one, so that each machine gets the image for its platform. Everything that comes is checked
 * against the digest that names it.
 */
export async function resolveImage(reference: string, patience: Patience): Promise<ReleaseImage> {
  const { name, tag, digest: pinned } = parseImageReference(reference)!;
  const asked = pinned ?? tag ?? 'latest';
  const repository = new Repository(name, patience);
  const read = async <T>(content: Promise<{ body: Buffer }>, parse: (body: Buffer) => T): Promise<T> => {
    const { body } = await content;
    try {
      return parse(body);
    } catch (error) {
      throw repository.wrong(asked, (error as Error).message);
    }
  };
  const configOf = async (digest: string): Promise<ImageConfig> => read(repository.blob(digest), parseConfig);
  const { digest, body } = await repository.manifest(asked);
  const manifest = await read(Promise.resolve({ body }), parseManifest);
  const known = { image: `${name}@${digest}`, tag: tag ?? (pinned ? undefined : 'latest') };
  if ('config' in manifest) {
    const config = await configOf(manifest.config);
    return { ...known, platforms: [config.platform], ...origin(config, {}, registryAddress(name).registry) };
  }
  const chosen = manifest.images.find(({ platform }) => platform === FIRST_PLATFORM) ?? manifest.images[0];
  const image: Manifest = await read(repository.manifest(chosen.digest), parseManifest);
  if (!('config' in image)) {
    throw repository.wrong(asked, 'sent an index of indexes');
  }
  const platforms = [...new Set(manifest.images.map(({ platform }) => platform))].sort();
  return { ...known, platforms, ...origin(await configOf(image.config), manifest.annotations, registryAddress(name).registry) };
}

function origin({ labels, created }: ImageConfig, annotations: Labels, host: string): Pick<ReleaseImage, 'revision' | 'created'> {
  const revision = [labels[REVISION], annotations[REVISION]].find((text) => typeof text === 'string' && /^[0-9a-f]{40}$/.test(text));
  const fact = (value: unknown, unknown: string): Fact => typeof value === 'string' ? { value, source: host } : { unknown };
  return { revision: fact(revision, `the image has no label ${REVISION}`), created: fact(created, 'the image does not say when it was built') };
}
