import { DescribeTasksCommand, ECSClient, paginateListTasks, StopTaskCommand, Task } from '@aws-sdk/client-ecs';

/** The SDK backs off up to 20 seconds between two of these. */
const ECS = new ECSClient({ retryMode: 'standard', maxAttempts: 6 });

/** A selection of tasks. */
export interface TasksOf {
  readonly cluster: string;
  readonly family: string;
  /** The group of the tasks: the name of their execution. */
  readonly group: string;
}

/** Returns the tasks of an execution that have not stopped. */
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

/** Stops tasks, some of which may have stopped meanwhile. */
export async function stopTasks(cluster: string, tasks: readonly Task[], reason: string): Promise<void> {
  for (const { taskArn } of tasks) {
    await ECS.send(new StopTaskCommand({ cluster, task: taskArn, reason }));
  }
}
