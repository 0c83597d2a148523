import upstream from './upstream-topology.json';
import { PostHogRelease } from '../../lib';
import { Stores } from '../../lib/stores/posthog-stores';
import { portOf, ProcessDefinition } from '../../lib/catalog/process-definition';
import { PROCESSES } from '../../lib/catalog/processes';
import { settingsOf } from '../helpers/process-context';

interface Upstream {
  image: string;
  command: string[] | null;
  mode: string | null;
  ports: number[];
  health: { path: string; port: number; liveness: string | null } | null;
  dependsOn: string[];
  digest: string;
}

const UPSTREAM = upstream.processes as unknown as Record<string, Upstream>;

/**
 * What only the node image's production leaves out of `plugins`, and compose therefore does not know (nodejs/src/capabilities.ts); batch exports
 * apart; and what reports issues (bin/mprocs.yaml).
 */
const OURS = [
  'cdp-cyclotron-v2-janitor',
  'cdp-hogflow-scheduler',
  'cdp-hogflow-subscription-matcher',
  'temporal-batch-exports-worker',
  'cymbal-notifications',
];

/** Commands of compose that stand for another here, and why. */
const COMMANDS: Record<string, [ours: RegExp, why: string]> = {
  'web': [/docker-server$/, 'the wrapper of compose waits for stores and migrates, and starts this'],
  'worker': [/docker-worker-celery --with-scheduler$/, 'it fetches the templates of destinations, and then is the same command'],
  'temporal-django-worker': [
    /start_temporal_worker as command/,
    'all queues in one process; the wrapper of compose starts this program for one queue',
  ],
  'temporal': [/entrypoint\.sh autosetup$/, 'the command of the image, with the file in place that compose mounts'],
};

/** Modes that compose has otherwise, and why: nobody uses its `events` for AI, which newer versions do not serve there (PostHog/posthog#87034). */
const CAPTURE_MODES: Record<string, string> = { 'capture-ai': 'ai' };

/** Stores of compose by the names that they have here. */
const STORES: Record<string, keyof Stores> = {
  'db': 'postgres',
  'redis7': 'cache',
  'valkey': 'cache',
  'kafka': 'kafka',
  'kafka-init': 'kafka',
  'clickhouse': 'clickHouse',
  'objectstorage': 'objectStorage',
  'seaweedfs': 'objectStorage',
};

/** Dependencies of compose that are none here, and why. */
const NO_DEPENDENCY: Record<string, string> = {
  'temporal elasticsearch': 'ENABLE_ES is false',
  'worker web': 'it only starts after it, for the migration',
  'plugins objectstorage': 'nothing in nodejs/src/cdp reads or writes objects',
  'plugins seaweedfs': 'nothing in nodejs/src/cdp reads or writes objects',
  'ingestion-general clickhouse': 'it writes through Kafka alone (nodejs/src/servers/ingestion-general-server.ts)',
  'ingestion-general objectstorage': 'with Product.AI alone, as a right of its task',
  'cymbal seaweedfs': 'it has keys, not a role',
  'cymbal-resolution seaweedfs': 'it has keys, not a role',
};

const definitions = PROCESSES.map((definition): [string, ProcessDefinition, Upstream] => [
  definition.process,
  definition,
  UPSTREAM[definition.process],
]);

test("the processes are those of upstream's compose file, and the known additions", () => {
  expect(PROCESSES.map(({ process }) => process as string).sort()).toEqual([...Object.keys(UPSTREAM), ...OURS].sort());
});

describe.each(definitions.filter(([name]) => name in UPSTREAM))('%s', (name, definition, compose) => {
  test("runs the image of upstream's compose file", () => {
    expect(PostHogRelease.V2026_09_11_R2.images[definition.image]).toContain(`@${compose.digest}`);
  });

  test("has the command of upstream's compose file", () => {
    const [pattern] = COMMANDS[name] ?? [];
    if (pattern) {
      expect((definition.command ?? []).join(' ')).toMatch(new RegExp(pattern.source, 'm'));
    } else {
      expect(definition.command).toEqual(compose.command ?? undefined);
    }
  });

  test("runs in the mode of upstream's compose file", () => {
    expect(settingsOf(definition).PLUGIN_SERVER_MODE).toBe(compose.mode !== null && definition.image === 'node' ? compose.mode : undefined);
    expect(settingsOf(definition).CAPTURE_MODE).toBe(
      CAPTURE_MODES[name] ?? (compose.mode !== null && definition.image === 'capture' ? compose.mode : undefined),
    );
  });

  test("listens on a port of upstream's compose file", () => {
    const port = portOf(definition);
    expect(compose.ports).toEqual(port === undefined ? expect.anything() : expect.arrayContaining([port]));
  });

  test("has the health check path and port of upstream's compose file", () => {
    const { http, probe } = definition;
    if (http) {
      expect([compose.health!.path, compose.health!.liveness]).toContain(http.healthCheck.path);
      expect(http.healthCheck.port ?? http.port).toBe(compose.health!.port);
    } else if (probe && compose.health) {
      expect([compose.health.path, compose.health.liveness].some((path) => probe.command.endsWith(`:${compose.health!.port}${path}`))).toBe(true);
    }
  });

  test("has the dependencies of upstream's compose file", () => {
    const missing = compose.dependsOn.filter((dependency) => {
      if (`${name} ${dependency}` in NO_DEPENDENCY) {
        return false;
      }
      const store = STORES[dependency];
      return store
        ? !definition.stores.includes(store)
        : ![...definition.needs, ...definition.calls].some((process) => (process as string) === dependency);
    });
    expect(missing).toEqual([]);
  });
});

test('every exception is a dependency of the compose file, and none of the definition', () => {
  for (const entry of Object.keys(NO_DEPENDENCY)) {
    const [name, dependency] = entry.split(' ');
    expect(UPSTREAM[name].dependsOn).toContain(dependency);
    const { stores, needs, calls } = PROCESSES.find(({ process }) => (process as string) === name)!;
    expect([...stores, ...needs, ...calls]).not.toContain(STORES[dependency] ?? dependency);
  }
});
