import { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { CpuArchitecture, Secret } from 'aws-cdk-lib/aws-ecs';
import { PostHogProcess } from '../../catalog/posthog-process';
import { invalidValue } from '../../private/errors';
import { containerSecrets, cpuArchitecture, environment } from '../../private/checks/cdk';
import { Checks, construct, listOf, required } from '../../private/checks/check';
import { anyText, oneOfOrToken, wholeNumber } from '../../private/checks/values';
import { checkFargateSize, CPU_UNITS } from '../../private/fargate-size';
import { productsOf } from '../../catalog/processes/deployed-processes';
import { ProcessDefinition } from '../../catalog/process-definition';
import { TaskSize } from '../../catalog/posthog-size';

/**
 * Options for one process.
 */
export interface PostHogServiceOptions {
  /** The process. It must be deployed, and have one entry in the list. */
  readonly process: PostHogProcess;
  /**
   * The CPU units of a task; 1024 are one vCPU. Fargate supports 256, 512, 1024, 2048, 4096, 8192 and 16384.
   *
   * @default - depends on the process and on `size`
   */
  readonly cpu?: number;
  /**
   * The memory of a task, in MiB. Fargate supports certain sizes for each number of CPU units.
   *
   * @default - depends on the process and on `size`
   */
  readonly memoryLimitMiB?: number;
  /**
   * The minimum number of tasks, from 1 to 5000.
   *
   * @default - depends on the process and on `size`
   */
  readonly minTasks?: number;
  /**
   * The maximum number of tasks, up to 5000. `livestream` and `temporal` cannot have more than one.
   *
   * @default - depends on the process and on `size`, or `minTasks` if that is more
   */
  readonly maxTasks?: number;
  /**
   * The alarms that roll back a deployment of the process if one of them goes to ALARM meanwhile, such as of the errors or the response time of its
   * target group. Up to 100.
   *
   * An alarm on a metric of the service itself needs a name: its service and the alarm would otherwise refer to each other, which CloudFormation
   * refuses. Alarms of another stack must be in the same region. ECS may keep alarms that are no longer mentioned: to remove them, pass an empty
   * list.
   *
   * @default - the circuit breaker alone rolls back deployments, if tasks do not start
   */
  readonly deploymentAlarms?: IAlarm[];
  /**
   * The CPU architecture. The release must declare its images for it.
   *
   * @default - `cpuArchitecture` of `PostHog`
   */
  readonly cpuArchitecture?: CpuArchitecture;
  /**
   * Additional environment variables, of up to 32 KiB together. Variables that the library sets cannot be overridden.
   *
   * @default - none
   */
  readonly environment?: Record<string, string>;
  /**
   * Additional environment variables from Secrets Manager or Parameter Store. Variables that the library sets cannot be overridden.
   *
   * @default - none
   */
  readonly secrets?: Record<string, Secret>;
}

/**
 * The quota of tasks of a service.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html
 */
const MAX_TASKS = 5000;

export const SERVICE_OPTIONS_CHECKS: Checks<PostHogServiceOptions> = {
  process: required(anyText, 'the process, such as PostHogProcess.WEB'),
  cpu: oneOfOrToken(CPU_UNITS),
  memoryLimitMiB: wholeNumber(512, 122_880),
  minTasks: wholeNumber(1, MAX_TASKS),
  maxTasks: wholeNumber(1, MAX_TASKS),
  deploymentAlarms: listOf(construct('an alarm', ['alarmArn', 'alarmName'], 'use Alarm.fromAlarmArn(), for example')),
  cpuArchitecture,
  environment,
  secrets: containerSecrets,
};

/**
 * Checks the processes of options.
 *
 * Throws if one of them is not deployed, or has more than one entry.
 */
export function checkServiceOptions(options: readonly PostHogServiceOptions[] = [], deployed: readonly ProcessDefinition[]): void {
  const processes = deployed.map(({ process }) => process);
  options.forEach(({ process }, index) => {
    const prop = `serviceOptions[${index}].process`;
    if (!processes.includes(process)) {
      throw notDeployed(prop, process, processes);
    }
    const first = options.findIndex((other) => other.process === process);
    if (first !== index) {
      throw invalidValue(prop, `must not be that of \`serviceOptions[${first}]\``, process, 'merge the two entries');
    }
  });
}

/** Returns the error for a process that is not deployed, with the products that it is deployed with. */
export function notDeployed(prop: string, process: PostHogProcess, deployed: readonly PostHogProcess[]): Error {
  const products = productsOf(process);
  return invalidValue(
    prop,
    `must be one of ${deployed.join(', ')}`,
    process,
    products.length > 0 ? `add one of ${products.join(', ')} to \`products\`` : undefined,
  );
}

/**
 * Returns the size and number of tasks of a process, with its options applied.
 *
 * Throws if Fargate does not support the size, or if the process does not support the number.
 */
export function taskSize(
  { process, single }: Pick<ProcessDefinition, 'process' | 'single'>,
  size: TaskSize,
  options: Omit<PostHogServiceOptions, 'process'> = {},
): TaskSize {
  const cpu = options.cpu ?? size.cpu;
  const memoryLimitMiB = options.memoryLimitMiB ?? size.memoryLimitMiB;
  checkFargateSize(cpu, memoryLimitMiB);
  const minTasks = options.minTasks ?? size.minTasks;
  const maxTasks = options.maxTasks ?? Math.max(size.maxTasks, minTasks);
  if (!Number.isInteger(minTasks) || minTasks < 1) {
    throw invalidValue('minTasks', 'must be 1 or more', minTasks);
  }
  if (!Number.isInteger(maxTasks) || maxTasks < minTasks) {
    throw invalidValue('maxTasks', `must be \`minTasks\` (${minTasks}) or more`, maxTasks);
  }
  if (single !== undefined && maxTasks > 1) {
    const prop = options.maxTasks === undefined ? 'minTasks' : 'maxTasks';
    throw invalidValue(prop, `must be 1 for ${process}: ${single}`, options[prop], 'raise `cpu` and `memoryLimitMiB` instead');
  }
  return { cpu, memoryLimitMiB, minTasks, maxTasks };
}
