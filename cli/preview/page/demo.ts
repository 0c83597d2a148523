import { TOKEN } from './api';
import { byId } from './dom';
import { loadPostHog, PostHogJs } from './posthog-js';

/** The flag that the sample site evaluates. */
const FLAG = 'preview-on';

async function main(): Promise<void> {
  const posthog = await loadPostHog();
  posthog.init(TOKEN, {
    api_host: location.origin,
    // This page's own preview has no app to link to.
    ui_host: location.origin,
    person_profiles: 'always',
  });
  byId('version').textContent = posthog.version ?? 'loaded';
  posthog.onFeatureFlags((flags) => {
    byId('offer').hidden = !flags.includes(FLAG);
    byId('flags').textContent = flags.join(', ') || 'none';
  });
  prepareButtons(posthog);
  showState(posthog);
  setInterval(() => showState(posthog), 1000);
}

function prepareButtons(posthog: PostHogJs): void {
  for (const button of document.querySelectorAll<HTMLElement>('[data-cup]')) {
    button.addEventListener('click', () => {
      posthog.capture('cup ordered', { cup: button.dataset.cup, price: Number(button.dataset.price) });
      say(`Sent: cup ordered, ${button.dataset.cup}.`);
    });
  }
  byId('identify').addEventListener('click', () => {
    posthog.identify('ada', { name: 'Ada' });
    posthog.group('company', 'analytical-engines');
    say('Sent: the user is Ada, of the company analytical-engines.');
  });
  byId('reset').addEventListener('click', () => {
    posthog.reset();
    say('Reset. The next event is by a new user.');
  });
  byId('fail').addEventListener('click', () => {
    posthog.captureException(new Error('the kiln is cold'));
    say('Sent: an error, the kiln is cold.');
  });
}

function showState(posthog: PostHogJs): void {
  byId('who').textContent = posthog.get_distinct_id();
  byId('recording').textContent = posthog.sessionRecordingStarted() ? 'running' : 'not running';
}

function say(text: string): void {
  byId('said').textContent = text;
}

main().catch((error: unknown) => {
  const complaint = byId('complaint');
  complaint.textContent = error instanceof Error ? error.message : String(error);
  complaint.hidden = false;
});
