import { readFileSync } from 'node:fs';
import { DUPLICATE_KAFKA_TABLES } from '../catalog/clickhouse/duplicate-kafka-tables';
import { RECORD_DAYS } from '../catalog/clickhouse/endless-tables';
import { BEFORE_SQUASH, CLICKHOUSE_BRIDGES } from '../catalog/generations/legacy-databases';
import { scriptPath, scriptText } from '../private/assets';
import { CYCLOTRON_DATABASE } from '../stores/postgres/postgres-url';

/** The data from the catalog, by the name of the Python constant. JSON of lists, objects and strings is valid Python. */
const DATA = {
  BRIDGES: CLICKHOUSE_BRIDGES.map(({ table, column, recreatedBy, addedBy, image }) => ({ table, column, recreatedBy, addedBy, image })),
  BEFORE_SQUASH,
  DUPLICATES: DUPLICATE_KAFKA_TABLES,
  QUERY_LOG_DAYS: RECORD_DAYS,
};

/** The databases of the sections of logins.sql; the section of PostHog's database is run in that of the connection. */
const LOGIN_DATABASES = { jobs: [CYCLOTRON_DATABASE], temporal: ['temporal', 'temporal_visibility'] };

/** Returns the sections of logins.sql by name: each begins with a comment `-- [name]`. */
function loginSections(): Record<string, string> {
  const [, ...parts] = readFileSync(scriptPath('migration', 'script', 'logins.sql'), 'utf8').split(/^-- \[(\w+)\].*$/m);
  const sections = parts.flatMap((name, index) => (index % 2 === 0 ? [[name, withoutComments(parts[index + 1])]] : []));
  return Object.fromEntries(sections) as Record<string, string>;
}

function withoutComments(sql: string): string {
  return sql
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('--'))
    .join('\n');
}

/** Options of the migration script. */
export interface MigrationScriptOptions {
  /** Indicates whether the script creates logins for processes. */
  readonly logins: boolean;
}

/** Returns the script that creates Kafka's topics. */
export function topicsScript(): string {
  return scriptText('migration', 'topics', 'reconcile-topics.sh');
}

/** Returns the migration script. Its parts and data are joined, because the command of a foreign image is a single text. */
export function migrationScript({ logins }: MigrationScriptOptions = { logins: false }): string {
  const [stores, ...rest] = ['stores', 'ledgers', 'checks', ...(logins ? ['logins'] : []), 'migrate'].map((part) =>
    scriptText('migration', 'script', `${part}.py`),
  );
  const loginData = { LOGINS: loginSections(), LOGIN_DATABASES };
  const data = Object.entries({ ...DATA, ...(logins ? loginData : { LOGINS: {} }) }).map(([name, value]) => `${name} = ${JSON.stringify(value)}\n`);
  return [stores, ...data, ...rest].join('');
}
