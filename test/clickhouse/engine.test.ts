import { cpSync, mkdirSync } from 'node:fs';
import { CLICKHOUSE_SCHEMA } from '../../lib/catalog/clickhouse/schema';
import { configXml, serverConfig } from '../../lib/stores/clickhouse/config/config-xml';
import { keeperXml } from '../../lib/stores/clickhouse/config/keeper-xml';
import { oneShard } from '../../lib/stores/clickhouse/config/topology';
import { usersXml } from '../../lib/stores/clickhouse/config/users-xml';
import { Elements } from '../../lib/stores/clickhouse/config/xml';
import upstream from '../contract/upstream-clickhouse.json';
import { askEngine } from './engine';
import { PreparedHost } from './prepared-host';

/** Returns an empty folder on a host. */
function emptyFolder(host: PreparedHost): string {
  const folder = `${host.folder}/empty`;
  mkdirSync(folder);
  return folder;
}

/** Returns a copy of a folder of a host. */
function copyOf(host: PreparedHost, folder: string): string {
  const copy = `${host.folder}/copy`;
  cpSync(folder, copy, { recursive: true });
  return copy;
}

// ClickHouse's own engine reads what we generate, and says what it makes of it.

const ONE = oneShard(['clickhouse.internal'], []);
const TWO = oneShard(['clickhouse.internal', 'clickhouse-2.internal'], ['keeper-1.internal', 'keeper-2.internal', 'keeper-3.internal']);
const OPTIONS = { database: 'posthog', kafkaTls: true };
const CONFIG = { config: configXml(ONE, ONE.nodes[0], OPTIONS), users: usersXml('posthog') };
const STARTUP = ((serverConfig(ONE, ONE.nodes[0], OPTIONS).startup_scripts as Elements).scripts as Elements[]).map(({ query }) => query as string);

const host = new PreparedHost();
let answers: Record<string, string[][]>;

const QUERIES = {
  clusters: 'SELECT cluster, host_name, port FROM system.clusters ORDER BY cluster',
  macros: 'SELECT macro, substitution FROM system.macros',
  collections: 'SELECT name FROM system.named_collections',
  mergeTree: 'SELECT name, value FROM system.merge_tree_settings WHERE changed',
  settings: 'SELECT name, value FROM system.settings WHERE changed',
  users: "SELECT name FROM system.users WHERE name != 'default'",
  grants: 'SHOW GRANTS FOR posthog',
  readerGrants: 'SHOW GRANTS FOR dict_reader',
  server: 'SELECT name FROM system.server_settings',
  changed: 'SELECT name, value FROM system.server_settings WHERE changed',
  functions: "SELECT name FROM system.functions WHERE origin = 'ExecutableUserDefined' ORDER BY name",
  called: "SELECT JSONDropKeys('text')",
  databases: 'SELECT name FROM system.databases',
  logs: "SELECT name, engine_full FROM system.tables WHERE database = 'system' AND name LIKE '%_log' AND name != 'user_query_log'",
  projection: 'CREATE TABLE posthog.t (a Int32, b Int32, PROJECTION p (SELECT a ORDER BY b)) ENGINE = ReplacingMergeTree ORDER BY a',
};

beforeAll(() => {
  host.start();
  host.install();
  const names = Object.keys(QUERIES);
  const all = askEngine([...STARTUP, ...Object.values(QUERIES)], { ...CONFIG, userScripts: `${host.data}/user_scripts` }).slice(STARTUP.length);
  answers = Object.fromEntries(all.map((answer, index) => [names[index], answer]));
});

afterAll(() => host.remove());

test("it knows every cluster, by the server's name and the port with TLS", () => {
  expect(answers.clusters).toEqual([...upstream.clusters].sort().map((name) => [name, 'clickhouse.internal', '9440']));
});

test('it knows every macro and every named collection', () => {
  expect(Object.fromEntries(answers.macros)).toEqual(upstream.macros);
  expect(answers.collections.flat().sort()).toEqual(Object.keys(upstream.namedCollections).sort());
});

test('it takes every setting of MergeTree tables and of the profile', () => {
  expect(Object.fromEntries(answers.mergeTree)).toMatchObject(
    Object.fromEntries(Object.entries(upstream.mergeTree).map(([name, { value }]) => [name, value])),
  );
  // What is set to the value that it would have anyway may not count as changed.
  const changed = new Map(answers.settings.map(([name, value]) => [name, value]));
  const taken = Object.entries(upstream.profile).filter(([name]) => changed.has(name));
  expect(taken.length).toBeGreaterThan(5);
  expect(taken.filter(([name, value]) => changed.get(name) !== value).map(([name]) => name)).toEqual(Object.keys(upstream.profileDiffers));
});

