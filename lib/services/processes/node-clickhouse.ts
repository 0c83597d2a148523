import { Secret } from 'aws-cdk-lib/aws-ecs';
import { ProcessSettings } from '../../private/process-settings';
import { ProcessContext } from '../process-definition';

/**
 * Returns the settings of the Node processes that read ClickHouse.
 *
 * Node connects over HTTP, always on port 8123 or 8443, and does not verify certificates
 * (nodejs/src/common/clickhouse-config.ts, nodejs/src/session-replay/recording-api/recording-api.ts).
 */
export function nodeClickHouse({ clickHouse }: ProcessContext): ProcessSettings {
  return {
    environment: {
      CLICKHOUSE_HOST: clickHouse.host,
      CLICKHOUSE_DATABASE: clickHouse.database,
      CLICKHOUSE_SECURE: String(clickHouse.tls),
    },
    secrets: {
      CLICKHOUSE_USER: Secret.fromSecretsManager(clickHouse.credentials, 'username'),
      CLICKHOUSE_PASSWORD: Secret.fromSecretsManager(clickHouse.credentials, 'password'),
    },
  };
}
