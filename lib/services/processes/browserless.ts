import { Secret } from 'aws-cdk-lib/aws-ecs';
import { PostHogProcess } from '../../catalog/posthog-process';
import { ProcessDefinition } from '../process-definition';
import { Product } from '../../catalog/product';

/**
 * Headless Chrome for screenshots of dashboards, recordings and heatmaps: the app's image has no browser.
 *
 * It opens the app's pages at the public URL. It has no health check, because no check is known that works without its token.
 */
export const BROWSERLESS: ProcessDefinition = {
  process: PostHogProcess.BROWSERLESS,
  id: 'Browserless',
  products: [Product.EXPORTS, Product.SESSION_REPLAY],
  image: 'browserless',
  port: 3000,
  interruptible: true,
  stopTimeout: 120,
  stores: [],
  needs: [],
  calls: [],
  settings: ({ secrets }) => ({
    environment: { LOG_LEVEL: 'warn', DEBUG: '-*' },
    secrets: { TOKEN: Secret.fromSecretsManager(secrets.browserlessToken) },
  }),
};
