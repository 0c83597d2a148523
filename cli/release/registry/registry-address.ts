/** The address of a repository. */
export interface RegistryAddress {
  /** The name of the registry: `ghcr.io`. */
  readonly registry: string;
  /** Its origin: `https://ghcr.io`. */
  readonly origin: string;
  /** Its repository. */
  readonly repository: string;
}

const DOCKER_HUB = 'registry-1.docker.io';

/**
 * Parses the registry and repository of an image name, as Docker does.
 *
 * The part before the first slash is a registry if it looks like a host. All other names are on Docker Hub, those without a slash in `library`.
 * A registry on localhost uses plain HTTP, every other one TLS.
 *
 * @param name the name, without tag and digest
 */
export function registryAddress(name: string): RegistryAddress {
  const [first, ...rest] = name.split('/');
  if (rest.length === 0 || !/[.:]|^localhost$/.test(first)) {
    return { registry: DOCKER_HUB, origin: `https://${DOCKER_HUB}`, repository: rest.length === 0 ? `library/${name}` : name };
  }
  const repository = rest.join('/');
  if (first === 'docker.io' || first === 'index.docker.io') {
    return registryAddress(repository);
  }
  return { registry: first, origin: `${isLoopback(first) ? 'http' : 'https'}://${first}`, repository };
}

/** Returns whether a host, with or without a port, is this machine. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(host);
}
