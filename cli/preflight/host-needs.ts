import { Need, sumOfNeeds } from './need';
import { CloudFormationTemplate, numberOf } from '../alb/template';
import { capacityKindOf, HostGroup, hostGroupsOf, providerOf } from '../template/template-capacity';
import { containersOf, servicesOf, taskCountOf, taskOf, TemplateContainer, TemplateService } from '../template/template-services';

/**
 * The hosts during a deployment of all services, as a multiple of the minimum. Old and new tasks run side by side, but a group has room for more
 * tasks than its minimum needs, and ECS adds hosts only for tasks that do not fit.
 */
const ROLLING_HOSTS = 1.5;

/** The memory for each vCPU of the instances that ECS chooses for tasks that need more memory than CPU: that of memory-optimised ones (R). */
const MIB_PER_VCPU = 8 * 1024;

/** Returns the hosts of a template, each counted a number of times. */
export function hostCount(template: CloudFormationTemplate, times: number): Need {
  return sumOfNeeds(hostGroupsOf(template).map((group) => hostsOf(group, times)));
}

/** Returns the number of hosts that always run. */
export function steadyHosts(template: CloudFormationTemplate): number {
  return hostCount(template, 1).steady;
}

/** Returns the vCPUs of hosts. Of the types of a group, the one with most counts. */
export function hostVcpus(template: CloudFormationTemplate, { spot }: { readonly spot: boolean }): Need {
  const groups = hostGroupsOf(template).filter((group) => group.spot === spot);
  return sumOfNeeds(groups.map((group) => hostsOf(group, Math.max(0, ...group.types.map(vcpuOfInstance)))));
}

function hostsOf({ min = 1, max = min }: HostGroup, times: number): Need {
  return { steady: times * min, rolling: times * Math.max(min, Math.min(max, Math.ceil(min * ROLLING_HOSTS))), scaledOut: times * max };
}

/**
 * Returns the vCPUs of Managed Instances. It is an estimate, because ECS chooses their types: the CPU and the memory that tasks reserve, on
 * memory-optimised instances without room to spare.
 */
export function managedVcpus(template: CloudFormationTemplate, { spot }: { readonly spot: boolean }): Need {
  const services = servicesOf(template).filter(
    ([, service]) => capacityKindOf(template, service) === 'managed-instances' && isSpot(template, service) === spot,
  );
  const sum = (count: (numbers: { readonly min?: number; readonly max?: number }) => number) => {
    const tasks = services.map(([id, service]) => ({ times: count(taskCountOf(template, [id, service])), ...reservedBy(template, service) }));
    const total = (amount: 'cpu' | 'memoryMiB') => tasks.reduce((all, task) => all + task.times * task[amount], 0);
    return Math.ceil(Math.max(total('cpu') / 1024, total('memoryMiB') / MIB_PER_VCPU));
  };
  return { steady: sum(({ min = 1 }) => min), rolling: sum(({ min = 1 }) => 2 * min), scaledOut: sum(({ min = 1, max = min }) => max) };
}

function isSpot(template: CloudFormationTemplate, service: TemplateService): boolean {
  return providerOf(template, service)?.ManagedInstancesProvider?.InstanceLaunchTemplate?.CapacityOptionType === 'SPOT';
}

/** Returns what a task reserves: what its containers reserve, if it says nothing itself. */
export function reservedBy(template: CloudFormationTemplate, service: TemplateService): { readonly cpu: number; readonly memoryMiB: number } {
  const task = taskOf(template, service);
  const sum = (amount: (container: TemplateContainer) => unknown) =>
    containersOf(task).reduce((total, container) => total + (numberOf(amount(container)) ?? 0), 0);
  return {
    cpu: numberOf(task?.Cpu) ?? sum(({ Cpu }) => Cpu),
    memoryMiB: numberOf(task?.Memory) ?? sum(({ MemoryReservation, Memory }) => MemoryReservation ?? Memory),
  };
}

/**
 * Returns the vCPUs of an instance type: 1 for medium, 2 for large and four times its number for xlarge; burstable ones (T) have at least 2.
 *
 * @see https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-types.html
 */
export function vcpuOfInstance(type: string): number {
  const [family, size = ''] = type.split('.');
  const [, times, xlarge] = /^(\d*)(x?)large$/.exec(size) ?? [];
  if (xlarge === 'x') {
    return 4 * Number(times || 1);
  }
  return size === 'large' || family.startsWith('t') ? 2 : 1;
}
