import { createServer as createHttpServer } from 'node:http';
import { AddressInfo, createServer, Server, Socket } from 'node:net';
import { startKafka } from './kafka-stub';
import { MonitorRequest } from '../../../lib/operations/monitor/monitor-request';
import { programFolder } from '../../../lib/private/assets';
import { Api, CustomResourceWorld } from '../../helpers/custom-resource';
import path from 'node:path';

const PROGRAM = path.join(programFolder('monitor'), 'index.js');
const QUEUES = ['celery', 'email'];
const SECRET = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:clickhouse';

let world: CustomResourceWorld;
const servers: Server[] = [];
const sockets = new Set<Socket>();

beforeAll(async () => {
  world = await CustomResourceWorld.start();
});

afterAll(() => {
  world.stop();
  servers.forEach((server) => server.close());
  sockets.forEach((socket) => socket.destroy());
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** A stub of ClickHouse that answers every statement in the same way, to the user of the secret. */
async function clickHouse(status: number, body: string): Promise<number> {
  return listen(
    createHttpServer((request, response) => {
      request.resume().on('end', () => {
        const isUser = request.headers['x-clickhouse-user'] === 'posthog' && request.headers['x-clickhouse-key'] === 'pass';
        response.writeHead(isUser ? status : 403, status === 200 ? {} : { 'X-ClickHouse-Exception-Code': '241' }).end(isUser ? body : 'wrong user');
      });
    }),
  );
}

/** A stub of the cache that answers with some bytes once it has received a request. */
async function cache(response: string): Promise<number> {
  return listen(createServer((socket) => socket.on('error', () => undefined).once('data', () => socket.write(response))));
}

const ROW = '{"disk":41.5,"parts":"12","readonly":"0","mutation":null,"errors":"0","consumers":"1"}\n';

/** Stubs of Secrets Manager and of ECS, with a service that misses a task. */
const AWS: Api = ({ action, json }) => {
  const answers: Record<string, object> = {
    GetSecretValue: { SecretString: '{"username":"posthog","password":"pass"}' },
    DescribeServices: {
      services: (json.services as string[] | undefined)?.map((serviceName) => ({
        serviceName,
        desiredCount: 2,
        runningCount: serviceName === 'web' ? 1 : 2,
        deployments: [{ status: 'PRIMARY', rolloutState: 'COMPLETED' }],
      })),
    },
    ListTasks: { taskArns: ['arn:aws:ecs:eu-central-1:111122223333:task/cluster/1'] },
    DescribeTasks: {
      tasks: [
        {
          group: 'service:worker',
          stoppedAt: Date.now() / 1000 - 60,
          containers: [{ exitCode: 137, reason: 'OutOfMemoryError: Container killed due to memory usage' }],
        },
      ],
    },
  };
  return { status: 200, body: JSON.stringify(answers[action]) };
};

async function request(changes: Partial<MonitorRequest> = {}): Promise<MonitorRequest> {
  return {
    installation: 'Stack-PostHog',
    clickHouse: { hosts: ['127.0.0.1'], port: await clickHouse(200, ROW), tls: false, verifyCertificate: false, secretArn: SECRET },
    cache: { host: '127.0.0.1', port: await cache(':4\r\n:1\r\n'), tls: false, queues: QUEUES },
    services: { cluster: 'cluster', names: ['web', 'worker', 'capture'] },
    releaseDate: '2020-01-01',
    ...changes,
  };
}

test('the monitor measures every source', async () => {
  const now = Date.now();
  const minutesAgo = (minutes: number) => now - minutes * 60_000;
  const kafka = await startKafka({ one_dlq: [[minutesAgo(60), minutesAgo(2), minutesAgo(1)], [minutesAgo(90)]], other_dlq: [[minutesAgo(3)]] });
  const deadLetters = { brokers: `127.0.0.1:${kafka.port},broker.invalid:9094`, tls: false, topics: ['one_dlq', 'missing_dlq', 'other_dlq'] };
  const { answer, thrown } = await world.call(PROGRAM, await request({ deadLetters }), AWS);
  kafka.stop();
  expect(thrown).toBeUndefined();
  expect(answer).toEqual({
    MonitorFailures: 0,
    ClickHouseUnreachable: 0,
    ClickHouseDiskUsedPercent: 41.5,
    ClickHousePartsInPartition: 12,
    ClickHouseReadOnlyTables: 0,
    ClickHouseFailingConsumers: 1,
    ClickHouseServerErrors: 0,
    ClickHouseMutationAge: 0,
    CeleryQueueDepth: 5,
    DeadLetters: 3,
    FailingServices: 2,
    ReleaseAge: expect.any(Number) as number,
  });
  expect(kafka.requests).toEqual(['3 v4', '2 v1', '2 v1']);
  expect(world.calls.every(({ signed }) => signed)).toBe(true);
});

test('a ClickHouse that does not answer is a measurement, and no failure of the monitor', async () => {
  const target = { hosts: ['127.0.0.1'], port: 1, tls: false, verifyCertificate: false, secretArn: SECRET };
  const { answer } = await world.call(PROGRAM, await request({ clickHouse: target }), AWS);
  expect(answer).toMatchObject({ ClickHouseUnreachable: 1, MonitorFailures: 0, CeleryQueueDepth: 5 });
  expect(answer).not.toHaveProperty('ClickHouseDiskUsedPercent');
});

test('a source that refuses is a failure of the monitor, and the others are measured', async () => {
  const port = await clickHouse(500, 'Code: 241. DB::Exception: Memory limit exceeded');
  const target = { hosts: ['127.0.0.1'], port, tls: false, verifyCertificate: false, secretArn: SECRET };
  const refusing = { host: '127.0.0.1', port: await cache('-LOADING Redis is loading the dataset in memory\r\n'), tls: false, queues: QUEUES };
  const { answer } = await world.call(PROGRAM, await request({ clickHouse: target, cache: refusing }), AWS);
  expect(answer).toEqual({ MonitorFailures: 2, FailingServices: 2, ReleaseAge: expect.any(Number) as number });
});

test('a cache and brokers that end the connection, or cannot be reached, are failures of the monitor', async () => {
  const port = await listen(createServer((socket) => socket.on('error', () => undefined).end()));
  const closing = { host: '127.0.0.1', port, tls: false, queues: QUEUES };
  const deadLetters = { brokers: '127.0.0.1:1', tls: false, topics: ['one_dlq'] };
  const { answer } = await world.call(PROGRAM, await request({ cache: closing, deadLetters }), AWS);
  expect(answer).toMatchObject({ MonitorFailures: 2, ClickHouseDiskUsedPercent: 41.5 });
  expect(answer).not.toHaveProperty('DeadLetters');
});

test('ECS that refuses is a failure of the monitor', async () => {
  const refused: Api = (call, earlier) =>
    call.action === 'GetSecretValue'
      ? AWS(call, earlier)
      : { status: 400, body: JSON.stringify({ __type: 'AccessDeniedException', message: 'not authorized' }) };
  const { answer } = await world.call(PROGRAM, await request(), refused);
  expect(answer).toMatchObject({ MonitorFailures: 1, CeleryQueueDepth: 5 });
  expect(answer).not.toHaveProperty('FailingServices');
});

test('an event without an installation is refused', async () => {
  const { thrown } = await world.call(PROGRAM, {}, AWS);
  expect(thrown).toMatch('the event must have `installation`, got: {}');
});
