import { CheckRequest, CheckResponse } from '../deployment-check/http-checks';

/**
 * The distinct id of everything that the canary sends. It is always the same, so that upkeep can delete it all; and without a person profile, no
 * person belongs to it.
 */
export const CANARY_DISTINCT_ID = 'cdk-posthog-canary';

/** The name of the canary's events. */
export const CANARY_EVENT = 'cdk_posthog_canary';

/** A request of the canary, as a client of PostHog sends it. */
export interface CanaryRequest extends CheckRequest {
  /** The name of the step, in the log. */
  readonly step: CanaryStep;
  /** Returns the reason why a response is not good; undefined if it is. */
  problemOf(response: CheckResponse): string | undefined;
}

/** The steps of the canary. The last one waits for the event of the first. */
export type CanaryStep = 'event' | 'flags' | 'recording' | 'query';

/** The parts of PostHog that the canary uses, and what identifies this run. */
export interface CanaryRun {
  readonly token: string;
  readonly flags: boolean;
  readonly recordings: boolean;
  /** The id of the event, by which ClickHouse finds it. */
  readonly uuid: string;
  readonly now: Date;
}

const JSON_HEADERS = { 'content-type': 'application/json', 'user-agent': 'cdk-posthog-canary' };

/** Returns the requests of a run. */
export function canaryRequests({ token, flags, recordings, uuid, now }: CanaryRun): CanaryRequest[] {
  return [
    {
      step: 'event',
      method: 'POST',
      path: '/i/v0/e/',
      headers: JSON_HEADERS,
      body: JSON.stringify({
        token,
        uuid,
        event: CANARY_EVENT,
        distinct_id: CANARY_DISTINCT_ID,
        timestamp: now.toISOString(),
        properties: { $process_person_profile: false, $geoip_disable: true, $lib: 'cdk-posthog' },
      }),
      problemOf: captureProblem,
    },
    ...(flags
      ? [
          {
            step: 'flags' as const,
            method: 'POST' as const,
            path: '/flags/?v=2',
            headers: JSON_HEADERS,
            body: JSON.stringify({ token, distinct_id: CANARY_DISTINCT_ID, geoip_disable: true }),
            problemOf: flagsProblem,
          },
        ]
      : []),
    ...(recordings ? [recordingRequest(token, now)] : []),
  ];
}

/**
 * A chunk of a recording, with one snapshot of no content (rust/capture/src/events/recordings.rs). A session is a day long: PostHog lists one
 * recording a day.
 */
function recordingRequest(token: string, now: Date): CanaryRequest {
  const sessionId = `${CANARY_DISTINCT_ID}-${now.toISOString().slice(0, 10)}`;
  const timestamp = now.getTime();
  return {
    step: 'recording',
    method: 'POST',
    path: '/s/',
    headers: JSON_HEADERS,
    body: JSON.stringify([
      {
        event: '$snapshot',
        properties: {
          token,
          distinct_id: CANARY_DISTINCT_ID,
          $session_id: sessionId,
          $window_id: sessionId,
          $snapshot_source: 'web',
          $lib: 'cdk-posthog',
          // A custom event of rrweb: nothing to play.
          $snapshot_data: [{ type: 5, timestamp, data: { tag: CANARY_EVENT, payload: {} } }],
        },
      },
    ]),
    problemOf: captureProblem,
  };
}

/**
 * Checks a response of capture: `{"status": 1}` (older versions) or `{"status": "Ok"}`, with the names of what exceeds its quota and is dropped
 * (rust/capture/src/api.rs).
 */
function captureProblem(response: CheckResponse): string | undefined {
  const body = jsonOf(response);
  const { status, quota_limited: limited } = body ?? {};
  const isOk = response.status === 200 && (status === 1 || (typeof status === 'string' && status.toLowerCase() === 'ok'));
  if (!isOk) {
    return unexpected(response);
  }
  return Array.isArray(limited) && limited.length > 0 ? `dropped by the quota of ${limited.join(', ')}` : undefined;
}

/** Checks a response of feature-flags: the flags, and whether one could not be computed (rust/feature-flags/src/api/types.rs). */
function flagsProblem(response: CheckResponse): string | undefined {
  const { flags, errorsWhileComputingFlags } = jsonOf(response) ?? {};
  if (response.status !== 200 || typeof flags !== 'object' || flags === null) {
    return unexpected(response);
  }
  return errorsWhileComputingFlags === true ? 'errorsWhileComputingFlags is true' : undefined;
}

function jsonOf({ body }: CheckResponse): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    // A response of another server than PostHog's.
    return undefined;
  }
}

/** The part of a body in the log. */
const MAX_BODY_LENGTH = 300;

function unexpected({ status, body }: CheckResponse): string {
  return `answered ${status} "${body.replaceAll(/\s+/g, ' ').trim().slice(0, MAX_BODY_LENGTH)}"`;
}
