import { CfnParameter, Fn, Size, Stack } from 'aws-cdk-lib/core';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { IVpc, Subnet, SubnetFilter, SubnetSelection, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { AppAccess, AuroraPostgres, Cache, ClickHouse, Kafka, NatMode, Postgres, PostHogIngress, PostHogNetwork, RedpandaKafka } from '../../lib';
import { certificate, newPostHog, newStack } from '../helpers/stack';
import { ofType, Service } from '../helpers/template';

const ECR = `111122223333.dkr.ecr.eu-central-1.amazonaws.com/image@sha256:${'a'.repeat(64)}`;

type Define = (stack: Stack, vpc: IVpc, selection?: SubnetSelection) => unknown;

const kafka = (stack: Stack) => Kafka.fromKafkaAttributes(stack, 'Brokers', { bootstrapServers: 'b-1.internal:9094' });
const clickHouse =
  (image?: string): Define =>
  (stack, vpc, vpcSubnets) =>
    new ClickHouse(stack, 'Store', { vpc, vpcSubnets, kafka: kafka(stack), image });
const redpanda =
  (image?: string): Define =>
  (stack, vpc, vpcSubnets) =>
    new RedpandaKafka(stack, 'Store', { vpc, vpcSubnets, image, volumeSize: Size.gibibytes(50) });
const ingress =
  (publicLoadBalancer: boolean): Define =>
  (stack, vpc, loadBalancerSubnets) =>
    new PostHogIngress(stack, 'Ingress', {
      domainName: 'posthog.example.com',
      certificate: certificate(stack),
      appAccess: AppAccess.nobody(),
      publicLoadBalancer,
      vpc,
      loadBalancerSubnets,
    });

/** Every subnet selection of the public API: the prop, its construct, and the path of its errors. */
const SELECTIONS: [name: string, prop: string, path: string, define: Define][] = [
  ['Postgres', 'vpcSubnets', 'Stack/Store', (stack, vpc, vpcSubnets) => new Postgres(stack, 'Store', { vpc, vpcSubnets })],
  ['AuroraPostgres', 'vpcSubnets', 'Stack/Store', (stack, vpc, vpcSubnets) => new AuroraPostgres(stack, 'Store', { vpc, vpcSubnets })],
  ['Cache', 'vpcSubnets', 'Stack/Store', (stack, vpc, vpcSubnets) => new Cache(stack, 'Store', { vpc, vpcSubnets })],
  ['Kafka', 'vpcSubnets', 'Stack/Store', (stack, vpc, vpcSubnets) => new Kafka(stack, 'Store', { vpc, vpcSubnets })],
  ['RedpandaKafka', 'vpcSubnets', 'Stack/Store', redpanda()],
  ['ClickHouse', 'vpcSubnets', 'Stack/Store', clickHouse()],
  ['PostHogIngress', 'loadBalancerSubnets', 'Stack/Ingress', ingress(true)],
  ['an internal PostHogIngress', 'loadBalancerSubnets', 'Stack/Ingress', ingress(false)],
  ['PostHog', 'serviceSubnets', 'Stack/PostHog', (stack, vpc, serviceSubnets) => newPostHog(stack, { vpc, serviceSubnets })],
];

const NONE: SubnetSelection[] = [{ subnets: [] }, { availabilityZones: [] }, { subnetFilters: [SubnetFilter.byCidrMask(28)] }];

/** A VPC with subnets of all three tiers in two zones. */
function network(stack: Stack): Vpc {
  return new Vpc(stack, 'Vpc', {
    maxAzs: 2,
    subnetConfiguration: [
      { name: 'Public', subnetType: SubnetType.PUBLIC, cidrMask: 27 },
      { name: 'Private', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 27 },
      { name: 'Isolated', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 27 },
    ],
  });
}

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return (error as Error).message;
  }
  return 'no error';
}

test.each(SELECTIONS)('%s refuses a selection of no subnets, and names `%s`', (_, prop, path, define) => {
  const messages = NONE.map((selection) => {
    const stack = newStack();
    return messageOf(() => define(stack, network(stack), selection));
  });
  const rule = `[${path}] \`${prop}\` must select one or more subnets of the VPC, and it selects none, got: `;
  const fix = '; the VPC has 2 public, 2 private and 2 isolated subnets';
  expect(messages).toEqual([
    `${rule}{ subnets: [] }${fix}`,
    `${rule}{ availabilityZones: [] }${fix}`,
    `${rule}{ subnetFilters: [an object of type CidrMaskSubnetFilter] }${fix}`,
  ]);
});

