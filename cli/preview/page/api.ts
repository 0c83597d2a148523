import { Captured, IngressFacts, Trial, TrialResult } from './wire';

/** Where the preview answers about itself, on the door's own origin. */
const BASE = '/__preview/';

/** The token that the page and the sample site send with their events. Stubs take any. */
export const TOKEN = 'phc_local_preview';

/** Asks the preview about the door of a host; about its first one, where none is named. */
export function readIngress(host: string): Promise<IngressFacts> {
  return json<IngressFacts>(fetch(`${BASE}door?${new URLSearchParams({ host }).toString()}`));
}

/** Asks for the events that the stubs have kept, newest first. */
export function describeEvents(): Promise<Captured[]> {
  return json<Captured[]>(fetch(`${BASE}events`));
}

/** Has the preview send a request through the door. */
export function tryRequest(trial: Trial): Promise<TrialResult> {
  return json<TrialResult>(fetch(`${BASE}try`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(trial) }));
}

/** The stream of what passes. */
export function openTraffic(): EventSource {
  return new EventSource(`${BASE}traffic`);
}

async function json<T>(answer: Promise<Response>): Promise<T> {
  const response = await answer;
  const text = await response.text();
  if (!response.ok) {
    throw new Error(complaintIn(text) || `the preview answered ${response.status}`);
  }
  return JSON.parse(text) as T;
}

/** The server's complaint: the text of its `error`, or all that it said. */
function complaintIn(text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    return typeof error === 'string' ? error : '';
  } catch {
    return text.trim();
  }
}
