import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { InstanceType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Stack } from 'aws-cdk-lib/core';
import { PrivateHostedZone } from 'aws-cdk-lib/aws-route53';
import { ClickHouseProps } from '../../../lib';
import { idOf, ofType, waysInto } from '../../helpers/template';
import { zonedStack } from '../../helpers/zones';
import { instanceFiles, newClickHouse } from './fixtures';

const CONFIG = 'host/etc/posthog-clickhouse/config.xml';
const ZONE = /\.stack-clickhouse-[0-9a-f]{8}\.internal/g;

function replicated(overrides: Partial<ClickHouseProps> = {}): Stack {
  const stack = zonedStack();
  newClickHouse(stack, { replicas: 2, ...overrides });
  return stack;
}

const stack = replicated();
const template = Template.fromStack(stack);
const files = new Map([...instanceFiles(stack)].map(([host, read]) => [host.replace(ZONE, ''), read]));

test('ClickHouse with replicas has an instance for each and three Keepers, spread over zones, each with its volume', () => {
  expect([...files.keys()].sort()).toEqual(['clickhouse', 'clickhouse-2', 'clickhouse-keeper-1', 'clickhouse-keeper-2', 'clickhouse-keeper-3']);
  const volumes = ofType<{ AvailabilityZone: string; Size: number }>(template, 'AWS::EC2::Volume').map(([id, { Properties }]) => [
    id.slice(0, -8),
    Properties.AvailabilityZone,
    Properties.Size,
  ]);
  expect(volumes.sort()).toEqual([
    ['ClickHouseKeeper1Volume', 'eu-central-1a', 10],
    ['ClickHouseKeeper2Volume', 'eu-central-1b', 10],
    ['ClickHouseKeeper3Volume', 'eu-central-1c', 10],
    ['ClickHouseServer1Volume', 'eu-central-1a', 200],
    ['ClickHouseServer2Volume', 'eu-central-1b', 200],
  ]);
});

test('ClickHouse replicas have the same clusters and their own macros', () => {
  const [first, second] = ['clickhouse', 'clickhouse-2'].map((host) => files.get(host)!(CONFIG));
  expect(first).toContain('<replica>ch1</replica>');
  expect(second).toContain('<replica>ch2</replica>');
  const own = (config: string) => config.replace(/<replica>ch\d<\/replica>|<interserver_http_host>.*<\/interserver_http_host>/g, '');
  expect(own(first)).toBe(own(second));
  expect(first.replace(ZONE, '')).toContain('<host>clickhouse-keeper-3</host>');
});

test('a Keeper has the image of the servers with another command, and no secrets', () => {
  const read = files.get('clickhouse-keeper-2')!;
  expect(read('container/arguments').split('\n').slice(-7)).toEqual(
    [
      expect.stringContaining('clickhouse/clickhouse-server@sha256:'),
      'clickhouse',
      'su',
      '101:101',
      'clickhouse',
      'keeper',
      '--config-file=/etc/posthog-clickhouse/config.xml',
      '',
    ].slice(-7),
  );
  expect(read(CONFIG)).toContain('<server_id>2</server_id>');
  expect(read('container/secrets')).toBe('');
  expect(read('container/prepare')).toContain("FOLDERS=''\n");
});

test('ClickHouse servers and Keepers allow connections from each other only, on their own ports', () => {
  const [[group]] = ofType(template, 'AWS::EC2::SecurityGroup');
  expect(waysInto(template, group).map(({ from, port }) => [from, port])).toEqual([
    [group, 9440],
    [group, 9010],
    [group, 9281],
    [group, 9234],
  ]);
  const out = ofType<{ FromPort: number; DestinationSecurityGroupId: unknown }>(template, 'AWS::EC2::SecurityGroupEgress').map(
    ([, { Properties }]) => Properties,
  );
  expect(out.filter(({ DestinationSecurityGroupId: to }) => idOf(to) === group).map(({ FromPort }) => FromPort)).toEqual([9440, 9010, 9281, 9234]);
});

test('a deployment updates all Keepers, then one ClickHouse server after the other', () => {
  const groups = ofType(template, 'AWS::AutoScaling::AutoScalingGroup') as unknown as [string, { DependsOn: string[] }][];
  const dependencies = Object.fromEntries(
    groups.map(([id, { DependsOn }]) => [id.slice(0, -8), DependsOn.filter((on) => on.includes('GroupASG')).map((on) => on.slice(0, -8))]),
  );
  expect(dependencies).toEqual({
    ClickHouseKeeper1GroupASG: [],
    ClickHouseKeeper2GroupASG: [],
    ClickHouseKeeper3GroupASG: [],
    ClickHouseServer1GroupASG: ['ClickHouseKeeper1GroupASG', 'ClickHouseKeeper2GroupASG', 'ClickHouseKeeper3GroupASG'],
    ClickHouseServer2GroupASG: ['ClickHouseServer1GroupASG'],
  });
});

test('Keepers are t4g.small, or `keeperInstanceType`', () => {
  template.resourcePropertiesCountIs('AWS::EC2::LaunchTemplate', { LaunchTemplateData: { InstanceType: 't4g.small' } }, 3);
  Template.fromStack(replicated({ keeperInstanceType: new InstanceType('m7g.medium') })).resourcePropertiesCountIs(
    'AWS::EC2::LaunchTemplate',
    { LaunchTemplateData: { InstanceType: 'm7g.medium' } },
    3,
  );
});

test('a ClickHouse server has two minutes to stop, and a Keeper one', () => {
  const times = [...files].map(([host, read]) => [host, /^STOP_TIMEOUT=(.*)$/m.exec(read('settings'))![1]]).sort();
  expect(times).toEqual([
    ['clickhouse', '120'],
    ['clickhouse-2', '120'],
    ['clickhouse-keeper-1', '60'],
    ['clickhouse-keeper-2', '60'],
    ['clickhouse-keeper-3', '60'],
  ]);
});

test('ClickHouse warns about replicas that share a zone only', () => {
  Annotations.fromStack(stack).hasNoWarning('/Stack/ClickHouse', Match.anyValue());
  const crowded = zonedStack();
  newClickHouse(crowded, { replicas: 2, vpc: new Vpc(crowded, 'Vpc', { maxAzs: 1 }) });
  Annotations.fromStack(crowded).hasWarning(
    '/Stack/ClickHouse',
    Match.stringLikeRegexp('2 replicas share availability zones, so losing one zone can take down several of them; select subnets in 2 zones'),
  );
});

test('ClickHouse replicas number `hostName`', () => {
  const other = zonedStack();
  const vpc = new Vpc(other, 'Vpc');
  const privateZone = new PrivateHostedZone(other, 'Zone', { vpc, zoneName: 'stores.internal' });
  newClickHouse(other, { vpc, privateZone, hostName: 'events.stores.internal', replicas: 2 });
  expect([...instanceFiles(other).keys()].sort()).toEqual(
    ['events-2', 'events-keeper-1', 'events-keeper-2', 'events-keeper-3', 'events'].map((label) => `${label}.stores.internal`),
  );
});
