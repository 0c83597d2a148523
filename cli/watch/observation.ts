import { Template } from '../updates/replacement';

/** An event of a resource, or of the stack itself. */
export interface StackEvent {
  readonly id: string;
  readonly at: Date;
  readonly logicalId: string;
  readonly physicalId?: string;
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  /** Indicates whether it is about the stack itself. */
  readonly ofStack: boolean;
}

/** An ECS service that is created or updated. */
export interface ServiceState {
  /** The logical id. */
  readonly id: string;
  readonly running: number;
  readonly desired: number;
  /** The failures that ECS reports about its deployment and its stopped tasks, as sentences. */
  readonly problems: readonly string[];
}

/** The execution of the migration. */
export interface MigrationState {
  readonly startedAt?: Date;
  /** The state of the state machine: `Run`, `Conclude`. */
  readonly state?: string;
  /** The container that wrote to the log last. */
  readonly container?: string;
  /** The number of migrations that the log reports. */
  readonly applied: number;
  /** Indicates whether the log says that the database was empty. */
  readonly fromEmpty: boolean;
  /** The last line of the migration itself, as opposed to those of its programs. */
  readonly lastLine?: string;
  /** The cause of a failure. */
  readonly failure?: string;
}

/** A stack at one time. */
export interface StackObservation {
  readonly name: string;
  /** The status; undefined if the stack does not exist. */
  readonly status?: string;
  readonly reason?: string;
  /** The events of its last operation, the oldest first. */
  readonly events: readonly StackEvent[];
  readonly template?: Template;
  readonly services: readonly ServiceState[];
  readonly migration?: MigrationState;
  /** The reasons why something could not be read. */
  readonly unavailable: readonly string[];
}

/** Every watched stack at one time. */
export interface Observation {
  readonly at: Date;
  readonly stacks: readonly StackObservation[];
}

/** Returns whether an operation of a stack is in progress. A change set that was not executed is none. */
export function isInProgress(status: string | undefined): boolean {
  return status !== undefined && status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS';
}

/** Returns whether the last operation of a stack has ended. */
export function hasEnded(status: string | undefined): boolean {
  return status !== undefined && status !== 'REVIEW_IN_PROGRESS' && !isInProgress(status);
}

/** Returns whether a deployment is complete, as opposed to failed, rolled back or deleted. */
export function isComplete(status: string | undefined): boolean {
  return status !== undefined && /^(CREATE|UPDATE|IMPORT)_COMPLETE$/.test(status);
}