test.each(SELECTIONS)('%s refuses the name of no subnets, and names `%s` and the names that exist', (_, prop, path, define) => {
  const stack = newStack();
  expect(messageOf(() => define(stack, network(stack), { subnetGroupName: 'Other' }))).toMatch(
    new RegExp(`^\\[${path}\\] \`${prop}\` cannot be selected: .*name 'Other' .*Available names: Public,Private,Isolated`),
  );
});

test.each(SELECTIONS)('%s refuses a subnet that the VPC does not have, and names `%s`', (_, prop, path, define) => {
  const stack = newStack();
  const vpc = network(stack);
  expect(messageOf(() => define(stack, vpc, { subnets: [vpc.isolatedSubnets[0], vpc.isolatedSubnets[2]] }))).toBe(
    `[${path}] \`${prop}\` must select subnets that the VPC has, and one of them is undefined, got: [Stack/Vpc/IsolatedSubnet1, undefined]; ` +
      'the VPC has 2 public, 2 private and 2 isolated subnets',
  );
});

/** The constructs that need to know each subnet. */
const COUNTED = SELECTIONS.filter(([name]) => !['Postgres', 'AuroraPostgres', 'Cache', 'PostHog'].includes(name));

/** The lists of a VPC that another stack exports as text. */
function listTokens(stack: Stack): IVpc {
  const list = (name: string) => Fn.split(',', Fn.importValue(name));
  return Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-1',
    availabilityZones: Fn.getAzs(),
    publicSubnetIds: list('Public'),
    privateSubnetIds: list('Private'),
  });
}

const LIST_FIX =
  'import the VPC with Vpc.fromLookup(), or each of its lists with Fn.importListValue(name, number) instead of Fn.split(); select the elements of a ' +
  'list parameter one by one with Fn.select()';

test.each(COUNTED)('%s refuses a VPC whose subnets are a list token, and names Fn.importListValue', (_name, _prop, path, define) => {
  const stack = newStack();
  expect(messageOf(() => define(stack, listTokens(stack)))).toBe(
    `[${path}] \`vpc\` must have a number of subnets that is known at synthesis, and their list is a token, got: Stack/Vpc; ${LIST_FIX}`,
  );
});

test.each(COUNTED)('%s refuses subnets of a list parameter, and names `%s`', (_, prop, path, define) => {
  const stack = newStack();
  const parameter = new CfnParameter(stack, 'Subnets', { type: 'List<AWS::EC2::Subnet::Id>' });
  const subnets = parameter.valueAsList.map((subnetId, i) =>
    Subnet.fromSubnetAttributes(stack, `Subnet${i}`, { subnetId, availabilityZone: 'eu-central-1a' }),
  );
  expect(messageOf(() => define(stack, network(stack), { subnets }))).toBe(
    `[${path}] \`${prop}\` must have a number of subnets that is known at synthesis, and their list is a token, got: [Stack/Subnet0]; ${LIST_FIX}`,
  );
});

test.each(SELECTIONS.filter(([name]) => name !== 'PostHog'))(
  '%s refuses subnets without availability zones, and names `%s`',
  (_, prop, path, define) => {
    const stack = newStack();
    const subnets = ['a', 'b'].map((zone) => Subnet.fromSubnetId(stack, `Subnet-${zone}`, `subnet-${zone}`));
    expect(messageOf(() => define(stack, network(stack), { subnets }))).toBe(
      `[${path}] \`${prop}\` must have subnets with availability zones, got: [Stack/Subnet-a, Stack/Subnet-b]; ` +
        'import them with Subnet.fromSubnetAttributes({ subnetId, availabilityZone }), or with their VPC',
    );
  },
);

test('PostHog runs in subnets that are a list token', () => {
  const stack = newStack();
  const parameter = new CfnParameter(stack, 'Subnets', { type: 'List<AWS::EC2::Subnet::Id>' });
  const subnets = parameter.valueAsList.map((subnetId) => Subnet.fromSubnetId(stack, 'Subnet', subnetId));
  newPostHog(stack, { vpc: network(stack), serviceSubnets: { subnets } });
  const template = Template.fromStack(stack);
  const used = ofType<Service>(template, 'AWS::ECS::Service').map(
    ([, { Properties }]) => Properties.NetworkConfiguration.AwsvpcConfiguration.Subnets,
  );
  expect(new Set(used.map((value) => JSON.stringify(value)))).toEqual(new Set(['{"Ref":"Subnets"}']));
  const [[, machine]] = ofType(template, 'AWS::StepFunctions::StateMachine');
  expect(JSON.stringify(machine)).not.toContain('Token[');
});

