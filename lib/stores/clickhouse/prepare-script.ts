import { readFileSync } from 'node:fs';
import { scriptPath } from '../../private/assets';

/** Options of the script. */
export interface PrepareOptions {
  readonly hostName: string;
  /** The names of secrets that the container must not start without. */
  readonly requiredSecrets: readonly string[];
  /** PostHog's image; undefined for a Keeper. */
  readonly appImage?: string;
}

const SCRIPT = scriptPath('stores', 'clickhouse', 'boot', 'prepare.sh');

/** Returns boot/prepare.sh with its settings. Values may contain tokens. */
export function prepareScript(options: PrepareOptions): string {
  return [
    `HOST_NAME=${quoted(options.hostName)}`,
    `REQUIRED_SECRETS=${quoted(options.requiredSecrets.join(' '))}`,
    `APP_IMAGE=${quoted(options.appImage ?? '')}`,
    readFileSync(SCRIPT, 'utf8'),
  ].join('\n');
}

function quoted(text: string): string {
  return `'${text.replace(/'/g, "'\\''")}'`;
}
