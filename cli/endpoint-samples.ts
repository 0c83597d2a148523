import { PublicEndpoint } from '../lib/internal';

/** An address that nobody has (RFC 5737): a visitor whom no allow-list names. */
export const PUBLIC_CLIENT = '192.0.2.1';

/**
 * Paths of an endpoint, one for each way that it can be reached: with and without a trailing slash, and something below it.
 *
 * @param endpoint the endpoint
 */
export function samplesOf(endpoint: PublicEndpoint): string[] {
  const path = endpoint.path.replaceAll('*', '1');
  const below = endpoint._filesOnly ? `${path}/array.js` : `${path}/sample`;
  return [...(endpoint._matchesPath ? [path, `${path}/`] : []), ...(endpoint._matchesBelow ? [below] : [])];
}
