import { PostHogProcess } from './posthog-process';

/** The limits of an HTTP server on connections and bodies. Times in seconds. */
export interface HttpServer {
  /** The server, with the source of the values below. */
  readonly source: string;
  /**
   * The time after which it closes an idle connection; undefined if it never does. A load balancer with a longer idle timeout sometimes sends a
   * request on a connection that is being closed, and answers 502.
   */
  readonly keepAlive?: number;
  /** The reason why `keepAlive` is shorter than the idle timeout of the load balancer; undefined if it is not. */
  readonly shortKeepAlive?: string;
  /** The time after which it gives up on a request whose body stops; undefined if it never does. */
  readonly stalledBody?: number;
  /** The number of requests or connections that one task holds; undefined if only its memory and its open files limit them. */
  readonly held?: number;
  /** The bodies that the nginx sidecar reads to their end before it forwards them; undefined if it streams them. */
  readonly bufferedBodies?: BufferedBodies;
}

/** Request bodies that nginx reads to their end before it forwards them. */
export interface BufferedBodies {
  /** The largest body, in bytes. */
  readonly maxBytes: number;
  /** The time after which nginx refuses a body that stops, in seconds. */
  readonly timeout: number;
  /** Regular expressions of the paths whose bodies are streams, in the syntax of nginx. */
  readonly streamedPaths: readonly string[];
}

/**
 * The time after which a server gives up on a body that stops, in seconds, where it has a setting for that. Less than the idle timeout of the load
 * balancer, so that the client gets 408.
 */
export const STALLED_BODY_SECONDS = 60;

/** Granian's longest header timeout, in seconds. It counts idle connections too. */
export const GRANIAN_KEEP_ALIVE_SECONDS = 60;

/** The number of connections that all workers of Granian hold together. */
export const GRANIAN_CONNECTIONS = 8192;

/** The number of requests that one task of feature-flags handles at once, on one path. */
export const FLAGS_CONCURRENCY = 5000;

const AXUM_SERVE = 'axum 0.7.9 (src/serve.rs) sets no timer, and hyper 1.9.0 has no timeout without one (src/server/conn/http1.rs)';

const CAPTURE: HttpServer = {
  source:
    'rust/capture/src/{server,extractors}.rs: BODY_CHUNK_READ_TIMEOUT_MS, measured: 408 after 60.0 s without a byte, and no end for a body of which a byte ' +
    'comes every 20 s. HTTP1_HEADER_READ_TIMEOUT_MS stays unset: it would close idle connections too (hyper 1.9.0, src/proto/h1/conn.rs, poll_read_head)',
  stalledBody: STALLED_BODY_SECONDS,
};

/**
 * The HTTP server of each process that clients reach, with the settings of the catalog.
 *
 * Sources are files of PostHog/posthog of 13 July 2026 (mergebloom/posthog-infra, commit feb3708) and of the libraries that it locks.
 */
export const HTTP_SERVERS: Readonly<Partial<Record<PostHogProcess, HttpServer>>> = {
  [PostHogProcess.WEB]: {
    source:
      'Granian 2.7.6, measured: GRANIAN_HTTP1_HEADER_READ_TIMEOUT, 30 s by default and 60 s at most, closes idle connections; a body that stops is held ' +
      'forever; GRANIAN_BACKPRESSURE counts connections. NGINX Unit of older releases closes idle ones after 180 s',
    keepAlive: GRANIAN_KEEP_ALIVE_SECONDS,
    shortKeepAlive: "a query may run for 60 s (posthog/hogql/constants.py) and wait for another one before, longer than Granian's maximum",
    held: GRANIAN_CONNECTIONS,
    bufferedBodies: {
      // max_body_size of unit.json.tpl, upstream's limit until Granian, which has none.
      maxBytes: 22_020_096,
      timeout: STALLED_BODY_SECONDS,
      // products/tasks/backend/logic/stream/event_ingest.py, which answers before Django reads the body. It limits a request to 5 MB itself.
      streamedPaths: ['^/api/projects/[^/]+/tasks/[^/]+/runs/[^/]+/event_stream/?$'],
    },
  },
  [PostHogProcess.CAPTURE]: CAPTURE,
  [PostHogProcess.CAPTURE_AI]: CAPTURE,
  [PostHogProcess.REPLAY_CAPTURE]: CAPTURE,
  [PostHogProcess.CAPTURE_LOGS]: { source: `rust/capture-logs/src/main.rs; ${AXUM_SERVE}` },
  [PostHogProcess.FEATURE_FLAGS]: {
    source:
      'rust/feature-flags/src/{config,router}.rs: REQUEST_TIMEOUT_MS, 4,500, includes the body and the wait for a place; MAX_CONCURRENCY counts requests ' +
      `from their headers on, for each path of the router. Measured: with as many held, the next one gets 503 after 4.5 s; ${AXUM_SERVE}`,
    stalledBody: 4.5,
    held: FLAGS_CONCURRENCY,
  },
  [PostHogProcess.HYPERCACHE_SERVER]: {
    source: `rust/hypercache-server/src/{router,server}.rs: no endpoint reads a body, so MAX_CONCURRENCY (1,000) does not count held ones; ${AXUM_SERVE}`,
  },
  [PostHogProcess.LIVESTREAM]: {
    source: 'livestream/main.go: Echo 4.13.4 without timeouts; no endpoint reads a body, and streams require a token',
  },
  [PostHogProcess.PLUGINS]: {
    source: 'ultimate-express 2.0.9 on uWebSockets.js: HTTP_IDLE_TIMEOUT_S and HTTP_RECEIVE_THROUGHPUT_BYTES of src/HttpContext.h, constants',
    keepAlive: 10,
    shortKeepAlive: 'it has no setting for it',
    stalledBody: 10,
  },
};
