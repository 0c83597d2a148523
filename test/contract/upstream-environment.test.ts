import { Template } from 'aws-cdk-lib/assertions';
import { Product } from '../../lib';
import upstream from './upstream-environment.json';
import topology from './upstream-topology.json';
import { posthogTemplate } from '../helpers/posthog-template';
import { environmentOf } from '../helpers/stack';

interface Variable {
  value: string | null;
  kind: string;
  set: string;
  from: string[];
}

const PROCESSES = upstream.processes as Record<string, Record<string, Variable>>;
const LIBPQ = 'read by psql alone; every process has its own connection URL';
const CLICKHOUSE_USERS = 'one user does everything: where none is named, PostHog takes CLICKHOUSE_USER (posthog/clickhouse/client/connection.py)';
const TASK_ROLE = 'tasks have roles, so that there are no keys';
const REDIS_URL = 'the host is empty, which means REDIS_URL';
const OWN_CLIENTS = 'read by nothing at run time (nodejs/src/common/config.ts); each client has settings of its own';

/** What upstream sets and we do not, and why. */
const LEFT_OUT: Record<string, string> = {
  PGHOST: LIBPQ,
  PGUSER: LIBPQ,
  PGPASSWORD: LIBPQ,
  CLICKHOUSE_API_USER: CLICKHOUSE_USERS,
  CLICKHOUSE_API_PASSWORD: CLICKHOUSE_USERS,
  CLICKHOUSE_APP_USER: CLICKHOUSE_USERS,
  CLICKHOUSE_APP_PASSWORD: CLICKHOUSE_USERS,
  CLICKHOUSE_BILLING_USER: CLICKHOUSE_USERS,
  CLICKHOUSE_BILLING_PASSWORD: CLICKHOUSE_USERS,
  CLICKHOUSE_DICT_READER_USER: CLICKHOUSE_USERS,
  CLICKHOUSE_DICT_READER_PASSWORD: CLICKHOUSE_USERS,
  CDP_REDIS_PORT: REDIS_URL,
  LOGS_REDIS_PORT: REDIS_URL,
  LOGS_REDIS_TLS: REDIS_URL,
  TRACES_REDIS_PORT: REDIS_URL,
  TRACES_REDIS_TLS: REDIS_URL,
  AI_BLOB_S3_ACCESS_KEY_ID: TASK_ROLE,
  AI_BLOB_S3_SECRET_ACCESS_KEY: TASK_ROLE,
  AI_S3_ACCESS_KEY_ID: TASK_ROLE,
  AI_S3_SECRET_ACCESS_KEY: TASK_ROLE,
  RUST_BACKTRACE: 'for a developer',
  JWT_SECRET: 'read by nothing (rust/capture-logs/src/config.rs): a request is known by its token',
  ES_SEEDS: 'for Elasticsearch, which ENABLE_ES turns off',
  ES_VERSION: 'for Elasticsearch, which ENABLE_ES turns off',
  API_QUERIES_PER_TEAM: 'a limit for team 1 of a single host; the default serves',
  HEATMAP_BROWSERLESS_SCREENSHOT_COOKIES_ENABLED: 'false upstream, which is the default',
  OTEL_SERVICE_NAME: 'telemetry is off (OTEL_SDK_DISABLED)',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'telemetry is off (OTEL_SDK_DISABLED)',
  CSP_REPORT_ENDPOINT: 'empty upstream, which is the default',
  ANTHROPIC_API_KEY: 'empty upstream; `aiKeys` sets it',
  OPENAI_API_KEY: 'empty upstream; `aiKeys` sets it',
};

