import { CommandError } from '../command';
import { Installation, RunbookService } from './installation';
import { quoted, ShellNames, variableOf } from './shell';
import { PostHogProcess } from '../../lib/internal';

/** The maximum length of the overrides of a task (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskOverride.html). */
export const MAX_OVERRIDES = 8192;

/**
 * The size of a one-off task. The programs load neither Django nor PostHog's code, so that half a CPU and 1 GiB are enough.
 */
const SIZE = { cpu: '512', memory: '1024' };

/** Returns the service whose task definition one-off tasks use: the worker's has every client library and credential of the app. */
export function workerOf({ services }: Installation): RunbookService {
  const worker = services.find(({ process }) => process === PostHogProcess.WORKER);
  if (!worker) {
    throw new CommandError('the templates have no service of worker, whose task definition the commands use; add its template with --template FILE');
  }
  return worker;
}

/**
 * Returns the commands that run a Python program in a task of its own and print its output.
 *
 * The task has the image, the network and the credentials of `worker`, next to which it runs: no running task is touched, and ECS Exec is not
 * needed. Its output is stored in the log group of `worker`.
 */
export function oneOffTask(worker: RunbookService, names: ShellNames, program: string): string[] {
  const service = `"$${variableOf(worker.process)}"`;
  const describe = (query: string, output: string) =>
    `"$(aws ecs describe-services --cluster "$CLUSTER" --services ${service} --query ${quoted(`services[0].${query}`)} --output ${output})"`;
  const capacity = worker.usesCapacityProvider
    ? `--capacity-provider-strategy ${describe('capacityProviderStrategy', 'json')}`
    : '--launch-type FARGATE';
  return [
    ...names.setService(worker),
    ...(worker.logGroup ? [names.set('LOG_GROUP', worker.logGroup)] : []),
    'TASK=$(aws ecs run-task --cluster "$CLUSTER" --started-by cdk-posthog-runbook --query "tasks[0].taskArn" --output text \\',
    `  --task-definition ${describe('taskDefinition', 'text')} \\`,
    `  --network-configuration ${describe('networkConfiguration', 'json')} \\`,
    `  ${capacity} \\`,
    `  --overrides ${quoted(overridesOf(worker.process, program))})`,
    'aws ecs wait tasks-stopped --cluster "$CLUSTER" --tasks "$TASK"',
    worker.logGroup
      ? `aws logs tail "$LOG_GROUP" --log-stream-names "${worker.streamPrefix}\${TASK##*/}" --since 1h --format short`
      : `# its output is in the log group of the service, in the stream ${worker.streamPrefix}\${TASK##*/}`,
  ];
}

/** Returns the overrides of a task that runs a program. Its entry point is `bash -c`, so the program is a document of the shell. */
export function overridesOf(container: string, program: string): string {
  const command = `exec python - <<\\END\n${program.trim()}\nEND`;
  const overrides = JSON.stringify({ ...SIZE, containerOverrides: [{ name: container, command: [command] }] });
  if (overrides.length > MAX_OVERRIDES) {
    throw new CommandError(`the command of the task has ${overrides.length} characters, and ECS accepts ${MAX_OVERRIDES}: use a shorter --sql`);
  }
  return overrides;
}
