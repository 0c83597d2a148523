import { DUPLICATE_KAFKA_TABLES } from '../catalog/clickhouse/duplicate-kafka-tables';
import { BEFORE_SQUASH, CLICKHOUSE_BRIDGES } from '../catalog/generations/legacy-databases';
import { scriptText } from '../private/assets';

/** The data from the catalog, by the name of the Python constant. JSON of lists, objects and strings is valid Python. */
const DATA = {
  BRIDGES: CLICKHOUSE_BRIDGES.map(({ table, column, recreatedBy, addedBy, image }) => ({ table, column, recreatedBy, addedBy, image })),
  BEFORE_SQUASH,
  DUPLICATES: DUPLICATE_KAFKA_TABLES,
};

/** Returns the script that creates Kafka's topics. */
export function topicsScript(): string {
  return scriptText('migration', 'topics', 'reconcile-topics.sh');
}

/** Returns the migration script. Its parts and data are joined, because the command of a foreign image is a single text. */
export function migrationScript(): string {
  const [stores, ...rest] = ['stores', 'ledgers', 'checks', 'migrate'].map((part) => scriptText('migration', 'script', `${part}.py`));
  const data = Object.entries(DATA).map(([name, value]) => `${name} = ${JSON.stringify(value)}\n`);
  return [stores, ...data, ...rest].join('');
}
