import { isInProgress, MigrationState, StackEvent, StackObservation } from './observation';
import { Phase, phaseName, phaseOf, PHASES, serviceName, SHARES, wavesOf } from './phases';

/** A resource that the deployment waits for. */
export interface Waiting {
  readonly id: string;
  /** A short name. */
  readonly name: string;
  readonly type: string;
  readonly since: Date;
}

/** The summary of a stack at one time. */
export interface StackView {
  readonly name: string;
  readonly status?: string;
  readonly reason?: string;
  readonly inProgress: boolean;
  /** Indicates whether CloudFormation undoes the operation. */
  readonly rollingBack: boolean;
  readonly startedAt?: Date;
  readonly phase?: Phase;
  /** The phase and what is known about it: `services, wave 2 of 5`, `migration, 412 of about 2,300`. */
  readonly headline?: string;
  /** The resources that are in progress, the longest first. */
  readonly waiting: readonly Waiting[];
  readonly done: number;
  /** The number of resources in the template; undefined if it is unknown. */
  readonly total?: number;
  /** The estimated part of the time that is over, from 0 to 1. */
  readonly fraction: number;
  readonly problems: readonly string[];
  readonly unavailable: readonly string[];
}

/** The number of migrations of an empty database: 2,020 of PostgreSQL and 287 of ClickHouse, counted in July 2026 (docs/verification.md). */
const MIGRATIONS_OF_EMPTY = 2300;

/** The minutes that the migration takes: estimates for an empty database, and for an upgrade. */
const MIGRATION_MINUTES = { create: 75, update: 10 };

/** An estimate never says that a phase is over. */
const ALMOST = 0.95;

/** Reasons of failed events that another failure has caused. */
const CANCELLED = /cancelled/i;

/** Describes a stack. */
export function viewOf(stack: StackObservation, now: Date): StackView {
  const { name, status, reason, template, migration, unavailable } = stack;
  const resources = lastStates(stack.events);
  const inProgress = isInProgress(status);
  const rollingBack = /ROLLBACK/.test(status ?? '');
  const waiting = inProgress
    ? [...resources.values()]
        .filter(({ status: state }) => state.endsWith('_IN_PROGRESS'))
        .map(({ logicalId: id, type, since }) => ({ id, type, since, name: type === 'AWS::ECS::Service' ? serviceName(template, id) : id }))
        .sort((a, b) => a.since.getTime() - b.since.getTime())
    : [];
  const phase = inProgress && !rollingBack ? phaseNow(waiting.map(({ type }) => type)) : undefined;
  const kind = stack.events.some(({ ofStack, status: state }) => ofStack && state === 'CREATE_IN_PROGRESS') ? 'create' : 'update';
  const doneIds = [...resources.values()]
    .filter(({ status: state }) => /^(CREATE|UPDATE|IMPORT)_COMPLETE$/.test(state))
    .map(({ logicalId }) => logicalId);
  const minutes = migration?.startedAt ? (now.getTime() - migration.startedAt.getTime()) / 60_000 : 0;
  return {
    name,
    status,
    reason,
    inProgress,
    rollingBack,
    startedAt: stack.events.find(({ ofStack }) => ofStack)?.at,
    phase,
    headline: phase && headlineOf(phase, stack, waiting, new Set(doneIds)),
    waiting,
    done: doneIds.length,
    total: template && Object.keys(template.Resources).length,
    fraction: inProgress ? fractionOf(stack, kind, phase, new Set(doneIds), migrationPart(migration, minutes, kind)) : status === undefined ? 0 : 1,
    problems: problemsOf(stack, resources),
    unavailable,
  };
}

interface ResourceState extends StackEvent {
  /** The time from which it has been in progress. */
  readonly since: Date;
}

/** Returns the last event of each resource. CloudFormation reports twice that one is in progress: when it begins, and when it has an id. */
function lastStates(events: readonly StackEvent[]): Map<string, ResourceState> {
  const states = new Map<string, ResourceState>();
  for (const event of events.filter(({ ofStack }) => !ofStack)) {
    const before = states.get(event.logicalId);
    states.set(event.logicalId, { ...event, since: before?.status === event.status ? before.since : event.at });
  }
  return states;
}

