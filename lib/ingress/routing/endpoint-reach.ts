/** The paths that belong to an endpoint. */
export enum Reach {
  /** The path, with and without a trailing slash. */
  EXACT,
  /** The path and everything below it. */
  EXACT_AND_BELOW,
  /** Everything below the path, but not the path itself. */
  BELOW,
  /** One segment below the path. The app serves its own pages for deeper paths. */
  ONE_BELOW,
  /** The path and one segment below it. */
  EXACT_AND_ONE_BELOW,
  /** Files below the path: names with a dot. The app serves its own pages for other paths. */
  FILES,
}

/** Less common properties of an endpoint. */
export interface EndpointTraits {
  /** PostHog's published list of endpoints that a proxy must forward has it. */
  readonly documented?: boolean;
  /** Only older SDKs call it. */
  readonly legacy?: boolean;
  /** Indicates whether the path is stripped before the process gets the request: `/livestream/events` becomes `/events`. */
  readonly stripped?: boolean;
}
