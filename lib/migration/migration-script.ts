import { readFileSync } from 'node:fs';
import { DUPLICATE_KAFKA_TABLES } from '../catalog/clickhouse/duplicate-kafka-tables';
import { BEFORE_SQUASH, CLICKHOUSE_BRIDGES } from '../catalog/generations/legacy-databases';
import { scriptPath } from '../private/assets';

/** The data from the catalog, by the name of the Python constant. JSON of lists, objects and strings is valid Python. */
const DATA = {
  BRIDGES: CLICKHOUSE_BRIDGES.map(({ table, column, recreatedBy, addedBy, image }) => ({ table, column, recreatedBy, addedBy, image })),
  BEFORE_SQUASH,
  DUPLICATES: DUPLICATE_KAFKA_TABLES,
};

/** Returns the script that creates Kafka's topics. */
export function topicsScript(): string {
  return readFileSync(scriptPath('migration', 'topics', 'reconcile-topics.sh'), 'utf8');
}

/** Returns the migration script. Its parts and data are joined, because the command of a foreign image is a single text. */
export function migrationScript(): string {
  const [stores, ...rest] = ['stores', 'ledgers', 'checks', 'migrate'].map((part) =>
    readFileSync(scriptPath('migration', 'script', `${part}.py`), 'utf8'),
  );
  const data = Object.entries(DATA)
    .map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
    .join('\n');
  return condensed([stores, data, ...rest].join('\n\n'));
}

/** Removes comments, docstrings, empty lines and three of four spaces of each indentation: a task definition is limited to 64 KiB. */
function condensed(script: string): string {
  const lines = script
    .replace(/^"""[^]*?"""$/m, '')
    .split('\n')
    .filter((line) => !/^\s*(#.*|"""[^"]+""")?$/.test(line));
  return `${lines.map((line) => line.replace(/^( {4})+/, ({ length }) => ' '.repeat(length / 4))).join('\n')}\n`;
}
