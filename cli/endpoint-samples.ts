import { PublicEndpoint } from '../lib/internal';

/** A documentation address (RFC 5737): a public client that is on no allow-list. */
export const PUBLIC_CLIENT = '192.0.2.1';

/**
 * Returns sample paths of an endpoint: with and without a trailing slash, and a subpath.
 *
 * @param endpoint the endpoint
 */
export function samplesOf(endpoint: PublicEndpoint): string[] {
  const path = endpoint.path.replaceAll('*', '1');
  const below = endpoint._filesOnly ? `${path}/array.js` : `${path}/sample`;
  return [...(endpoint._matchesPath ? [path, `${path}/`] : []), ...(endpoint._matchesSubpaths ? [below] : [])];
}
