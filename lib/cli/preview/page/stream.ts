import { askEvents, openTraffic, TOKEN } from './api';
import { breakable, byId, element } from './dom';
import { laneKey } from './lanes';
import { Picture } from './picture';
import { Captured, Passed } from './wire';

/** How many lines each list keeps. */
const KEPT = 50;

/** Shows requests and events as they come, and lights the picture. */
export async function followTraffic(picture: Picture): Promise<void> {
  const requests = new Feed('requests', 'no-requests');
  const events = new Feed('events', 'no-events');
  const pause = byId('pause');
  pause.addEventListener('click', () => {
    const paused = pause.getAttribute('aria-pressed') !== 'true';
    pause.setAttribute('aria-pressed', String(paused));
    requests.hold(paused);
    events.hold(paused);
  });
  byId('send-event').addEventListener('click', () => void sendEvent());

  const state = byId('stream-state');
  const traffic = openTraffic();
  traffic.addEventListener('open', () => { state.textContent = 'live'; });
  traffic.addEventListener('error', () => { state.textContent = 'the preview does not answer; trying again'; });
  traffic.addEventListener('message', ({ data }: MessageEvent<string>) => {
    const passed = JSON.parse(data) as Passed;
    picture.show(passed);
    requests.add(requestLine(passed));
  });
  traffic.addEventListener('captured', (message) => events.add(eventLine(JSON.parse((message as MessageEvent<string>).data) as Captured)));
  (await askEvents()).slice(0, KEPT).reverse().forEach((event) => events.add(eventLine(event)));
}

/** Sends an event through the door, as an SDK does. */
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

/** A list, newest first, that can be held still for reading. */
class Feed {
  private readonly list: HTMLElement;
  private readonly waiting: HTMLElement[] = [];
  private held = false;

  public constructor(list: string, private readonly emptyNote: string) {
    this.list = byId(list);
  }

  public add(line: HTMLElement): void {
    if (this.held) {
      this.waiting.push(line);
      return;
    }
    byId(this.emptyNote).hidden = true;
    this.list.prepend(line);
    while (this.list.children.length > KEPT) {
      this.list.lastElementChild?.remove();
    }
  }

  public hold(held: boolean): void {
    this.held = held;
    if (!held) {
      this.waiting.splice(0).slice(-KEPT).forEach((line) => this.add(line));
    }
  }
}

function requestLine({ at, method, path, from, rule, outcome, process, status }: Passed): HTMLElement {
  const time = new Date(at);
  const refused = laneKey(outcome, process) === 'refused';
  return element('li', { class: refused ? 'refusal' : undefined },
    element('p', { class: 'what' }, element('code', {}, `${method} `, breakable(path)), element('span', { class: 'to' }, endText(status, process, refused))),
    element('p', { class: 'hint' }, element('time', { datetime: time.toISOString() }, time.toLocaleTimeString([], { hour12: false })), ` · ${rule?.name ?? 'no rule'} · from ${from}`));
}

function endText(status: number, process: string | undefined, refused: boolean): string {
  return refused ? `${status} refused` : `${status} ${process ?? 'by the load balancer'}`;
}

function eventLine({ process, event, distinctId, address, properties = {} }: Captured): HTMLElement {
  return element('li', {},
    element('p', { class: 'what' }, element('strong', {}, event), element('span', { class: 'to' }, process)),
    element('p', { class: 'hint' }, [distinctId === undefined ? '' : `by ${distinctId}`, address === undefined ? '' : `from ${address}`].filter(Boolean).join(' · ')),
    ...(Object.keys(properties).length > 0 ? [element('details', {}, element('summary', {}, 'properties'), element('pre', {}, JSON.stringify(properties, undefined, 2)))] : []));
}
