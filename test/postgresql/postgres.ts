import { ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { generate } from 'selfsigned';
import { freePort } from '../helpers/free-port';
import { until } from '../helpers/until';

const USER = 'posthog';
const START_SECONDS = 30;

/** A server refuses to be root. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

/** A PostgreSQL of this machine on a free port, which talks TLS only, as that of RDS. */
export class PostgresServer {
  public static async start(): Promise<PostgresServer> {
    const server = new PostgresServer(await freePort());
    await server.make();
    await server.untilItAnswers();
    return server;
  }

  private readonly bin = process.env.POSTGRES_BIN ?? '';
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'migration-postgres-'));
  private server?: ChildProcess;

  private constructor(private readonly port: number) {
    if (!this.bin) {
      throw new Error('POSTGRES_BIN is missing: run npm run test:migration, which finds PostgreSQL');
    }
  }

  /** The connection URL of a database, for the superuser, or for another login with its password. */
  public url(database: string, login = USER): string {
    return `postgres://${login}@127.0.0.1:${this.port}/${database}?sslmode=require`;
  }

  /** Makes an empty database. */
  public createDatabase(database: string): void {
    this.ask('postgres', `CREATE DATABASE ${database}`);
  }

  /** Asks a database; answers lines, their columns with `|` between them. */
  public ask(database: string, sql: string, login?: string): string[] {
    const argv = ['-XtAq', '-v', 'ON_ERROR_STOP=1', '-d', this.url(database, login), '-c', sql];
    const output = execFileSync(path.join(this.bin, 'psql'), argv, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    return output.split('\n').filter(Boolean);
  }

  public async stop(): Promise<void> {
    if (this.server && this.server.exitCode === null) {
      const ended = once(this.server, 'exit');
      this.server.kill('SIGQUIT');
      await ended;
    }
    rmSync(this.folder, { recursive: true });
  }

  private async make(): Promise<void> {
    const data = path.join(this.folder, 'data');
    this.give(this.folder);
    execFileSync(path.join(this.bin, 'initdb'), ['-D', data, '-U', USER, '--auth', 'trust', '--no-sync', '-E', 'UTF8'], {
      stdio: 'ignore',
      cwd: this.folder,
      ...NOBODY,
    });
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], { algorithm: 'sha256' });
    for (const [name, content] of [
      ['server.key', key],
      ['server.crt', cert],
      ['pg_hba.conf', `hostssl all ${USER} 127.0.0.1/32 trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n`],
    ]) {
      const file = path.join(data, name);
      writeFileSync(file, content);
      chmodSync(file, 0o600);
      this.give(file);
    }
    const settings = { listen_addresses: '127.0.0.1', port: String(this.port), unix_socket_directories: this.folder, ssl: 'on', fsync: 'off' };
    const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    this.server = spawn(path.join(this.bin, 'postgres'), ['-D', data, ...options], { stdio: 'ignore', cwd: this.folder, ...NOBODY });
  }

  private give(file: string): void {
    if (NOBODY.uid !== undefined) {
      chownSync(file, NOBODY.uid, NOBODY.gid);
    }
  }

  private async untilItAnswers(): Promise<void> {
    let last: unknown;
    const answers = () => {
      try {
        this.ask('postgres', 'SELECT 1');
        return true;
      } catch (error) {
        last = error;
        if (this.server?.exitCode !== null) {
          throw error;
        }
        return false;
      }
    };
    await until(answers, () => String(last), START_SECONDS * 1000);
  }
}
