import { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { CpuArchitecture, Secret } from 'aws-cdk-lib/aws-ecs';
import { PostHogProcess } from '../../catalog/posthog-process';
import { invalidValue } from '../../private/errors';
import { containerSecrets, cpuArchitecture, environment } from '../../private/checks/cdk';
import { Checks, construct, listOf, required } from '../../private/checks/check';
import { anyText, wholeNumber } from '../../private/checks/values';
import { productsOf } from '../../catalog/processes/deployed-processes';
import { ProcessDefinition } from '../../catalog/process-definition';
import { CAPACITY_CHECK } from '../capacity/capacity-checks';
import { PostHogCapacity } from '../capacity/posthog-capacity';

/**
 * Options for one process.
 */
export interface PostHogServiceOptions {
  /** The process. It must be deployed, and have one entry in the list. */
  readonly process: PostHogProcess;
  /**
   * The CPU units of a task; 1024 are one vCPU. Fargate supports 256, 512, 1024, 2048, 4096, 8192 and 16384. On instances, any number from 128 on, of
   * which a task reserves a part (`cpuReservation` of the capacity): it gets less than all of it only while other tasks need theirs.
   *
   * @default - depends on the process and on `size`
   */
  readonly cpu?: number;
  /**
   * The memory of a task, in MiB. Fargate supports certain sizes for each number of CPU units. On instances, it is the limit of the container of the
   * process, which is ended at it.
   *
   * @default - depends on the process and on `size`
   */
  readonly memoryLimitMiB?: number;
  /**
   * The memory that the container of the process reserves on instances, in MiB, from 6 to `memoryLimitMiB`. ECS places tasks by it: a task takes more
   * while the instance has it. It cannot be set for a process on Fargate, where a task has all of its memory.
   *
   * @default - the measured or estimated need of the process, in proportion to `memoryLimitMiB`; docs/capacity.md
   */
  readonly memoryReservationMiB?: number;
  /**
   * The capacity that the process runs on. Processes with the same value of `PostHogCapacity.instances()` share its instances.
   *
   * @default - `capacity` of `PostHog`
   */
  readonly capacity?: PostHogCapacity;
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

/** The CPU units of an instance with 192 vCPUs. Fargate offers fewer, in steps. */
const MAX_CPU = 196_608;

export const SERVICE_OPTIONS_CHECKS: Checks<PostHogServiceOptions> = {
  process: required(anyText, 'the process, such as PostHogProcess.WEB'),
  cpu: wholeNumber(128, MAX_CPU),
  memoryLimitMiB: wholeNumber(512, 122_880),
  memoryReservationMiB: wholeNumber(6, 122_880),
  capacity: CAPACITY_CHECK,
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
