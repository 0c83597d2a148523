import { Template } from 'aws-cdk-lib/assertions';
import { ISecurityGroup, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Cache, ClickHouse, Kafka, KafkaEncryption, Postgres, Product } from '../../lib';
import { PROCESSES } from '../../lib/catalog/processes';
import { Stores } from '../../lib/stores/posthog-stores';
import { givenPostgres, newPostHog, newStack } from '../helpers/stack';
import { securityGroupsOf, waysInto } from '../helpers/template';

const stack = newStack();

const GROUPS = { postgres: 'sg-00000000000000001', cache: 'sg-00000000000000002', kafka: 'sg-00000000000000003', clickHouse: 'sg-00000000000000004' };

function group(store: keyof typeof GROUPS): ISecurityGroup[] {
  return [SecurityGroup.fromSecurityGroupId(stack, `${store}Group`, GROUPS[store])];
}

const given: Partial<Stores> = {
  postgres: Postgres.fromPostgresAttributes(stack, 'Postgres', { ...givenPostgres(stack), port: 6432, securityGroups: group('postgres') }),
  cache: Cache.fromCacheAttributes(stack, 'Cache', { host: 'cache.internal', securityGroups: group('cache') }),
  kafka: Kafka.fromKafkaAttributes(stack, 'Kafka', {
    bootstrapServers: 'b-1.internal:9092',
    encryption: KafkaEncryption.PLAINTEXT,
    securityGroups: group('kafka'),
  }),
  clickHouse: ClickHouse.fromClickHouseAttributes(stack, 'ClickHouse', {
    host: 'clickhouse.internal',
    credentials: Secret.fromSecretNameV2(stack, 'Credentials', 'credentials'),
    securityGroups: group('clickHouse'),
  }),
};
newPostHog(stack, { ...given, products: Object.values(Product) });
const template = Template.fromStack(stack);

/** Which groups of clients may enter a security group, and at which ports. */
function admitted(groupId: string): [client: string, port: number][] {
  return waysInto(template, groupId)
    .map(({ from, port }): [string, number] => [from.replace(/^PostHogServicesClients|[0-9A-F]{8}$/g, ''), port])
    .sort();
}

test.each([
  ['postgres', [['Postgres', 6432]]],
  [
    'cache',
    [
      ['Cache', 6379],
      ['PostHogMonitorFunctionSecurityGroup', 6379],
    ],
  ],
  [
    'kafka',
    [
      ['Kafka', 9092],
      ['PostHogMonitorFunctionSecurityGroup', 9092],
    ],
  ],
  [
    'clickHouse',
    [
      ['ClickHouse', 8443],
      ['ClickHouse', 9440],
      ['PostHogMonitorFunctionSecurityGroup', 8443],
    ],
  ],
] as const)('%s allows connections from its clients, the migration and the monitor, on its ports', (store, expected) => {
  expect(admitted(GROUPS[store]).filter(([client]) => !/Migration|Topics/.test(client))).toEqual(expected);
});

test('every process is a client of exactly the data stores that it uses', () => {
  const wrong = PROCESSES.map(({ process, stores: used }) => {
    const clients = securityGroupsOf(template, process)
      .slice(1)
      .map((id) => id.replace(/^PostHogServicesClients|[0-9A-F]{8}$/g, ''))
      .map((name) => `${name[0].toLowerCase()}${name.slice(1)}`);
    return {
      process,
      clients: clients.sort().join(),
      used: used
        .filter((store) => store !== 'objectStorage')
        .sort()
        .join(),
    };
  }).filter(({ clients, used }) => clients !== used);
  expect(wrong).toEqual([]);
});

test('brokers that are a token allow connections on the port of MSK', () => {
  const other = newStack();
  for (const [id, encryption, port] of [
    ['Tls', KafkaEncryption.TLS, '9094'],
    ['Plain', KafkaEncryption.PLAINTEXT, '9092'],
  ] as const) {
    const kafka = Kafka.fromKafkaAttributes(other, id, { bootstrapServers: other.stackId, encryption });
    expect(String(kafka.connections.defaultPort)).toBe(port);
  }
});

test('imported data stores without security groups get no rules', () => {
  const other = newStack();
  newPostHog(other);
  const without = Template.fromStack(other);
  const ids = Object.values(without.findResources('AWS::EC2::SecurityGroupIngress')).map((resource) =>
    JSON.stringify((resource as { Properties: { GroupId: unknown } }).Properties.GroupId),
  );
  expect(ids.filter((id) => !id.includes('SecurityGroup'))).toEqual([]);
});
