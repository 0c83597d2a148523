import { hostsOf } from './hosts';
import { Plan } from './plan';
import { PostHogProcess, PostHogSize } from '../../lib/internal';

const SIZE_NAMES: Readonly<Record<PostHogSize, string>> = {
  [PostHogSize.DEV]: 'DEV',
  [PostHogSize.SMALL]: 'SMALL',
  [PostHogSize.PRODUCTION]: 'PRODUCTION',
  [PostHogSize.LARGE]: 'LARGE',
};

/** Returns the name of a size in TypeScript, such as `PostHogSize.SMALL`. */
export function sizeName(size: PostHogSize): string {
  return `PostHogSize.${SIZE_NAMES[size]}`;
}

const type = (name: string) => `new InstanceType('${name}')`;
const gib = (amount: number) => `Size.gibibytes(${amount})`;

/** Returns the props of a call, one a line; undefined ones are left out. */
function props(entries: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(entries)
    .flatMap(([name, text]) => (text === undefined ? [] : [`    ${text === name ? name : `${name}: ${text}`},`]))
    .join('\n');
}

function kafka({ kafka: { kind, instanceType, brokersPerSubnet, volumeGib, maxVolumeGib } }: Plan): string {
  return kind === 'redpanda'
    ? `new RedpandaKafka(storesStack, 'Kafka', {\n${props({
        vpc: 'vpc',
        vpcSubnets: 'serviceSubnets',
        instanceType: type(instanceType),
        volumeSize: gib(volumeGib),
        maxVolumeSize: gib(maxVolumeGib),
      })}\n  })`
    : `new Kafka(storesStack, 'Kafka', {\n${props({
        vpc: 'vpc',
        vpcSubnets: 'storeSubnets',
        brokerInstanceType: type(instanceType),
        brokersPerSubnet: brokersPerSubnet === 1 ? undefined : String(brokersPerSubnet),
        volumeSize: gib(volumeGib),
        maxVolumeSize: gib(maxVolumeGib),
      })}\n  })`;
}

function clickHouse({ clickHouse: { instanceType, replicas, volumeGib, maxVolumeGib } }: Plan): string {
  return `new ClickHouse(storesStack, 'ClickHouse', {\n${props({
    vpc: 'vpc',
    vpcSubnets: 'serviceSubnets',
    kafka: 'kafka',
    instanceType: type(instanceType),
    replicas: replicas === 1 ? undefined : String(replicas),
    volumeSize: gib(volumeGib),
    maxVolumeSize: gib(maxVolumeGib),
  })}\n  })`;
}

function postgres({ postgres: { instanceType, multiAz, storageGib } }: Plan): string {
  return `new Postgres(storesStack, 'Postgres', {\n${props({
    vpc: 'vpc',
    vpcSubnets: 'storeSubnets',
    instanceType: type(instanceType),
    multiAz: multiAz ? 'true' : undefined,
    allocatedStorage: String(storageGib),
  })}\n  })`;
}

function cache({ cache: { nodeType, replicas } }: Plan): string {
  return `new Cache(storesStack, 'Cache', {\n${props({
    vpc: 'vpc',
    vpcSubnets: 'storeSubnets',
    nodeType: type(nodeType),
    replicas: replicas === 0 ? undefined : String(replicas),
  })}\n  })`;
}

/** Returns the props of the network: a third zone for three copies on Kafka, a NAT instance for evaluation. */
function network({ kafka: { zones }, tasks: { size } }: Plan): string | undefined {
  if (zones === 3) {
    return '{ availabilityZones: [0, 1, 2].map((index) => Fn.select(index, Fn.getAzs())) }';
  }
  return size === PostHogSize.DEV ? '{ nat: NatMode.INSTANCE }' : undefined;
}

/** Returns the lines of the prop `capacity`; none for Fargate, the default. */
function capacity(plan: Plan): string[] {
  if (plan.capacity === 'fargate') {
    return [];
  }
  const { instanceType, minInstances, maxInstances } = hostsOf(plan);
  return [
    '    capacity: PostHogCapacity.instances({',
    `      instanceTypes: [${type(instanceType)}],`,
    `      minInstances: ${minInstances},`,
    `      maxInstances: ${maxInstances},`,
    '    }),',
  ];
}

/** Returns the days that events are kept: months of thirty days. */
function retentionDays({ retentionMonths }: Plan['traffic']): number {
  return Math.ceil(retentionMonths * 30);
}

/** Returns a program that defines a plan, to paste into an app: data stores in a stack of their own, everything else in another. */
export function snippetOf(plan: Plan): string {
  const { tasks, traffic } = plan;
  const given = network(plan);
  const names = [
    'Cache',
    'ClickHouse',
    ...(plan.kafka.kind === 'msk' ? ['Kafka'] : []),
    ...(tasks.size === PostHogSize.DEV ? ['NatMode'] : []),
    'Postgres',
    'PostHog',
    ...(plan.capacity === 'instances' ? ['PostHogCapacity'] : []),
    'PostHogNetwork',
    ...(tasks.raised.length > 0 ? ['PostHogProcess'] : []),
    'PostHogSize',
    'PostHogStores',
    ...(plan.kafka.kind === 'redpanda' ? ['RedpandaKafka'] : []),
  ];
  const raised = tasks.raised.map(({ process, maxTasks }) => `{ process: PostHogProcess.${processName(process)}, maxTasks: ${maxTasks} }`);
  return [
    `import { App, ${plan.kafka.zones === 3 ? 'Fn, ' : ''}Size, Stack } from 'aws-cdk-lib/core';`,
    "import { InstanceType } from 'aws-cdk-lib/aws-ec2';",
    "import { HostedZone } from 'aws-cdk-lib/aws-route53';",
    `import { ${names.join(', ')} } from 'cdk-posthog';`,
    '',
    `/** PostHog for ${traffic.eventsPerMonth.toLocaleString('en-US')} events a month, as planned by \`cdk-posthog size\`. */`,
    'export function definePostHog(app: App): void {',
    "  const storesStack = new Stack(app, 'PostHogStores');",
    `  const network = new PostHogNetwork(storesStack, 'Network'${given === undefined ? '' : `, ${given}`});`,
    '  const { vpc, serviceSubnets, storeSubnets } = network;',
    `  const kafka = ${kafka(plan)};`,
    `  const clickHouse = ${clickHouse(plan)};`,
    `  const postgres = ${postgres(plan)};`,
    `  const cache = ${cache(plan)};`,
    "  const stores = new PostHogStores(storesStack, 'Stores', { network, postgres, cache, kafka, clickHouse });",
    '',
    "  const stack = new Stack(app, 'PostHog', { suppressTemplateIndentation: true });",
    "  new PostHog(stack, 'PostHog', {",
    "    domainName: 'posthog.example.com',",
    "    domainZone: HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z0123456789EXAMPLE', zoneName: 'example.com' }),",
    '    stores,',
    `    size: ${sizeName(tasks.size)},`,
    ...capacity(plan),
    `    topicPartitions: ${tasks.topicPartitions},`,
    // A comment, because it deletes data for good.
    `    // Events are kept for ever. To delete those older than ${traffic.retentionMonths} months: migration: { eventRetention: Duration.days(${retentionDays(traffic)}) },`,
    ...(raised.length > 0 ? ['    serviceOptions: [', ...raised.map((entry) => `      ${entry},`), '    ],'] : []),
    '  });',
    '}',
  ].join('\n');
}

/** Returns the name of a process in the enum, such as INGESTION_GENERAL. */
function processName(process: PostHogProcess): string {
  return Object.entries(PostHogProcess).find(([, value]) => value === process)![0];
}
