import { Captured, IngressFacts, Trial, TrialResult } from './wire';

/** The path of the preview's API, on the origin of the ingress. */
const BASE = '/__preview/';

/** The token that the page and the sample site send with their events. Stubs accept any. */
export const TOKEN = 'phc_local_preview';

/** Loads the ingress of a host, or the first one without a host. */
export function readIngress(host: string): Promise<IngressFacts> {
  return json<IngressFacts>(fetch(`${BASE}ingress?${new URLSearchParams({ host }).toString()}`));
}

/** Loads the events that the stubs have kept, newest first. */
export function describeEvents(): Promise<Captured[]> {
  return json<Captured[]>(fetch(`${BASE}events`));
}

/** Sends a request through the ingress. */
export function tryRequest(trial: Trial): Promise<TrialResult> {
  return json<TrialResult>(fetch(`${BASE}try`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(trial) }));
}

/** Opens the stream of requests and events. */
export function openTraffic(): EventSource {
  return new EventSource(`${BASE}traffic`);
}

async function json<T>(answer: Promise<Response>): Promise<T> {
  const response = await answer;
  const text = await response.text();
  if (!response.ok) {
    throw new Error(errorIn(text) || `the preview answered ${response.status}`);
  }
  return JSON.parse(text) as T;
}

/** Returns the error of the server: the text of its `error`, or its whole response. */
function errorIn(text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    return typeof error === 'string' ? error : '';
  } catch {
    return text.trim();
  }
}