/** The same for one process, where others do set it: process and name. */
const LEFT_OUT_OF: Record<string, string> = {
  'plugins SECRET_KEY': 'read where TEMPORAL_SECRET_KEY is unset only (nodejs/src/ai-observability/config.ts), which is set',
  ...Object.fromEntries(
    ['plugins', 'ingestion-general', 'ingestion-sessionreplay', 'ingestion-error-tracking', 'ingestion-logs', 'ingestion-traces'].map((process) => [
      `${process} KAFKA_HOSTS`,
      OWN_CLIENTS,
    ]),
  ),
  ...Object.fromEntries(
    ['web', 'worker', 'temporal-django-worker'].flatMap((process) =>
      ['OBJECT_STORAGE_ACCESS_KEY_ID', 'OBJECT_STORAGE_SECRET_ACCESS_KEY', 'OBJECT_STORAGE_FORCE_PATH_STYLE'].map((name) => [
        `${process} ${name}`,
        TASK_ROLE,
      ]),
    ),
  ),
  ...Object.fromEntries(
    ['web', 'worker'].flatMap((process) =>
      ['SESSION_RECORDING_V2_S3_ACCESS_KEY_ID', 'SESSION_RECORDING_V2_S3_SECRET_ACCESS_KEY'].map((name) => [`${process} ${name}`, TASK_ROLE]),
    ),
  ),
  ...Object.fromEntries(
    ['ACCESS_KEY_ID', 'SECRET_ACCESS_KEY', 'ENDPOINT', 'PUBLIC_ENDPOINT', 'ENABLED'].map((name) => [
      `plugins OBJECT_STORAGE_${name}`,
      'nothing in nodejs/src/cdp reads or writes objects',
    ]),
  ),
  ...Object.fromEntries(
    ['HOST', 'DATABASE', 'SECURE', 'VERIFY'].map((name) => [
      `ingestion-general CLICKHOUSE_${name}`,
      'it writes through Kafka alone (nodejs/src/servers/ingestion-general-server.ts)',
    ]),
  ),
  ...Object.fromEntries(['plugins', 'recording-api'].map((process) => [`${process} CLICKHOUSE_VERIFY`, 'no configuration of nodejs/src has it'])),
  'ingestion-general COOKIELESS_REDIS_PORT': REDIS_URL,
  ...Object.fromEntries(
    ['web', 'worker', 'temporal-django-worker'].flatMap((process) => [
      [`${process} FLAGS_REDIS_ENABLED`, 'read by no Python (only by rust/feature-flags)'],
      [`${process} PERSONHOG_ENABLED`, 'read by no Python: PERSONHOG_ADDR decides (posthog/settings/personhog.py)'],
    ]),
  ),
};

function isLeftOut({ process, name }: { process: string; name: string }): boolean {
  return name in LEFT_OUT || `${process} ${name}` in LEFT_OUT_OF;
}

/** Literals of upstream that are another text here, and why. */
const DIFFERENT: Record<string, string> = {
  CLICKHOUSE_SECURE: 'TLS is the default here',
  CLICKHOUSE_VERIFY: 'certificates are verified by default here',
  CLICKHOUSE_LOGS_CLUSTER_SECURE: 'TLS is the default here',
  AI_S3_BUCKET: 'the one bucket that there is',
  AI_BLOB_S3_BUCKET: 'the one bucket that there is',
  CAPTURE_MODE: 'capture-ai takes AI events: newer versions serve them in the mode `ai` alone',
  OBJECT_STORAGE_BUCKET: 'the one bucket that there is',
  DYNAMIC_CONFIG_FILE_PATH: 'the same content, where the container can write it',
  MAXMIND_DB_PATH: 'where the image itself carries the file; upstream mounts one (rust/Dockerfile)',
};

const template = Template.fromJSON(posthogTemplate({ products: Object.values(Product) }));

const VARIABLES = Object.entries(PROCESSES).flatMap(([process, variables]) =>
  Object.entries(variables)
    .filter(([, { set }]) => set !== 'no')
    .map(([name, variable]) => ({ process, name, ...variable, ours: environmentOf(template, process)[name] })),
);

test("the list of upstream's variables has every process, with sources", () => {
  expect(Object.keys(PROCESSES).sort()).toEqual(Object.keys(topology.processes).sort());
  expect(VARIABLES.length).toBeGreaterThan(350);
  for (const { from } of VARIABLES) {
    expect(Object.keys(upstream.sources)).toEqual(expect.arrayContaining(from));
  }
});

test('every variable that upstream sets is set here, or left out for a reason', () => {
  expect(
    VARIABLES.filter(({ process, name, ours }) => ours === undefined && !isLeftOut({ process, name })).map(
      ({ process, name }) => `${process} ${name}`,
    ),
  ).toEqual([]);
});

test('a variable that is left out is set by no process, and still set by upstream', () => {
  expect(Object.keys(LEFT_OUT).filter((name) => VARIABLES.some((variable) => variable.name === name && variable.ours !== undefined))).toEqual([]);
  expect(Object.keys(LEFT_OUT).filter((name) => !VARIABLES.some((variable) => variable.name === name))).toEqual([]);
  const states = new Map(VARIABLES.map(({ process, name, ours }) => [`${process} ${name}`, ours]));
  expect(Object.keys(LEFT_OUT_OF).filter((key) => !states.has(key) || states.get(key) !== undefined)).toEqual([]);
});

test('a literal of upstream has the same value here, or another one for a reason', () => {
  const differing = VARIABLES.filter(
    ({ kind, value, ours }) => kind === 'literal' && typeof ours === 'string' && ours.toLowerCase() !== value?.toLowerCase(),
  ).map(({ name }) => name);
  expect([...new Set(differing)].sort()).toEqual(Object.keys(DIFFERENT).sort());
});

test('a secret of upstream is a secret here', () => {
  // An empty text is none: it makes Node take the role of its task.
  expect(
    VARIABLES.filter(({ kind, ours }) => kind === 'secret' && typeof ours === 'string' && ours !== '').map(
      ({ process, name }) => `${process} ${name}`,
    ),
  ).toEqual([]);
});
