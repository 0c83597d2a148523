import { Template } from 'aws-cdk-lib/assertions';
import upstream from './upstream-environment.json';
import { environmentOf, newPostHog, newStack } from '../helpers/stack';

interface Variable { value: string | null; kind: string; set: string; from: string[] }

const PROCESSES = upstream.processes as Record<string, Record<string, Variable>>;
const LIBPQ = 'read by psql alone; every process has its own connection URL';
const CLICKHOUSE_USERS = 'one user does everything: where none is named, PostHog takes CLICKHOUSE_USER (posthog/clickhouse/client/connection.py)';
const TASK_ROLE = 'tasks have roles, so that there are no keys';
const BROWSERLESS = 'browserless, which renders images, is not deployed yet';
const PERSONHOG = 'personhog is not deployed yet';

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
  OBJECT_STORAGE_ACCESS_KEY_ID: TASK_ROLE,
  OBJECT_STORAGE_SECRET_ACCESS_KEY: TASK_ROLE,
  SESSION_RECORDING_V2_S3_ACCESS_KEY_ID: TASK_ROLE,
  SESSION_RECORDING_V2_S3_SECRET_ACCESS_KEY: TASK_ROLE,
  OBJECT_STORAGE_FORCE_PATH_STYLE: 'for stores that are not S3',
  API_QUERIES_PER_TEAM: 'a limit for team 1 of a single host; the default serves',
  CDP_API_URL: 'the plugins process is not deployed yet',
  RECORDING_API_URL: 'the recording API is not deployed yet',
  LIVESTREAM_HOST: 'the live stream is not deployed yet',
  PERSONHOG_ADDR: PERSONHOG,
  PERSONHOG_ENABLED: PERSONHOG,
  BROWSERLESS_CDP_URL: BROWSERLESS,
  BROWSERLESS_TOKEN: BROWSERLESS,
  HEATMAP_BROWSERLESS_URL: BROWSERLESS,
  HEATMAP_BROWSERLESS_TOKEN: BROWSERLESS,
  HEATMAP_BROWSERLESS_SCREENSHOT_COOKIES_ENABLED: BROWSERLESS,
  OTEL_SERVICE_NAME: 'telemetry is off (OTEL_SDK_DISABLED)',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'telemetry is off (OTEL_SDK_DISABLED)',
  CSP_REPORT_ENDPOINT: 'empty upstream, which is the default',
  ANTHROPIC_API_KEY: 'empty upstream; the owner may set it',
  OPENAI_API_KEY: 'empty upstream; the owner may set it',
};

/** Literals of upstream that are another text here, and why. */
const DIFFERENT: Record<string, string> = {
  CLICKHOUSE_SECURE: 'TLS is the default here',
  CLICKHOUSE_VERIFY: 'certificates are verified by default here',
  CLICKHOUSE_LOGS_CLUSTER_SECURE: 'TLS is the default here',
  MAXMIND_DB_PATH: 'where the image itself carries the file; upstream mounts one (rust/Dockerfile)',
};

const stack = newStack();
newPostHog(stack);
const template = Template.fromStack(stack);

const VARIABLES = Object.entries(PROCESSES).flatMap(([process, variables]) =>
  Object.entries(variables).filter(([, { set }]) => set !== 'no').map(([name, variable]) => ({ process, name, ...variable, ours: environmentOf(template, process)[name] })));

test('what upstream sets is known, with its sources', () => {
  expect(Object.keys(PROCESSES)).toEqual(['web', 'worker', 'capture', 'replay-capture', 'feature-flags', 'hypercache-server']);
  expect(VARIABLES.length).toBeGreaterThan(130);
  for (const { from } of VARIABLES) {
    expect(Object.keys(upstream.sources)).toEqual(expect.arrayContaining(from));
  }
});

test('everything that upstream sets is set here, or left out for a reason', () => {
  expect(VARIABLES.filter(({ name, ours }) => ours === undefined && !(name in LEFT_OUT)).map(({ process, name }) => `${process} ${name}`)).toEqual([]);
});

test('what is left out is not set by any process, and upstream still sets it', () => {
  expect(Object.keys(LEFT_OUT).filter((name) => VARIABLES.some((variable) => variable.name === name && variable.ours !== undefined))).toEqual([]);
  expect(Object.keys(LEFT_OUT).filter((name) => !VARIABLES.some((variable) => variable.name === name))).toEqual([]);
});

test('what is literal upstream has the same value here, or another for a reason', () => {
  const differing = VARIABLES.filter(({ kind, value, ours }) => kind === 'literal' && typeof ours === 'string' && ours.toLowerCase() !== value?.toLowerCase()).map(({ name }) => name);
  expect([...new Set(differing)].sort()).toEqual(Object.keys(DIFFERENT).sort());
});

test('what is secret upstream is a secret here', () => {
  expect(VARIABLES.filter(({ kind, ours }) => kind === 'secret' && typeof ours === 'string').map(({ process, name }) => `${process} ${name}`)).toEqual([]);
});
