/**
 * The parts of PostHog that can be deployed or left out.
 *
 * The app itself, its worker and the services for persons are always deployed. A product that is left out has no process, no listener rule and
 * no topic of its own.
 */
export enum Product {
  /** Events, and all features based on them: insights, dashboards, web analytics, persons. */
  EVENTS = 'events',
  /** Feature flags, experiments, surveys and the SDK's remote configuration. */
  FEATURE_FLAGS = 'feature-flags',
  /** Session recordings. */
  SESSION_REPLAY = 'session-replay',
  /** Destinations, transformations, workflows and inbound webhooks. */
  DATA_PIPELINES = 'data-pipelines',
  /** Exceptions, grouped into issues. */
  ERROR_TRACKING = 'error-tracking',
  /** Logs and traces over OpenTelemetry. */
  LOGS = 'logs',
  /**
   * Large AI events (8 MiB) in a process of their own, their images and files in object storage, and the list of their properties. Without it, AI
   * events of up to a megabyte that SDKs send with all others are accepted, and the paths of `captureAi()` of SDKs are refused.
   */
  AI = 'ai',
  /** Events as they arrive, in the app's activity view. */
  LIVE_EVENTS = 'live-events',
  /** Batch exports, exports of dashboards, imports and everything else that Temporal orchestrates. */
  EXPORTS = 'exports',
}
