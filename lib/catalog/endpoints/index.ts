import { APP_ENDPOINTS } from './app';
import { Endpoint } from './endpoint';
import { FLAGS_ENDPOINTS } from './flags';
import { INGESTION_ENDPOINTS } from './ingestion';
import { LIVE_EVENTS_ENDPOINTS } from './live-events';
import { OAUTH_ENDPOINTS } from './oauth';
import { PAGES_ENDPOINTS } from './pages';
import { SDK_API_ENDPOINTS } from './sdk-api';
import { WEBHOOKS_ENDPOINTS } from './webhooks';

/**
 * The table of public endpoints: those that must be reachable without signing in to the app. The listener rules are derived from it; `PublicEndpoint`
 * has a constant for each row.
 *
 * Sources: PostHog's proxy table (docker-compose.base.yml of PostHog/posthog), posthog/urls.py, the routers in rust/capture,
 * rust/capture-logs, rust/feature-flags and rust/hypercache-server, nodejs/src/cdp/cdp-api.ts, livestream/main.go, all as of July 2026; PostHog's
 * published list (posthog.com, running-behind-proxy.mdx); a newer posthog/urls.py for push subscriptions; and the requests
 * of posthog-js 1.449.2 and posthog-node 5.70.0.
 */
export const ENDPOINTS = {
  ...INGESTION_ENDPOINTS,
  ...FLAGS_ENDPOINTS,
  ...APP_ENDPOINTS,
  ...PAGES_ENDPOINTS,
  ...OAUTH_ENDPOINTS,
  ...WEBHOOKS_ENDPOINTS,
  ...SDK_API_ENDPOINTS,
  ...LIVE_EVENTS_ENDPOINTS,
} satisfies Readonly<Record<string, Endpoint>>;

/** The name of a row. */
export type EndpointName = keyof typeof ENDPOINTS;
