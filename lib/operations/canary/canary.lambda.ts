import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CANARY_EVENT, CanaryRequest, canaryRequests, CanaryStep } from './canary-requests';
import { CANARY_VARIABLE, CanarySettings } from './canary-settings';
import { ClickHouseClient } from '../clickhouse-client';
import { embeddedMetrics } from '../custom-metrics';
import { HttpsTransport } from '../deployment-check/https-transport.lambda';

/**
 * By its id, and by what the table is sorted and partitioned by, so that the query reads the last hour only
 * (posthog/models/event/sql.py: PARTITION BY toYYYYMM(timestamp), ORDER BY team_id, toDate(timestamp), event, ...).
 */
const QUERY = 'SELECT count() AS found FROM events WHERE timestamp > now() - INTERVAL 1 HOUR AND event = {event:String} AND uuid = {uuid:UUID}';

/** The time that a query may take, in milliseconds. */
const QUERY_TIMEOUT_MS = 20_000;

/** A step that failed, with the reason. */
interface Failure {
  readonly step: CanaryStep;
  readonly reason: string;
}

/**
 * Uses PostHog as a client does, for PostHogCanary: sends an event, evaluates flags, sends a chunk of a recording, and waits until ClickHouse has the
 * event. It publishes how many steps failed, and the time that the event took.
 */
export async function handler(): Promise<void> {
  const settings = JSON.parse(process.env[CANARY_VARIABLE] ?? '{}') as CanarySettings;
  const token = (await secretText(settings.tokenSecret)).trim();
  const { username, password } = JSON.parse(await secretText(settings.clickHouse.secret)) as { username: string; password: string };
  const clickHouse = new ClickHouseClient({ ...settings.clickHouse, username, password }, QUERY_TIMEOUT_MS);
  const transport = new HttpsTransport({ host: settings.host, port: settings.port, serverName: settings.host, verifyCertificate: true });
  const uuid = randomUUID();
  const start = new Date();
  const requests = canaryRequests({ token, flags: settings.flags, recordings: settings.recordings, uuid, now: start });
  const failures = (await Promise.all(requests.map((request) => send(transport, request)))).flat();
  // Without an event there is nothing to wait for: it is one failure, not two.
  const found = failures.some(({ step }) => step === 'event') ? undefined : await waitForEvent(clickHouse, uuid, settings);
  const all = [...failures, ...(found?.failure ? [found.failure] : [])];
  all.forEach(({ step, reason }) => console.error(`the canary failed at ${step}: ${reason}`));
  const delay = found && { CanaryEventDelay: (found.time - start.getTime()) / 1000 };
  console.log(embeddedMetrics(settings.installation, { CanaryFailures: all.length, ...delay }, Date.now()));
}

async function secretText(arn: string): Promise<string> {
  const { SecretString } = await new SecretsManagerClient({ maxAttempts: 5 }).send(new GetSecretValueCommand({ SecretId: arn }));
  if (!SecretString) {
    throw new Error(`the secret ${arn} has no text`);
  }
  return SecretString;
}

async function send(transport: HttpsTransport, request: CanaryRequest): Promise<Failure[]> {
  const exchange = await transport.send(request);
  const reason = 'response' in exchange ? request.problemOf(exchange.response) : `got no response (${exchange.unreachable})`;
  return reason === undefined ? [] : [{ step: request.step, reason: `${request.method} ${request.path} ${reason}` }];
}

/** Queries ClickHouse until it has the event. A query that fails is repeated: ClickHouse may be restarting. */
async function waitForEvent(
  clickHouse: ClickHouseClient,
  uuid: string,
  { patienceMs, pollMs }: CanarySettings,
): Promise<{ readonly time: number; readonly failure?: Failure }> {
  const end = Date.now() + patienceMs;
  let error: Error | undefined;
  for (;;) {
    try {
      error = undefined;
      const [{ found } = { found: '0' }] = await clickHouse.query<{ found: string | number }>(QUERY, { event: CANARY_EVENT, uuid });
      if (Number(found) > 0) {
        return { time: Date.now() };
      }
    } catch (caught) {
      error = caught as Error;
    }
    if (Date.now() + pollMs > end) {
      const reason = error ? `ClickHouse did not answer: ${error.message}` : `ClickHouse does not have the event after ${patienceMs / 1000} s`;
      return { time: Date.now(), failure: { step: 'query', reason } };
    }
    await sleep(pollMs);
  }
}
