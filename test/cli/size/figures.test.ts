import { readFileSync } from 'node:fs';
import path from 'node:path';
import { FIGURES, FigureName, Grade, gradeOf } from '../../../cli/size/figures';
import { CONNECTIONS } from '../../../cli/size/stores';
import { GP3, VOLUME_GROWTH } from '../../../lib/stores/instance/instance-volume';
import { CLICKHOUSE_DEFAULTS } from '../../../lib/stores/clickhouse/clickhouse-props';
import { KAFKA_DEFAULTS } from '../../../lib/stores/kafka/kafka-props';
import { REDPANDA_DEFAULTS } from '../../../lib/stores/kafka/redpanda-kafka-props';
import { BYTES_PER_CONNECTION, LEAST_CONNECTIONS } from '../../../lib/stores/postgres/max-connections';
import { ROOT } from '../../helpers/app';

const NAMES = Object.keys(FIGURES) as FigureName[];

test.each(NAMES)('the figure %s has a source, and a range if it is estimated', (name) => {
  const { value, grade, source, unit, range } = { range: undefined, ...FIGURES[name] };
  expect(source.length).toBeGreaterThan(10);
  expect(unit).not.toBe('');
  expect(range === undefined).toBe(grade !== Grade.ESTIMATED);
  const [low, high] = range ?? [value, value];
  expect(low <= value && value <= high).toBe(true);
});

test('a plan has the grade of its worst figure', () => {
  expect(gradeOf(['clickHouseMeasuredBytes'])).toBe(Grade.MEASURED);
  expect(gradeOf(['clickHouseMeasuredBytes', 'brokerGibibytes'])).toBe(Grade.DOCUMENTED);
  expect(gradeOf(['clickHouseMeasuredBytes', 'brokerGibibytes', 'peakFactor'])).toBe(Grade.ESTIMATED);
});

test('what figures say of this library is what it does', () => {
  const source = (file: string) => readFileSync(path.join(ROOT, 'lib', 'stores', file), 'utf8');
  expect(KAFKA_DEFAULTS.retention.toDays()).toBe(FIGURES.kafkaRetentionDays.value);
  expect(REDPANDA_DEFAULTS.retention.toDays()).toBe(FIGURES.kafkaRetentionDays.value);
  expect(source('kafka/kafka.ts')).toContain(`const TARGET_DISK_PERCENT = ${FIGURES.kafkaFull.value * 100};`);
  expect(source('kafka/redpanda-kafka.ts')).toContain(`const PARTITION_SHARE = ${Math.round(1 / FIGURES.redpandaPartition.value)};`);
  expect(GP3.gibibytes.max).toBe(FIGURES.gp3Gibibytes.value);
  expect(VOLUME_GROWTH).toBe(4);
  expect(CLICKHOUSE_DEFAULTS.replicas).toBe(1);
  expect([BYTES_PER_CONNECTION, LEAST_CONNECTIONS]).toEqual([CONNECTIONS.bytes, CONNECTIONS.least]);
});
