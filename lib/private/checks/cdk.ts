import { RemovalPolicy, Token } from 'aws-cdk-lib/core';
import { InstanceType, SubnetSelection, SubnetType } from 'aws-cdk-lib/aws-ec2';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { all, Check, Checks, construct, hasMembers, listOf, mapOf, matching, objectWith, struct } from './check';
import { anyText, boolean, oneOf, oneOfOrToken, text } from './values';
import { invalidProp, invalidValue } from '../errors';

export const vpc = construct('a VPC', ['vpcId', 'selectSubnets'], 'use Vpc.fromLookup(), for example');
export const securityGroup = construct(
  'a security group',
  ['securityGroupId', 'connections'],
  'use SecurityGroup.fromSecurityGroupId(), for example',
);
export const securityGroups = listOf(securityGroup);
export const secret = construct('a secret of Secrets Manager', ['secretArn', 'grantRead'], 'use Secret.fromSecretNameV2(), for example');
export const bucket = construct('an S3 bucket', ['bucketArn', 'bucketName'], 'use Bucket.fromBucketName(), for example');
export const kmsKey = construct('a KMS key', ['keyArn'], 'use Key.fromKeyArn(), for example');
export const role = construct('an IAM role', ['roleArn'], 'use Role.fromRoleName(), for example');
export const cluster = construct('an ECS cluster', ['clusterArn', 'vpc'], 'use Cluster.fromClusterAttributes(), for example');
export const hostedZone = construct('a hosted zone', ['hostedZoneId', 'zoneName'], 'use HostedZone.fromLookup(), for example');
export const certificate = construct('a certificate of ACM', ['certificateArn'], 'use Certificate.fromCertificateArn(), for example');
export const namespace = construct('a namespace of Cloud Map', ['namespaceArn', 'namespaceName', 'type'], 'use PrivateDnsNamespace, for example');
export const listener = construct('a listener of an Application Load Balancer', ['listenerArn', 'addAction']);
export const loadBalancer = construct('an Application Load Balancer', ['loadBalancerArn', 'addListener']);
export const targetGroup = construct('a target group of an Application Load Balancer', ['targetGroupArn', 'registerListener']);
export const subnet = construct('a subnet', ['subnetId', 'availabilityZone']);
export const cpuArchitecture = objectWith('CpuArchitecture.X86_64 or CpuArchitecture.ARM64', ['_cpuArchitecture']);
export const removalPolicy = oneOf(RemovalPolicy);
export const logRetention = oneOfOrToken(RetentionDays);

const SUBNET_SELECTION: Checks<SubnetSelection> = {
  subnetType: oneOf(SubnetType),
  availabilityZones: listOf(text()),
  subnetGroupName: text(),
  onePerAz: boolean,
  subnetFilters: listOf(objectWith('a SubnetFilter', ['selectSubnets'])),
  // One that the VPC does not have is refused when they are selected, unless the lookup of the VPC is pending.
  subnets: listOf(subnet, { gaps: true, duplicates: true }),
};

/** Checks the form of a selection of subnets. */
export const subnetSelection: Check = struct(SUBNET_SELECTION);

/**
 * The form of the names of instance types, without what a service puts before them.
 *
 * @see https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
 */
const INSTANCE_TYPE = /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/;

/**
 * Returns the check of an instance type.
 *
 * @param which the rest of the rule, with an example
 * @param fix what to do, depending on the type
 */
export function instanceType(which = 'such as m7g.large', fix?: (type: string) => string | undefined): Check {
  return (prop, value) => {
    if (!hasMembers(value, ['architecture', 'sameInstanceClassAs'])) {
      throw invalidValue(prop, `must be an InstanceType, ${which}`, value, 'write InstanceType.of(...)');
    }
    const type = (value as InstanceType).toString();
    if (!Token.isUnresolved(type) && !INSTANCE_TYPE.test(type)) {
      throw invalidValue(prop, `must be an instance type ${which}`, type, fix?.(type));
    }
  };
}

/** @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html */
export const snapshotId = text(/^snap-[0-9a-f]+$/, 'must be the id of an EBS snapshot, such as snap-0123456789abcdef0');

/**
 * The size of names and values together: half of a task definition, so that there is room for the variables of the library.
 *
 * The quota of a task definition is 64 KiB (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html).
 */
const ENVIRONMENT_BYTES = 32 * 1024;

/** Checks additional environment variables. */
export const environment: Check = all(mapOf(anyText), (prop, value) => {
  const known = Object.entries(value as Readonly<Record<string, string>>).filter(([, one]) => !Token.isUnresolved(one));
  const bytes = known.reduce((sum, [name, one]) => sum + Buffer.byteLength(name) + Buffer.byteLength(one), 0);
  if (bytes > ENVIRONMENT_BYTES) {
    throw invalidProp(
      prop,
      `may have ${ENVIRONMENT_BYTES} bytes of names and values together, and has ${bytes}: a task definition is limited to 64 KiB`,
      'pass large values in `secrets`, or read them from S3',
    );
  }
});

/** Checks additional environment variables from secrets. */
export const containerSecrets: Check = mapOf(
  objectWith('a Secret of aws-cdk-lib/aws-ecs', ['arn', 'grantRead'], 'write Secret.fromSecretsManager(...) or Secret.fromSsmParameter(...)'),
);

/** Returns a check that refuses snapshots. */
export function removalPolicyWithoutSnapshot(why: string): Check {
  return all(
    removalPolicy,
    matching(`must be RETAIN or DESTROY: ${why}`, (value) => value !== RemovalPolicy.SNAPSHOT),
  );
}
