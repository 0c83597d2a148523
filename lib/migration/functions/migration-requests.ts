/** The properties of the custom resource that starts a migration. */
export interface StartRequest {
  readonly StateMachine: string;
  /** The endpoint of Step Functions, such as `https://states.eu-central-1.amazonaws.com`. */
  readonly Endpoint: string;
  /** The URL of the wait condition handle, for the result. */
  readonly Url: string;
  /** The task definition revision to run. The state machine may still have an older one for a few seconds after a deployment has changed it. */
  readonly TaskDefinition: string;
  /** The release, for messages. */
  readonly Release: string;
  /** PostHog's image. */
  readonly Image: string;
  readonly Cluster: string;
  /** The family of the task definition. */
  readonly Family: string;
}

/** The input of an execution. It may be empty if the execution is started by hand. */
export interface MigrationInput {
  readonly Url?: string;
  readonly TaskDefinition?: string;
  readonly Release?: string;
  readonly Image?: string;
}

/** The name of the error if a ClickHouse server has not installed functions and format schemas; its cause is a sentence. */
export const APP_FILES_ERROR = 'AppFiles';

/** The name of the error if ClickHouse was not backed up before the migration; its cause is a sentence. */
export const CLICKHOUSE_BACKUP_ERROR = 'ClickHouseBackup';

/** The image whose functions and format schemas ClickHouse servers install, and the execution that waits for it. */
export interface AppFilesRun {
  readonly run: string;
  readonly image: string;
}

/** An error that a state ended with. */
export interface StateError {
  readonly Error: string;
  readonly Cause?: string;
}

/** A container of a task, in the spelling of Step Functions. */
export interface EndedContainer {
  readonly Name?: string;
  readonly ExitCode?: number;
  readonly Reason?: string;
}

/** A task, in the spelling of Step Functions. */
export interface EndedTask {
  readonly TaskArn?: string;
  readonly StoppedReason?: string;
  readonly Containers?: readonly EndedContainer[];
}

/** The input of the function that ends an execution. */
export interface ConcludeRequest {
  /** The name of the execution, which is also the group of its tasks. */
  readonly Execution: string;
  readonly Cluster: string;
  readonly Family: string;
  readonly LogGroup: string;
  /** The prefix of the log streams. */
  readonly StreamPrefix: string;
  /** The default release, if the execution was started by hand, for messages. */
  readonly Release: string;
  /** The timeout of the task, in seconds. */
  readonly TimeoutSeconds: number;
  /** The host of wait conditions, with `*` for the parts between the bucket and the domain. */
  readonly SignalHost: string;
  /** The input of the execution, and the result of its task. */
  readonly State: MigrationInput & { readonly Task?: EndedTask; readonly Error?: StateError };
}

/** The output of that function. */
export interface Conclusion {
  readonly Outcome: 'SUCCESS' | 'FAILURE';
  readonly Reason: string;
}
