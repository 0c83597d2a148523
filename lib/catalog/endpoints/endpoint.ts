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
}

/** A row of the table of public endpoints. */
export interface Endpoint {
  /** The path, without a trailing slash. A `*` matches one id. */
  readonly path: string;
  readonly match: PathMatch;
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
