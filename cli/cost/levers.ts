import { CostLine, Lever, total } from './cost-line';
import { productLevers } from './product-levers';
import { HOURS_PER_MONTH, Prices } from './prices';
import { FargateProcess, fargateProcesses, reservedOnInstances, sizeOf } from './running-services';
import { taskPerHour } from './fargate';
import { hostsFor, hostType, PostHogSize } from '../../lib/internal';
import { CloudFormationTemplate, ofType } from '../alb/template';

/** The costs of a stack, and what they are derived from. */
export interface LeverContext {
  readonly template: CloudFormationTemplate;
  /** Returns whether a resource is of the stack itself. */
  readonly has: (id: string) => boolean;
  readonly lines: readonly CostLine[];
  readonly prices: Prices;
}

/** Returns what lowers the bill of several stacks, each by itself, the largest saving first. Some levers exclude each other. */
export function leversOf(stacks: readonly LeverContext[]): Lever[] {
  const found = stacks.flatMap((stack) => {
    const processes = fargateProcesses(stack.template, stack.has, stack.prices);
    return [
      ...instances(processes, stack),
      ...spot(processes, stack),
      ...arm(processes, stack),
      ...productLevers(processes),
      ...plan(stack),
      ...kafka(stack),
      ...nat(stack),
      ...insights(stack),
    ];
  });
  const sums = new Map<string, Lever>();
  for (const lever of found) {
    sums.set(lever.what, { ...lever, saves: lever.saves + (sums.get(lever.what)?.saves ?? 0) });
  }
  return [...sums.values()].filter(({ saves }) => saves >= 1).sort((a, b) => b.saves - a.saves);
}

/** The sizes of instances by default (lib/services/capacity). */
const HOST_SIZES: Readonly<Record<PostHogSize, string>> = { dev: 'large', small: 'large', production: 'xlarge', large: '2xlarge' };

/** The volume of an instance that tasks share, by default, in GiB. */
const HOST_DISK = 50;

/** Shared instances instead of Fargate: as many of the default type of the size as the tasks fit on. */
function instances(processes: readonly FargateProcess[], { prices }: LeverContext): Lever[] {
  const size = sizeOf(processes);
  if (size === undefined) {
    return [];
  }
  const isArm = processes.every(({ task }) => task.RuntimePlatform?.CpuArchitecture === 'ARM64');
  const name = `${isArm ? 'r6g' : 'r6a'}.${HOST_SIZES[size]}`;
  const tasks = reservedOnInstances(processes, size);
  const survivesHostLoss = size === PostHogSize.PRODUCTION || size === PostHogSize.LARGE;
  const hosts = hostsFor(tasks, tasks, hostType(name)!, { survivesHostLoss });
  if (hosts === undefined) {
    return [];
  }
  const each = prices.hourly.ec2[name] * HOURS_PER_MONTH + HOST_DISK * prices.perMonth.gp3Gb;
  return [
    {
      what: `Instances that tasks share, ${hosts.min} x ${name}, instead of Fargate`,
      saves: costOf(processes) - hosts.min * each,
      how: `capacity: PostHogCapacity.instances({ instanceTypes: [new InstanceType('${name}')], minInstances: ${hosts.min} }) of PostHog`,
      note: 'tasks reserve a quarter of their CPU and share the rest; the operating system of instances is yours to update',
    },
  ];
}

function costOf(processes: readonly FargateProcess[]): number {
  return processes.reduce((sum, { onDemand, spot: onSpot }) => sum + onDemand + onSpot, 0);
}

/** Spot for interruptible processes on Fargate, or for the instances that tasks share. */
function spot(processes: readonly FargateProcess[], { lines, prices, template, has }: LeverContext): Lever[] {
  const interruptible = processes.filter(({ definition }) => definition.interruptible === true);
  const note = "an estimate, because the price changes with demand; AWS ends them at two minutes' notice";
  const shared = ofType(template, 'AWS::ECS::CapacityProvider').some(([id]) => has(id));
  const onDemand = lines.filter(({ what }) => /^EC2: [mr]\d/.test(what));
  return [
    {
      what: 'Fargate Spot for interruptible processes',
      saves: interruptible.reduce((sum, { onDemand: cost }) => sum + cost * prices.fargateSpotDiscount, 0),
      how: 'capacity: PostHogCapacity.fargate({ spot: true }) of PostHog',
      note,
    },
    ...(shared
      ? [
          {
            what: 'Spot Instances for tasks',
            saves: onDemand.reduce((sum, one) => sum + total(one) * prices.ec2SpotDiscount, 0),
            how: 'capacity: PostHogCapacity.instances({ spot: true }) of PostHog',
            note,
          },
        ]
      : []),
  ];
}

