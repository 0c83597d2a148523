import { DescribeTasksCommand, ECSClient, ListTasksCommand, Task } from '@aws-sdk/client-ecs';

/** The number of stopped tasks that are read of a service. */
const STOPPED_TASKS = 5;

/** Converts the errors of a response, see `Session.call`. */
type Call = <Answer>(action: 'ecs:ListTasks' | 'ecs:DescribeTasks', answer: Promise<Answer>) => Promise<Answer>;

/** Returns some of the tasks of a service that stopped in the last hour: ECS forgets older ones. */
export async function stoppedTasks(ecs: ECSClient, call: Call, cluster: string, serviceName: string): Promise<Task[]> {
  const list = new ListTasksCommand({ cluster, serviceName, desiredStatus: 'STOPPED', maxResults: STOPPED_TASKS });
  const { taskArns = [] } = await call('ecs:ListTasks', ecs.send(list));
  if (taskArns.length === 0) {
    return [];
  }
  const { tasks = [] } = await call('ecs:DescribeTasks', ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns })));
  return tasks;
}
