import { StackEvent as ApiEvent } from '@aws-sdk/client-cloudformation';
import { HistoryEvent } from '@aws-sdk/client-sfn';
import { addLines, EMPTY_LOG, LogSummary } from './migration-log';
import { isInProgress, MigrationState, ServiceState, StackEvent, StackObservation } from './observation';
import { serviceProblems } from './service-problems';
import { WatchApi } from './watch-api';
import { chunks } from '../../lib/internal';
import { orUnavailable } from '../aws/aws-error';
import { isUnavailable, Loaded } from '../aws/loaded';
import { Template } from '../updates/replacement';

const STACK = 'AWS::CloudFormation::Stack';
const SERVICE = 'AWS::ECS::Service';

/** The first event of an operation. Those of a rollback belong to the operation that it undoes. */
const BEGINNING = ['CREATE_IN_PROGRESS', 'UPDATE_IN_PROGRESS', 'DELETE_IN_PROGRESS', 'IMPORT_IN_PROGRESS'];

/** Maximum number of services in one `DescribeServices` request. */
const SERVICES_AT_ONCE = 10;

/** `arn:...:execution:STATE MACHINE:NAME`, the physical id of the custom resource that starts a migration. */
const EXECUTION = /^arn:[^:]+:states:[^:]+:\d+:execution:/;

/** The log group of the migration's task, and the prefix of its streams (lib/migration). */
const MIGRATION_LOGS = /MigrationLogs[0-9A-F]{8}$/;
const STREAM_PREFIX = 'migration/';

/** Observes one stack. It keeps what it has read, and asks for newer events only. */
export class StackObserver {
  private events: StackEvent[] = [];
  private template?: Loaded<Template>;
  private log: LogSummary = EMPTY_LOG;
  private logGroup?: Loaded<{ readonly name?: string }>;
  private logFrom = 0;
  private migration?: MigrationState;

  public constructor(
    private readonly api: WatchApi,
    private readonly name: string,
  ) {}

  /** Returns the stack as it is now. A refusal of what the phases need is an error; others are reported as unavailable. */
  public async observe(): Promise<StackObservation> {
    const stack = await this.api.stack(this.name);
    const { StackStatus: status, StackStatusReason: reason, StackId: id = this.name } = stack ?? {};
    if (status === undefined) {
      return { name: this.name, events: [], services: [], unavailable: [] };
    }
    await this.readEvents(id);
    const unavailable: string[] = [];
    const known = <T extends object>(answer: Loaded<T>): T | undefined => {
      if (isUnavailable(answer)) {
        unavailable.push(answer.unavailable);
        return undefined;
      }
      return answer;
    };
    if (isInProgress(status)) {
      this.template ??= await orUnavailable(this.api.template(id));
    }
    const services = isInProgress(status) ? (known(await orUnavailable(this.services())) ?? []) : [];
    this.migration = known(await orUnavailable(this.readMigration(id).then((found) => ({ found }))))?.found ?? this.migration;
    const template = this.template && known(this.template);
    return { name: this.name, status, reason, events: this.events, template, services, migration: this.migration, unavailable };
  }

  private async readEvents(stack: string): Promise<void> {
    const last = this.events.at(-1)?.id;
    const found = await this.api.eventsUntil(stack, (event) => event.EventId === last || isBeginning(event, stack));
    const events = found
      .filter(({ EventId }) => EventId !== last)
      .map((event) => asEvent(event))
      .reverse();
    if (events.some(({ ofStack, status }) => ofStack && BEGINNING.includes(status))) {
      // Another operation: what belonged to the last one is over.
      this.events = [];
      this.template = undefined;
      this.log = EMPTY_LOG;
      this.migration = undefined;
    }
    this.events = [...this.events, ...events];
  }

