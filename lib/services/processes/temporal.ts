import { Secret } from 'aws-cdk-lib/aws-ecs';
import { PostHogProcess } from '../../catalog/posthog-process';
import { requireAttribute } from '../../stores/postgres/postgres-facts';
import { ProcessDefinition } from '../process-definition';
import { Product } from '../../catalog/product';

const PORT = 7233;

/** PostgreSQL keeps ids of 255 characters; Temporal alone would take longer ones (docker/temporal/dynamicconfig/development-sql.yaml). */
const DYNAMIC_CONFIG = `limit.maxIDLength:
    - value: 255
      constraints: {}
system.visibilityDisableOrderByClause:
    - value: false
      constraints: {}
`;

const CONFIG_FILE = '/tmp/dynamicconfig.yaml';

/**
 * Each of its four parts has two pools. By default (20 and 10, docker/config_template.yaml in temporalio/temporal) they may take 120
 * connections, a third of what a small server has; half of that is plenty for one task.
 */
const POOLS = { SQL_MAX_CONNS: '10', SQL_VIS_MAX_CONNS: '5' };

/**
 * Keeps long-running work: exports, imports, AI. It makes its own two databases, `temporal` and `temporal_visibility`.
 *
 * It is one task: more would have to find each other, and this image is not made for that.
 */
export const TEMPORAL: ProcessDefinition = {
  process: PostHogProcess.TEMPORAL,
  id: 'Temporal',
  products: [Product.EXPORTS],
  image: 'temporal',
  // The image's own entry point, with the file in place that upstream mounts.
  entryPoint: ['/bin/sh', '-c'],
  command: [`printf '%s' "$DYNAMIC_CONFIG" > ${CONFIG_FILE} && exec /etc/temporal/entrypoint.sh autosetup`],
  port: PORT,
  // It listens at the address of its container only, and answers before its script has created the namespace that all others need. The script asks
  // with this program too (docker/auto-setup.sh and server.Dockerfile of temporalio/docker-builds, release/v1.26.x).
  probe: { command: `temporal operator namespace describe --address "$(hostname):${PORT}" --namespace default > /dev/null`, startPeriod: 300 },
  single: 'its tasks do not know each other',
  stopTimeout: 60,
  stores: ['postgres'],
  needs: [],
  calls: [],
  settings: ({ postgres }) => {
    const who = 'temporal, which takes no connection URL';
    const credentials = requireAttribute(postgres, 'credentials', who);
    // An encrypted connection without a certificate that could be verified, in the words of the script, of its tool and of the server.
    const tls = String(postgres.tls);
    return {
      environment: {
        DB: 'postgres12',
        DB_PORT: String(postgres.port),
        POSTGRES_SEEDS: requireAttribute(postgres, 'host', who),
        ENABLE_ES: 'false',
        DYNAMIC_CONFIG,
        DYNAMIC_CONFIG_FILE_PATH: CONFIG_FILE,
        POSTGRES_TLS_ENABLED: tls,
        POSTGRES_TLS_DISABLE_HOST_VERIFICATION: tls,
        SQL_TLS: tls,
        SQL_TLS_DISABLE_HOST_VERIFICATION: tls,
        SQL_TLS_ENABLED: tls,
        SQL_HOST_VERIFICATION: 'false',
        ...POOLS,
      },
      secrets: {
        POSTGRES_USER: Secret.fromSecretsManager(credentials, 'username'),
        POSTGRES_PWD: Secret.fromSecretsManager(credentials, 'password'),
      },
    };
  },
};
