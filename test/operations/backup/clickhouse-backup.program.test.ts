import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, IncomingMessage, Server } from 'node:http';
import path from 'node:path';
import { BackupManifest } from '../../../lib/operations/backup/backup-manifest';
import { programFolder } from '../../../lib/private/assets';
import { listening } from '../../helpers/free-port';

// The bundled file in a process of its own, as Lambda runs it, with stubs of S3, Secrets Manager, RDS and ClickHouse.

const DAY = 24 * 60 * 60_000;

interface Fault {
  readonly status: number;
  readonly code: string;
}

/** The services that the function calls. */
class World {
  public readonly objects = new Map<string, string>();
  public readonly statements: string[] = [];
  public rows: Record<string, object[]> = {
    "FROM system.tables WHERE database = 'posthog' AND engine LIKE": [{ name: 'sharded_events', rows: '5' }],
    'FROM system.parts': [{ table: 'sharded_events', name: 'all_1_1_0', hash: 'abc', rows: '5' }],
    "engine = 'Kafka'": [{ name: 'kafka_events_json' }],
  };
  public s3Fault: (method: string, key: string, attempt: number) => Fault | undefined = () => undefined;
  public clickHouseStatus = 200;
  public refusesBackup = false;
  /** What ClickHouse does with a backup. */
  public backup: 'complete' | 'run' = 'complete';

  private readonly attempts = new Map<string, number>();
  private readonly aws: Server;
  private readonly clickHouse: Server;

  public constructor() {
    this.aws = createServer((request, response) => {
      void bodyOf(request).then((body) => {
        const { status, headers, text } = this.answer(request, body);
        response.writeHead(status, headers);
        response.end(request.method === 'HEAD' ? undefined : text);
      });
    });
    this.clickHouse = createServer((request, response) => {
      void bodyOf(request).then((statement) => {
        this.statements.push(statement);
        if (this.refusesBackup && statement.startsWith('BACKUP')) {
          response.writeHead(403);
          response.end('Code: 497. DB::Exception: Not enough privileges');
          return;
        }
        response.writeHead(this.clickHouseStatus);
        response.end(this.clickHouseStatus === 200 ? this.answerOf(statement) : 'Code: 159. DB::Exception: Timeout exceeded');
      });
    });
  }

  public stop(): void {
    [this.aws, this.clickHouse].forEach((server) => {
      server.closeAllConnections();
      server.close();
    });
  }

