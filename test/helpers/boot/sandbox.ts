import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ended } from '../programs';

const SCRIPTS = path.join(__dirname, '..', '..', '..', 'lib', 'stores', 'instance', 'boot');

/** A stub of what an instance and its cloud have; each is a link to `note`. */
const NOTED = ['systemctl', 'dnf', 'sysctl'];

const SETTINGS = {
  REGION: 'eu-central-1',
  STACK: 'Stack',
  GROUP: 'Group',
  LOG_GROUP: 'Logs',
  VOLUME_TAG: 'Stack/Kafka/Instance',
  OWNER: '101:101',
  ZONE: 'Z1',
  HOST_NAME: 'kafka.example.internal',
  SIGNAL_TIMEOUT: '2',
  NAME: 'redpanda',
  IMAGE: 'redpanda:1',
  REGISTRY_SECRET: '',
  PORT: '1',
  STOP_TIMEOUT: '120',
  ZONE_ID_VARIABLE: '',
};

/** How a script ended. */
export interface Ended {
  readonly status: number | null;
  readonly output: string;
}

/** A volume as EC2 describes it. */
export interface VolumeRow {
  readonly id?: string;
  readonly state?: string;
  readonly zone?: string;
  readonly snapshot?: string;
  readonly holder?: string;
  readonly attachment?: string;
}

export const VOLUME = 'vol-0123456789abcdef0';

/** An instance that has just started, and its cloud: the real scripts with stubs for the commands that reach out. */
export class Sandbox {
  public readonly folder = mkdtempSync(path.join(tmpdir(), 'cdk-posthog-boot-'));
  public readonly mountPoint = this.at('mnt');
  public instance = 'i-1';

  public constructor(settings: Record<string, string> = {}) {
    for (const folder of ['bin', 'cloud/secrets', 'devices', 'mnt', 'root/asset/container', 'root/asset/host']) {
      mkdirSync(this.at(folder), { recursive: true });
    }
    cpSync(SCRIPTS, this.at('root/asset/boot'), { recursive: true });
    cpSync(path.join(__dirname, 'bin'), this.at('bin'), { recursive: true });
    NOTED.forEach((name) => symlinkSync('note', this.at(`bin/${name}`)));
    this.write(
      'root/asset/settings',
      Object.entries({ ...SETTINGS, MOUNT_POINT: this.mountPoint, ...settings })
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    );
    for (const name of ['arguments', 'environment', 'secrets', 'folders', 'prepare', 'after-start', 'while-running']) {
      this.write(`root/asset/container/${name}`, '');
    }
    this.write('cloud/calls', '');
  }

  public at(name: string): string {
    return path.join(this.folder, name);
  }

  public write(name: string, content: string): void {
    mkdirSync(path.dirname(this.at(name)), { recursive: true });
    writeFileSync(this.at(name), content);
  }

  /** Writes a command that replaces a real one. */
  public command(name: string, body: string): void {
    this.write(`bin/${name}`, `#!/bin/sh\n${body}\n`);
    chmodSync(this.at(`bin/${name}`), 0o755);
  }

  public read(name: string): string {
    return readFileSync(this.at(name), 'utf8');
  }

  public has(name: string): boolean {
    return existsSync(this.at(name));
  }

  /** What EC2 says of volumes with the tag, from the given look on. */
  public volumes(rows: readonly VolumeRow[], fromLook?: number): void {
    this.write(
      `cloud/volumes${fromLook === undefined ? '' : `.${fromLook}`}`,
      rows
        .map(
          (row) =>
            `${[row.id ?? VOLUME, row.state ?? 'available', row.zone ?? 'eu-central-1a', row.snapshot ?? '-', row.holder ?? '-', row.attachment ?? '-'].join('\t')}\n`,
        )
        .join(''),
    );
  }

  /** The commands that reached out, but for the metadata service and the log. */
  public calls(): string[] {
    return this.read('cloud/calls')
      .split('\n')
      .filter((call) => call !== '' && !call.startsWith('curl') && !call.startsWith('logs'));
  }

  public run(script: string, env: Record<string, string> = {}, words: readonly string[] = []): Ended {
    const { status, stdout, stderr } = spawnSync('bash', [this.at(`root/asset/boot/${script}`), ...words], {
      encoding: 'utf8',
      timeout: 60_000,
      env: this.env(env),
    });
    return { status, output: `${stdout}${stderr}` };
  }

  /** The same, without waiting for it. */
  public async start(script: string, env: Record<string, string> = {}): Promise<Ended> {
    const child = spawn('bash', [this.at(`root/asset/boot/${script}`)], { env: this.env(env) });
    const { exitCode: status, output } = await ended(child);
    return { status, output };
  }

  public remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private env(env: Record<string, string>): Record<string, string> {
    return {
      PATH: `${this.at('bin')}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
      CLOUD: this.at('cloud'),
      INSTANCE: this.instance,
      STATEFUL_INSTANCE_ROOT: this.at('root'),
      STATEFUL_INSTANCE_RUN: this.at('run'),
      STATEFUL_INSTANCE_HOST: this.at('host'),
      STATEFUL_INSTANCE_DEVICES: this.at('devices'),
      STATEFUL_INSTANCE_FIRST_DELAY: '0.01',
      STATEFUL_INSTANCE_POLL: '0.05',
      STATEFUL_INSTANCE_PATIENCE: '2',
      ...env,
    };
  }
}
