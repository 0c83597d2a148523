import { tryRequest } from './api';
import { byId, element } from './dom';
import { PRESETS } from './presets';
import { showResult } from './try-result';
import { IngressFacts, Trial } from './wire';

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

const FIELDS = ['method', 'url', 'from', 'headers', 'body'] as const;

/**
 * Makes the box work in which any request can be tried.
 *
 * @param door the door
 * @param host the host that a path is meant for; empty for the preview's first one
 */
export function prepareTryBox(door: IngressFacts, host: string): void {
  const form = byId<HTMLFormElement>('try-form');
  const fitting = PRESETS.filter(({ process }) => process === undefined || door.processes.some(({ name }) => name === process));
  byId('presets').append(...fitting.map((preset) => {
    const button = element('button', { type: 'button' }, preset.name);
    button.addEventListener('click', () => {
      FIELDS.forEach((name) => { byId<Field>(name).value = preset[name] ?? ''; });
      form.requestSubmit();
    });
    return button;
  }));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void submit(door, host);
  });
}

async function submit(door: IngressFacts, host: string): Promise<void> {
  const result = byId('result');
  try {
    const trial = trialOf();
    showResult(result, trial, await tryRequest(host !== '' && trial.url.startsWith('/') ? { ...trial, url: `https://${host}${trial.url}` } : trial), door);
    // On a phone, it stands below the form.
    result.scrollIntoView({ block: 'nearest' });
  } catch (error) {
    result.replaceChildren(element('p', { class: 'complaint' }, error instanceof Error ? error.message : String(error)));
  }
}

function trialOf(): Trial {
  const [method, url, from, headers, body] = FIELDS.map((name) => byId<Field>(name).value);
  return { method, url: url.trim(), from: from.trim() || undefined, headers: headersIn(headers), body: body || undefined };
}

/** The headers, one a line. */
function headersIn(text: string): [name: string, value: string][] {
  return text.split('\n').filter((line) => line.trim() !== '').map((line) => {
    const [, name, value] = /^\s*([^:\s]+):\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined) {
      throw new Error(`A header is written as “Name: value”; this line is not: ${line}`);
    }
    return [name, value];
  });
}