describe('a public load balancer', () => {
  test.each([SubnetType.PRIVATE_ISOLATED, SubnetType.PRIVATE_WITH_EGRESS])('is refused in subnets of the type %s', (subnetType) => {
    const stack = newStack();
    const name = subnetType === SubnetType.PRIVATE_ISOLATED ? 'Isolated' : 'Private';
    expect(messageOf(() => ingress(true)(stack, network(stack), { subnetType }))).toBe(
      '[Stack/Ingress] `loadBalancerSubnets` must be public for a public load balancer, which clients reach through an internet gateway, got: ' +
        `[Stack/Vpc/${name}Subnet1, Stack/Vpc/${name}Subnet2]; select public subnets, or set \`publicLoadBalancer: false\``,
    );
  });

  test.each([SubnetType.PUBLIC, SubnetType.PRIVATE_ISOLATED, SubnetType.PRIVATE_WITH_EGRESS])(
    'is accepted in subnets of the type %s if it is internal',
    (subnetType) => {
      const stack = newStack();
      expect(messageOf(() => ingress(false)(stack, network(stack), { subnetType }))).toBe('no error');
    },
  );
});

describe('tasks', () => {
  test('are refused in public subnets, however they are selected', () => {
    for (const select of [() => ({ subnetType: SubnetType.PUBLIC }), (vpc: IVpc) => ({ subnets: vpc.publicSubnets })]) {
      const stack = newStack();
      const vpc = network(stack);
      expect(messageOf(() => newPostHog(stack, { vpc, serviceSubnets: select(vpc) }))).toBe(
        '[Stack/PostHog] `serviceSubnets` must be private: tasks have no public IP address and no outbound access from a public subnet, got: ' +
          '[Stack/Vpc/PublicSubnet1, Stack/Vpc/PublicSubnet2]',
      );
    }
  });

  test('in isolated subnets get a warning about images that are not in ECR, in an existing VPC as in a new one', () => {
    const warnings = (stack: Stack) => Annotations.fromStack(stack).findWarning('/Stack/PostHog', Match.stringLikeRegexp('not in ECR'));
    const existing = newStack();
    newPostHog(existing, { vpc: network(existing), serviceSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED } });
    expect(warnings(existing)).toHaveLength(1);
    const given = newStack();
    const { vpc, ...subnets } = new PostHogNetwork(given, 'Network', { nat: NatMode.NONE });
    newPostHog(given, { vpc, loadBalancerSubnets: subnets.loadBalancerSubnets, serviceSubnets: subnets.serviceSubnets });
    expect(warnings(given)).toHaveLength(1);
    const usual = newStack();
    newPostHog(usual, { vpc: network(usual), serviceSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS } });
    expect(warnings(usual)).toHaveLength(0);
  });
});

describe.each([
  ['ClickHouse', clickHouse],
  ['RedpandaKafka', redpanda],
])('the instances of %s', (_, define) => {
  test('are refused in public subnets', () => {
    const stack = newStack();
    expect(messageOf(() => define()(stack, network(stack), { subnetType: SubnetType.PUBLIC }))).toBe(
      '[Stack/Store] `vpcSubnets` must be private: instances have no public IP address and no outbound access from a public subnet, got: ' +
        '[Stack/Vpc/PublicSubnet1, Stack/Vpc/PublicSubnet2]; select private subnets with a NAT gateway',
    );
  });

  test('get a warning in isolated subnets, unless their images are in ECR', () => {
    const warnings = (image?: string) => {
      const stack = newStack();
      define(image)(stack, network(stack), { subnetType: SubnetType.PRIVATE_ISOLATED });
      return Annotations.fromStack(stack).findWarning('/Stack/Store', Match.stringLikeRegexp('pull images from ECR only'));
    };
    expect(warnings()).toHaveLength(1);
    expect(warnings(ECR)).toHaveLength(0);
  });

  test('are refused in a VPC without private subnets', () => {
    const stack = newStack();
    const vpc = new Vpc(stack, 'Vpc', { natGateways: 0, subnetConfiguration: [{ name: 'Store', subnetType: SubnetType.PRIVATE_ISOLATED }] });
    expect(messageOf(() => define()(stack, vpc))).toBe(
      '[Stack/Store] `vpc` must have a private subnet with egress, got: Stack/Vpc; add a NAT gateway, or select subnets that can reach AWS APIs and the ' +
        'container registry with `vpcSubnets`',
    );
  });
});
