/** An HTTP request of a check. */
export interface CheckRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The part of an HTTP response that a check reads. */
export interface CheckResponse {
  readonly status: number;
  readonly body: string;
}

/** A request to which a working PostHog has a known response. */
export interface HttpCheck {
  /** The subject of the check, as the beginning of a sentence. */
  readonly subject: string;
  /** The meaning of a good response. */
  readonly proof: string;
  /** The next step if there is none. */
  readonly advice: string;
  /** The request. The time is part of the event that it sends. */
  request(now: Date): CheckRequest;
  isGood(response: CheckResponse): boolean;
}

/**
 * The project token of the event.
 *
 * No project has it. capture accepts every token of the right form (rust/capture/src/token.rs of PostHog/posthog), and ingestion counts and drops
 * events with an unknown token (nodejs/src/ingestion/common/steps/event-preprocessing/resolve-team.ts), so the event is not stored.
 */
const TOKEN = 'phc_cdk_posthog_deployment_check';

/**
 * Sends one event.
 *
 * capture passes its own health check without a broker: rust/common/lifecycle/src/readiness.rs of PostHog/posthog checks no component. Only an
 * event shows whether it reaches Kafka: capture responds 200 when a broker has acknowledged it, and 503 after 20 seconds otherwise, as measured
 * with the tree of 13 July 2026 (mergebloom/posthog-infra, commit feb3708).
 */
const CAPTURE: HttpCheck = {
  subject: 'event capture',
  proof: 'accepted an event',
  advice:
    'look at the log of `capture`; 503 means that it cannot write to Kafka: check the brokers, the encryption and the security groups of `kafka`',
  request: (now) => ({
    method: 'POST',
    path: '/i/v0/e/',
    headers: { 'content-type': 'application/json', 'user-agent': 'cdk-posthog-deployment-check' },
    body: JSON.stringify({
      token: TOKEN,
      event: 'cdk_posthog_deployment_check',
      distinct_id: 'cdk-posthog',
      timestamp: now.toISOString(),
      properties: { $process_person_profile: false },
    }),
  }),
  isGood: ({ status, body }) => status === 200 && isOk(body),
};

/** Requests the readiness of the app, which checks PostgreSQL and the cache (posthog/health.py, `role=web`). */
const APP: HttpCheck = {
  subject: 'the app',
  proof: 'is ready',
  advice: 'look at the log of `web`; 503 names the data store that does not answer',
  request: () => ({ method: 'GET', path: '/_readyz?role=web', headers: { 'user-agent': 'cdk-posthog-deployment-check' } }),
  isGood: ({ status }) => status === 200,
};

/** All checks by their names. */
export const HTTP_CHECKS = { capture: CAPTURE, app: APP } as const;

/** The name of a check. */
export type HttpCheckName = keyof typeof HTTP_CHECKS;

/** Returns whether a text is the name of a check. */
export function isHttpCheckName(name: unknown): name is HttpCheckName {
  return typeof name === 'string' && Object.hasOwn(HTTP_CHECKS, name);
}

/** Returns whether a body is `{"status": 1}` (older versions of capture) or `{"status": "Ok"}` (newer ones, rust/capture/src/api.rs). */
function isOk(body: string): boolean {
  try {
    const { status } = JSON.parse(body) as { status?: unknown };
    return status === 1 || (typeof status === 'string' && status.toLowerCase() === 'ok');
  } catch {
    // A response of another server than capture.
    return false;
  }
}

/** The properties of the custom resource. CloudFormation converts all values to strings. */
export interface DeploymentCheckRequest {
  /** The load balancer's own name. */
  readonly LoadBalancerDnsName: string;
  readonly DomainName: string;
  readonly Checks: readonly HttpCheckName[];
  /** `true` if a load balancer that does not respond is a failure; `false` if it may allow other clients only. */
  readonly ExpectsRoute: 'true' | 'false';
  /** The task definitions of the services: the check runs again whenever one changes. */
  readonly TaskDefinitions: readonly string[];
  /** The name of the alarm that is in ALARM while tasks are stopped on a schedule. */
  readonly StoppedAlarm?: string;
}

/** The attributes of the custom resource. */
export interface DeploymentCheckAnswer {
  readonly Result: string;
}
