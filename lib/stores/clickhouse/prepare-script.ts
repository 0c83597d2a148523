import { readFileSync } from 'node:fs';
import { scriptPath } from '../../private/assets';

/** What the script is told by the construct. */
export interface PrepareOptions {
  readonly hostName: string;
  /** Names of secrets without which the container must not start. */
  readonly requiredSecrets: readonly string[];
  /** PostHog's image; undefined for a Keeper. */
  readonly appImage?: string;
}

const SCRIPT = scriptPath('stores', 'clickhouse', 'boot', 'prepare.sh');

/** The script of boot/prepare.sh with its settings. Values may hold tokens. */
export function prepareScript(options: PrepareOptions): string {
  return [
    `HOST_NAME=${quoted(options.hostName)}`,
    `REQUIRED_SECRETS=${quoted(options.requiredSecrets.join(' '))}`,
    `APP_IMAGE=${quoted(options.appImage ?? '')}`,
    readFileSync(SCRIPT, 'utf8'),
  ].join('\n');
}

function quoted(text: string): string {
  return `'${text.replace(/'/g, '\'\\\'\'')}'`;
}
