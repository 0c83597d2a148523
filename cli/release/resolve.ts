import { RetryOptions } from './registry/http';
import { ImageConfig, Labels, Manifest, parseConfig, parseManifest } from './registry/manifest';
import { Repository } from './registry/registry';
import { registryAddress } from './registry/registry-address';
import { Fact, parseImageReference, ReleaseImage } from '../../lib/internal';

/** An image to resolve. */
export interface Wanted {
  /** Its name in a release. */
  readonly key: string;
  /** The preferred images of a commit, the best one first. */
  readonly preferred: readonly string[];
  /** The fallback without any of those. */
  readonly otherwise: string;
}

/** A resolved image. */
export interface Found extends ReleaseImage {
  readonly key: string;
  /** Indicates whether it is the fallback `otherwise`. */
  readonly secondBest: boolean;
}

const REVISION = 'org.opencontainers.image.revision';
/** The platform whose revision and time are read. They are the same for all platforms of a build. */
const FIRST_PLATFORM = 'linux/amd64';

/** Resolves an image. */
export async function find({ key, preferred, otherwise }: Wanted, retryOptions: RetryOptions): Promise<Found> {
  for (const reference of preferred) {
    const { name, tag } = parseImageReference(reference)!;
    if (await new Repository(name, retryOptions).has(tag!)) {
      return { key, ...(await resolveImage(reference, retryOptions)), secondBest: false };
    }
  }
  return { key, ...(await resolveImage(otherwise, retryOptions)), secondBest: preferred.length > 0 };
}

/**
 * Returns the digest of an image and its metadata in the registry.
 *
 * The digest is that of the index, if there is one, so that each instance pulls the image for its platform. All content is verified against its
 * digest.
 */
export async function resolveImage(reference: string, retryOptions: RetryOptions): Promise<ReleaseImage> {
  const { name, tag, digest: pinned } = parseImageReference(reference)!;
  const tagOrDigest = pinned ?? tag ?? 'latest';
  const repository = new Repository(name, retryOptions);
  const read = async <T>(content: Promise<{ body: Buffer }>, parse: (body: Buffer) => T): Promise<T> => {
    const { body } = await content;
    try {
      return parse(body);
    } catch (error) {
      throw repository.error(tagOrDigest, (error as Error).message);
    }
  };
  const configOf = async (digest: string): Promise<ImageConfig> => read(repository.blob(digest), parseConfig);
  const { digest, body } = await repository.manifest(tagOrDigest);
  const manifest = await read(Promise.resolve({ body }), parseManifest);
  const known = { image: `${name}@${digest}`, tag: tag ?? (pinned ? undefined : 'latest') };
  if ('config' in manifest) {
    const config = await configOf(manifest.config);
    return { ...known, platforms: [config.platform], ...origin(config, {}, registryAddress(name).registry) };
  }
  const chosen = manifest.images.find(({ platform }) => platform === FIRST_PLATFORM) ?? manifest.images[0];
  const image: Manifest = await read(repository.manifest(chosen.digest), parseManifest);
  if (!('config' in image)) {
    throw repository.error(tagOrDigest, 'sent an index of indexes');
  }
  const platforms = [...new Set(manifest.images.map(({ platform }) => platform))].sort();
  return { ...known, platforms, ...origin(await configOf(image.config), manifest.annotations, registryAddress(name).registry) };
}

function origin({ labels, created }: ImageConfig, annotations: Labels, host: string): Pick<ReleaseImage, 'revision' | 'created'> {
  const revision = [labels[REVISION], annotations[REVISION]].find((text) => typeof text === 'string' && /^[0-9a-f]{40}$/.test(text));
  const fact = (value: unknown, unknown: string): Fact => (typeof value === 'string' ? { value, source: host } : { unknown });
  return { revision: fact(revision, `the image has no label ${REVISION}`), created: fact(created, 'the image has no build date') };
}
