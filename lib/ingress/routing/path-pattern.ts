import { PublicEndpoint } from './public-endpoint';
import { PostHogProcess } from '../../catalog/posthog-process';

/** The path patterns of a listener rule. A rule has patterns of one kind. */
export interface PathPatterns {
  /** Patterns with `*` and `?`. */
  readonly globs?: string[];
  /** Regular expressions. */
  readonly regexes?: string[];
}

/**
 * A rewrite of the URL or host name of a request, after a rule has matched and before a target gets the request.
 *
 * It is a regular expression and the replacement of its first match, with `$1` for its first group. Without a match nothing changes. Each may have
 * 1,024 characters. A rule can have one rewrite for the URL and one for the host name, and a default rule none.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-transforms.html
 */
export interface Rewrite {
  readonly regex: string;
  readonly replace: string;
}

/**
 * A path segment that every server reads in the same way: no dot at its start (so neither `.` nor `..`), no percent-encoding,
 * no backslash, not empty.
 */
const SEGMENT = '[A-Za-z0-9_~@=:+-][A-Za-z0-9._~@=:+-]*';

/**
 * Returns the patterns of endpoints that share a rule.
 *
 * An endpoint is its exact path and its sub-paths (`/e`, `/e/*`), never a bare prefix: `/e*` would open `/embedded` too. In
 * front of the app that is not enough. The app's server resolves `..` and percent-encoding in a path. AWS documents that rules are
 * evaluated after "URI normalization", but not how it normalises, nor that a target gets the normalised path. If it does less
 * than the app's server, `/static/*` opens `/static/../login`. Therefore open patterns of the app are regular expressions of harmless
 * segments, which every server reads in the same way. The same holds for a path that the load balancer rewrites, because it decodes what it
 * rewrites. The Rust services route raw paths and do not need this.
 *
 * @param endpoints endpoints that are answered by one process and share a rule
 */
export function patternsOf(endpoints: readonly PublicEndpoint[]): PathPatterns {
  const needRegex = endpoints.some(
    (endpoint) => endpoint._stripPrefix || (endpoint.process === PostHogProcess.WEB && (endpoint._matchesSubpaths || endpoint.path.includes('*'))),
  );
  return needRegex ? { regexes: endpoints.map(regexOf) } : { globs: endpoints.flatMap(globsOf) };
}

/** Returns all patterns, of either kind. Each counts as a value of the rule. */
export function valuesOf({ globs = [], regexes = [] }: PathPatterns): string[] {
  return [...globs, ...regexes];
}

function globsOf(endpoint: PublicEndpoint): string[] {
  const { path } = endpoint;
  if (!endpoint._matchesSubpaths) {
    return [path, `${path}/`];
  }
  return endpoint._matchesPath ? [path, `${path}/*`] : [`${path}/*`];
}

function regexOf(endpoint: PublicEndpoint): string {
  const path = endpoint.path.replace(/\./g, '\\.').replace(/\*/g, SEGMENT);
  if (!endpoint._matchesSubpaths) {
    return `^${path}/?$`;
  }
  if (endpoint._filesOnly) {
    return `^${path}(/${SEGMENT})+\\.[A-Za-z0-9]+$`;
  }
  const times = { one: endpoint._matchesPath ? '?' : '', any: endpoint._matchesPath ? '*' : '+' };
  return `^${path}(/${SEGMENT})${endpoint._childrenOnly ? times.one : times.any}/?$`;
}

/**
 * Returns the rewrite that strips a path prefix: `/livestream/events?x=1` becomes `/events?x=1`, and `/livestream` alone becomes `/`.
 *
 * The result is the same if the load balancer applies it to the path, or to path and query together, which AWS does not document. Use it only for
 * paths of harmless segments: the load balancer decodes percent-encoding in a path that it rewrites
 * (kubernetes-sigs/aws-load-balancer-controller, issue 4579).
 *
 * @param path the path, of plain characters and without a slash at its end
 */
export function withoutPath(path: string): Rewrite {
  return { regex: `^${path}/?(.*)$`, replace: '/$1' };
}