  /** Runs the function once. */
  public async invoke(event: object = {}): Promise<{ result?: Record<string, unknown>; error?: string; ages: Record<string, number>; log: string }> {
    const [awsPort, port] = [await this.portOf(this.aws), await this.portOf(this.clickHouse)];
    const settings = {
      installation: 'Analytics',
      bucket: 'backups',
      region: 'eu-central-1',
      bucketUrl: 'https://backups.s3.eu-central-1.amazonaws.com',
      fullInterval: 7 * DAY,
      incrementalInterval: DAY,
      retention: 14 * DAY,
      clickHouse: { host: '127.0.0.1', port, tls: false, verifyCertificate: false, database: 'posthog', credentials: 'arn:secret' },
      rds: { kind: 'instance', identifier: 'db' },
    };
    const script = `require(process.env.FILE).handler(JSON.parse(process.env.EVENT), { getRemainingTimeInMillis: () => 70000 })
      .then((result) => console.log('RESULT ' + JSON.stringify(result)), (error) => console.log('ERROR ' + error.message))`;
    const child = spawn(process.execPath, ['-e', script], {
      env: {
        ...process.env,
        NODE_NO_WARNINGS: '1',
        FILE: path.join(programFolder('clickhouse-backup'), 'index.js'),
        EVENT: JSON.stringify(event),
        SETTINGS: JSON.stringify(settings),
        AWS_REGION: 'eu-central-1',
        AWS_ACCESS_KEY_ID: 'key',
        AWS_SECRET_ACCESS_KEY: 'secret',
        AWS_ENDPOINT_URL: `http://127.0.0.1:${awsPort}`,
        AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${awsPort}`,
      },
    });
    let log = '';
    [child.stdout, child.stderr].forEach((stream) => stream.on('data', (chunk: Buffer) => (log += chunk.toString())));
    await once(child, 'close');
    const metrics = /^\{"_aws".*$/m.exec(log)?.[0];
    const result = /^RESULT (.*)$/m.exec(log)?.[1];
    return {
      result: result === undefined ? undefined : (JSON.parse(result) as Record<string, unknown>),
      error: /^ERROR (.*)$/m.exec(log)?.[1],
      ages: metrics === undefined ? {} : (JSON.parse(metrics) as Record<string, number>),
      log,
    };
  }

  /** Returns the records of backups. */
  public records(): BackupManifest[] {
    return [...this.objects].filter(([key]) => /manifests\/\d/.test(key)).map(([, text]) => JSON.parse(text) as BackupManifest);
  }

  private async portOf(server: Server): Promise<number> {
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : listening(server);
  }

  private answerOf(statement: string): string {
    const started = /^BACKUP [^]*'https:\/\/backups[^/]*\/([^']*)'\) SETTINGS id = '([^']*)'/.exec(statement);
    if (started) {
      if (this.backup === 'complete') {
        this.objects.set(`${started[1]}/.backup`, '<config></config>');
      }
      this.rows['FROM system.backups'] = [
        { id: started[2], status: this.backup === 'complete' ? 'BACKUP_CREATED' : 'CREATING_BACKUP', error: '', num_files: '3', total_size: '99' },
      ];
      return '';
    }
    const found = Object.entries(this.rows).find(([part]) => statement.includes(part));
    return (found?.[1] ?? []).map((row) => JSON.stringify(row)).join('\n');
  }

  private answer(request: IncomingMessage, body: string): { status: number; headers: Record<string, string>; text: string } {
    const xml = { 'content-type': 'application/xml' };
    if (request.headers['x-amz-target']) {
      const secret = JSON.stringify({ username: 'posthog', password: 'secret' });
      return { status: 200, headers: { 'content-type': 'application/x-amz-json-1.1' }, text: JSON.stringify({ SecretString: secret }) };
    }
    if (body.includes('DescribeDBInstances')) {
      const time = new Date(Date.now() - 240_000).toISOString();
      return {
        status: 200,
        headers: xml,
        text: `<DescribeDBInstancesResponse><DescribeDBInstancesResult><DBInstances><DBInstance><LatestRestorableTime>${time}</LatestRestorableTime></DBInstance></DBInstances></DescribeDBInstancesResult></DescribeDBInstancesResponse>`,
      };
    }
    const url = new URL(request.url ?? '', 'http://s3');
    const key = decodeURIComponent(url.pathname).replace(/^\/backups\/?/, '');
    const method = request.method ?? '';
    const name = `${method} ${key || (url.searchParams.get('prefix') ?? '')}`;
    this.attempts.set(name, (this.attempts.get(name) ?? 0) + 1);
    const fault = this.s3Fault(method, key, this.attempts.get(name)!);
    if (fault) {
      return { status: fault.status, headers: xml, text: `<Error><Code>${fault.code}</Code><Message>fault of the test</Message></Error>` };
    }
    if (key === '' && method === 'GET') {
      const prefix = url.searchParams.get('prefix') ?? '';
      const below = [...this.objects.keys()].filter((one) => one.startsWith(prefix));
      const folders = [...new Set(below.map((one) => one.slice(prefix.length).split('/')[0]))];
      const list = url.searchParams.has('delimiter')
        ? folders.map((folder) => `<CommonPrefixes><Prefix>${prefix}${folder}/</Prefix></CommonPrefixes>`)
        : below.map((one) => `<Contents><Key>${one}</Key></Contents>`);
      return { status: 200, headers: xml, text: `<ListBucketResult>${list.join('')}</ListBucketResult>` };
    }
    if (method === 'PUT') {
      if (request.headers['if-none-match'] === '*' && this.objects.has(key)) {
        return { status: 412, headers: xml, text: '<Error><Code>PreconditionFailed</Code></Error>' };
      }
      this.objects.set(key, body);
      return { status: 200, headers: { etag: '"1"' }, text: '' };
    }
    if (method === 'POST') {
      [...body.matchAll(/<Key>([^<]*)<\/Key>/g)].forEach(([, deleted]) => this.objects.delete(deleted));
      return { status: 200, headers: xml, text: '<DeleteResult></DeleteResult>' };
    }
    const text = this.objects.get(key);
    return text === undefined
      ? { status: 404, headers: xml, text: '<Error><Code>NoSuchKey</Code></Error>' }
      : { status: 200, headers: { etag: '"1"' }, text };
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString();
}

let world: World;

beforeEach(() => {
  world = new World();
});

afterEach(() => world.stop());

test('the first run takes a full backup, records it, and publishes both ages', async () => {
  const { ages, error } = await world.invoke();
  expect(error).toBeUndefined();
  expect(world.records()).toMatchObject([
    {
      kind: 'full',
      state: 'done',
      files: 3,
      bytes: 99,
      tables: [{ name: 'sharded_events', rows: 5, parts: [['abc', 5]] }],
      kafkaTables: ['kafka_events_json'],
    },
  ]);
  expect(world.statements.find((statement) => statement.startsWith('BACKUP'))).toMatch(
    /^BACKUP DATABASE `posthog` TO S3\('https:\/\/backups\.s3\.eu-central-1\.amazonaws\.com\/clickhouse\/backups\/\w+-full'\) SETTINGS id = '\w+-full' ASYNC$/,
  );
  expect(ages).toMatchObject({ Installation: 'Analytics' });
  expect(ages.ClickHouseBackupAge).toBeLessThan(30);
  expect(ages.DatabaseBackupAge).toBeGreaterThanOrEqual(240);
});

test('a second run finds the backup that is running, and starts no other one', async () => {
  world.backup = 'run';
  await world.invoke();
  await world.invoke();
  expect(world.statements.filter((statement) => statement.startsWith('BACKUP'))).toHaveLength(1);
  expect(world.records()).toMatchObject([{ state: 'running' }]);
});

test('a backup that ClickHouse refuses at once is recorded as failed, with its reason', async () => {
  world.refusesBackup = true;
  await world.invoke();
  expect(world.records()).toMatchObject([{ state: 'failed', error: expect.stringContaining('Not enough privileges') as string }]);
});

test('requests that S3 throttles or fails are repeated', async () => {
  world.s3Fault = (_, __, attempt) => (attempt === 1 ? { status: 503, code: 'SlowDown' } : undefined);
  const { error } = await world.invoke();
  expect(error).toBeUndefined();
  expect(world.records()).toMatchObject([{ state: 'done' }]);
});

test('a key that the role may not use fails the run with the reason, and the age of the database is published', async () => {
  world.s3Fault = (method) => (method === 'PUT' ? { status: 403, code: 'AccessDenied' } : undefined);
  const { error, ages } = await world.invoke();
  expect(error).toContain('fault of the test');
  expect(ages.DatabaseBackupAge).toBeGreaterThanOrEqual(240);
  expect(world.statements.filter((statement) => statement.startsWith('BACKUP'))).toEqual([]);
});

test('the age of the last backup is published although ClickHouse does not answer', async () => {
  await world.invoke();
  const [{ name, ...record }] = world.records();
  const finished = new Date(Date.now() - 2 * DAY).toISOString();
  world.objects.set(`clickhouse/manifests/${name}.json`, JSON.stringify({ ...record, name, started: finished, finished }));
  world.clickHouseStatus = 500;
  const { error, ages } = await world.invoke();
  expect(error).toContain('the backup of ClickHouse: ClickHouse answered 500');
  expect(ages.ClickHouseBackupAge).toBeGreaterThanOrEqual(2 * 86_400);
});

test('before a migration it makes a backup, and reads nothing from S3 if there are no tables', async () => {
  const beforeMigration = new Date().toISOString();
  expect((await world.invoke({ beforeMigration })).result).toMatchObject({ outcome: 'done' });
  expect((await world.invoke({ beforeMigration })).result).toMatchObject({ outcome: 'done' });
  expect(world.records()).toHaveLength(1);
  world.rows = {};
  world.s3Fault = () => ({ status: 403, code: 'AccessDenied' });
  expect((await world.invoke({ beforeMigration })).result).toMatchObject({
    outcome: 'done',
    message: expect.stringContaining('no tables') as string,
  });
});

test('before a migration, a server that does not answer is a failure with the reason', async () => {
  world.clickHouseStatus = 500;
  expect((await world.invoke({ beforeMigration: new Date().toISOString() })).result).toEqual({
    outcome: 'failed',
    message: 'the backup of ClickHouse cannot be made: ClickHouse answered 500: Code: 159. DB::Exception: Timeout exceeded',
  });
});
