import { INGRESS_RULES } from './ingress-rules';
import { Change, isSame, Properties, referencesOf, Template, Update, valueAt } from './replacement';
import { PRIORITY_RULE } from './listener-rules';
import { about, RefusedChange, UpdateRule } from './rule';
import { SERVICE_RULES } from './service-rules';
import { blockList } from '../alb/addresses';
import { logicalId, ofType } from '../alb/template';

/** The changes of an MSK cluster that are API calls of their own. */
const MSK_CALLS: Readonly<Record<string, readonly string[]>> = {
  'the number of brokers': ['NumberOfBrokerNodes'],
  'the instance type': ['BrokerNodeGroupInfo.InstanceType'],
  'the storage': ['BrokerNodeGroupInfo.StorageInfo', 'StorageMode'],
  'the Kafka version': ['KafkaVersion'],
  'the configuration': ['ConfigurationInfo'],
  'security': ['ClientAuthentication', 'EncryptionInfo.EncryptionInTransit'],
  'monitoring': ['EnhancedMonitoring', 'OpenMonitoring', 'LoggingInfo'],
  'connectivity': ['BrokerNodeGroupInfo.ConnectivityInfo'],
};

/** Returns the API calls that a change of an MSK cluster takes. A new revision of its configuration is one. */
function mskCalls({ before, after }: Change, update: Update): string[] {
  const revised = new Set(update.changes('AWS::MSK::Configuration').flatMap(({ id, properties }) => (properties.length > 0 ? [id] : [])));
  const calls = Object.entries(MSK_CALLS).flatMap(([call, paths]) =>
    paths.some((path) => !isSame(valueAt(before, path), valueAt(after, path))) ? [call] : [],
  );
  const usesRevised = referencesOf(after.ConfigurationInfo).some((id) => revised.has(id));
  return usesRevised && !calls.includes('the configuration') ? [...calls, 'the configuration'] : calls;
}

const SUBNET = 'AWS::EC2::Subnet';

/** Returns the new subnets whose addresses belong to subnets of the same VPC until the end of the update. */
function overlappingSubnets(update: Update): string[] {
  const old = ofType<Properties>(update.before, SUBNET);
  return ofType<Properties>(update.after, SUBNET).flatMap(([id, subnet]) => {
    const sameVpc = !referencesOf(subnet.VpcId).some((vpc) => update.isNew(vpc));
    const overlaps = old.some(([, { CidrBlock }]) => isOverlap(CidrBlock, subnet.CidrBlock));
    return update.isNew(id) && sameVpc && overlaps ? [id] : [];
  });
}

/** Returns whether two CIDR blocks overlap. Those that only the deployment knows are compared as expressions. */
function isOverlap(one: unknown, other: unknown): boolean {
  if (typeof one !== 'string' || typeof other !== 'string') {
    return one !== undefined && isSame(one, other);
  }
  const starts = (block: string, outer: string) => blockList([outer]).check(block.split('/')[0]);
  return starts(one, other) || starts(other, one);
}

/** Returns the target groups that listeners and their rules forward to, each with its load balancer. */
function forwardedTo(template: Template): [targetGroup: string, loadBalancer: string][] {
  const listeners = ofType<Properties>(template, 'AWS::ElasticLoadBalancingV2::Listener');
  const balancerOf = (listener: unknown) =>
    logicalId(listeners.find(([id]) => id === logicalId(listener))?.[1].LoadBalancerArn) ??
    // An imported listener has no logical id: its ARN stands for its load balancer.
    JSON.stringify(listener);
  const rules = ofType<Properties>(template, 'AWS::ElasticLoadBalancingV2::ListenerRule');
  return [
    ...listeners.flatMap(([id, { DefaultActions }]) =>
      referencesOf(DefaultActions).map((group) => [group, balancerOf({ Ref: id })] as [string, string]),
    ),
    ...rules.flatMap(([, { Actions, ListenerArn }]) => referencesOf(Actions).map((group) => [group, balancerOf(ListenerArn)] as [string, string])),
  ];
}

