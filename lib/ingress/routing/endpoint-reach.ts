
/** How far below its path an endpoint reaches. */
export enum Reach {
  /** The path, with and without a trailing slash. */
  EXACT,
  /** The path and everything below it. */
  EXACT_AND_BELOW,
  /** Everything below the path, but not the path itself. */
  BELOW,
  /** One segment below the path. What is deeper, the app takes for a page of its own. */
  ONE_BELOW,
  /** The path and one segment below it. */
  EXACT_AND_ONE_BELOW,
  /** Files below the path: something with a dot in its name. What is no file, the app takes for a page of its own. */
  FILES,
}

/** The less common facts about an endpoint. */
export interface EndpointTraits {
  /** In PostHog's published list of what a proxy must let through. */
  readonly documented?: boolean;
  /** Only older SDKs call it. */
  readonly legacy?: boolean;
  /** Whether the process knows the endpoint without its path: of `/livestream/events`, it gets `/events`. */
  readonly stripped?: boolean;
}
