import { CostLine, grouped, Lever } from '../../../cli/cost/cost-line';
import { estimate } from '../../../cli/cost/estimate';
import { leversOf } from '../../../cli/cost/levers';
import { HOURS_PER_MONTH, PRICES } from '../../../cli/cost/prices';
import { CloudFormationTemplate } from '../../../cli/alb/template';
import { PostHogSize, Product, PROCESSES } from '../../../lib/internal';

const ALL = () => true;

function leversIn(Resources: CloudFormationTemplate['Resources'], prices = PRICES): Lever[] {
  const template = { Resources };
  return leversOf([{ template, has: ALL, lines: estimate(template, prices), prices }]);
}

function lever(levers: readonly Lever[], what: RegExp): Lever | undefined {
  return levers.find((one) => what.test(one.what));
}

/** The services of products on Fargate, with the tasks of a size. */
function services(size: PostHogSize, products: readonly Product[], task: object = {}): CloudFormationTemplate['Resources'] {
  const deployed = PROCESSES.filter((definition) => definition.products?.some((product) => products.includes(product)) ?? true);
  return Object.fromEntries<CloudFormationTemplate['Resources'][string]>(
    deployed.flatMap(({ id, process, sizes: { [size]: sizeOfTask } }) => {
      const { cpu, memoryLimitMiB, minTasks } = sizeOfTask;
      const Properties = { Cpu: String(cpu), Memory: String(memoryLimitMiB), ContainerDefinitions: [{ Name: process }], ...task };
      return [
        [`${id}Task`, { Type: 'AWS::ECS::TaskDefinition', Properties }],
        [`${id}Service`, { Type: 'AWS::ECS::Service', Properties: { TaskDefinition: { Ref: `${id}Task` }, DesiredCount: minTasks } }],
      ];
    }),
  );
}

const CORE = [Product.EVENTS, Product.FEATURE_FLAGS, Product.SESSION_REPLAY];

/** The monthly cost of lines whose name begins so. */
function costOf(lines: readonly CostLine[], start: string): number {
  return grouped(lines.filter(({ what }) => what.startsWith(start))).reduce((sum, { quantity, each = 0 }) => sum + quantity * each, 0);
}

test('instances save what Fargate costs beyond the instances that the tasks fit on', () => {
  const Resources = services(PostHogSize.DEV, CORE);
  const fargate = costOf(estimate({ Resources }, PRICES), 'Fargate task: ');
  const found = lever(leversIn(Resources), /^Instances/)!;
  expect(found.what).toBe('Instances that tasks share, 2 x r6a.large, instead of Fargate');
  expect(found.saves).toBeCloseTo(fargate - 2 * (PRICES.hourly.ec2['r6a.large'] * HOURS_PER_MONTH + 50 * PRICES.perMonth.gp3Gb));
  expect(found.how).toContain("instanceTypes: [new InstanceType('r6a.large')], minInstances: 2");
});

test('instances for ARM tasks are ARM, and need no ARM lever', () => {
  const levers = leversIn(services(PostHogSize.DEV, CORE, { RuntimePlatform: { CpuArchitecture: 'ARM64' } }));
  expect(lever(levers, /^Instances/)?.what).toContain('r6g.large');
  expect(lever(levers, /^ARM/)).toBeUndefined();
  expect(lever(leversIn(services(PostHogSize.DEV, CORE)), /^ARM/)?.saves).toBeGreaterThan(10);
});

test('the more processes, the more instances', () => {
  const hosts = [CORE, Object.values(Product)].map(
    (products) => /(\d+) x/.exec(lever(leversIn(services(PostHogSize.SMALL, products)), /^Instances/)!.what)![1],
  );
  expect(Number(hosts[1])).toBeGreaterThan(Number(hosts[0]));
});

test('Spot saves its part of the interruptible processes on demand', () => {
  const Resources = services(PostHogSize.SMALL, Object.values(Product));
  const interruptible = PROCESSES.filter((definition) => definition.interruptible).map(({ process }) => `Fargate task: ${process}`);
  const cost = interruptible.reduce(
    (sum, name) =>
      sum +
      costOf(
        estimate({ Resources }, PRICES).filter(({ what }) => what === name),
        name,
      ),
    0,
  );
  expect(lever(leversIn(Resources), /^Fargate Spot/)?.saves).toBeCloseTo(cost * PRICES.fargateSpotDiscount);
});

