import { PostHogProcess } from '../../lib';
import { CLICKHOUSE_SERVERS, OBJECT_PREFIXES, prefixesOf, readBy, writtenBy } from '../../lib/catalog/object-prefixes';
import { PROCESSES } from '../../lib/catalog/processes';
import { SYMBOL_SETS_PREFIX } from '../../lib/stores/object-storage/object-storage-keys';
import { settingsOf } from '../helpers/process-context';

const byName = (name: PostHogProcess) => PROCESSES.find(({ process }) => process === name)!;

test('no prefix is part of another, and none has a slash at an end', () => {
  const prefixes = OBJECT_PREFIXES.map(({ prefix }) => `${prefix}/`);
  expect(prefixes.filter((prefix) => prefix.startsWith('/') || prefix.endsWith('//'))).toEqual([]);
  expect(prefixes.filter((prefix, index) => prefixes.some((other, otherIndex) => index !== otherIndex && other.startsWith(prefix)))).toEqual([]);
});

test('every prefix has its source', () => {
  expect(OBJECT_PREFIXES.filter(({ source }) => !/\.(py|ts|rs)/.test(source))).toEqual([]);
});

test('the processes with access to objects are those that read or write a prefix', () => {
  const clients = new Set(OBJECT_PREFIXES.flatMap(({ readers, writers }) => [...readers, ...writers]));
  const withRights = PROCESSES.filter(({ objects, objectsWith }) => objects ?? objectsWith).map(({ process }) => process);
  // cymbal accesses its prefix with access keys.
  expect([...clients].filter((client) => client !== CLICKHOUSE_SERVERS && client !== PostHogProcess.CYMBAL_RESOLUTION).sort()).toEqual(
    withRights.sort(),
  );
});

test('a process that only reads has no prefix to write', () => {
  expect(PROCESSES.filter(({ process, objects }) => objects === 'read' && writtenBy(process).length > 0)).toEqual([]);
});

test('ClickHouse stages batch exports and reads the tables of the data warehouse', () => {
  expect(writtenBy(CLICKHOUSE_SERVERS)).toEqual(['batch-exports']);
  expect(readBy(CLICKHOUSE_SERVERS)).toEqual(['dlt', 'managed']);
});

test('only Django processes can access the whole bucket', () => {
  expect(prefixesOf(PostHogProcess.WEB)).toBeUndefined();
  expect(prefixesOf(PostHogProcess.HYPERCACHE_SERVER)).toEqual(['cache']);
});

test('every prefix in settings is in the catalog', () => {
  const prefixes = OBJECT_PREFIXES.map(({ prefix }) => prefix);
  const web = settingsOf(byName(PostHogProcess.WEB));
  expect(prefixes).toEqual(
    expect.arrayContaining([
      SYMBOL_SETS_PREFIX,
      web.SESSION_RECORDING_V2_S3_PREFIX,
      web.BUCKET_PATH,
      settingsOf(byName(PostHogProcess.CAPTURE_AI)).AI_S3_PREFIX.replace(/\/$/, ''),
    ]),
  );
});