  private async services(): Promise<ServiceState[]> {
    const since = this.events[0]?.at ?? new Date(0);
    const byId = new Map(this.events.filter(({ ofStack }) => !ofStack).map((event) => [event.logicalId, event]));
    const inProgress = [...byId.values()].filter(({ type, status, physicalId }) => type === SERVICE && status.endsWith('_IN_PROGRESS') && physicalId);
    const ids = new Map(inProgress.map(({ physicalId, logicalId }) => [physicalId!, logicalId]));
    const clusters = new Map<string, string[]>();
    [...ids.keys()].forEach((arn) => clusters.set(clusterOf(arn), [...(clusters.get(clusterOf(arn)) ?? []), arn]));
    const states: ServiceState[] = [];
    for (const [cluster, arns] of clusters) {
      for (const chunk of chunks(arns, SERVICES_AT_ONCE)) {
        for (const service of await this.api.services(cluster, chunk)) {
          const hasFailed = (service.deployments ?? []).some(({ failedTasks = 0 }) => failedTasks > 0);
          const tasks = hasFailed ? await this.api.stoppedTasks(cluster, service.serviceName ?? '') : [];
          states.push({
            id: ids.get(service.serviceArn ?? '') ?? service.serviceName ?? '',
            running: service.runningCount ?? 0,
            desired: service.desiredCount ?? 0,
            problems: serviceProblems(service, tasks, since),
          });
        }
      }
    }
    return states;
  }

  private async readMigration(stack: string): Promise<MigrationState | undefined> {
    const arn = [...this.events]
      .reverse()
      .find(({ type, physicalId = '' }) => type === 'Custom::PostHogMigration' && EXECUTION.test(physicalId))?.physicalId;
    const isOver = this.migration?.state === undefined && this.migration !== undefined;
    if (arn === undefined || isOver) {
      return this.migration;
    }
    const { status, startDate, cause } = await this.api.execution(arn);
    const running = status === 'RUNNING';
    await this.readLog(stack, startDate);
    const entered = running ? (await this.api.history(arn)).find(({ stateEnteredEventDetails }) => stateEnteredEventDetails) : undefined;
    return {
      ...this.log,
      startedAt: startDate,
      state: running ? (stateOf(entered) ?? 'Start') : undefined,
      failure: status === 'FAILED' || status === 'TIMED_OUT' || status === 'ABORTED' ? (cause ?? status) : undefined,
    };
  }

  private async readLog(stack: string, startDate: Date | undefined): Promise<void> {
    this.logGroup ??= await orUnavailable(this.api.physicalIds(stack, 'AWS::Logs::LogGroup', MIGRATION_LOGS).then(([name]) => ({ name })));
    if (isUnavailable(this.logGroup) || this.logGroup.name === undefined) {
      return;
    }
    const from = Math.max(this.logFrom, startDate?.getTime() ?? 0);
    const events = await this.api.logEvents(this.logGroup.name, STREAM_PREFIX, from);
    this.log = addLines(
      this.log,
      events.map(({ logStreamName = '', message = '' }) => ({ stream: logStreamName, message })),
    );
    this.logFrom = Math.max(from, ...events.map(({ timestamp = 0 }) => timestamp + 1));
  }
}

function stateOf(event: HistoryEvent | undefined): string | undefined {
  return event?.stateEnteredEventDetails?.name;
}

/** `arn:...:service/CLUSTER/NAME` */
function clusterOf(service: string): string {
  return service.split('/')[1] ?? '';
}

function isBeginning({ ResourceType, ResourceStatus, PhysicalResourceId, StackId }: ApiEvent, stack: string): boolean {
  return ResourceType === STACK && PhysicalResourceId === (StackId ?? stack) && BEGINNING.includes(ResourceStatus ?? '');
}

function asEvent(event: ApiEvent): StackEvent {
  return {
    id: event.EventId ?? '',
    at: event.Timestamp ?? new Date(0),
    logicalId: event.LogicalResourceId ?? '',
    physicalId: event.PhysicalResourceId || undefined,
    type: event.ResourceType ?? '',
    status: event.ResourceStatus ?? '',
    reason: event.ResourceStatusReason,
    ofStack: event.ResourceType === STACK && event.PhysicalResourceId === event.StackId,
  };
}
