import { HALF_OF_LIMIT } from '../../memory';
import { PostHogProcess } from '../../posthog-process';
import { ProcessDefinition } from '../../process-definition';
import { Product } from '../../product';

/**
 * Headless Chrome for screenshots of dashboards, recordings and heatmaps: the app's image has no browser.
 *
 * It opens the app's pages at the public URL. It has no health check, because no check is known that works without its token.
 */
export const BROWSERLESS: ProcessDefinition<PostHogProcess.BROWSERLESS> = {
  process: PostHogProcess.BROWSERLESS,
  id: 'Browserless',
  products: [Product.EXPORTS, Product.SESSION_REPLAY],
  image: 'browserless',
  port: 3000,
  sizes: {
    dev: { cpu: 1024, memoryLimitMiB: 2048, minTasks: 1, maxTasks: 1 },
    small: { cpu: 1024, memoryLimitMiB: 2048, minTasks: 1, maxTasks: 4 },
    production: { cpu: 2048, memoryLimitMiB: 4096, minTasks: 2, maxTasks: 8 },
    large: { cpu: 2048, memoryLimitMiB: 8192, minTasks: 2, maxTasks: 16 },
  },
  memory: {
    basis: 'guess: a Chromium of several hundred MiB for each page',
    reservationMiB: { dev: 1024, small: 1024, production: 2048, large: 4096 },
    reservationBasis: HALF_OF_LIMIT,
  },
  interruptible: true,
  stopTimeout: 120,
  stores: [],
  needs: [],
  calls: [],
  callsOut: 'pages of users, for heatmaps (products/web_analytics/backend/tasks/heatmap_screenshot.py)',
  settings: ({ secrets, secretValue }) => ({
    environment: { LOG_LEVEL: 'warn', DEBUG: '-*' },
    secrets: { TOKEN: secretValue(secrets.browserlessToken) },
  }),
};
