/**
 * The processes of PostHog that this library knows by name.
 *
 * The values are the names that PostHog's own compose files use.
 *
 * @see https://github.com/PostHog/posthog/blob/master/docker-compose.base.yml
 */
export enum PostHogProcess {
  /** The app: Django, which serves the user interface, its API and the SDK's scripts. */
  WEB = 'web',
  /** The background worker (Celery), with the one scheduler. Answers no request. */
  WORKER = 'worker',
  /** Takes events. */
  CAPTURE = 'capture',
  /** Takes session recordings. */
  REPLAY_CAPTURE = 'replay-capture',
  /** Takes AI events with large bodies. */
  CAPTURE_AI = 'capture-ai',
  /** Takes OpenTelemetry logs, traces and metrics. */
  CAPTURE_LOGS = 'capture-logs',
  /** Evaluates feature flags. */
  FEATURE_FLAGS = 'feature-flags',
  /** Serves the SDK's remote configuration and surveys from the cache. */
  HYPERCACHE_SERVER = 'hypercache-server',
  /** Runs destinations, workflows and inbound webhooks. */
  PLUGINS = 'plugins',
}

/** Whether a name is that of a process of PostHog. */
export function isProcess(name: string): name is PostHogProcess {
  return (Object.values(PostHogProcess) as string[]).includes(name);
}
