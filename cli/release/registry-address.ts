/** Where an image is asked for. */
export interface RegistryAddress {
  /** The registry, as a reader knows it: `ghcr.io`. */
  readonly registry: string;
  /** What its address begins with: `https://ghcr.io`. */
  readonly origin: string;
  /** The repository in it. */
  readonly repository: string;
}

const DOCKER_HUB = 'registry-1.docker.io';

/**
 * The registry and repository that an image's name stands for, as Docker reads it.
 *
 * What comes before the first slash is a registry if it looks like a host; all else lies in Docker Hub, and what has no slash there in
 * `library`. A registry on this machine is spoken to in plain HTTP, every other one with TLS.
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

/** Whether a host, with or without a port, is this machine. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(host);
}
