import { PostHogProcess } from '../../posthog-process';
import { addressOf, ProcessContext } from '../../process-context';
import { Product } from '../../product';
import { CacheClient, cacheTls } from '../shared/cache';
import { geoIp, NODE, NodeExtras, nodeSettings, NODE_GEOIP_FOLDER, NODE_PROBE, NODE_STORES, personHog } from '../shared/node';
import { requireAttribute } from '../shared/postgres';
import { ProcessSettings } from '../../../private/process-settings';

/**
 * The common properties of the data pipeline processes. Jobs call the app and capture, none of them at the start; schedules are polled again
 * (nodejs/src/common/services/internal-capture.ts, nodejs/src/cdp/services/hogflow-schedule/hogflow-schedule.service.ts).
 */
export const PIPELINE = {
  ...NODE,
  products: [Product.DATA_PIPELINES],
  geoIpFolder: NODE_GEOIP_FOLDER,
  probe: NODE_PROBE,
  stores: NODE_STORES,
  needs: [PostHogProcess.PERSONHOG_ROUTER, PostHogProcess.CAPTURE, PostHogProcess.WEB],
};

/** Returns the settings of data pipeline processes (nodejs/src/server.ts, nodejs/src/cdp/config.ts). */
export function pipelineSettings(context: ProcessContext, { mode, environment, secrets }: NodeExtras): ProcessSettings {
  const { postgres, cache } = context;
  const jobs = requireAttribute(postgres, 'nodeCyclotronUrlSecret', 'data pipelines, which keep their jobs in a database of their own');
  return nodeSettings(context, {
    mode,
    environment: {
      ...personHog(context),
      ...geoIp(),
      // The newest versions do not start without it; the shared cache is sufficient.
      CDP_VALKEY_HOST: cache.host,
      CDP_VALKEY_PORT: String(cache.port),
      CDP_VALKEY_TLS: String(cacheTls(cache, CacheClient.NODE)),
      CAPTURE_INTERNAL_URL: `${addressOf(context, PostHogProcess.CAPTURE)}/capture`,
      INTERNAL_API_BASE_URL: addressOf(context, PostHogProcess.WEB),
      // The base URL for tracking opens and clicks of emails.
      CDP_EMAIL_TRACKING_URL: context.url,
      ...environment,
    },
    secrets: { CYCLOTRON_NODE_DATABASE_URL: context.secretValue(jobs), ...secrets },
  });
}
