import { tryRequest } from './api';
import { byId, element } from './dom';
import { PRESETS } from './presets';
import { showResult } from './try-result';
import { IngressFacts, Trial } from './wire';

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

const FIELDS = ['method', 'url', 'from', 'headers', 'body'] as const;

/**
 * Sets up the form that sends a request.
 *
 * @param ingress the ingress of the page
 * @param host the host for requests with a path only; empty for the first one of the preview
 */
export function prepareTryBox(ingress: IngressFacts, host: string): void {
  const form = byId<HTMLFormElement>('try-form');
  const fitting = PRESETS.filter(({ process }) => process === undefined || ingress.processes.some(({ name }) => name === process));
  byId('presets').append(
    ...fitting.map((preset) => {
      const button = element('button', { type: 'button' }, preset.name);
      button.addEventListener('click', () => {
        FIELDS.forEach((name) => {
          byId<Field>(name).value = preset[name] ?? '';
        });
        form.requestSubmit();
      });
      return button;
    }),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void submit(ingress, host);
  });
}

async function submit(ingress: IngressFacts, host: string): Promise<void> {
  const result = byId('result');
  try {
    const trial = trialOf();
    showResult(
      result,
      trial,
      await tryRequest(host !== '' && trial.url.startsWith('/') ? { ...trial, url: `https://${host}${trial.url}` } : trial),
      ingress,
    );
    // On a phone, it is below the form.
    result.scrollIntoView({ block: 'nearest' });
  } catch (error) {
    result.replaceChildren(element('p', { class: 'complaint' }, error instanceof Error ? error.message : String(error)));
  }
}

function trialOf(): Trial {
  const [method, url, from, headers, body] = FIELDS.map((name) => byId<Field>(name).value);
  return { method, url: url.trim(), from: from.trim() || undefined, headers: headersIn(headers), body: body || undefined };
}

/** Parses headers, one per line. */
function headersIn(text: string): [name: string, value: string][] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, name, value] = /^\s*([^:\s]+):\s*(.*?)\s*$/.exec(line) ?? [];
      if (name === undefined) {
        throw new Error(`A header must be “Name: value”, got: ${line}`);
      }
      return [name, value];
    });
}
