import { capacityOf } from './capacity';
import { taskPerHour } from './fargate';
import { definitionOf, processOf } from './packed-tasks';
import { HOURS_PER_MONTH, Prices } from './prices';
import { memoryReservation, PackedTask, PostHogSize, PROCESSES } from '../../lib/internal';
import { CloudFormationTemplate, numberOf } from '../alb/template';
import { servicesOf, taskCountOf, taskOf, TemplateTask } from '../template/template-services';

/** A process of PostHog on Fargate, with its cost. */
export interface FargateProcess {
  readonly definition: (typeof PROCESSES)[number];
  readonly task: TemplateTask;
  readonly tasks: number;
  /** The monthly cost of its tasks on demand. */
  readonly onDemand: number;
  /** The monthly cost of its tasks on Spot. */
  readonly spot: number;
}

/** Returns the processes of PostHog that run on Fargate; those whose tasks are known at deployment only are left out. */
export function fargateProcesses(template: CloudFormationTemplate, has: (id: string) => boolean, prices: Prices): FargateProcess[] {
  return servicesOf(template).flatMap(([id, service]) => {
    const [task, definition] = [taskOf(template, service), definitionOf(processOf(template, service) ?? '')];
    const { min } = taskCountOf(template, [id, service]);
    const perHour = task && taskPerHour(task, prices);
    if (!has(id) || task === undefined || definition === undefined || min === undefined || perHour === undefined) {
      return [];
    }
    const capacity = capacityOf(template, service, min);
    if (capacity.kind !== 'fargate') {
      return [];
    }
    const monthly = (tasks = 0) => tasks * perHour * HOURS_PER_MONTH;
    return [{ definition, task, tasks: min, onDemand: monthly(capacity.onDemand), spot: monthly(capacity.spot) * (1 - prices.fargateSpotDiscount) }];
  });
}

/** Returns the size that most processes have the tasks of; undefined if none has. */
export function sizeOf(processes: readonly FargateProcess[]): PostHogSize | undefined {
  const matches = (size: PostHogSize) =>
    processes.filter(({ definition: { sizes }, task }) => {
      return numberOf(task.Cpu) === sizes[size].cpu && numberOf(task.Memory) === sizes[size].memoryLimitMiB;
    }).length;
  const [best] = Object.values(PostHogSize).sort((a, b) => matches(b) - matches(a));
  return matches(best) > 0 ? best : undefined;
}

/** The part of the CPU of a process that it reserves on instances, by default. */
const CPU_RESERVATION = 0.25;

/** Returns what processes on Fargate would reserve on instances: by size, and never more than their tasks have now. */
export function reservedOnInstances(processes: readonly FargateProcess[], size: PostHogSize): PackedTask[] {
  return processes.map(({ definition, task, tasks }) => ({
    process: definition.process,
    count: tasks,
    cpu: Math.round((numberOf(task.Cpu) ?? 0) * CPU_RESERVATION),
    memoryMiB: Math.min(memoryReservation(definition, size), numberOf(task.Memory) ?? Infinity),
    singleton: definition.single !== undefined,
  }));
}