/** Returns a rule that a number must not become smaller. */
function growsOnly(type: string, path: string, what: string, source: string): UpdateRule {
  return about({
    type,
    source,
    fix: 'keep the old size',
    check: ({ before, after }) => {
      const [old, now] = [valueAt(before, path), valueAt(after, path)].map(Number);
      return now < old ? `${what} cannot shrink, from ${old} to ${now} GiB` : undefined;
    },
  });
}

/**
 * Returns a rule that a size must grow by a least amount. The size that counts is that of the service, which may have grown by itself: a change that
 * this rule accepts can still be refused.
 */
function growsBy(type: string, path: string, least: (old: number) => number, what: string, source: string): UpdateRule {
  return about({
    type,
    source,
    fix: 'raise it by that or more, above the size that it has grown to by itself',
    check: ({ before, after, replaced }) => {
      const [old, now] = [valueAt(before, path), valueAt(after, path)].map(Number);
      return !replaced && now > old && now < old + least(old) ? `${what}, and this changes it from ${old} to ${now} GiB` : undefined;
    },
  });
}

/** Returns a rule that a resource with a name of its own is replaced under another name only. */
function newName(type: string, name: string, source: string): UpdateRule {
  return about({
    type,
    source,
    fix: 'keep what it is replaced for, or move its data to another one first',
    check: ({ before, after, replaced }) =>
      replaced && after[name] !== undefined && isSame(before[name], after[name])
        ? 'CloudFormation creates the new one before it deletes the old one, whose name is still taken'
        : undefined,
  });
}

/**
 * The keys for data at rest, which data stores get when they are created and never again, by type.
 *
 * Sources: createOnlyProperties of the schemas of CloudFormation's registry; of a volume, "Updates are not supported"
 * (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-volume.html).
 */
const KEYS_AT_REST: Readonly<Record<string, string>> = {
  'AWS::EC2::Volume': 'KmsKeyId',
  'AWS::ElastiCache::ReplicationGroup': 'KmsKeyId',
  'AWS::MSK::Cluster': 'EncryptionInfo.EncryptionAtRest.DataVolumeKMSKeyId',
  'AWS::RDS::DBCluster': 'KmsKeyId',
  'AWS::RDS::DBInstance': 'KmsKeyId',
};

/** Returns a rule that a data store keeps its key: another one would replace it with an empty one. */
function keepsKey([type, path]: [string, string]): UpdateRule {
  return about({
    type,
    source: 'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/ (Update requires: Replacement)',
    fix: 'keep `encryptionKey` as it was; to change it, create another data store and move the data',
    check: ({ before, after }) =>
      isSame(valueAt(before, path), valueAt(after, path))
        ? undefined
        : 'a data store gets its key when it is created: another key needs an empty one',
  });
}