/** Returns the phase: the latest one in which something is in progress. Between two phases, nothing is. */
function phaseNow(types: readonly string[]): Phase {
  return [...PHASES].reverse().find((phase) => types.some((type) => phaseOf(type) === phase)) ?? 'prerequisites';
}

function headlineOf(phase: Phase, { template, migration, events }: StackObservation, waiting: readonly Waiting[], done: ReadonlySet<string>): string {
  const types = template ? Object.values(template.Resources).map(({ Type }) => Type) : events.map(({ type }) => type);
  const name = phaseName(phase, types);
  if (phase === 'migration') {
    const detail = migrationDetail(migration);
    return detail === undefined ? name : `${name}, ${detail}`;
  }
  if (phase === 'services' && template) {
    const waves = wavesOf(template);
    const wave = Math.max(1, ...waiting.map(({ id }) => waves.get(id) ?? 0));
    return `${name}, wave ${wave} of ${Math.max(...waves.values())}, ${[...waves.keys()].filter((id) => done.has(id)).length} of ${waves.size} done`;
  }
  return name;
}

/** Says how far a migration is: in migrations if its log shows them, or else by its step. */
function migrationDetail(migration: MigrationState | undefined): string | undefined {
  if (!migration) {
    return undefined;
  }
  const { applied, fromEmpty, container, state, lastLine } = migration;
  if (applied > 0) {
    return fromEmpty ? `${applied} of about ${MIGRATIONS_OF_EMPTY.toLocaleString('en')} migrations` : `${applied} migrations applied`;
  }
  if (container !== undefined) {
    return lastLine ?? `container ${container}`;
  }
  return state === 'Run' ? 'its task starts and pulls its images' : state && `step ${state}`;
}

function migrationPart(migration: MigrationState | undefined, minutes: number, kind: 'create' | 'update'): number {
  if (!migration) {
    return 0;
  }
  const part = migration.fromEmpty && migration.applied > 0 ? migration.applied / MIGRATIONS_OF_EMPTY : minutes / MIGRATION_MINUTES[kind];
  return Math.min(ALMOST, part);
}

function fractionOf(
  { template }: StackObservation,
  kind: 'create' | 'update',
  now: Phase | undefined,
  done: ReadonlySet<string>,
  migrationDone: number,
): number {
  if (!template || now === undefined) {
    return 0;
  }
  const all = Object.entries(template.Resources);
  const present = PHASES.filter((phase) => all.some(([, { Type }]) => phaseOf(Type) === phase));
  const shares = SHARES[kind];
  const part = (phase: Phase): number => {
    if (PHASES.indexOf(phase) < PHASES.indexOf(now)) {
      return 1;
    }
    if (phase !== now) {
      return 0;
    }
    const ids = all.filter(([, { Type }]) => phaseOf(Type) === phase).map(([id]) => id);
    return phase === 'migration' ? migrationDone : Math.min(ALMOST, ids.filter((id) => done.has(id)).length / Math.max(1, ids.length));
  };
  const whole = present.reduce((sum, phase) => sum + shares[phase], 0);
  return present.reduce((sum, phase) => sum + shares[phase] * part(phase), 0) / Math.max(whole, Number.EPSILON);
}

/** Returns what went wrong, in the order of time for events: first causes, then what ECS and the migration report. */
function problemsOf({ events, template, services, migration }: StackObservation, resources: ReadonlyMap<string, ResourceState>): string[] {
  const failed = events
    .filter(({ ofStack, status, reason }) => !ofStack && status.endsWith('_FAILED') && reason !== undefined && !CANCELLED.test(reason))
    .map(({ logicalId, type, reason }) => `${logicalId} (${type}): ${reason}`);
  const ofServices = services
    .filter(({ id }) => resources.has(id))
    .flatMap(({ id, problems }) => problems.map((problem) => `${serviceName(template, id)}: ${problem}`));
  // The wait condition fails with the same text.
  const ofMigration =
    migration?.failure !== undefined && !failed.some((text) => text.includes(migration.failure!.slice(0, 60)))
      ? [`migration: ${migration.failure}`]
      : [];
  return [...new Set([...failed, ...ofServices, ...ofMigration])];
}