test('it knows every setting of the server but those that only a server has', () => {
  const known = new Set(answers.server.flat().map((name) => name.split('.')[0]));
  const own = Object.keys(serverConfig(ONE, ONE.nodes[0], OPTIONS)).filter((name) => !known.has(name) && !name.endsWith('_log'));
  expect(own.sort()).toEqual([
    'default_profile',
    'https_port',
    'interserver_http_credentials',
    'kafka',
    'listen_host',
    'macros',
    'merge_tree',
    'named_collections',
    'remote_servers',
    's3',
    'tcp_port_secure',
    'user_defined_executable_functions_config',
    'user_directories',
    'zookeeper',
  ]);
  expect(Object.fromEntries(answers.changed)).toMatchObject({
    'max_server_memory_usage_to_ram_ratio': '0.8',
    'background_pool_size': '4',
    'distributed_ddl.path': upstream.config.distributed_ddl,
  });
});

test('there are two users: one may do all but make others, one may read the database', () => {
  expect(answers.users.flat().sort()).toEqual(['dict_reader', 'posthog']);
  expect(answers.readerGrants).toEqual([['GRANT SELECT ON posthog.* TO dict_reader']]);
  const grants = answers.grants.flat().join('\n');
  const granted = grants
    .replace(/^GRANT | ON .*$/gm, '')
    .split(/[\n,]/)
    .map((right) => right.trim());
  expect(CLICKHOUSE_SCHEMA.rights.filter((right) => !granted.includes(right))).toEqual([]);
  expect(grants).not.toMatch(/CREATE USER|ACCESS MANAGEMENT|CREATE ROLE/);
});

test('the user that reads events may read their two tables, and nothing else', () => {
  const [users, grants, settings] = askEngine(
    [
      "SELECT name FROM system.users WHERE name != 'default'",
      'SHOW GRANTS FOR reader',
      "SELECT setting_name, value FROM system.settings_profile_elements WHERE profile_name = 'reader'",
    ],
    { ...CONFIG, users: usersXml('posthog', true) },
  );
  expect(users.flat().sort()).toEqual(['dict_reader', 'posthog', 'reader']);
  expect(grants.flat().sort()).toEqual(['GRANT SELECT ON posthog.events TO reader', 'GRANT SELECT ON posthog.sharded_events TO reader']);
  expect(settings).toContainEqual(['readonly', '1']);
});

test('what a start does makes the database and the tables of records, each of which ends', () => {
  expect(answers.databases).toContainEqual(['posthog']);
  expect(answers.logs.map(([name]) => name).sort()).toEqual([...upstream.systemLogs].sort());
  expect(
    answers.logs.filter(([, engine]) => !/TTL (event|finish)_date \+ toIntervalDay\(\d+\) SETTINGS ttl_only_drop_parts = 1/.test(engine)),
  ).toEqual([]);
});

test('it loads the functions of a release that is installed while it runs, without a restart', () => {
  const names = "SELECT name FROM system.functions WHERE origin = 'ExecutableUserDefined' ORDER BY name";
  const running = new PreparedHost();
  try {
    running.start();
    const folder = `${running.data}/user_scripts`;
    running.install();
    running.image('posthog/posthog@sha256:3', ['v10', 'v11']);
    // The engine compares times of files in seconds.
    const copy = `!sleep 1.1; cp -R ${folder}/. "$DATA/user_scripts/"`;
    const first = askEngine([names, 'SYSTEM RELOAD FUNCTIONS', names, copy, 'SYSTEM RELOAD FUNCTIONS', names, "SELECT JSONDropKeys('text')"], {
      ...CONFIG,
      userScripts: emptyFolder(running),
    });
    expect([first[0], first[2]]).toEqual([[], []]);
    expect(first[5].flat()).toEqual(['JSONDropKeys', 'JSONDropKeys_v2', 'aggregate_funnel', 'aggregate_funnel_v2']);
    expect(first[6]).toEqual([['v10 text']]);
    const before = copyOf(running, folder);
    running.install({ run: 'run-2', image: 'posthog/posthog@sha256:3' });
    const second = askEngine([names, copy, 'SYSTEM RELOAD FUNCTIONS', names, "SELECT JSONDropKeys('text')", "SELECT JSONDropKeys_v10('text')"], {
      ...CONFIG,
      userScripts: before,
    });
    expect(second[3].flat()).toEqual([...second[0].flat(), 'JSONDropKeys_v10', 'aggregate_funnel_v10'].sort());
    expect([second[4], second[5]]).toEqual([[['v11 text']], [['v10 text']]]);
  } finally {
    running.remove();
  }
});

test("the functions of PostHog's image are there, under their plain names, and run", () => {
  expect(answers.functions.flat()).toEqual(['JSONDropKeys', 'JSONDropKeys_v2', 'aggregate_funnel', 'aggregate_funnel_v2']);
  expect(answers.called).toEqual([['v10 text']]);
});

test('a table with a projection can be made, which 26.6 refuses where the pool is small', () => {
  expect(answers.projection).toEqual([]);
});

