import { createHash } from 'node:crypto';

/** Every form of manifest that names an image today: an index of several platforms, or one image, by OCI's and by Docker's name. */
export const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json', 'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json', 'application/vnd.docker.distribution.manifest.v2+json',
];

/** One image of an index. */
export interface PlatformImage {
  readonly platform: string;
  readonly digest: string;
}

/** What a manifest names: images for platforms, or the configuration of the one image that it is. */
export type Manifest = { readonly images: readonly PlatformImage[]; readonly annotations: Labels } | { readonly config: string };

/** What somebody wrote on an image. */
export type Labels = Readonly<Record<string, unknown>>;

/** What the configuration of an image says about it. */
export interface ImageConfig {
  readonly platform: string;
  readonly labels: Labels;
  readonly created?: string;
}

/** The digest that names something. */
export function sha256(body: Buffer): string {
  return `sha256:${createHash('sha256').update(body).digest('hex')}`;
}

/**
 * What a manifest names.
 *
 * Throws the rest of a sentence that begins with the registry where it is none, or both kinds at once: readers would not agree on what such a one is.
 */
export function parseManifest(body: Buffer): Manifest {
  const manifest = parseObject(body, 'a manifest');
  const { manifests, config } = manifest;
  if (Array.isArray(manifests) === isObject(config)) {
    throw new Error(manifest.schemaVersion === 1 ? 'has it in a form of 2015 only, which has no such digest' : 'sent what is no manifest of an image');
  }
  if (isObject(config)) {
    return { config: digestOf(config) };
  }
  const images = (manifests as unknown[]).filter(isObject).flatMap((one) => {
    const platform = isObject(one.platform) ? platformOf(one.platform) : undefined;
    return platform === undefined ? [] : [{ platform, digest: digestOf(one) }];
  });
  if (images.length === 0) {
    throw new Error('sent an index that names no platform');
  }
  return { images, annotations: isObject(manifest.annotations) ? manifest.annotations : {} };
}

/** What the configuration of an image says. */
export function parseConfig(body: Buffer): ImageConfig {
  const config = parseObject(body, 'a configuration');
  const { created, config: settings } = config;
  return {
    platform: platformOf(config) ?? 'unknown/unknown',
    labels: isObject(settings) && isObject(settings.Labels) ? settings.Labels : {},
    created: typeof created === 'string' ? buildTime(created) : undefined,
  };
}

/** A platform as Docker writes it. Attestations stand in an index as images for `unknown/unknown`, and are none. */
function platformOf({ os, architecture, variant }: Record<string, unknown>): string | undefined {
  if (typeof os !== 'string' || typeof architecture !== 'string' || os === 'unknown' || architecture === 'unknown') {
    return undefined;
  }
  // Every arm64 that there is in images is the eighth version, whether it says so or not.
  const odd = typeof variant === 'string' && variant !== '' && !(architecture === 'arm64' && variant === 'v8');
  return `${os}/${architecture}${odd ? `/${variant}` : ''}`.toLowerCase();
}

/** When an image was built, to the second. Builds that are to be the same every time set a year long before there were images. */
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
    throw new Error(`sent ${what} that is no object`);
  }
  return parsed;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
