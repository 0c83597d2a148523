import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ClickHouseNode, ClickHouseTopology, oneShard } from '../../lib/stores/clickhouse/config/topology';
import { serverConfig } from '../../lib/stores/clickhouse/config/config-xml';
import { PostHogRelease } from '../../lib';
import { usersConfig } from '../../lib/stores/clickhouse/config/users-xml';
import { Content, Elements, FromEnv } from '../../lib/stores/clickhouse/config/xml';
import { ROOT } from '../helpers/app';
import { newStack } from '../helpers/stack';
import { instanceFiles, newClickHouse } from '../stores/clickhouse/fixtures';
import upstream from './upstream-clickhouse.json';

const ONE = oneShard(['clickhouse.internal'], []);

function config(topology: ClickHouseTopology = ONE, self: ClickHouseNode = topology.nodes[0]): Elements {
  return serverConfig(topology, self, { database: 'posthog', kafkaTls: true });
}

/** The elements within, with texts as a file would have them. */
function texts(content: Content): Record<string, string> {
  return Object.fromEntries(Object.entries(content as Elements).map(([name, value]) => [name, String(value as string | number)]));
}

test("the clusters are upstream's", () => {
  expect(Object.keys(config().remote_servers as Elements).sort()).toEqual([...upstream.clusters].sort());
});

test("the macros of one server are upstream's", () => {
  expect(config().macros).toEqual(upstream.macros);
});

test('every named collection reads the brokers from the environment', () => {
  const expected = Object.entries(upstream.namedCollections).map(
    ([
      name,
      {
        kafka_broker_list: { fromEnv },
      },
    ]) => [name, { kafka_broker_list: new FromEnv(fromEnv) }],
  );
  expect(config().named_collections).toEqual(Object.fromEntries(expected));
});

test("the settings of MergeTree tables are upstream's", () => {
  expect(texts(config().merge_tree)).toEqual(Object.fromEntries(Object.entries(upstream.mergeTree).map(([name, { value }]) => [name, value])));
});

test("the other server settings are upstream's where upstream has reasons", () => {
  const { distributed_ddl: ddl, ...rest } = upstream.config;
  expect(texts(config())).toMatchObject(rest);
  expect(config().distributed_ddl).toEqual({ path: ddl });
});

test("the system log tables are upstream's, and each has an expiration", () => {
  const own = config();
  const tables = Object.keys(own).filter((name) => name.endsWith('_log'));
  expect(tables.sort()).toEqual([...upstream.systemLogs].sort());
  expect(tables.filter((name) => !/INTERVAL \d+ DAY/.test(JSON.stringify(own[name])))).toEqual([]);
});

test("the profile is upstream's, except settings with a reason", () => {
  const own = texts((usersConfig('posthog').profiles as Elements).default);
  const differing = Object.entries(upstream.profile)
    .filter(([name, value]) => own[name] !== value)
    .map(([name]) => name);
  expect(Object.keys(own)).toEqual(Object.keys(upstream.profile));
  expect(differing).toEqual(Object.keys(upstream.profileDiffers));
});

test("the user of dictionaries has upstream's name, profile and grant, of our one database", () => {
  const { dict_reader: reader } = usersConfig('posthog').users as Record<string, Elements>;
  expect(reader).toMatchObject({
    profile: upstream.dictReader.profile,
    access_management: 0,
    grants: { query: upstream.dictReader.grant.replace('default', '`posthog`') },
  });
  expect(texts((usersConfig('posthog').profiles as Elements).readonly)).toEqual({ readonly: '1' });
});

test("the library's release and a ClickHouse of its own are of the version that upstream pins", () => {
  const { V2026_09_11_R2: release } = PostHogRelease;
  const [name] = upstream.image.tag.split(':');
  const image = `${name}@${upstream.image.digest}`;
  expect(`${name}:${release.clickHouseVersion}`).toBe(upstream.image.tag);
  expect(release.clickHouseImage).toBe(image);
  // Where none is named, as with a release that knows none, the library's own is deployed.
  const stack = newStack();
  newClickHouse(stack);
  expect([...instanceFiles(stack).values()].map((read) => read('settings'))).toEqual([expect.stringContaining(`\nIMAGE=${image}\n`)]);
  const documented = readFileSync(path.join(ROOT, 'lib', 'stores', 'clickhouse', 'clickhouse-props.ts'), 'utf8');
  expect(documented).toContain(`@default - ${release.clickHouseVersion}, which belongs to PostHogRelease.V2026_09_11_R2`);
});
