import { Measurements } from './monitor-request';
import { CustomMetricName } from '../custom-metrics';

/**
 * Errors of the server itself. Others are those of a query that somebody wrote: ClickHouse counts both.
 *
 * @see https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp
 */
export const SERVER_ERRORS = [
  'CHECKSUM_DOESNT_MATCH',
  'CORRUPTED_DATA',
  'KEEPER_EXCEPTION',
  'MEMORY_LIMIT_EXCEEDED',
  'NOT_ENOUGH_SPACE',
  'TABLE_IS_READ_ONLY',
  'TOO_MANY_PARTS',
  'TOO_MANY_SIMULTANEOUS_QUERIES',
] as const;

/**
 * The statement that each server is read with, for one row of numbers. Tables of `system` need no migration, so it works on a new server too;
 * `system.query_log` does not exist before the first query is written to it, so errors come from the counters of `system.errors`.
 */
export const HEALTH_STATEMENT = [
  'SELECT',
  '  (SELECT max(100 * (1 - free_space / total_space)) FROM system.disks WHERE is_remote = 0 AND total_space > 0) AS disk,',
  '  (SELECT max(number) FROM (SELECT count() AS number FROM system.parts WHERE active GROUP BY database, table, partition_id)) AS parts,',
  '  (SELECT count() FROM system.replicas WHERE is_readonly) AS readonly,',
  "  (SELECT max(dateDiff('second', create_time, now())) FROM system.mutations WHERE NOT is_done) AS mutation,",
  '  (SELECT count() FROM system.errors WHERE last_error_time > now() - INTERVAL 5 MINUTE',
  `    AND name IN (${SERVER_ERRORS.map((name) => `'${name}'`).join(', ')})) AS errors,`,
  '  (SELECT count() FROM system.kafka_consumers WHERE notEmpty(exceptions.time) AND arrayMax(exceptions.time) > now() - INTERVAL 5 MINUTE',
  '    AND last_commit_time < now() - INTERVAL 5 MINUTE) AS consumers',
].join('\n');

/** The metrics of `clickHouseMeasurements`. */
export const CLICKHOUSE_METRICS = [
  'ClickHouseUnreachable',
  'ClickHouseDiskUsedPercent',
  'ClickHousePartsInPartition',
  'ClickHouseReadOnlyTables',
  'ClickHouseFailingConsumers',
  'ClickHouseServerErrors',
  'ClickHouseMutationAge',
] as const satisfies readonly CustomMetricName[];

/** The row of one server. Numbers are texts where ClickHouse formats 64-bit integers as such, and null where there is nothing to measure. */
export type HealthRow = Readonly<Record<'disk' | 'parts' | 'readonly' | 'mutation' | 'errors' | 'consumers', string | number | null>>;

/** Returns the measurements of the servers: of each, the worst one. A server that does not answer has no row. */
export function clickHouseMeasurements(rows: readonly (HealthRow | undefined)[]): Measurements {
  const answered = rows.filter((row) => row !== undefined);
  const unreachable = rows.length - answered.length;
  if (answered.length === 0) {
    return { ClickHouseUnreachable: unreachable };
  }
  const worst = (name: keyof HealthRow) => Math.max(...answered.map((row) => numberOf(name, row[name])));
  return {
    ClickHouseUnreachable: unreachable,
    ClickHouseDiskUsedPercent: worst('disk'),
    ClickHousePartsInPartition: worst('parts'),
    ClickHouseReadOnlyTables: worst('readonly'),
    ClickHouseFailingConsumers: worst('consumers'),
    ClickHouseServerErrors: worst('errors'),
    ClickHouseMutationAge: worst('mutation'),
  };
}

function numberOf(name: string, value: string | number | null): number {
  const number = Number(value ?? 0);
  if (!Number.isFinite(number)) {
    throw new Error(`ClickHouse must answer with a number for ${name}, got: ${JSON.stringify(value)}`);
  }
  return number;
}
