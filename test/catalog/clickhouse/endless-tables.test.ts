import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ENDLESS_RECORDS, ENDLESS_TABLES, endOf } from '../../../lib/catalog/clickhouse/endless-tables';
import { CLICKHOUSE_SCHEMA } from '../../../lib/catalog/clickhouse/schema';

const ALL = [...ENDLESS_RECORDS.map(({ table }) => table), ...Object.values(ENDLESS_TABLES).flat()];

test('every table without a TTL is in exactly one list', () => {
  expect([...ALL].sort()).toEqual([...new Set(ALL)].sort());
  expect(ALL).toHaveLength(CLICKHOUSE_SCHEMA.objects.storedWithoutEnd);
});

test('the documentation has the TTL statement of each table of records', () => {
  const documented = readFileSync(path.join(__dirname, '..', '..', '..', 'docs', 'clickhouse.md'), 'utf8');
  expect(ENDLESS_RECORDS.map((records) => endOf(records)).filter((statement) => !documented.includes(`\`${statement}\``))).toEqual([]);
});
