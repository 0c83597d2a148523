import { PostHogProcess } from '../../catalog/posthog-process';
import { PublicEndpoint } from './public-endpoint';

/** How a listener rule recognises a path. A rule holds patterns of one kind. */
export interface PathPatterns {
  /** Patterns with `*` and `?`. */
  readonly globs?: string[];
  /** Regular expressions. */
  readonly regexes?: string[];
}

/**
 * One path segment that no server reads as anything else: no dot at its start (so neither `.` nor `..`), no percent-encoding,
 * no backslash, not empty.
 */
const SEGMENT = '[A-Za-z0-9_~@=:+-][A-Za-z0-9._~@=:+-]*';

/**
 * The patterns of some endpoints that share a rule.
 *
 * An endpoint is its exact path and what is below it (`/e`, `/e/*`), never a bare prefix: `/e*` would open `/embedded` too. In
 * front of the app that is not enough. The app's server resolves `..` and percent-encoding in a path. AWS says that rules are
 * evaluated after "URI normalization", but not what that is, nor that the normalised path is what a target gets. If it does less
 * than the app's server, `/static/*` opens `/static/../login`. So there, open patterns are regular expressions of harmless
 * segments, which mean the same to everybody. So they are where the load balancer rewrites a path, because it decodes what it rewrites. The Rust
 * services route raw paths and need no such care.
 *
 * @param endpoints endpoints that are answered by one process and share a rule
 */
export function patternsOf(endpoints: readonly PublicEndpoint[]): PathPatterns {
  const needRegex = endpoints.some((endpoint) => endpoint._rewrite || (endpoint.process === PostHogProcess.WEB && (endpoint._matchesBelow || endpoint.path.includes('*'))));
  return needRegex ? { regexes: endpoints.map(regexOf) } : { globs: endpoints.flatMap(globsOf) };
}

/** All patterns, of either kind. Each counts against what a rule may hold. */
export function valuesOf({ globs = [], regexes = [] }: PathPatterns): string[] {
  return [...globs, ...regexes];
}

function globsOf(endpoint: PublicEndpoint): string[] {
  const { path } = endpoint;
  if (!endpoint._matchesBelow) {
    return [path, `${path}/`];
  }
  return endpoint._matchesPath ? [path, `${path}/*`] : [`${path}/*`];
}

function regexOf(endpoint: PublicEndpoint): string {
  const path = endpoint.path.replace(/\./g, '\\.').replace(/\*/g, SEGMENT);
  if (!endpoint._matchesBelow) {
    return `^${path}/?$`;
  }
  if (endpoint._filesOnly) {
    return `^${path}(/${SEGMENT})+\\.[A-Za-z0-9]+$`;
  }
  const times = { one: endpoint._matchesPath ? '?' : '', any: endpoint._matchesPath ? '*' : '+' };
  return `^${path}(/${SEGMENT})${endpoint._oneBelow ? times.one : times.any}/?$`;
}
