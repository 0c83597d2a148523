import { PublicEndpoint } from './public-endpoint';
import { TrailingSlash } from '../../catalog/endpoints/endpoint';
import { LIMITS } from '../../catalog/endpoints/rule-limits';
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

/** A number, as Django's converter `int` reads it. */
const NUMBER = '[0-9]+';

/** A UUID, or a text of its length that is no word of the app (Django's converter `uuid`). */
const UUID = '[0-9a-f-]{36}';

/**
 * Returns the patterns of endpoints that share a rule.
 *
 * An endpoint is its exact path and its sub-paths (`/e`, `/e/*`), never a bare prefix: `/e*` would open `/embedded` too. In
 * front of the app that is not enough. The app's server resolves percent-encoding in a path, and NGINX Unit, which serves it in some releases, also
 * `..`. AWS documents that rules are evaluated after "URI normalization", but not how it normalises, nor that a target gets the normalised path. If
 * it does less than the app's server, `/static/*` opens `/static/../login`. Therefore open patterns of the app are regular expressions of harmless
 * segments, which every server reads in the same way. The same holds for a path that the load balancer rewrites, because it decodes what it
 * rewrites. The Rust services route raw paths. For a proxy that answers in their place, DENY_RULES come first.
 *
 * @param endpoints endpoints that are answered by one process and share a rule
 */
export function patternsOf(endpoints: readonly PublicEndpoint[]): PathPatterns {
  const needRegex = endpoints.some(
    (endpoint) =>
      endpoint._stripPrefix ||
      endpoint._listed ||
      endpoint.path.includes('*') ||
      (endpoint.process === PostHogProcess.WEB && endpoint._matchesSubpaths),
  );
  return needRegex ? { regexes: endpoints.flatMap(regexesOf) } : { globs: endpoints.flatMap(globsOf) };
}

/** Returns all patterns, of either kind. Each counts as a value of the rule. */
export function valuesOf({ globs = [], regexes = [] }: PathPatterns): string[] {
  return [...globs, ...regexes];
}

function globsOf(endpoint: PublicEndpoint): string[] {
  const { path } = endpoint;
  if (!endpoint._matchesSubpaths) {
    return endpoint._trailingSlash === TrailingSlash.NONE ? [path] : [path, `${path}/`];
  }
  return endpoint._matchesPath ? [path, `${path}/*`] : [`${path}/*`];
}

function regexesOf(endpoint: PublicEndpoint): string[] {
  // An id of a process that routes raw paths may have any character, such as the key of a flag.
  const path = regexOf(endpoint.path, endpoint.process === PostHogProcess.WEB ? SEGMENT : '[^/]+');
  const end = endpoint._trailingSlash === TrailingSlash.NONE ? '$' : '/?$';
  if (endpoint._listed) {
    return alternatives(
      path,
      endpoint._listed.map((listed) => regexOf(listed, SEGMENT)),
    );
  }
  if (!endpoint._matchesSubpaths) {
    return [`^${path}${end}`];
  }
  if (endpoint._filesOnly) {
    return [`^${path}(/${SEGMENT})+\\.[A-Za-z0-9]+$`];
  }
  const times = { one: endpoint._matchesPath ? '?' : '', any: endpoint._matchesPath ? '*' : '+' };
  return [`^${path}(/${SEGMENT})${endpoint._childrenOnly ? times.one : times.any}${end}`];
}

/** Returns the fewest regular expressions for some paths below a path, in their order, each as long as a value of a rule may be. */
function alternatives(path: string, listed: readonly string[]): string[] {
  const regex = (texts: readonly string[]) => `^${path}/${texts.length > 1 ? `(${texts.join('|')})` : texts[0]}$`;
  return listed
    .reduce<string[][]>((groups, text) => {
      const last = groups.at(-1);
      return last && regex([...last, text]).length <= LIMITS.valueLength ? [...groups.slice(0, -1), [...last, text]] : [...groups, [text]];
    }, [])
    .map(regex);
}

/** Returns the regular expression of a path with placeholders. */
function regexOf(path: string, segment: string): string {
  return path
    .replace(/\./g, '\\.')
    .replace(/\*/g, segment)
    .replace(/<int>/g, NUMBER)
    .replace(/<uuid>/g, UUID);
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
