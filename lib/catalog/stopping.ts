/** The handling of the stop signal in the containers of an image. */
export interface Stopping {
  /** Determines whether ECS runs an init process as the first one: it forwards signals, and reaps zombie processes. */
  readonly init: boolean;
  /** The entry point, if the image's own does not forward the signal to the program. */
  readonly entryPoint?: readonly string[];
}

/**
 * The Rust images' own entry point is `/bin/sh -c "/usr/local/bin/$BIN"` (rust/Dockerfile). Debian's dash forks for it and, as the first
 * process, ignores SIGTERM: the program never gets it, and is killed after the stop timeout. With an init process alone, the shell
 * ends at once and so does the program, without draining. With `exec`, the program gets the signal. `$BIN` is set by the image.
 *
 * Measured with dash 0.5.12 of Debian 12, the base of the images, and tini in a PID namespace: neither, alive after 5 s; init
 * alone, gone after 0.1 s without draining; `exec`, with or without init, drained and gone after 1.1 s. An operator of 2026's images saw the first
 * case in production.
 *
 * Measured with the programs of July's tree and the environment of the template: capture ends within 0.2 s, and with a pending body of 8 MB
 * answers that first (8.8 s); cymbal's notifications end in 0.2 s, its resolution in 2 s. cymbal in its mode `processing` has no handler of the
 * signal (rust/cymbal/src/modes/processing/server.rs): behind the init process it ends at once; as the first process it would not end at all.
 */
const RUST: Stopping = { init: true, entryPoint: ['/bin/sh', '-c', 'exec /usr/local/bin/$BIN'] };

/**
 * Programs that are the first process themselves and handle the signal; they reap nothing. Measured with July's tree and the template's environment:
 * Node's modes except `plugins` end within 3 s idle; livestream in 11 s idle, and in more than 15 s after it has had readers.
 */
const PROGRAM: Stopping = { init: true };

/**
 * Scripts that forward the signal: bin/docker-worker-celery by `trap ... EXIT`, bin/temporal-django-worker by a trap of SIGTERM, bin/docker-server by
 * `exec`. Measured like the Rust images, with the traps of July's scripts: drained. An init process forwards the signal to the script, and reaps
 * processes of Celery's children; Celery's trap was measured with and without it, Temporal's without.
 */
const SCRIPT: Stopping = { init: true };

/** Images that reportedly need none: browserless starts with dumb-init, and the server replaces Temporal's entry point. Neither was measured. */
const OWN: Stopping = { init: false };

/**
 * The handling of the stop signal in each image, by its name in a release (PostHog/posthog of 13 July 2026: Dockerfile, Dockerfile.node,
 * rust/Dockerfile, livestream/Dockerfile).
 */
export const STOPPING = {
  app: SCRIPT,
  node: PROGRAM,
  capture: RUST,
  captureLogs: RUST,
  featureFlags: RUST,
  hypercacheServer: RUST,
  propertyDefs: RUST,
  personhogReplica: RUST,
  personhogRouter: RUST,
  cymbal: RUST,
  livestream: PROGRAM,
  browserless: OWN,
  temporal: OWN,
  sqlxMigrate: PROGRAM,
} as const satisfies Readonly<Record<string, Stopping>>;
