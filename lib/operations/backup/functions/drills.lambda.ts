import { DescribeTasksCommand, ECSClient, RunTaskCommand } from '@aws-sdk/client-ecs';
import { BackupBucket } from './backup-bucket.lambda';
import { BACKUP_PREFIXES, BackupManifest } from '../backup-manifest';
import { DrillTask } from '../backup-settings';

/** The time after which a drill without a result has failed. */
const MAX_DURATION_MS = 24 * 60 * 60_000;

/** The pause after a drill that failed, so that a fault does not start a task every hour. */
const PAUSE_MS = 24 * 60 * 60_000;

const STATE_KEY = `${BACKUP_PREFIXES.drills}state.json`;

/** The state of restore drills, an object in the bucket. */
export interface DrillState {
  /** The time from which the age is counted until a drill passes. */
  readonly since: string;
  readonly lastPassed?: string;
  readonly running?: { readonly backup: string; readonly started: string; readonly task: string };
  readonly lastFailed?: { readonly backup: string; readonly time: string; readonly message: string };
}

/** The result that a drill writes into the bucket, next to its state. */
export interface DrillResult {
  readonly outcome: 'passed' | 'failed';
  readonly message: string;
  readonly time: string;
}

/** Returns the key of the result of a drill. */
export function drillResultKey(backup: string): string {
  return `${BACKUP_PREFIXES.drills}${backup}.json`;
}

/** Starts restore drills and reads their results. */
export class Drills {
  public constructor(
    private readonly task: DrillTask,
    private readonly bucket: BackupBucket,
    private readonly ecs: ECSClient,
    private readonly now: () => number,
  ) {}

  /** Reads the result of a running drill, starts one if it is due, and returns the time since the last one that passed, in seconds. */
  public async reconcile(last: BackupManifest | undefined): Promise<number> {
    const text = await this.bucket.get(STATE_KEY);
    const before: DrillState = text === undefined ? { since: this.iso() } : (JSON.parse(text) as DrillState);
    let state = before.running ? await this.result(before, before.running) : before;
    if (!state.running && last?.tables && this.isDue(state)) {
      state = { ...state, running: { backup: last.name, started: this.iso(), task: await this.start(last.name) } };
    }
    if (text === undefined || state !== before) {
      await this.bucket.put(STATE_KEY, state);
    }
    return Math.max(0, Math.round((this.now() - Date.parse(state.lastPassed ?? state.since)) / 1000));
  }

  private isDue({ lastPassed, lastFailed }: DrillState): boolean {
    const isPausing = lastFailed !== undefined && this.now() - Date.parse(lastFailed.time) < PAUSE_MS;
    return !isPausing && (lastPassed === undefined || this.now() - Date.parse(lastPassed) >= this.task.interval);
  }

  private async start(backup: string): Promise<string> {
    await this.bucket.delete([drillResultKey(backup)]);
    const { tasks: [task] = [], failures = [] } = await this.ecs.send(
      new RunTaskCommand({
        cluster: this.task.cluster,
        taskDefinition: this.task.taskDefinition,
        launchType: 'FARGATE',
        startedBy: 'restore-drill',
        networkConfiguration: {
          awsvpcConfiguration: { subnets: [...this.task.subnets], securityGroups: [this.task.securityGroup], assignPublicIp: 'DISABLED' },
        },
        overrides: { containerOverrides: [{ name: this.task.container, environment: [{ name: 'BACKUP', value: backup }] }] },
      }),
    );
    if (!task?.taskArn) {
      throw new Error(
        `the restore drill cannot start: ${failures.map(({ reason, detail }) => `${reason} ${detail ?? ''}`).join('; ') || 'no reason given'}`,
      );
    }
    console.log(`the restore drill of ${backup} starts: ${task.taskArn}`);
    return task.taskArn;
  }

  private async result(state: DrillState, running: NonNullable<DrillState['running']>): Promise<DrillState> {
    const text = await this.bucket.get(drillResultKey(running.backup));
    const result = text === undefined ? await this.withoutResult(running) : (JSON.parse(text) as DrillResult);
    if (!result) {
      return state;
    }
    const rest = { ...state, running: undefined };
    if (result.outcome === 'passed') {
      console.log(`the restore drill of ${running.backup} passed: ${result.message}`);
      return { ...rest, lastPassed: this.iso(), lastFailed: undefined };
    }
    console.error(`the restore drill of ${running.backup} failed: ${result.message}`);
    return { ...rest, lastFailed: { backup: running.backup, time: this.iso(), message: result.message } };
  }

  /** Returns the result of a drill that has written none: a failure if its task has ended. */
  private async withoutResult({ started, task }: NonNullable<DrillState['running']>): Promise<DrillResult | undefined> {
    const { tasks: [found] = [] } = await this.ecs.send(new DescribeTasksCommand({ cluster: this.task.cluster, tasks: [task] }));
    const isRunning = found !== undefined && found.lastStatus !== 'STOPPED';
    if (isRunning && this.now() - Date.parse(started) < MAX_DURATION_MS) {
      return undefined;
    }
    const reasons = [
      found?.stoppedReason,
      ...(found?.containers ?? []).map(({ reason, exitCode }) => reason ?? `exit code ${exitCode ?? 'unknown'}`),
    ];
    const message = isRunning ? 'it has run for more than a day' : `its task ended without a result: ${reasons.filter(Boolean).join('; ')}`;
    return { outcome: 'failed', message, time: this.iso() };
  }

  private iso(): string {
    return new Date(this.now()).toISOString();
  }
}
