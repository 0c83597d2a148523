import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { Sandbox, VOLUME } from './sandbox';

const MIB = 1024 * 1024;

/** Runs a command of this machine and says what it said. */
export function sh(command: string, ...args: string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

/** A disk of the machine, made of a file: what the volume of an instance is. */
export class Disk {
  public readonly device: string;
  private readonly file: string;

  /** @param sandbox the instance whose volume it is; a blank one of 320 MiB, larger than the smallest that XFS takes */
  public constructor(
    private readonly sandbox: Sandbox,
    private mebibytes = 320,
    name = 'disk',
  ) {
    this.file = sandbox.at(`${name}.img`);
    writeFileSync(this.file, '');
    truncateSync(this.file, mebibytes * MIB);
    this.device = sh('losetup', '--find', '--show', this.file);
    sandbox.write('cloud/device', this.device);
  }

  /** What udev does when a volume that is attached appears. */
  public appear(): void {
    sh('ln', '-sf', this.device, this.sandbox.at(`devices/nvme-Amazon_Elastic_Block_Store_${VOLUME.replace('-', '')}`));
  }

  public grow(mebibytes: number): void {
    this.mebibytes += mebibytes;
    truncateSync(this.file, this.mebibytes * MIB);
    sh('losetup', '--set-capacity', this.device);
  }

  /** Writes bytes at a place of the disk. */
  public put(bytes: Buffer, at: number): void {
    const file = openSync(this.device, 'r+');
    writeSync(file, bytes, 0, bytes.length, at);
    closeSync(file);
    sh('blockdev', '--flushbufs', this.device);
  }

  /** Keeps a copy of the whole disk, and returns whether it is unchanged. */
  public keep(): () => boolean {
    const [before, after] = ['before', 'after'].map((name) => this.sandbox.at(`${name}.img`));
    const copy = (target: string): string => sh('bash', '-c', `blockdev --flushbufs ${this.device} && cp --sparse=always ${this.device} ${target}`);
    copy(before);
    return () => {
      copy(after);
      return sh('bash', '-c', `cmp --silent ${before} ${after} && echo same || echo changed`) === 'same';
    };
  }

  public get uuid(): string {
    return sh('blkid', '--probe', '--match-tag', 'UUID', '--output', 'value', this.device);
  }

  /** What is done with the disk while it is mounted somewhere else. */
  public mounted<T>(use: (folder: string) => T): T {
    const folder = this.sandbox.at('elsewhere');
    sh('mkdir', '-p', folder);
    sh('mount', this.device, folder);
    try {
      return use(folder);
    } finally {
      sh('umount', folder);
    }
  }

  /** A file that must survive. */
  public leaveCanary(): void {
    this.mounted((folder) => writeFileSync(path.join(folder, 'canary'), 'alive'));
  }

  public get canary(): string {
    return this.mounted((folder) => readFileSync(path.join(folder, 'canary'), 'utf8'));
  }

  public remove(): void {
    for (const target of sh('findmnt', '--noheadings', '--raw', '--output', 'TARGET')
      .split('\n')
      .filter((mount) => mount.startsWith(this.sandbox.folder))
      .reverse()) {
      sh('umount', target);
    }
    sh('losetup', '--detach', this.device);
  }
}
