import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { prepareScript } from '../../lib/stores/clickhouse/members';
import { ROOT } from '../helpers/app';

const SECRETS = ['POSTHOG_CLICKHOUSE_PASSWORD', 'POSTHOG_CLICKHOUSE_DICT_READER_PASSWORD', 'POSTHOG_CLICKHOUSE_CLUSTER_SECRET'];

/** The instance's own script, as boot/prepare.sh of an instance passes it. */
const LOG_IN = path.join(ROOT, 'lib', 'stores', 'instance', 'boot', 'log-in.sh');

/** What a start is given; the rest is as on an instance. */
export interface Start {
  readonly hostName?: string;
  readonly appImage?: string;
  /** Docker fails at commands that begin with this; `rmdir` is the step after the new files are in place. */
  readonly fail?: string;
}

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
    this.write('instance/asset/settings', 'REGION=eu-central-1\n');
    this.write('bin/aws', '#!/bin/sh\necho "aws $*" >>"$CALLS"\n[ "$*" != "ecr get-login-password --region $4" ] || echo "password of $4"\n');
    this.write('bin/rmdir', '#!/bin/sh\n[ "$FAIL" = rmdir ] || exec /bin/rmdir "$@"\nexit 1\n');
    copyFileSync(path.join(__dirname, 'stub-docker.sh'), path.join(this.folder, 'bin', 'docker'));
    ['aws', 'docker', 'rmdir'].forEach((name) => chmodSync(path.join(this.folder, 'bin', name), 0o755));
    const functions = ['v2', 'v10'].flatMap((version) => [
      udf(`aggregate_funnel_${version}`, `${version}/upper`),
      udf(`JSONDropKeys_${version}`, `${version}/upper`),
    ]);
    this.write('app/code/posthog/user_scripts/latest_user_defined_function.xml', `<functions>\n${functions.join('\n')}\n</functions>\n`);
    ['v2', 'v10'].forEach((version) => {
      this.write(`app/code/posthog/user_scripts/${version}/upper`, `#!/bin/sh\nexec sed -u 's/^/${version} /'\n`);
      chmodSync(path.join(this.folder, 'app/code/posthog/user_scripts', version, 'upper'), 0o755);
    });
    this.write('app/code/posthog/idl/events_json.json', '{}');
    this.write('calls', '');
  }

  /** Prepares a start, and returns what came of it and what was asked of Docker and AWS. */
  public start({ hostName = 'clickhouse.internal', appImage = 'posthog/posthog@sha256:1', fail }: Start = {}): {
    status: number | null;
    errors: string;
    calls: string[];
  } {
    this.write('calls', '');
    this.write('script', prepareScript({ hostName, appImage, requiredSecrets: SECRETS }));
    const { status, stderr } = spawnSync('bash', ['-euo', 'pipefail', path.join(this.folder, 'script')], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: `${path.join(this.folder, 'bin')}:${process.env.PATH}`,
        IMAGE: 'clickhouse/clickhouse-server@sha256:2',
        MOUNT_POINT: path.join(this.folder, 'volume'),
        OWNER: `${process.getuid!()}:${process.getgid!()}`,
        SECRETS_DIR: path.join(this.folder, 'secrets'),
        LOG_IN,
        STATEFUL_INSTANCE_ROOT: path.join(this.folder, 'instance'),
        STATEFUL_INSTANCE_RUN: path.join(this.folder, 'run'),
        STATEFUL_INSTANCE_FIRST_DELAY: '0.01',
        DOCKER_CONFIG: path.join(this.folder, 'run', 'docker'),
        CALLS: path.join(this.folder, 'calls'),
        APP: path.join(this.folder, 'app'),
        ...(fail ? { FAIL: fail } : {}),
      },
    });
    return { status, errors: stderr, calls: this.read('calls').split('\n').filter(Boolean) };
  }

  public write(file: string, text: string): void {
    const whole = path.join(this.folder, file);
    mkdirSync(path.dirname(whole), { recursive: true });
    writeFileSync(whole, text);
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
