import { PostHogProcess } from '../posthog-process';
import { Endpoint, PathMatch } from './endpoint';
import { EndpointGroup } from './endpoint-group';

const { LISTED } = PathMatch;
const { LIVESTREAM } = PostHogProcess;
const { LIVE_EVENTS } = EndpointGroup;

/** Endpoints of other processes for pages of the app. */
export const LIVE_EVENTS_ENDPOINTS = {
  LIVE_EVENTS: {
    path: '/livestream',
    match: LISTED,
    // Those that pages of the app call. Its index is for health checks; `/served`, `/jwt` and `/debug` exist with DEBUG only (livestream/main.go).
    below: ['events', 'notifications', 'stats'],
    process: LIVESTREAM,
    group: LIVE_EVENTS,
    rule: 'LiveEvents',
    purpose: 'Events and notifications as they arrive, for pages of the app',
    stripPrefix: true,
  },
} as const satisfies Readonly<Record<string, Endpoint>>;
