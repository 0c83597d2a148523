import { createServer, Server } from 'node:http';
import { listening } from '../helpers/free-port';

/** The token of the project that the site sends its events to. */
export const TOKEN = 'phc_0123456789abcdef';

/** What a project can have switched on beyond what the preview's stub says. It makes the SDK load and ask for all that it knows. */
const EVERYTHING = {
  conversations: { enabled: true, widgetEnabled: true, token: 'a-token', greetingText: 'Hello', color: '#000' },
  productTours: true,
  logs: { captureConsoleLogs: true },
  siteApps: [{ id: 1, url: `/site_app/1/${TOKEN}/0123abcd/` }],
};

/** The SDK's configuration as it was answered, with everything switched on. */
export function withEverything(script: string): string {
  const [whole, config] = /\{ config: (\{.*\}), siteApps: \[\] \}/.exec(script) ?? [];
  if (whole === undefined) {
    throw new Error(`the SDK's configuration does not look as expected: ${script}`);
  }
  return script.replace(whole, `{ config: ${JSON.stringify({ ...(JSON.parse(config) as object), ...EVERYTHING })} }`);
}

/** Everything that a site can ask of posthog-js, in a browser. Gives what came back. */
export const USE_EVERYTHING = `(async () => {
  const answer = (ask) => Promise.race([new Promise(ask), new Promise((resolve) => setTimeout(resolve, 5000))]);
  const answers = { flag: posthog.isFeatureEnabled('preview-on'), recording: posthog.sessionRecordingStarted(), siteLoaded: posthog.__loaded };
  posthog.capture('cup ordered', { cup: 'plain' });
  posthog.identify('ada', { name: 'Ada' });
  posthog.alias('ada-lovelace');
  posthog.group('company', 'analytical-engines', { size: 2 });
  posthog.setPersonProperties({ plan: 'free' });
  posthog.reloadFeatureFlags();
  posthog.captureException(new Error('the kiln is cold'));
  posthog.captureLog({ body: 'a log', level: 'info' });
  posthog.metrics.count('cups', 1);
  console.info('a log of the console');
  document.getElementById('text').textContent = 'Other text';
  answers.surveys = await answer((resolve) => posthog.getSurveys(resolve, true));
  answers.features = await answer((resolve) => posthog.getEarlyAccessFeatures(resolve, true));
  posthog.updateEarlyAccessFeatureEnrollment('a-feature', true);
  await posthog.conversations.getTickets();
  await posthog.conversations.sendMessage('hello');
  await posthog.conversations.requestRestoreLink('ada@example.com');
  return answers;
})()`;

/** A site of a customer, at another origin than PostHog, with posthog-js set up so that it does all that it can. */
export class CustomerSite {
  /** Serves the site, for a PostHog at an origin. */
  public static async start(posthog: string): Promise<CustomerSite> {
    const server = createServer((_, res) => {
      res.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(page(posthog));
    });
    return new CustomerSite(server, `http://127.0.0.1:${await listening(server)}/`);
  }

  private constructor(
    private readonly server: Server,
    public readonly url: string,
  ) {}

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

function page(posthog: string): string {
  return `<!doctype html>
<html lang="en">
<title>A customer's site</title>
<h1>A customer's site</h1>
<p id="text">Text</p>
<button id="dead">A button that does nothing</button>
<script src="${posthog}/static/array.js" crossorigin="anonymous"></script>
<script>
  posthog.init('${TOKEN}', {
    api_host: '${posthog}',
    person_profiles: 'always',
    capture_dead_clicks: true,
    capture_exceptions: true,
    capture_performance: { web_vitals: true },
    disable_web_experiments: false,
    enable_heatmaps: true,
    metrics: { flushIntervalMs: 1000 },
    opt_in_site_apps: true,
    session_recording: { maskAllInputs: true },
  });
</script>
</html>`;
}
