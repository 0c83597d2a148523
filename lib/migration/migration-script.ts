import { readFileSync } from 'node:fs';
import { DUPLICATE_KAFKA_TABLES } from '../catalog/duplicate-kafka-tables';
import { BEFORE_SQUASH, CLICKHOUSE_BRIDGES } from '../catalog/legacy-databases';
import { scriptPath } from '../private/assets';

/** What the script gets of the catalog, by the name of its Python constant. JSON of lists, objects and texts is Python as well. */
const DATA = {
  BRIDGES: CLICKHOUSE_BRIDGES.map(({ table, column, recreatedBy, addedBy, image }) => ({ table, column, recreatedBy, addedBy, image })),
  BEFORE_SQUASH,
  DUPLICATES: DUPLICATE_KAFKA_TABLES,
};

/** The script that makes Kafka's topics. */
export function topicsScript(): string {
  return readFileSync(scriptPath('migration', 'topics', 'reconcile-topics.sh'), 'utf8');
}

/** The script that migrates, put together from its parts and its data: an image that is not ours takes one text. */
export function migrationScript(): string {
  const [stores, ...rest] = ['stores', 'ledgers', 'checks', 'migrate'].map((part) => readFileSync(scriptPath('migration', 'script', `${part}.py`), 'utf8'));
  const data = Object.entries(DATA).map(([name, value]) => `${name} = ${JSON.stringify(value)}`).join('\n');
  return condensed([stores, data, ...rest].join('\n\n'));
}

/** Leaves out comments, docstrings, empty lines and three of four spaces of an indentation: a task definition has 64 KiB for everything. */
function condensed(script: string): string {
  const lines = script.replace(/^"""[^]*?"""$/m, '').split('\n').filter((line) => !/^\s*(#.*|"""[^"]+""")?$/.test(line));
  return `${lines.map((line) => line.replace(/^( {4})+/, ({ length }) => ' '.repeat(length / 4))).join('\n')}\n`;
}
