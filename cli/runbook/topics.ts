import { CommandError } from '../command';
import { replaceHosts } from './hosts';
import { Installation, RunbookService } from './installation';
import { oneOffTask, workerOf } from './one-off-task';
import { clickHouseProgram, peekProgram, postgresProgram, replayProgram } from './programs';
import { scaleToZero } from './scale-to-zero';
import { comment, quoted, ShellNames, variableOf } from './shell';
import { KAFKA_MESSAGE_BYTES, PostHogProcess } from '../../lib/internal';

/** The choices of the command line. */
export interface TopicOptions {
  /** The process; undefined for all of them. */
  readonly process?: string;
  readonly sql?: string;
  /** The dead letter topic to replay, and the confirmation: its name again. */
  readonly replay?: string;
  readonly confirm?: string;
  /** The number of messages. */
  readonly limit?: number;
  readonly withValues: boolean;
}

/** A topic of the runbook: the commands for one job. */
export interface Topic {
  readonly summary: string;
  /** The options that it takes. */
  readonly options: readonly (keyof TopicOptions)[];
  /** Returns the lines, which a shell can run one after the other. */
  lines(installation: Installation, names: ShellNames, options: TopicOptions): string[];
}

/** The topics, by name. */
export const TOPICS: Readonly<Record<string, Topic>> = {
  'logs': { summary: 'follow and search the logs of a process', options: ['process'], lines: logs },
  'exec': { summary: 'open a shell in a running container, or in an instance', options: ['process'], lines: exec },
  'queries': { summary: 'query ClickHouse and PostgreSQL', options: ['sql'], lines: queries },
  'dead-letters': {
    summary: 'see the events that ingestion rejected, and replay them',
    options: ['replay', 'confirm', 'limit', 'withValues'],
    lines: deadLetters,
  },
  'hosts': { summary: 'replace the EC2 hosts of tasks, by ones with the newest AMI', options: [], lines: replaceHosts },
  'scale-to-zero': { summary: 'stop every task, and start them again', options: [], lines: scaleToZero },
};

/** The messages of each topic that a look at dead letters prints, and those of each partition that a replay writes at once. */
const DEFAULT_LIMITS = { peek: 5, replay: 10_000 };

function chosen({ services }: Installation, process: string | undefined): readonly RunbookService[] {
  const found = process === undefined ? services : services.filter((service) => String(service.process) === process);
  if (found.length === 0) {
    throw new CommandError(
      `PROCESS must be deployed, got: '${process}'; available: ${services
        .map((service) => service.process)
        .sort()
        .join(', ')}`,
    );
  }
  return found;
}

function logs(installation: Installation, names: ShellNames, { process }: TopicOptions): string[] {
  const services = chosen(installation, process);
  const groups = [...new Map(services.flatMap(({ logGroup }) => (logGroup ? [[logGroup.id, logGroup] as const] : []))).values()];
  const variable = (service: RunbookService) => `LOG_GROUP_${groups.findIndex(({ id }) => id === service.logGroup?.id) + 1}`;
  return [
    ...groups.map((group, i) => names.set(`LOG_GROUP_${i + 1}`, group)),
    ...services.flatMap((service) =>
      service.logGroup
        ? [
            comment(`${service.process}: follow`),
            `aws logs tail "$${variable(service)}" --log-stream-name-prefix ${service.streamPrefix} --since 10m --follow --format short`,
            ...(process === undefined ? [] : search(service, variable(service))),
          ]
        : [comment(`${service.process}: its log group is not in the templates`)],
    ),
  ];
}

function search({ streamPrefix }: RunbookService, variable: string): string[] {
  return [
    comment('errors of the last three hours'),
    `aws logs filter-log-events --log-group-name "$${variable}" --log-stream-name-prefix ${streamPrefix} --filter-pattern '?error ?Error ?ERROR ?Traceback ?panicked' --start-time "$(( ($(date +%s) - 10800) * 1000 ))" --query 'events[].message' --output text`,
  ];
}

function exec(installation: Installation, names: ShellNames, { process }: TopicOptions): string[] {
  const services = chosen(installation, process ?? PostHogProcess.WEB);
  return [
    ...services.flatMap((service) => execIn(service, names)),
    ...(installation.clickHouse
      ? [
          '',
          comment('the instance of ClickHouse: Session Manager, without SSH'),
          ...instanceShell(installation, names),
          'aws ssm start-session --target "$INSTANCE"',
        ]
      : []),
  ];
}

function execIn(service: RunbookService, names: ShellNames): string[] {
  if (!service.allowsCommands) {
    return [
      comment(`${service.process}: set \`enableExecuteCommand: true\` and deploy, which replaces its tasks; \`runbook queries\` needs none of it`),
    ];
  }
  return [
    ...names.setService(service),
    `TASK=$(aws ecs list-tasks --cluster "$CLUSTER" --service-name "$${variableOf(service.process)}" --query "taskArns[0]" --output text)`,
    `aws ecs execute-command --cluster "$CLUSTER" --task "$TASK" --container ${service.process} --interactive --command /bin/sh`,
  ];
}

