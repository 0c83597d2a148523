import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CONFIG_PATH, DATA_PATH } from '../../lib/stores/clickhouse/config/shared-settings';
import { ROOT } from '../helpers/app';

/** What the engine is given. */
export interface EngineOptions {
  readonly config: string;
  readonly users: string;
  /** What boot/prepare.sh brought from PostHog's image. */
  readonly userScripts?: string;
  readonly password?: string;
  /** Whether to add the user `default`, which the library connects as, and which our configuration does not have. */
  readonly withDefaultUser?: boolean;
}

const DEFAULT_USER =
  '<default><password/><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota>' +
  '<access_management>1</access_management><named_collection_control>1</named_collection_control><show_named_collections>1</show_named_collections></default>';

/** Starts ClickHouse's engine on our files, moved from the container's folders to one of this test's, and asks it. It listens nowhere. */
export function askEngine(queries: readonly string[], options: EngineOptions): string[][][] {
  const folder = mkdtempSync(path.join(tmpdir(), 'cdk-posthog-engine-'));
  try {
    const data = path.join(folder, 'data');
    mkdirSync(path.join(folder, 'config'));
    mkdirSync(data);
    if (options.userScripts) {
      cpSync(options.userScripts, path.join(data, 'user_scripts'), { recursive: true });
    }
    const moved = (text: string) => text.replaceAll(DATA_PATH, data).replaceAll(CONFIG_PATH, path.join(folder, 'config'));
    // The library looks for users where a client does.
    const config = moved(options.config).replace('</clickhouse>', `<users_config>${folder}/config/users.xml</users_config></clickhouse>`);
    const users = options.withDefaultUser === false ? options.users : options.users.replace('<users>', `<users>${DEFAULT_USER}`);
    writeFileSync(path.join(folder, 'config', 'config.xml'), config);
    writeFileSync(path.join(folder, 'config', 'users.xml'), users);
    const { status, stdout, stderr } = spawnSync(
      path.join(ROOT, '.venv-clickhouse', 'bin', 'python'),
      [path.join(__dirname, 'ask.py'), path.join(folder, 'config'), data],
      {
        encoding: 'utf8',
        input: JSON.stringify(queries),
        env: {
          PATH: process.env.PATH,
          KAFKA_HOSTS: 'b-1.internal:9094,b-2.internal:9094',
          POSTHOG_CLICKHOUSE_PASSWORD: options.password ?? 'Abc123',
          POSTHOG_CLICKHOUSE_DICT_READER_PASSWORD: 'Ghi789',
          POSTHOG_CLICKHOUSE_READER_PASSWORD: 'Jkl012',
          POSTHOG_CLICKHOUSE_CLUSTER_SECRET: 'Def456',
        },
        maxBuffer: 64 * 1024 * 1024,
      },
    );
    const answers = /^ANSWERS (.*)$/m.exec(stdout);
    if (status !== 0 || !answers) {
      // The engine goes on writing its log after it has failed.
      const said = stderr
        .split('\n')
        .filter((line) => !/^\d{4}\.\d\d\.\d\d /.test(line))
        .join('\n');
      throw new Error(`${said.slice(-4000)}\n${stderr.slice(-4000)}`);
    }
    return JSON.parse(answers[1]) as string[][][];
  } finally {
    rmSync(folder, { recursive: true });
  }
}