/** ARM tasks on Fargate. */
function arm(processes: readonly FargateProcess[], { prices }: LeverContext): Lever[] {
  const saves = processes.reduce((sum, { task, onDemand, spot: onSpot }) => {
    const [now, then] = [taskPerHour(task, prices), taskPerHour({ ...task, RuntimePlatform: { CpuArchitecture: 'ARM64' } }, prices)];
    return now === undefined || then === undefined ? sum : sum + (onDemand + onSpot) * (1 - then / now);
  }, 0);
  return [
    {
      what: 'ARM instead of x86 tasks on Fargate',
      saves,
      how: 'cpuArchitecture: CpuArchitecture.ARM64 of PostHog',
      note: 'needs a release whose images are all built for ARM',
    },
  ];
}

/** A Savings Plan for instances and Fargate on demand. */
function plan({ lines, prices: { planDiscount } }: LeverContext): Lever[] {
  const sum = (pattern: RegExp) => lines.filter(({ what }) => pattern.test(what)).reduce((all, one) => all + total(one), 0);
  const percent = (part: number) => `${Math.round(part * 100)} %`;
  return [
    {
      what: 'Compute Savings Plan for one year, nothing upfront',
      saves: sum(/^EC2: /) * planDiscount.ec2 + sum(/^Fargate task: /) * planDiscount.fargate,
      how: 'AWS Billing, Savings Plans; no prop',
      note: `assumes ${percent(planDiscount.ec2)} off instances and ${percent(planDiscount.fargate)} off Fargate`,
    },
  ];
}

const SMALL_BROKER = 'kafka.t3.small';

/** A single Redpanda: the type, the disks and the metrics that RedpandaKafka has by default. */
const REDPANDA = { type: 't4g.large', rootGib: 8, volumeGib: 100, metrics: 2 };

/** Smaller brokers, or Redpanda instead of MSK. */
function kafka({ lines, prices }: LeverContext): Lever[] {
  const brokers = lines.filter(({ what }) => what.startsWith('Kafka broker: '));
  const current = brokers.reduce((sum, one) => sum + total(one), 0);
  const quantity = brokers.reduce((sum, one) => sum + one.quantity, 0);
  const storage = lines.filter(({ what }) => what.startsWith('Kafka storage: ')).reduce((sum, one) => sum + total(one), 0);
  if (current === 0) {
    return [];
  }
  const { hourly, perMonth } = prices;
  const redpanda =
    hourly.ec2[REDPANDA.type] * HOURS_PER_MONTH + (REDPANDA.rootGib + REDPANDA.volumeGib) * perMonth.gp3Gb + REDPANDA.metrics * perMonth.metric;
  return [
    {
      what: `MSK brokers of type ${SMALL_BROKER}`,
      saves: current - quantity * hourly.msk[SMALL_BROKER] * HOURS_PER_MONTH,
      how: "brokerInstanceType: new InstanceType('t3.small') of Kafka",
      note: 'not confirmed that MSK offers it with KRaft; 2 GiB of memory, CPU credits, and at most 300 partitions a broker',
    },
    {
      what: 'One Redpanda instead of MSK',
      saves: current + storage - redpanda,
      how: 'kafka: new RedpandaKafka(...) of PostHog',
      note: 'one copy of the data, and events are lost when it is down for longer than capture can hold them',
    },
  ];
}

const NAT_INSTANCE = { type: 't4g.nano', rootGib: 8 };

/** A NAT instance instead of NAT gateways. */
function nat({ lines, prices: { hourly, perMonth, perHour } }: LeverContext): Lever[] {
  const gateways = lines.filter(({ what }) => what === 'NAT gateway').reduce((sum, { quantity }) => sum + quantity, 0);
  if (gateways === 0) {
    return [];
  }
  const address = perHour.publicIpv4 * HOURS_PER_MONTH;
  const instance = hourly.ec2[NAT_INSTANCE.type] * HOURS_PER_MONTH + NAT_INSTANCE.rootGib * perMonth.gp3Gb + address;
  return [
    {
      what: 'A NAT instance instead of NAT gateways',
      saves: gateways * (perHour.natGateway * HOURS_PER_MONTH + address) - instance,
      how: 'nat: NatMode.INSTANCE of PostHogNetwork',
      note: 'outbound connections end for minutes when it is replaced',
    },
  ];
}

/** No Container Insights. */
function insights({ lines }: LeverContext): Lever[] {
  return [
    {
      what: 'No Container Insights',
      saves: lines.filter(({ what }) => what.startsWith('Container Insights metric')).reduce((sum, one) => sum + total(one), 0),
      how: 'containerInsights: ContainerInsights.DISABLED of PostHog',
      note: 'it is also off without the prop',
    },
  ];
}