function instanceShell({ clickHouse }: Installation, names: ShellNames): string[] {
  return [
    names.set('GROUP', clickHouse!),
    `INSTANCE=$(aws autoscaling describe-auto-scaling-groups --auto-scaling-group-names "$GROUP" --query "AutoScalingGroups[0].Instances[0].InstanceId" --output text)`,
  ];
}

const SAMPLE_QUERIES = {
  clickHouse:
    'SELECT table, sum(rows) AS rows, formatReadableSize(sum(bytes_on_disk)) AS size FROM system.parts WHERE active GROUP BY table ORDER BY sum(bytes_on_disk) DESC LIMIT 20',
  postgres: 'SELECT state, count(*), max(now() - state_change) FROM pg_stat_activity GROUP BY state',
};

function queries(installation: Installation, names: ShellNames, { sql }: TopicOptions): string[] {
  const worker = workerOf(installation);
  return [
    comment('ClickHouse, from a task of its own: the query cannot write, and the log keeps its result'),
    ...oneOffTask(worker, names, clickHouseProgram(sql ?? SAMPLE_QUERIES.clickHouse)),
    ...(installation.clickHouse
      ? [
          '',
          comment('ClickHouse, interactive, with every privilege: in the session, run the last line'),
          ...instanceShell(installation, names),
          'aws ssm start-session --target "$INSTANCE"',
          comment(
            `sudo docker exec -it clickhouse sh -c 'clickhouse client --secure --accept-invalid-certificate --user posthog --password "$POSTHOG_CLICKHOUSE_PASSWORD"'`,
          ),
        ]
      : []),
    '',
    comment('PostgreSQL, from a task of its own: the transaction cannot write, and the log keeps its result'),
    ...oneOffTask(worker, names, postgresProgram(sql ?? SAMPLE_QUERIES.postgres)),
    ...psql(installation, names),
  ];
}

/** Returns the commands for psql on the user's own computer, through a container that allows ECS Exec. */
function psql({ services, postgres }: Installation, names: ShellNames): string[] {
  const service = services.find(({ allowsCommands, process }) => allowsCommands && process === PostHogProcess.WEB);
  if (!service || !postgres) {
    return [];
  }
  return [
    '',
    comment('PostgreSQL with psql on this computer, through a container of web; the password is in the secret with username and password'),
    ...names.setService(service),
    names.set('DATABASE', postgres),
    'HOST=$(aws rds describe-db-instances --db-instance-identifier "$DATABASE" --query "DBInstances[0].Endpoint.Address" --output text)',
    'TASK=$(aws ecs list-tasks --cluster "$CLUSTER" --service-name "$WEB" --query "taskArns[0]" --output text)',
    `RUNTIME=$(aws ecs describe-tasks --cluster "$CLUSTER" --tasks "$TASK" --query "tasks[0].containers[?name=='web'].runtimeId | [0]" --output text)`,
    'aws ssm start-session --target "ecs:${CLUSTER}_${TASK##*/}_${RUNTIME}" --document-name AWS-StartPortForwardingSessionToRemoteHost \\',
    '  --parameters "host=$HOST,portNumber=5432,localPortNumber=15432"',
    comment('in another shell: psql "host=127.0.0.1 port=15432 user=posthog dbname=posthog sslmode=require"'),
  ];
}

function deadLetters(installation: Installation, names: ShellNames, options: TopicOptions): string[] {
  const { replay, confirm, limit, withValues } = options;
  const worker = workerOf(installation);
  if (replay === undefined) {
    return [
      comment(
        withValues
          ? 'the dead letter topics, with the beginnings of their newest messages: data of clients, which the log keeps'
          : 'the dead letter topics, with the reasons of their newest messages; --values also prints the messages, which are data of clients',
      ),
      ...oneOffTask(worker, names, peekProgram(limit ?? DEFAULT_LIMITS.peek, withValues)),
      comment('replay one of them, when its cause is fixed: npx cdk-posthog runbook dead-letters --replay TOPIC'),
    ];
  }
  if (!/^[\w.-]{1,249}$/.test(replay) || !replay.endsWith('dlq')) {
    throw new CommandError(`--replay must name a dead letter topic, which ends with dlq, got: '${replay}'`);
  }
  if (confirm !== replay) {
    throw new CommandError(
      `a replay ingests the messages of ${replay} again: events that were stored in spite of their error are in ClickHouse twice until parts merge, and the cause ` +
        `must be fixed first, or they come back; confirm with --replay ${quoted(replay)} --confirm ${quoted(replay)}`,
    );
  }
  return [
    comment(
      `writes up to ${limit ?? DEFAULT_LIMITS.replay} messages of each partition of ${replay} to the topics that they were read from, each once`,
    ),
    ...oneOffTask(worker, names, replayProgram(replay, limit ?? DEFAULT_LIMITS.replay, KAFKA_MESSAGE_BYTES)),
  ];
}
