import { Prices } from './prices';
import { numberOf } from '../alb/template';
import { TemplateTask } from '../template/template-services';

/** The disk of a Fargate task that costs nothing, in GiB (https://aws.amazon.com/fargate/pricing/). */
const FREE_TASK_DISK = 20;

/** Returns the price of an hour of a task on Fargate: its CPU, memory and disk; undefined if they are known at deployment only. */
export function taskPerHour(task: TemplateTask, { perHour }: Prices): number | undefined {
  const isArm = task.RuntimePlatform?.CpuArchitecture === 'ARM64';
  const [vcpu, gb] = isArm ? [perHour.fargateArmVcpu, perHour.fargateArmGb] : [perHour.fargateVcpu, perHour.fargateGb];
  const [cpu, memory, size] = [numberOf(task.Cpu), numberOf(task.Memory), numberOf(task.EphemeralStorage?.SizeInGiB ?? FREE_TASK_DISK)];
  return cpu === undefined || memory === undefined || size === undefined
    ? undefined
    : (cpu / 1024) * vcpu + (memory / 1024) * gb + (size - FREE_TASK_DISK) * perHour.fargateDiskGb;
}
