import { DescribeTasksCommand, ECSClient, paginateListTasks, StopTaskCommand, Task } from '@aws-sdk/client-ecs';

/** The SDK backs off up to 20 seconds between two of these. */
const ECS = new ECSClient({ retryMode: 'standard', maxAttempts: 6 });

/** Which tasks of a cluster. */
export interface TasksOf {
  readonly cluster: string;
  readonly family: string;
  /** The group that an execution gives its tasks: its own name. */
  readonly group: string;
}

/** The tasks of an execution that have not ended. */
export async function runningTasks({ cluster, family, group }: TasksOf): Promise<Task[]> {
  const arns: string[] = [];
  for await (const { taskArns = [] } of paginateListTasks({ client: ECS }, { cluster, family })) {
    arns.push(...taskArns);
  }
  if (arns.length === 0) {
    return [];
  }
  const { tasks = [] } = await ECS.send(new DescribeTasksCommand({ cluster, tasks: arns.slice(0, 100) }));
  return tasks.filter((task) => task.group === group && task.lastStatus !== 'STOPPED');
}

/** Stops tasks, of which any may have ended meanwhile. */
export async function stopTasks(cluster: string, tasks: readonly Task[], reason: string): Promise<void> {
  for (const { taskArn } of tasks) {
    await ECS.send(new StopTaskCommand({ cluster, task: taskArn, reason }));
  }
}