test('each product saves the tasks of the processes that only it has', () => {
  const Resources = services(PostHogSize.SMALL, Object.values(Product));
  const own = PROCESSES.filter(({ products }) => products?.length === 1 && products[0] === Product.EXPORTS).map(({ process }) => process);
  const cost = own.reduce(
    (sum, process) =>
      sum +
      costOf(
        estimate({ Resources }, PRICES).filter(({ what }) => what === `Fargate task: ${process}`),
        '',
      ),
    0,
  );
  const found = lever(leversIn(Resources), /product exports/)!;
  expect(found.saves).toBeCloseTo(cost);
  expect(found.how).toBe('products without Product.EXPORTS of PostHog');
  expect(lever(leversIn(Resources), /product events/)).toBeUndefined();
  // It is not deployed.
  expect(lever(leversIn(services(PostHogSize.SMALL, CORE)), /product exports/)).toBeUndefined();
});

const BROKERS = {
  Kafka: {
    Type: 'AWS::MSK::Cluster',
    Properties: {
      NumberOfBrokerNodes: 2,
      BrokerNodeGroupInfo: { InstanceType: 'kafka.m7g.large', StorageInfo: { EBSStorageInfo: { VolumeSize: 100 } } },
    },
  },
};

test('smaller brokers and Redpanda save the difference', () => {
  const levers = leversIn(BROKERS);
  expect(lever(levers, /t3\.small/)).toMatchObject({ note: expect.stringContaining('not confirmed') as string });
  expect(lever(levers, /t3\.small/)?.saves).toBeCloseTo(2 * (0.204 - 0.0456) * HOURS_PER_MONTH);
  expect(lever(levers, /Redpanda/)?.saves).toBeCloseTo(2 * 0.204 * HOURS_PER_MONTH + 20 - 0.0672 * HOURS_PER_MONTH - 108 * 0.08 - 0.6);
  const small = { ...BROKERS.Kafka, Properties: { NumberOfBrokerNodes: 2, BrokerNodeGroupInfo: { InstanceType: 'kafka.t3.small' } } };
  expect(lever(leversIn({ Kafka: small }), /t3\.small/)).toBeUndefined();
  expect(lever(leversIn({}), /Redpanda/)).toBeUndefined();
});

test('a NAT instance saves the gateways, their addresses, and not its own', () => {
  const nat = { Type: 'AWS::EC2::NatGateway' };
  expect(lever(leversIn({ A: nat, B: nat }), /NAT/)?.saves).toBeCloseTo(2 * 0.05 * HOURS_PER_MONTH - 0.0042 * HOURS_PER_MONTH - 0.64 - 3.65);
});

const GROUP = {
  Launch: { Type: 'AWS::EC2::LaunchTemplate', Properties: { LaunchTemplateData: { InstanceType: 'r6a.large' } } },
  Group: { Type: 'AWS::AutoScaling::AutoScalingGroup', Properties: { MinSize: '2', LaunchTemplate: { LaunchTemplateId: { Ref: 'Launch' } } } },
};
const PROVIDER = { Type: 'AWS::ECS::CapacityProvider', Properties: { AutoScalingGroupProvider: { AutoScalingGroupArn: { Ref: 'Group' } } } };
const TWO_HOSTS = 2 * 0.1134 * HOURS_PER_MONTH;

test('Spot and a plan save their part of instances, by the discounts that are set', () => {
  const prices = { ...PRICES, ec2SpotDiscount: 0.5, planDiscount: { ec2: 0.2, fargate: 0 } };
  const levers = leversIn({ ...GROUP, Provider: PROVIDER }, prices);
  expect(lever(levers, /^Spot Instances/)?.saves).toBeCloseTo(TWO_HOSTS * 0.5);
  expect(lever(levers, /Savings Plan/)).toMatchObject({ note: 'assumes 20 % off instances and 0 % off Fargate' });
  expect(lever(levers, /Savings Plan/)?.saves).toBeCloseTo(TWO_HOSTS * 0.2);
  expect(lever(leversIn(GROUP), /^Spot Instances/)).toBeUndefined();
});

test('levers of several stacks are summed, the largest first', () => {
  const template = { Resources: BROKERS };
  const stack = { template, has: ALL, lines: estimate(template, PRICES), prices: PRICES };
  const [one, two] = [leversOf([stack]), leversOf([stack, stack])];
  expect(lever(two, /t3\.small/)?.saves).toBeCloseTo(2 * lever(one, /t3\.small/)!.saves);
  expect(two.map(({ saves }) => saves)).toEqual(two.map(({ saves }) => saves).sort((a, b) => b - a));
  expect(leversOf([])).toEqual([]);
});
