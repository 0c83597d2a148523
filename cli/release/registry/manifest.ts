import { createHash } from 'node:crypto';

/** The media types of manifests: an index of several platforms, or a single image, of OCI and of Docker. */
export const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

/** An image in an index. */
export interface PlatformImage {
  readonly platform: string;
  readonly digest: string;
}

/** A manifest: images for platforms, or the configuration of a single image. */
export type Manifest = { readonly images: readonly PlatformImage[]; readonly annotations: Labels } | { readonly config: string };

/** The labels of an image. */
export type Labels = Readonly<Record<string, unknown>>;

/** The configuration of an image. */
export interface ImageConfig {
  readonly platform: string;
  readonly labels: Labels;
  readonly created?: string;
}

/** Returns the digest of some content. */
export function sha256(body: Buffer): string {
  return `sha256:${createHash('sha256').update(body).digest('hex')}`;
}

/**
 * Parses a manifest.
 *
 * Throws if it is invalid or both kinds at once, which clients would read differently. The message continues a sentence that begins with the
 * registry.
 */
export function parseManifest(body: Buffer): Manifest {
  const manifest = parseObject(body, 'a manifest');
  const { manifests, config } = manifest;
  if (Array.isArray(manifests) === isObject(config)) {
    throw new Error(manifest.schemaVersion === 1 ? 'has a schema 1 manifest of 2015 only, which has no such digest' : 'sent an invalid manifest');
  }
  if (isObject(config)) {
    return { config: digestOf(config) };
  }
  const images = (manifests as unknown[]).filter(isObject).flatMap((one) => {
    const platform = isObject(one.platform) ? platformOf(one.platform) : undefined;
    return platform === undefined ? [] : [{ platform, digest: digestOf(one) }];
  });
  if (images.length === 0) {
    throw new Error('sent an index without a platform');
  }
  return { images, annotations: isObject(manifest.annotations) ? manifest.annotations : {} };
}

/** Parses the configuration of an image. */
export function parseConfig(body: Buffer): ImageConfig {
  const config = parseObject(body, 'a configuration');
  const { created, config: settings } = config;
  return {
    platform: platformOf(config) ?? 'unknown/unknown',
    labels: isObject(settings) && isObject(settings.Labels) ? settings.Labels : {},
    created: typeof created === 'string' ? buildTime(created) : undefined,
  };
}

/** Returns a platform as Docker writes it. Attestations are `unknown/unknown` in an index, and are not images. */
function platformOf({ os, architecture, variant }: Record<string, unknown>): string | undefined {
  if (typeof os !== 'string' || typeof architecture !== 'string' || os === 'unknown' || architecture === 'unknown') {
    return undefined;
  }
  // arm64 always means v8, with or without the variant.
  const odd = typeof variant === 'string' && variant !== '' && !(architecture === 'arm64' && variant === 'v8');
  return `${os}/${architecture}${odd ? `/${variant}` : ''}`.toLowerCase();
}

/** Returns the build time of an image, to the second. Reproducible builds set a year before container images existed. */
function buildTime(text: string): string | undefined {
  const time = new Date(text);
  return Number.isNaN(time.getTime()) || time.getUTCFullYear() < 2013 ? undefined : `${time.toISOString().slice(0, 19)}Z`;
}

function digestOf({ digest }: Record<string, unknown>): string {
  if (typeof digest !== 'string' || !/^sha256:[0-9a-f]{64}$/.test(digest)) {
    throw new Error('sent a manifest without SHA-256 digests');
  }
  return digest;
}

function parseObject(body: Buffer, what: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString('utf8'));
  } catch {
    throw new Error(`sent ${what} that is not JSON`);
  }
  if (!isObject(parsed)) {
    throw new Error(`sent ${what} that is not an object`);
  }
  return parsed;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
