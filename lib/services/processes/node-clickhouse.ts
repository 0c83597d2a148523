import { Secret } from 'aws-cdk-lib/aws-ecs';
import { ProcessContext, ProcessSettings } from '../process-definition';

/**
 * What Node is told of ClickHouse.
 *
 * It speaks HTTP to it, at the ports 8123 or 8443 whatever else is set, and does not verify its certificate
 * (nodejs/src/common/clickhouse-config.ts, nodejs/src/session-replay/recording-api/recording-api.ts).
 */
export function nodeClickHouse({ clickHouse }: ProcessContext): ProcessSettings {
  return {
    environment: {
      CLICKHOUSE_HOST: clickHouse.host,
      CLICKHOUSE_DATABASE: clickHouse.database,
      CLICKHOUSE_SECURE: String(clickHouse.tls),
      CLICKHOUSE_VERIFY: String(clickHouse.verifyCertificate),
    },
    secrets: {
      CLICKHOUSE_USER: Secret.fromSecretsManager(clickHouse.credentials, 'username'),
      CLICKHOUSE_PASSWORD: Secret.fromSecretsManager(clickHouse.credentials, 'password'),
    },
  };
}
