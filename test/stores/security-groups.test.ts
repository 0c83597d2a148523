import { Template } from 'aws-cdk-lib/assertions';
import { ISecurityGroup, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Cache, ClickHouse, Kafka, KafkaEncryption, Postgres, PostHogNetwork } from '../../lib';
import { Stores } from '../../lib/services/process-definition';
import { newPostHog, newStack } from '../helpers/stack';
import { idOf, ofType, securityGroupOf, waysInto } from '../helpers/template';

const PROCESSES = ['web', 'worker', 'capture', 'replay-capture', 'feature-flags', 'hypercache-server'];
const stack = newStack();

const GROUPS = { postgres: 'sg-00000000000000001', cache: 'sg-00000000000000002', kafka: 'sg-00000000000000003', clickHouse: 'sg-00000000000000004' };

function group(store: keyof typeof GROUPS): ISecurityGroup[] {
  return [SecurityGroup.fromSecurityGroupId(stack, `${store}Group`, GROUPS[store])];
}

const given: Partial<Stores> = {
  postgres: Postgres.fromPostgresAttributes(stack, 'Postgres', { urlSecret: Secret.fromSecretNameV2(stack, 'Url', 'url'), port: 6432, securityGroups: group('postgres') }),
  cache: Cache.fromCacheAttributes(stack, 'Cache', { host: 'cache.internal', securityGroups: group('cache') }),
  kafka: Kafka.fromKafkaAttributes(stack, 'Kafka', { bootstrapServers: 'b-1.internal:9092', encryption: KafkaEncryption.PLAINTEXT, securityGroups: group('kafka') }),
  clickHouse: ClickHouse.fromClickHouseAttributes(stack, 'ClickHouse', {
    host: 'clickhouse.internal', credentials: Secret.fromSecretNameV2(stack, 'Credentials', 'credentials'), securityGroups: group('clickHouse'),
  }),
};
newPostHog(stack, given);
const template = Template.fromStack(stack);

/** Who may enter a security group on which port, by the names of processes. */
function admitted(groupId: string): [process: string, port: number][] {
  const names = new Map(PROCESSES.map((process) => [securityGroupOf(template, process), process]));
  return waysInto(template, groupId).map(({ from, port }): [string, number] => [names.get(from) ?? from, port]).sort((a, b) => (String(a) < String(b) ? -1 : 1));
}

test.each([
  ['postgres', [['feature-flags', 6432], ['web', 6432], ['worker', 6432]]],
  ['cache', [['capture', 6379], ['feature-flags', 6379], ['hypercache-server', 6379], ['replay-capture', 6379], ['web', 6379], ['worker', 6379]]],
  ['kafka', [['capture', 9092], ['replay-capture', 9092], ['web', 9092], ['worker', 9092]]],
  ['clickHouse', [['web', 8443], ['web', 9440], ['worker', 8443], ['worker', 9440]]],
] as const)('%s admits exactly the processes that use the store, on its ports', (store, expected) => {
  expect(admitted(GROUPS[store])).toEqual(expected);
});

test('brokers that are not known yet are admitted to on the port of MSK', () => {
  const other = newStack();
  for (const [id, encryption, port] of [['Tls', KafkaEncryption.TLS, '9094'], ['Plain', KafkaEncryption.PLAINTEXT, '9092']] as const) {
    const kafka = Kafka.fromKafkaAttributes(other, id, { bootstrapServers: other.stackId, encryption });
    expect(String(kafka.connections.defaultPort)).toBe(port);
  }
});

test('nobody is admitted anywhere where no security group is given', () => {
  const other = newStack();
  newPostHog(other);
  const without = Template.fromStack(other);
  const ids = Object.values(without.findResources('AWS::EC2::SecurityGroupIngress')).map((resource) => JSON.stringify((resource as { Properties: { GroupId: unknown } }).Properties.GroupId));
  expect(ids.filter((id) => !id.includes('SecurityGroup'))).toEqual([]);
  expect(ids).toHaveLength(11);
});

test('stores that are made admit exactly the processes that use them, by name', () => {
  const other = newStack();
  const { vpc, loadBalancerSubnets, serviceSubnets, storeSubnets: vpcSubnets } = new PostHogNetwork(other, 'Network');
  const made = { postgres: new Postgres(other, 'Postgres', { vpc, vpcSubnets }), cache: new Cache(other, 'Cache', { vpc, vpcSubnets }) };
  newPostHog(other, { ...made, vpc, loadBalancerSubnets, serviceSubnets });
  const managed = Template.fromStack(other);
  for (const [store, expected] of [
    [made.postgres, ['feature-flags', 'web', 'worker']],
    [made.cache, ['capture', 'feature-flags', 'hypercache-server', 'replay-capture', 'web', 'worker']],
  ] as const) {
    const groupId = idOf(other.resolve(store.connections.securityGroups[0].securityGroupId));
    const ways = ofType<{ GroupId: unknown; SourceSecurityGroupId: unknown; Description: string; FromPort: number; ToPort: number }>(managed, 'AWS::EC2::SecurityGroupIngress')
      .map(([, { Properties }]) => Properties).filter(({ GroupId }) => idOf(GroupId) === groupId);
    expect(ways.map(({ Description }) => Description).sort()).toEqual(expected.map((process) => `from PostHog ${process}`));
    expect(ways.map(({ SourceSecurityGroupId }) => idOf(SourceSecurityGroupId)).sort()).toEqual(expected.map((process) => securityGroupOf(managed, process)).sort());
    expect(new Set(ways.flatMap(({ FromPort, ToPort }) => [FromPort, ToPort]))).toEqual(new Set(store.clientPorts));
  }
});
