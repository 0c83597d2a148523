import { Secret } from 'aws-cdk-lib/aws-ecs';
import { PostHogProcess } from '../../catalog/posthog-process';
import { ProcessDefinition } from '../process-definition';
import { Product } from '../../catalog/product';

/**
 * A browser without a screen, which takes pictures of dashboards, recordings and heatmaps: the app's image holds none.
 *
 * It opens the app's own pages at the address that visitors use. Nothing is known that would tell whether it is well without its token, so
 * nothing asks.
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
