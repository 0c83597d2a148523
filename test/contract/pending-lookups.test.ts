import { App, Size, Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { IVpc, Subnet, SubnetFilter, SubnetSelection, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import {
  AppAccess,
  AuroraPostgres,
  Cache,
  ClickHouse,
  ClientAddress,
  Kafka,
  Postgres,
  PostHog,
  PostHogIngress,
  PostHogProps,
  RedpandaKafka,
  TrustedProxies,
} from '../../lib';
import { certificate, newPostHog, newStack } from '../helpers/stack';
import { ofType, Service } from '../helpers/template';

const ENV = { account: '111122223333', region: 'eu-central-1' };

/** The forms of a subnet selection. None of the names exists in the dummy VPC of a pending lookup. */
const SELECTIONS: Readonly<Record<string, (vpc: IVpc) => SubnetSelection | undefined>> = {
  'nothing': () => undefined,
  'an empty selection': () => ({}),
  'subnetType': () => ({ subnetType: SubnetType.PRIVATE_ISOLATED }),
  'subnetGroupName': () => ({ subnetGroupName: 'Apps' }),
  'subnetFilters': () => ({ subnetFilters: [SubnetFilter.byIds(['subnet-1', 'subnet-2'])] }),
  'availabilityZones': () => ({ availabilityZones: ['eu-central-1a', 'eu-central-1b'] }),
  'onePerAz': () => ({ subnetGroupName: 'Apps', onePerAz: true }),
  'subnets': (vpc) => ({ subnets: [vpc.privateSubnets[2], vpc.isolatedSubnets[0]] }),
  'subnets of a selection': (vpc) => vpc.selectSubnets({ subnetGroupName: 'Apps' }),
  'imported subnets': () => ({
    subnets: ['a', 'b'].map((zone) =>
      Subnet.fromSubnetAttributes(newStack(), `Imported-${zone}`, {
        subnetId: `subnet-${zone}`,
        availabilityZone: `eu-central-1${zone}`,
        ipv4CidrBlock: '10.0.0.0/27',
      }),
    ),
  }),
};

const kafka = (stack: Stack) => Kafka.fromKafkaAttributes(stack, 'Brokers', { bootstrapServers: 'b-1.internal:9094' });

/** Every construct that takes a VPC, with every subnet selection that it takes. */
const CONSTRUCTS: Readonly<Record<string, (stack: Stack, vpc: IVpc, selection?: SubnetSelection) => unknown>> = {
  'Postgres': (stack, vpc, vpcSubnets) => new Postgres(stack, 'Store', { vpc, vpcSubnets }),
  'AuroraPostgres': (stack, vpc, vpcSubnets) => new AuroraPostgres(stack, 'Store', { vpc, vpcSubnets }),
  'Cache': (stack, vpc, vpcSubnets) => new Cache(stack, 'Store', { vpc, vpcSubnets }),
  'Kafka': (stack, vpc, vpcSubnets) => new Kafka(stack, 'Store', { vpc, vpcSubnets }),
  'RedpandaKafka': (stack, vpc, vpcSubnets) => new RedpandaKafka(stack, 'Store', { vpc, vpcSubnets, volumeSize: Size.gibibytes(50) }),
  'ClickHouse': (stack, vpc, vpcSubnets) => new ClickHouse(stack, 'Store', { vpc, vpcSubnets, kafka: kafka(stack), replicas: 3 }),
  'PostHogIngress': (stack, vpc, loadBalancerSubnets) =>
    new PostHogIngress(stack, 'Ingress', {
      domainName: 'posthog.example.com',
      certificate: certificate(stack),
      appAccess: AppAccess.nobody(),
      vpc,
      loadBalancerSubnets,
    }),
  'PostHogIngress with TrustedProxies.fromSubnets()': (stack, vpc, selection) =>
    new PostHogIngress(stack, 'Ingress', {
      domainName: 'posthog.example.com',
      certificate: certificate(stack),
      appAccess: AppAccess.nobody(),
      clientAddress: ClientAddress.verified(),
      trustedProxies: TrustedProxies.fromSubnets(selection?.subnets ?? vpc.selectSubnets(selection).subnets),
      vpc,
    }),
  'PostHog': (stack, vpc, selection) => postHog(stack, vpc, selection),
  'PostHog in a cluster': (stack, vpc, selection) =>
    postHog(stack, vpc, selection, { vpc: undefined, cluster: new Cluster(stack, 'Cluster', { vpc }) }),
};

function postHog(stack: Stack, vpc: IVpc, selection?: SubnetSelection, overrides: Partial<PostHogProps> = {}): PostHog {
  const created = { postgres: undefined, cache: undefined, kafka: undefined, clickHouse: undefined };
  const subnets = { loadBalancerSubnets: selection, serviceSubnets: selection, storeSubnets: selection };
  return newPostHog(stack, { vpc, ...created, ...subnets, ...overrides });
}

function lookedUp(stack: Stack): IVpc {
  return Vpc.fromLookup(stack, 'Vpc', { vpcName: 'platform' });
}

test.each(Object.keys(CONSTRUCTS))('%s reaches the lookup of its VPC with every form of subnet selection', (name) => {
  const wrong: Record<string, unknown> = {};
  for (const [form, select] of Object.entries(SELECTIONS)) {
    const stack = newStack({ env: ENV });
    const vpc = lookedUp(stack);
    try {
      CONSTRUCTS[name](stack, vpc, select(vpc));
      const { missing = [] } = (stack.node.root as App).synth().manifest;
      if (!missing.some(({ provider }) => String(provider) === 'vpc-provider')) {
        wrong[form] = 'no lookup';
      }
    } catch (error) {
      wrong[form] = error;
    }
  }
  expect(wrong).toEqual({});
});

test("the README's existing VPC is synthesised once for its lookup, and then with the subnets that were found", () => {
  const named = (stack: Stack) =>
    postHog(stack, lookedUp(stack), undefined, {
      loadBalancerSubnets: { subnetGroupName: 'PostHogLoadBalancer' },
      serviceSubnets: { subnetGroupName: 'Apps' },
      storeSubnets: { subnetGroupName: 'Data' },
    });
  const first = newStack({ env: ENV });
  named(first);
  const [{ key }] = (first.node.root as App).synth().manifest.missing!;

  const stack = newStack({ env: ENV });
  stack.node.setContext(key, {
    vpcId: 'vpc-1',
    vpcCidrBlock: '10.0.0.0/16',
    subnetGroups: [group('Public', 'PostHogLoadBalancer', 1), group('Private', 'Apps', 2), group('Isolated', 'Data', 3)],
  });
  named(stack);
  const template = Template.fromStack(stack);
  const subnets = new Set(
    ofType<Service>(template, 'AWS::ECS::Service').map(([, { Properties }]) => Properties.NetworkConfiguration.AwsvpcConfiguration.Subnets.join()),
  );
  expect([...subnets]).toEqual(['subnet-2a,subnet-2b']);
  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', { Subnets: ['subnet-1a', 'subnet-1b'] });
  template.hasResourceProperties('AWS::AutoScaling::AutoScalingGroup', { VPCZoneIdentifier: ['subnet-2a'] });
  template.hasResourceProperties('AWS::RDS::DBSubnetGroup', { SubnetIds: ['subnet-3a', 'subnet-3b'] });
});

/** A group of subnets as the CLI writes it into cdk.context.json. */
function group(type: string, name: string, net: number): unknown {
  const subnets = ['a', 'b'].map((zone, i) => ({
    subnetId: `subnet-${net}${zone}`,
    cidr: `10.0.${net}.${i * 32}/27`,
    availabilityZone: `eu-central-1${zone}`,
    routeTableId: `rtb-${net}${zone}`,
  }));
  return { name, type, subnets };
}
