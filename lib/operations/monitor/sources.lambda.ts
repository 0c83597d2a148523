import { DescribeServicesCommand, DescribeTasksCommand, ECSClient, paginateListTasks } from '@aws-sdk/client-ecs';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { celeryMeasurements, lengthCommands, lengthsOf } from './celery-depth';
import { clickHouseMeasurements, HEALTH_STATEMENT, HealthRow } from './clickhouse-health';
import { Connection } from './exchange.lambda';
import { LATEST, leadersOf, messagesBetween, metadataRequest, offsetsOf, offsetsRequest, responseIn } from './kafka-offsets';
import { ClickHouseTarget, Measurements, MonitorRequest, since } from './monitor-request';
import { DescribedService, failingServices, servicesMeasurements, StoppedTask } from './services-health';
import { ClickHouseClient, ClickHouseError } from '../clickhouse-client';
import { chunks } from '../../private/collections';

/** The most services in one request, and the most tasks (API reference of ECS). */
const AT_ONCE = { services: 10, tasks: 100 };

/** Reads the servers of ClickHouse. A server that does not answer is a measurement; one that refuses the statement is an error. */
export async function readClickHouse({ hosts, secretArn, ...server }: ClickHouseTarget): Promise<Measurements> {
  const { SecretString = '' } = await new SecretsManagerClient().send(new GetSecretValueCommand({ SecretId: secretArn }));
  const { username, password } = JSON.parse(SecretString) as { username: string; password: string };
  const read = async (host: string): Promise<HealthRow | undefined> => {
    try {
      const [row] = await new ClickHouseClient({ ...server, host, database: 'system', username, password }).query<HealthRow>(HEALTH_STATEMENT);
      return row;
    } catch (error) {
      if (error instanceof ClickHouseError) {
        throw error;
      }
      console.error(`ClickHouse at ${host} does not answer`, error);
      return undefined;
    }
  };
  return clickHouseMeasurements(await Promise.all(hosts.map(read)));
}

/** Reads the lengths of Celery's queues. */
export async function readCelery({ queues, ...address }: NonNullable<MonitorRequest['cache']>): Promise<Measurements> {
  const lengths = await Connection.to(address, (connection) =>
    connection.exchange(lengthCommands(queues), (received) => lengthsOf(received, queues)),
  );
  return celeryMeasurements(lengths);
}

/** Counts the messages that arrived in dead letter topics since the last run. */
export async function readDeadLetters({ brokers, tls, topics }: NonNullable<MonitorRequest['deadLetters']>, now: Date): Promise<Measurements> {
  const leaders = await Connection.to({ ...firstOf(brokers), tls }, (connection) => connection.exchange(metadataRequest(topics), responseIn));
  const counts = await Promise.all(
    leadersOf(leaders).map(({ host, port, partitions }) =>
      Connection.to({ host, port, tls }, async (connection) => {
        const offsets = async (timestamp: bigint) => offsetsOf(await connection.exchange(offsetsRequest(partitions, timestamp), responseIn));
        return messagesBetween(await offsets(BigInt(since(now).getTime())), await offsets(LATEST));
      }),
    ),
  );
  return { DeadLetters: counts.reduce((sum, count) => sum + count, 0) };
}

/** Reads the services and their tasks that stopped in the last hour, which is as long as ECS keeps them. */
export async function readServices({ cluster, names }: NonNullable<MonitorRequest['services']>, now: Date): Promise<Measurements> {
  const client = new ECSClient();
  const described = await Promise.all(
    chunks(names, AT_ONCE.services).map((services) => client.send(new DescribeServicesCommand({ cluster, services }))),
  );
  const stopped: string[] = [];
  for await (const { taskArns = [] } of paginateListTasks({ client }, { cluster, desiredStatus: 'STOPPED' })) {
    stopped.push(...taskArns);
  }
  const tasks = await Promise.all(chunks(stopped, AT_ONCE.tasks).map((some) => client.send(new DescribeTasksCommand({ cluster, tasks: some }))));
  const failing = failingServices(
    described.flatMap(({ services = [] }): readonly DescribedService[] => services),
    tasks.flatMap(({ tasks: some = [] }): readonly StoppedTask[] => some),
    now,
  );
  failing.forEach((reason, name) => console.warn(`${name}: ${reason}`));
  return servicesMeasurements(failing);
}

function firstOf(brokers: string): { host: string; port: number } {
  const [first] = brokers.split(',');
  const colon = first.lastIndexOf(':');
  return { host: first.slice(0, colon), port: Number(first.slice(colon + 1)) };
}
