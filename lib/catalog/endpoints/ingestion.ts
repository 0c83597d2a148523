import { PostHogProcess } from '../posthog-process';
import { Endpoint, PathMatch } from './endpoint';
import { EndpointGroup } from './endpoint-group';

const { BELOW, EXACT_OR_BELOW, LISTED } = PathMatch;
const { CAPTURE, REPLAY_CAPTURE, CAPTURE_AI, CAPTURE_LOGS } = PostHogProcess;
const { INGESTION } = EndpointGroup;

/** Endpoints that receive events, recordings and logs. The Rust services serve them; Django serves none of these paths any more. */
export const INGESTION_ENDPOINTS = {
  EVENTS: {
    path: '/i/v0',
    match: BELOW,
    process: CAPTURE,
    group: INGESTION,
    rule: 'Events',
    purpose: 'Events of current SDKs, `/i/v0/e`',
    documented: true,
  },
  E: { path: '/e', match: EXACT_OR_BELOW, process: CAPTURE, group: INGESTION, rule: 'Events', purpose: 'Events of posthog-js', documented: true },
  BATCH: {
    path: '/batch',
    match: EXACT_OR_BELOW,
    process: CAPTURE,
    group: INGESTION,
    rule: 'Events',
    purpose: 'Batches of events, from servers and mobile apps',
    documented: true,
  },
  RECORDINGS: {
    path: '/s',
    match: EXACT_OR_BELOW,
    process: REPLAY_CAPTURE,
    group: INGESTION,
    rule: 'Recordings',
    purpose: 'Session recordings',
    documented: true,
  },
  ANALYTICS: {
    path: '/i/v1/analytics',
    match: LISTED,
    below: ['events/?'],
    process: CAPTURE,
    group: INGESTION,
    rule: 'Captures',
    purpose: 'Events of the newest SDKs, `/i/v1/analytics/events`',
  },
  CAPTURE: {
    path: '/capture',
    match: EXACT_OR_BELOW,
    process: CAPTURE,
    group: INGESTION,
    rule: 'Captures',
    purpose: 'Single events',
    documented: true,
    legacy: true,
  },
  TRACK: {
    path: '/track',
    match: EXACT_OR_BELOW,
    process: CAPTURE,
    group: INGESTION,
    rule: 'Captures',
    purpose: 'Events of very old SDKs',
    documented: true,
    legacy: true,
  },
  ENGAGE: {
    path: '/engage',
    match: EXACT_OR_BELOW,
    process: CAPTURE,
    group: INGESTION,
    rule: 'Engage',
    purpose: 'Person properties of very old SDKs',
    documented: true,
    legacy: true,
  },
  AI: {
    path: '/i/v0/ai',
    match: EXACT_OR_BELOW,
    process: CAPTURE_AI,
    group: INGESTION,
    rule: 'Ai',
    purpose: 'Large AI events, of `captureAi()` and OpenTelemetry',
  },
  AI_V1: {
    path: '/i/v1/ai',
    match: LISTED,
    below: ['events/?'],
    process: CAPTURE_AI,
    group: INGESTION,
    rule: 'Ai',
    purpose: 'Large AI events of the newest SDKs, `/i/v1/ai/events`',
  },
  LOGS: { path: '/i/v1/logs', match: EXACT_OR_BELOW, process: CAPTURE_LOGS, group: INGESTION, rule: 'Logs', purpose: 'Logs, over OpenTelemetry' },
  TRACES: {
    path: '/i/v1/traces',
    match: EXACT_OR_BELOW,
    process: CAPTURE_LOGS,
    group: INGESTION,
    rule: 'Logs',
    purpose: 'Traces, over OpenTelemetry',
  },
} as const satisfies Readonly<Record<string, Endpoint>>;
