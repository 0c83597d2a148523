import { describeEvents, openTraffic, TOKEN } from './api';
import { breakable, byId, element } from './dom';
import { Feed } from './feed';
import { laneKey } from './lanes';
import { Picture } from './picture';
import { Captured, IngressFacts, Passed } from './wire';

/** Maximum number of lines in each list. */
const KEPT = 50;

/** Shows requests and events as they happen, and lights up the picture. */
export function followTraffic(picture: Picture, { hosts, allHosts }: IngressFacts): void {
  const requests = new Feed('requests', 'no-requests', KEPT);
  const events = new Feed('events', 'no-events', KEPT);
  const pause = byId('pause');
  pause.addEventListener('click', () => {
    const paused = pause.getAttribute('aria-pressed') !== 'true';
    pause.setAttribute('aria-pressed', String(paused));
    [requests, events].forEach((feed) => feed.hold(paused));
  });
  byId('send-event').addEventListener('click', () => void sendEvent());

  const state = byId('stream-state');
  const traffic = openTraffic();
  const others = allHosts.filter((host) => !hosts.includes(host));
  let since = Date.now();
  // On each connection, the preview sends the last requests first.
  traffic.addEventListener('open', () => {
    state.textContent = 'live';
    since = Date.now();
    picture.forget();
    [requests, events].forEach((feed) => feed.clear());
    void describeEvents().then((kept) =>
      kept
        .slice(0, KEPT)
        .reverse()
        .forEach((event) => events.add(event.id, eventLine(event))),
    );
  });
  traffic.addEventListener('error', () => {
    state.textContent = 'no connection to the preview; retrying';
  });
  traffic.addEventListener('message', ({ data }: MessageEvent<string>) => {
    const passed = JSON.parse(data) as Passed;
    if (others.includes(passed.host)) {
      return;
    }
    picture.count(passed);
    if (Date.parse(passed.at) >= since) {
      picture.show(passed);
    }
    requests.add(passed.id, requestLine(passed));
  });
  traffic.addEventListener('captured', (message) => {
    const event = JSON.parse((message as MessageEvent<string>).data) as Captured;
    events.add(event.id, eventLine(event));
  });
}

/** Sends an event through the ingress, as an SDK does. */
async function sendEvent(): Promise<void> {
  const event = {
    api_key: TOKEN,
    event: 'button pressed',
    distinct_id: 'the-preview-page',
    properties: { $current_url: location.href, button: 'Send an event' },
    timestamp: new Date().toISOString(),
  };
  await fetch('/i/v0/e/', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(event) });
}

function requestLine({ at, method, path, from, rule, outcome, process, forwardedPath, status }: Passed): HTMLElement {
  const time = new Date(at);
  const refused = laneKey(outcome, process) === 'refused';
  return element(
    'li',
    { class: status >= 400 ? 'refusal' : undefined },
    element(
      'p',
      { class: 'what' },
      element('code', {}, `${method} `, breakable(path)),
      element('span', { class: 'to' }, endText(status, process, refused)),
    ),
    element(
      'p',
      { class: 'hint' },
      element('time', { datetime: time.toISOString() }, time.toLocaleTimeString([], { hour12: false })),
      ` · ${rule ?? 'no rule'} · from ${from}`,
      ...(forwardedPath === undefined ? [] : [' · as ', element('code', {}, breakable(forwardedPath))]),
    ),
  );
}

function endText(status: number, process: string | undefined, refused: boolean): string {
  return refused ? `${status} refused` : `${status} ${process ?? 'by the load balancer'}`;
}

function eventLine({ process, event, distinctId, address, properties = {} }: Captured): HTMLElement {
  return element(
    'li',
    {},
    element('p', { class: 'what' }, element('strong', {}, event), element('span', { class: 'to' }, process)),
    element(
      'p',
      { class: 'hint' },
      [distinctId === undefined ? '' : `by ${distinctId}`, address === undefined ? '' : `from ${address}`].filter(Boolean).join(' · '),
    ),
    ...(Object.keys(properties).length > 0
      ? [element('details', {}, element('summary', {}, 'properties'), element('pre', {}, JSON.stringify(properties, undefined, 2)))]
      : []),
  );
}