/** The changes that AWS does not accept in one update. */
const RULES: readonly UpdateRule[] = [
  about({
    type: 'AWS::MSK::Cluster',
    source: 'https://github.com/aws/aws-cdk/issues/16765: "You can\'t update multiple attributes of the cluster in same request"',
    fix: 'deploy one change after the other',
    check: (change, update) => {
      const calls = change.replaced ? [] : mskCalls(change, update);
      return calls.length > 1 ? `MSK changes one thing in an update, and this changes ${calls.join(' and ')}` : undefined;
    },
  }),
  about({
    type: 'AWS::MSK::Cluster',
    source: 'https://docs.aws.amazon.com/msk/latest/developerguide/msk-remove-broker.html',
    fix: 'move the partitions of these brokers to others first, with kafka-reassign-partitions',
    check: ({ before, after }) =>
      Number(after.NumberOfBrokerNodes) < Number(before.NumberOfBrokerNodes) ? 'MSK refuses to remove brokers that hold partitions' : undefined,
  }),
  newName('AWS::MSK::Cluster', 'ClusterName', 'https://docs.aws.amazon.com/msk/1.0/apireference/clusters.html: ConflictException'),
  newName('AWS::MSK::Configuration', 'Name', 'https://docs.aws.amazon.com/msk/1.0/apireference/configurations.html: ConflictException'),
  growsOnly(
    'AWS::MSK::Cluster',
    'BrokerNodeGroupInfo.StorageInfo.EBSStorageInfo.VolumeSize',
    'the volumes of brokers',
    'https://docs.aws.amazon.com/msk/latest/developerguide/msk-update-storage.html',
  ),
  growsBy(
    'AWS::MSK::Cluster',
    'BrokerNodeGroupInfo.StorageInfo.EBSStorageInfo.VolumeSize',
    () => 10,
    'MSK raises the volumes of brokers by 10 GiB or more',
    // With storage autoscaling, a change must also be above the present size. Without a change, an update is accepted after the volumes have grown.
    'https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1129: "To update storage, you must increase it by at least 10 GiB"',
  ),
  growsBy(
    'AWS::RDS::DBInstance',
    'AllocatedStorage',
    (old) => old / 10,
    'RDS raises the storage of a database by 10 percent or more',
    // A template with less than the storage has grown to is accepted since March 2025: aws-cloudformation-resource-providers-rds, pull request 598.
    'https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1312',
  ),
  growsOnly(
    'AWS::EC2::Volume',
    'Size',
    'an EBS volume',
    'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-volume.html (Size)',
  ),
  growsOnly(
    'AWS::RDS::DBInstance',
    'AllocatedStorage',
    'the storage of a database',
    'https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html (AllocatedStorage)',
  ),
  about({
    type: 'AWS::ElastiCache::ReplicationGroup',
    source: 'https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/383',
    fix: 'deploy one change after the other: failover after the first replica, or before the last one goes',
    check: ({ before, after }) =>
      !isSame(before.NumCacheClusters, after.NumCacheClusters) && !isSame(before.AutomaticFailoverEnabled, after.AutomaticFailoverEnabled)
        ? 'ElastiCache refuses to change the number of nodes and automatic failover in one update'
        : undefined,
  }),
  about({
    type: 'AWS::ElastiCache::ReplicationGroup',
    source: 'https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/in-transit-encryption-enable.html: "a two-step process"',
    fix: 'deploy the mode `preferred` first, and `required` once every client uses TLS',
    check: ({ before, after, replaced }) =>
      !replaced && after.TransitEncryptionMode === 'required' && before.TransitEncryptionEnabled !== true
        ? 'ElastiCache requires TLS only of a cache whose mode is already `preferred`'
        : undefined,
  }),
  ...Object.entries(KEYS_AT_REST).map(keepsKey),
  ...SERVICE_RULES,
  ...INGRESS_RULES,
  PRIORITY_RULE,
  {
    source: 'https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/780',
    fix: 'the target group must be new as well',
    check: (update) => {
      const before = forwardedTo(update.before);
      const moved = forwardedTo(update.after).filter(
        ([group, balancer]) => !update.isNew(group) && before.some(([old, other]) => old === group && (other !== balancer || update.isNew(balancer))),
      );
      return moved.map(([id]) => ({
        id,
        type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
        message: 'a target group can belong to one load balancer only, and CloudFormation creates the new rules before it deletes the old ones',
      }));
    },
  },
  {
    source: 'https://repost.aws/knowledge-center/vpc-failed-ec2-subnet-creation: "The CIDR conflicts with another subnet"',
    fix: 'keep the address ranges of the existing subnets, or create another network',
    check: (update) =>
      overlappingSubnets(update).map((id) => ({
        id,
        type: SUBNET,
        message: 'its addresses overlap with those of a subnet that CloudFormation deletes only after it has created this one',
      })),
  },
  about({
    type: 'AWS::EC2::Instance',
    source:
      'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html: SSM parameters are resolved in every update',
    fix: 'resolve the image in a launch template',
    check: ({ after }, update) =>
      referencesOf(after.ImageId).some((id) => update.after.Parameters?.[id]?.Type?.startsWith('AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>'))
        ? 'every deployment after Amazon has published an image replaces this instance'
        : undefined,
  }),
];

/**
 * Returns the changes between two templates of a stack that AWS refuses, or accepts without doing what the template says.
 *
 * A template difference that looks right is not proof: services accept one change at a time, keep what a template no longer mentions, or refuse an
 * order of calls. This knows the cases of RULES only.
 */
export function refusedChanges(before: Template, after: Template): RefusedChange[] {
  const update = new Update(before, after);
  const found = RULES.flatMap(({ fix, check }) => check(update).map((refused) => ({ ...refused, fix })));
  return found.filter((one, index) => found.findIndex((other) => isSame(one, other)) === index);
}
