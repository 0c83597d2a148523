import { PostHogProcess } from '../posthog-process';
import { EndpointGroup } from './endpoint-group';
import { EndpointRuleName } from './rule-priorities';

/** The paths that belong to an endpoint. */
export enum PathMatch {
  /** The path, with and without a trailing slash. */
  EXACT,
  /** The path and everything below it. */
  EXACT_OR_BELOW,
  /** Everything below the path, but not the path itself. */
  BELOW,
  /** One segment below the path. The app serves its own pages for deeper paths. */
  CHILD,
  /** The path and one segment below it. */
  EXACT_OR_CHILD,
  /** Files below the path: names with a dot. The app serves its own pages for other paths. */
  FILES,
  /** The paths of `below`, and no others. */
  LISTED,
}

/** The slash at the end of a path. */
export enum TrailingSlash {
  /** With or without one. */
  OPTIONAL,
  /** Without one: the app serves its own pages for the path with a slash. */
  NONE,
}

/** A row of the table of public endpoints. */
export interface Endpoint {
  /** The path, without a trailing slash. A `*` matches one id. */
  readonly path: string;
  readonly match: PathMatch;
  /**
   * The paths below `path` of a row that lists them (`PathMatch.LISTED`), without a slash at the start. `*` is one segment, `<int>` a number and
   * `<uuid>` a UUID in lower case, as in Django's routes. `/?` at the end is an optional slash.
   */
  readonly below?: readonly string[];
  /**
   * The slash at the end of the paths of a row that does not list them.
   *
   * @default TrailingSlash.OPTIONAL
   */
  readonly trailingSlash?: TrailingSlash;
  /** The process that answers. */
  readonly process: PostHogProcess;
  /** The group, with which it is opened or closed. */
  readonly group: EndpointGroup;
  /** The name of its listener rule. Endpoints with the same name share a rule, so one process must answer all of them. */
  readonly rule: EndpointRuleName;
  /** The purpose, as a phrase. */
  readonly purpose: string;
  /** Indicates whether PostHog's published list of endpoints that a proxy must forward has it. */
  readonly documented?: boolean;
  /** Indicates whether only older clients call it. */
  readonly legacy?: boolean;
  /** Indicates whether the path is stripped before the process gets the request: `/livestream/events` becomes `/events`. */
  readonly stripPrefix?: boolean;
}
