import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Scripts ship beside the sources; `lib/` and `build/` are equally deep. */
const SERVICES = path.join(__dirname, '..', '..', '..', 'lib', 'services');

/** The script that makes Kafka's topics. */
export function topicsScript(): string {
  return readFileSync(path.join(SERVICES, 'topics', 'reconcile-topics.sh'), 'utf8');
}

/** The script that migrates, put together from its parts: an image that is not ours takes one text. */
export function migrationScript(): string {
  return ['stores', 'checks', 'migrate'].map((part) => readFileSync(path.join(SERVICES, 'migration', 'script', `${part}.py`), 'utf8')).join('\n\n');
}
