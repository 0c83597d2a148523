import { ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, IncomingMessage, request, Server, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { drillConfig, DRILL_FOLDER } from '../../lib/operations/backup/drill-config';
import { BackupBucket } from '../../lib/operations/backup/functions/backup-bucket.lambda';
import { BackupRecords } from '../../lib/operations/backup/functions/backup-records.lambda';
import { BackupRun } from '../../lib/operations/backup/functions/backup-run.lambda';
import { ClickHouseClient } from '../../lib/operations/clickhouse-client';
import { ROOT } from '../helpers/app';
import { freePort, listening } from '../helpers/free-port';

const PYTHON = path.join(ROOT, '.venv-clickhouse', 'bin', 'python');
const MOTO = path.join(ROOT, '.venv', 'bin', 'moto_server');
const SERVE = path.join(__dirname, 'serve.py');
const SCRIPT = path.join(ROOT, 'lib', 'operations', 'backup', 'restore-drill.sh');

const KEYS = { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret', AWS_REGION: 'eu-central-1' };
const HOUR = 60 * 60_000;

/** The bucket of backups. */
export const BUCKET = 'backups';

/** A server of ClickHouse's engine. */
export class Engine {
  public readonly client: ClickHouseClient;

  private constructor(
    private readonly process: ChildProcess,
    public readonly folder: string,
    port: number,
  ) {
    const server = { host: '127.0.0.1', port, tls: false, verifyCertificate: false, database: 'default', username: 'default', password: '' };
    this.client = new ClickHouseClient(server, 120_000);
  }

  /** Starts an engine on a folder, which keeps its data between starts. */
  public static async start(folder: string): Promise<Engine> {
    const port = await freePort();
    mkdirSync(path.join(folder, 'config'), { recursive: true });
    writeFileSync(
      path.join(folder, 'config', 'config.xml'),
      `<clickhouse><logger><level>none</level></logger><path>${folder}/data/</path><s3><use_environment_credentials>1</use_environment_credentials></s3>
      <merge_tree><old_parts_lifetime>1</old_parts_lifetime></merge_tree>
      <users><default><password/><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota></default></users>
      <profiles><default/></profiles><quotas><default/></quotas></clickhouse>`,
    );
    const child = spawn(PYTHON, [SERVE, path.join(folder, 'config'), path.join(folder, 'data'), String(port)], {
      env: { PATH: process.env.PATH, ...KEYS },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    await once(child.stdout, 'data');
    return new Engine(child, folder, port);
  }

  /** Ends the engine in the middle of everything. */
  public async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await once(this.process, 'exit');
  }
}

/** An emulated S3 that can fail, and engines of ClickHouse that write backups to it. */
export class BackupLab {
  /** Returns the status with which a request of ClickHouse or of the function fails; undefined if it does not. */
  public fault: (method: string, url: string) => number | undefined = () => undefined;
  /** The time of the function, in milliseconds. */
  public now = Date.now();
  public readonly s3: S3Client;
  public readonly folder = mkdtempSync(path.join(tmpdir(), 'cdk-posthog-backup-'));

  private engines = 0;

  private constructor(
    private readonly moto: ChildProcess,
    private readonly proxy: Server,
    public readonly url: string,
    endpoint: string,
  ) {
    this.s3 = new S3Client({
      endpoint,
      region: KEYS.AWS_REGION,
      forcePathStyle: true,
      maxAttempts: 3,
      responseChecksumValidation: 'WHEN_REQUIRED',
      credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
    });
  }

  public static async start(): Promise<BackupLab> {
    const motoPort = await freePort();
    const moto = spawn(MOTO, ['-p', String(motoPort)], { stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: process.env.PATH, ...KEYS } });
    await once(moto.stderr, 'data');
    moto.stderr.resume();
    // eslint-disable-next-line prefer-const -- the proxy asks the laboratory for faults
    let lab: BackupLab;
    const proxy = createServer((from, to) => forward(from, to, motoPort, lab.fault));
    const endpoint = `http://127.0.0.1:${await listening(proxy)}`;
    lab = new BackupLab(moto, proxy, `${endpoint}/${BUCKET}`, endpoint);
    await lab.s3.send(new CreateBucketCommand({ Bucket: BUCKET, CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' } }));
    return lab;
  }

  public stop(): void {
    this.moto.kill();
    this.proxy.closeAllConnections();
    this.proxy.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Starts an engine with an empty folder. */
  public engine(): Promise<Engine> {
    this.engines += 1;
    return Engine.start(path.join(this.folder, `engine-${this.engines}`));
  }

  /** Returns the records of backups, with a clock that the test sets. */
  public records(): BackupRecords {
    return new BackupRecords(
      new BackupBucket(this.s3, BUCKET),
      () => this.now,
      () => 10 * HOUR,
    );
  }

  /** Returns a run of the function against an engine. It waits up to a minute for a backup. */
  public run({ client }: Engine, waits = true): BackupRun {
    const end = Date.now() + (waits ? 120_000 : 0);
    return new BackupRun({
      settings: { fullInterval: 7 * 24 * HOUR, incrementalInterval: 24 * HOUR, retention: 14 * 24 * HOUR, bucketUrl: this.url },
      database: 'posthog',
      records: this.records(),
      clickHouse: client,
      now: () => this.now,
      timeLeft: () => end - Date.now(),
    });
  }

  /** Returns the keys of all objects below a prefix. */
  public async keys(prefix: string): Promise<string[]> {
    const { Contents = [] } = await this.s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: prefix }));
    return Contents.map(({ Key }) => Key!);
  }

  /** Returns the text of an object. */
  public async text(key: string): Promise<string> {
    return (await this.s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }))).Body!.transformToString();
  }

  /** Changes bytes in the middle of an object, and leaves its size as it is. */
  public async damage(key: string): Promise<void> {
    const body = await (await this.s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }))).Body!.transformToByteArray();
    const middle = Math.floor(body.length / 2);
    body.set(
      body.slice(middle, middle + 16).map((byte) => byte ^ 0xff),
      middle,
    );
    await this.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: body }));
  }

  /** Runs the script of restore drills on an engine of its own, and returns what it wrote into the bucket. */
  public async drill(backup: string): Promise<{ outcome: string; message: string }> {
    const folder = mkdtempSync(path.join(this.folder, 'drill-'));
    const bin = path.join(folder, 'bin');
    mkdirSync(bin);
    copyFileSync(path.join(__dirname, 'stub-clickhouse.sh'), path.join(bin, 'clickhouse'));
    chmodSync(path.join(bin, 'clickhouse'), 0o755);
    const port = String(await freePort());
    const script = readFileSync(SCRIPT, 'utf8').replaceAll(DRILL_FOLDER, folder);
    // Not in this process: its proxy must answer meanwhile.
    const child = spawn('bash', ['-c', script], {
      env: {
        ...KEYS,
        PATH: `${bin}:${process.env.PATH}`,
        PYTHON,
        SERVE,
        PORT: port,
        BACKUP: backup,
        BUCKET_URL: this.url,
        DATABASE: 'posthog',
        CONFIG: drillConfig(folder).replace('</clickhouse>', '<users_config>' + folder + '/config.xml</users_config></clickhouse>'),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    [child.stdout, child.stderr].forEach((stream) => stream.on('data', (chunk: Buffer) => (output += chunk.toString())));
    await once(child, 'close');
    try {
      return JSON.parse(await this.text(`clickhouse/drills/${backup}.json`)) as { outcome: string; message: string };
    } catch {
      throw new Error(`the drill wrote no result: ${output.slice(-3000)}`);
    }
  }
}

function forward(from: IncomingMessage, to: ServerResponse, port: number, fault: BackupLab['fault']): void {
  const status = fault(from.method ?? '', from.url ?? '');
  if (status !== undefined) {
    from.resume();
    to.writeHead(status, { 'content-type': 'application/xml' });
    to.end(`<Error><Code>${status === 403 ? 'AccessDenied' : 'SlowDown'}</Code><Message>fault of the test</Message></Error>`);
    return;
  }
  const sent = request({ port, host: '127.0.0.1', method: from.method, path: from.url, headers: from.headers }, (response) => {
    to.writeHead(response.statusCode ?? 502, response.headers);
    response.pipe(to);
  });
  sent.on('error', () => to.destroy());
  from.pipe(sent);
}
