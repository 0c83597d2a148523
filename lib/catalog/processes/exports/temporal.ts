import { HALF_OF_LIMIT } from '../../memory';
import { PostHogProcess } from '../../posthog-process';
import { ProcessDefinition } from '../../process-definition';
import { Product } from '../../product';
import { requireAttribute } from '../shared/postgres';

const PORT = 7233;

/** Temporal's limits for PostgreSQL, whose ids have at most 255 characters (docker/temporal/dynamicconfig/development-sql.yaml). */
const DYNAMIC_CONFIG = `limit.maxIDLength:
    - value: 255
      constraints: {}
system.visibilityDisableOrderByClause:
    - value: false
      constraints: {}
`;

const CONFIG_FILE = '/tmp/dynamicconfig.yaml';

/**
 * The sizes of connection pools. Each of Temporal's four services has two pools. By default (20 and 10, docker/config_template.yaml in
 * temporalio/temporal) they use up to 120 connections, a third of those of a small server; half of that is plenty for one task.
 */
const POOLS = { SQL_MAX_CONNS: '10', SQL_VIS_MAX_CONNS: '5' };

/**
 * Orchestrates long-running work: exports, imports, AI. It creates its two databases, `temporal` and `temporal_visibility`.
 *
 * It runs one task: several would have to discover each other, which this image does not support. Two at once, also for a minute, are "two temporal
 * clusters at the same database, which won't work" (temporalio/temporal#3826). Its clients retry while none runs.
 */
export const TEMPORAL: ProcessDefinition<PostHogProcess.TEMPORAL> = {
  process: PostHogProcess.TEMPORAL,
  id: 'Temporal',
  products: [Product.EXPORTS],
  image: 'temporal',
  // The image's entry point, after writing the file that upstream mounts.
  entryPoint: ['/bin/sh', '-c'],
  command: [`printf '%s' "$DYNAMIC_CONFIG" > ${CONFIG_FILE} && exec /etc/temporal/entrypoint.sh autosetup`],
  port: PORT,
  // It listens on the IP address of its container only, and responds before its script has created the namespace that all clients need. The script
  // runs the same check (docker/auto-setup.sh and server.Dockerfile of temporalio/docker-builds, release/v1.26.x).
  probe: { command: `temporal operator namespace describe --address "$(hostname):${PORT}" --namespace default > /dev/null`, startPeriod: 300 },
  // It waits for its database most of the time: `SMALL` starts as much work as `DEV`, which has no more.
  sizes: {
    dev: { cpu: 256, memoryLimitMiB: 1024, minTasks: 1, maxTasks: 1 },
    small: { cpu: 256, memoryLimitMiB: 1024, minTasks: 1, maxTasks: 1 },
    production: { cpu: 1024, memoryLimitMiB: 2048, minTasks: 1, maxTasks: 1 },
    large: { cpu: 2048, memoryLimitMiB: 4096, minTasks: 1, maxTasks: 1 },
  },
  memory: {
    mib: 194,
    commit: 'go.temporal.io/server v1.26.2',
    basis: 'Rss of the server with its four parts, 107 schedules and the pollers of 26 queues, after 50 minutes',
    reservationMiB: { dev: 512, small: 512, production: 1024, large: 2048 },
    reservationBasis: HALF_OF_LIMIT,
  },
  single: 'its tasks cannot discover each other',
  stopTimeout: 60,
  stores: ['postgres'],
  needs: [],
  calls: [],
  settings: ({ postgres, secretValue }) => {
    const reason = 'temporal, which does not support connection URLs';
    const credentials = postgres.loginCredentials?.temporal ?? requireAttribute(postgres, 'credentials', reason);
    // TLS without verification of the certificate, in the variables of the script, of its tool and of the server.
    const tls = String(postgres.tls);
    return {
      environment: {
        DB: 'postgres12',
        DB_PORT: String(postgres.port),
        POSTGRES_SEEDS: requireAttribute(postgres, 'host', reason),
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
        POSTGRES_USER: secretValue(credentials, 'username'),
        POSTGRES_PWD: secretValue(credentials, 'password'),
      },
    };
  },
};
