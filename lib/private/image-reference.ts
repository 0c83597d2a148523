/** The parts of an image reference, as Docker parses it: a name, then a tag, a digest, or both. */
export interface ImageReference {
  /** The registry and the repository in it, or the repository alone: `ghcr.io/posthog/posthog/capture`. */
  readonly name: string;
  readonly tag?: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest?: string;
}

const REFERENCE = /^(?<name>[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)*)(:(?<tag>[\w][\w.-]{0,127}))?(@(?<digest>sha256:[0-9a-f]{64}))?$/;

/** Parses an image reference. Returns undefined for any other text. */
export function parseImageReference(text: string): ImageReference | undefined {
  const groups = REFERENCE.exec(text)?.groups;
  return groups && { name: groups.name, tag: groups.tag, digest: groups.digest };
}

/** Docker Hub's registry. */
export const DOCKER_HUB = 'docker.io';

/** Further names of Docker Hub; ECR's pull through cache rules have the second one. */
const DOCKER_HUB_NAMES = ['index.docker.io', 'registry-1.docker.io', 'registry.hub.docker.com'];

/** Returns the name of a registry, the same one for each name of Docker Hub. */
export function registryName(host: string): string {
  return DOCKER_HUB_NAMES.includes(host) ? DOCKER_HUB : host;
}

/**
 * Returns the registry of an image, and its repository there.
 *
 * A first part without a dot or a port is no registry, and official images of Docker Hub are in `library` (github.com/distribution/reference).
 *
 * @param name the name in an image reference
 */
export function locationOf(name: string): { readonly registry: string; readonly repository: string } {
  const [first, ...rest] = name.split('/');
  const isRegistry = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const registry = isRegistry ? registryName(first) : DOCKER_HUB;
  const repository = isRegistry ? rest.join('/') : name;
  return { registry, repository: registry === DOCKER_HUB && !repository.includes('/') ? `library/${repository}` : repository };
}

/** Returns whether an image is on Docker Hub. */
export function isOnDockerHub(reference: string): boolean {
  const parsed = parseImageReference(reference);
  return parsed !== undefined && locationOf(parsed.name).registry === DOCKER_HUB;
}

/** Returns the rule for an image, as the rest of a sentence that begins with the prop. */
export function imageRule(example: string): string {
  return `must be an image such as ${example}@sha256:<64 hexadecimal digits>`;
}
