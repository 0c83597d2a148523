import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { installAppFilesScript } from '../../lib/stores/clickhouse/app-files';
import { prepareScript } from '../../lib/stores/clickhouse/members';
import { ROOT } from '../helpers/app';

const SECRETS = ['POSTHOG_CLICKHOUSE_PASSWORD', 'POSTHOG_CLICKHOUSE_DICT_READER_PASSWORD', 'POSTHOG_CLICKHOUSE_CLUSTER_SECRET'];

/** The instance's own scripts. */
const BOOT = path.join(ROOT, 'lib', 'stores', 'instance', 'boot');

/** What a start is given; the rest is as on an instance. */
export interface Start {
  readonly hostName?: string;
  readonly folders?: readonly string[];
}

/** What a migration has written into the parameter, and how things go; the rest is as on an instance. */
export interface Installation {
  readonly run?: string;
  readonly image?: string;
  /** Docker and AWS fail at commands that begin with this. */
  readonly fail?: string;
  /** The seconds before an installation that failed is repeated. */
  readonly pause?: number;
}

/** How a script ended. */
export interface Outcome {
  readonly status: number | null;
  readonly errors: string;
  /** The commands of Docker and AWS. */
  readonly calls: string[];
}

/** What a server reports. */
export interface Report {
  readonly run: string;
  readonly image: string;
  readonly outcome: string;
  readonly message: string;
}

const SERVER = 'clickhouse/clickhouse-server@sha256:2';

/** The image that is installed unless a test says otherwise. */
export const IMAGE = 'posthog/posthog@sha256:1';

/** A function as PostHog's images have it in latest_user_defined_function.xml, in the little of it that matters here. */
export function udf(name: string, command: string): string {
  return (
    `<function><type>executable</type><name>${name}</name><return_type>String</return_type><argument><type>String</type></argument>` +
    `<format>TabSeparated</format><command>${command}</command></function>`
  );
}

/** A host with a volume, secrets, and a stub for Docker whose image of PostHog has two versions of two functions. */
export class PreparedHost {
  public readonly folder = mkdtempSync(path.join(tmpdir(), 'cdk-posthog-clickhouse-'));
  public readonly data = path.join(this.folder, 'volume', 'data');

  public constructor() {
    SECRETS.forEach((name) => this.write(`secrets/${name}`, 'Abc123'));
    mkdirSync(path.join(this.folder, 'run'));
    this.write('instance/asset/settings', `REGION=eu-central-1\nLOG_GROUP=Logs\nIMAGE=${SERVER}\nREGISTRY_SECRET=\n`);
    this.write('bin/curl', '#!/bin/sh\nexit 1\n');
    ['aws', 'docker'].forEach((name) => copyFileSync(path.join(__dirname, `stub-${name}.sh`), path.join(this.folder, 'bin', name)));
    ['aws', 'curl', 'docker'].forEach((name) => chmodSync(path.join(this.folder, 'bin', name), 0o755));
    this.image(IMAGE);
  }

  /** Publishes an image of PostHog with versions of two functions, and a format schema for each. */
  public image(name: string, versions: readonly string[] = ['v2', 'v10']): void {
    const folder = `apps/${name.replaceAll('/', '_')}/code/posthog`;
    const functions = versions.flatMap((version) => [
      udf(`aggregate_funnel_${version}`, `${version}/upper`),
      udf(`JSONDropKeys_${version}`, `${version}/upper`),
    ]);
    this.write(`${folder}/user_scripts/latest_user_defined_function.xml`, `<functions>\n${functions.join('\n')}\n</functions>\n`);
    for (const version of versions) {
      this.write(`${folder}/user_scripts/${version}/upper`, `#!/bin/sh\nexec sed -u 's/^/${version} /'\n`);
      chmodSync(path.join(this.folder, folder, 'user_scripts', version, 'upper'), 0o755);
      this.write(`${folder}/idl/${version}.json`, '{}');
    }
  }

  /** Prepares a start. */
  public start({ hostName = 'clickhouse.internal', folders = ['user_scripts', 'format_schemas'] }: Start = {}): Outcome {
    return this.run(prepareScript({ hostName, requiredSecrets: SECRETS, folders }));
  }

  /** Runs what an instance runs every half minute while ClickHouse does. */
  public install({ run = 'run-1', image = IMAGE, fail, pause = 300 }: Installation = {}): Outcome {
    this.write('wanted', image === '' ? '{}' : JSON.stringify({ run, image }));
    return this.run(installAppFilesScript('Image', 'Report'), {
      STATEFUL_INSTANCE_PAUSE: String(pause),
      STATEFUL_INSTANCE_POLL: '0.01',
      STATEFUL_INSTANCE_ATTEMPTS: '2',
      ...(fail ? { FAIL: fail } : {}),
    });
  }

  /** The last report; undefined before the first. */
  public report(): Report | undefined {
    return this.has('report') ? (JSON.parse(this.read('report')) as Report) : undefined;
  }

  /** The functions of the server, by name: what they run. */
  public functions(): Record<string, string> {
    const text = this.read('volume/data/user_scripts/latest_user_defined_function.xml');
    return Object.fromEntries([...text.matchAll(/<name>(.*?)<\/name>.*<command>(.*?)<\/command>/g)].map(([, name, command]) => [name, command]));
  }

  private run(script: string, more: Record<string, string> = {}): Outcome {
    this.write('calls', '');
    this.write('script', script);
    const { status, stderr } = spawnSync('bash', ['-euo', 'pipefail', path.join(this.folder, 'script')], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: `${path.join(this.folder, 'bin')}:${process.env.PATH}`,
        NAME: 'clickhouse',
        IMAGE: SERVER,
        MOUNT_POINT: path.join(this.folder, 'volume'),
        OWNER: `${process.getuid!()}:${process.getgid!()}`,
        SECRETS_DIR: path.join(this.folder, 'secrets'),
        BOOT,
        STATEFUL_INSTANCE_ROOT: path.join(this.folder, 'instance'),
        STATEFUL_INSTANCE_RUN: path.join(this.folder, 'run'),
        STATEFUL_INSTANCE_FIRST_DELAY: '0.01',
        HOST: this.folder,
        ...more,
      },
    });
    return { status, errors: stderr, calls: this.read('calls').split('\n').filter(Boolean) };
  }

  public write(file: string, text: string): void {
    const whole = path.join(this.folder, file);
    mkdirSync(path.dirname(whole), { recursive: true });
    writeFileSync(whole, text);
  }

  public erase(file: string): void {
    rmSync(path.join(this.folder, file));
  }

  /** Puts a command before the stub of the same name, which becomes `<name>-before`. */
  public command(name: string, body: string): void {
    const stub = path.join(this.folder, 'bin', name);
    copyFileSync(stub, `${stub}-before`);
    writeFileSync(stub, `#!/bin/sh\n${body}\n`);
  }

  public read(file: string): string {
    return readFileSync(path.join(this.folder, file), 'utf8');
  }

  public has(file: string): boolean {
    return existsSync(path.join(this.folder, file));
  }

  public list(folder: string): string[] {
    return readdirSync(path.join(this.folder, folder)).sort();
  }

  public remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
