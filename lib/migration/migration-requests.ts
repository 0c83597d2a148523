/** What the custom resource of a migration says: its properties. */
export interface StartRequest {
  readonly StateMachine: string;
  /** Where Step Functions answers, such as `https://states.eu-central-1.amazonaws.com`. */
  readonly Endpoint: string;
  /** Where the wait condition hears how it ended: the URL that its handle gives. */
  readonly Url: string;
  /** The revision to run. That of the state machine may be an older one for a few seconds after a deployment has changed it. */
  readonly TaskDefinition: string;
  /** What is run, for messages. */
  readonly Release: string;
  readonly Cluster: string;
  /** The family of the task definition. */
  readonly Family: string;
}

/** What an execution is started with. By hand it may be nothing. */
export interface MigrationInput {
  readonly Url?: string;
  readonly TaskDefinition?: string;
  readonly Release?: string;
}

/** An error that a state ended with. */
export interface StateError {
  readonly Error: string;
  readonly Cause?: string;
}

/** A container of a task, as Step Functions spells it. */
export interface EndedContainer {
  readonly Name?: string;
  readonly ExitCode?: number;
  readonly Reason?: string;
}

/** A task, as Step Functions spells it. */
export interface EndedTask {
  readonly TaskArn?: string;
  readonly StoppedReason?: string;
  readonly Containers?: readonly EndedContainer[];
}

/** What the last function of an execution is asked. */
export interface ConcludeRequest {
  /** The execution's name, which its tasks have as their group. */
  readonly Execution: string;
  readonly Cluster: string;
  readonly Family: string;
  readonly LogGroup: string;
  /** What the streams of the log begin with. */
  readonly StreamPrefix: string;
  /** What is run where the execution was started by hand, for messages. */
  readonly Release: string;
  /** How long it was allowed to take, in seconds. */
  readonly TimeoutSeconds: number;
  /** What the execution was started with, and what has come of it. */
  readonly State: MigrationInput & { readonly Task?: EndedTask; readonly Error?: StateError };
}

/** What that function answers. */
export interface Conclusion {
  readonly Outcome: 'SUCCESS' | 'FAILURE';
  readonly Reason: string;
}