test("a server knows itself by its name and secure port, as PostHog's migrations ask (posthog/clickhouse/cluster.py)", () => {
  const local = oneShard(['localhost'], []);
  const [hosts] = askEngine(
    [
      `SELECT host_name, getMacro('hostClusterType'), getMacro('hostClusterRole') FROM clusterAllReplicas('posthog_migrations', system.clusters)
      WHERE cluster = 'posthog_migrations' AND is_local`,
    ],
    { config: configXml(local, local.nodes[0], OPTIONS), users: usersXml('posthog') },
  );
  expect(hosts).toEqual([['localhost', 'online', 'data']]);
});

/** A table of the database with a dictionary that reads another, or the same, as somebody. */
function dictionaryOf(database: string, user: string, password: string): string[] {
  return [
    `CREATE DATABASE IF NOT EXISTS ${database}`,
    `CREATE TABLE ${database}.pairs (a UInt64, b UInt64) ENGINE = MergeTree ORDER BY a`,
    `INSERT INTO ${database}.pairs VALUES (1, 7)`,
    `CREATE DICTIONARY ${database}.dictionary (a UInt64, b UInt64) PRIMARY KEY a
      SOURCE(CLICKHOUSE(TABLE pairs DB '${database}' USER '${user}' PASSWORD '${password}')) LIFETIME(0) LAYOUT(FLAT())`,
    `SELECT dictGet('${database}.dictionary', 'b', 1)`,
  ];
}

test('a dictionary reads without a connection, as the main user and as the one of dictionaries', () => {
  expect(askEngine(dictionaryOf('posthog', 'posthog', 'Abc123'), CONFIG)[4]).toEqual([['7']]);
  expect(askEngine(dictionaryOf('posthog', 'dict_reader', 'Ghi789'), CONFIG)[4]).toEqual([['7']]);
});

test('the user of dictionaries reads no other database, and needs its password', () => {
  expect(() => askEngine(dictionaryOf('other', 'dict_reader', 'Ghi789'), CONFIG)).toThrow(/dict_reader: Not enough privileges/);
  expect(() => askEngine(dictionaryOf('posthog', 'dict_reader', 'Abc123'), CONFIG)).toThrow(/dict_reader: Authentication failed/);
});

test('the definition of a dictionary shows its password to a query that asks for it, and to no other', () => {
  const show = 'SHOW CREATE DICTIONARY posthog.dictionary';
  const [hidden, shown] = askEngine(
    [...dictionaryOf('posthog', 'dict_reader', 'Ghi789').slice(0, 4), show, `${show} SETTINGS format_display_secrets_in_show_and_select = 1`],
    CONFIG,
  )
    .slice(4)
    .map((answer) => answer.flat().join());
  expect(hidden).toContain('[HIDDEN]');
  expect(hidden).not.toContain('Ghi789');
  expect(shown).toContain('Ghi789');
});

test("two mutations of a table do not exclude each other, which upstream's limit of one does", () => {
  const mutations = [
    'CREATE TABLE t (a UInt64, b UInt64) ENGINE = MergeTree ORDER BY a',
    'INSERT INTO t VALUES (1, 1)',
    'SYSTEM STOP MERGES t',
    'ALTER TABLE t UPDATE b = 2 WHERE a = 1 SETTINGS mutations_sync = 0',
    'ALTER TABLE t DELETE WHERE a = 2 SETTINGS mutations_sync = 0',
    "SELECT count() FROM system.mutations WHERE table = 't' AND NOT is_done",
  ];
  expect(askEngine(mutations, CONFIG).at(-1)).toEqual([['2']]);
  const strict = CONFIG.users.replace(/(<number_of_mutations_to_throw>)\d+/, '$11');
  expect(() => askEngine(mutations, { ...CONFIG, users: strict })).toThrow(/TOO_MANY_MUTATIONS/);
});

test('replicas and Keepers get files that can be read', () => {
  const [clusters] = askEngine([QUERIES.clusters], { config: configXml(TWO, TWO.nodes[1], OPTIONS), users: usersXml('posthog') });
  expect(clusters).toHaveLength(17);
  expect(() => askEngine([], { config: keeperXml(TWO, TWO.keepers[0]), users: usersXml('posthog') })).not.toThrow();
});

test('nobody gets in as default', () => {
  expect(() => askEngine([], { ...CONFIG, withDefaultUser: false })).toThrow('default: Authentication failed');
});

test('a password with < or & breaks the file, which is why boot/prepare.sh refuses it', () => {
  expect(() => askEngine([], { ...CONFIG, password: 'a&b' })).toThrow('Failed to preprocess config');
});

test('what is no XML is refused before the engine sees it', () => {
  expect(() => askEngine([], { ...CONFIG, config: '<clickhouse>' })).toThrow('ParseError');
});
