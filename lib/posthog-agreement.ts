import { Annotations, CfnResource, Reference, Token, Tokenization } from 'aws-cdk-lib/core';
import { CfnSecurityGroup, IVpc } from 'aws-cdk-lib/aws-ec2';
import { IApplicationListener } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { IHostedZone } from 'aws-cdk-lib/aws-route53';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { IConstruct } from 'constructs';
import { invalidValue } from './private/errors';
import { isLookupPending } from './private/subnets';
import { IClickHouse } from './stores/clickhouse/clickhouse-base';
import { IKafka } from './stores/kafka/kafka-base';
import { Stores } from './stores/posthog-stores';

/** What a PostHog is given that another one of the app may have as well. */
export interface Given {
  readonly domainName: string;
  readonly domainZone?: IHostedZone;
  readonly listener?: IApplicationListener;
  /** The existing VPC; undefined for a new one. */
  readonly vpc?: IVpc;
  readonly stores: Partial<Stores>;
  /** The secrets that data in the stores is signed and encrypted with; undefined if they are generated. */
  readonly secretKey?: ISecret;
  readonly encryptionSaltKeys?: ISecret;
}

/** What the PostHogs of an app are given, by the root of the app. */
const PER_APP = new WeakMap<IConstruct, Map<IConstruct, Given>>();

/** Records what a PostHog is given, for the comparison with the next one of the app. */
export function recordGiven(posthog: IConstruct, given: Given): void {
  const known = PER_APP.get(posthog.node.root) ?? new Map<IConstruct, Given>();
  PER_APP.set(posthog.node.root, known.set(posthog, given));
}

/**
 * Compares what a PostHog is given: its stores with each other and with the VPC, and all of it with that of other PostHogs of the app.
 *
 * Throws if it cannot work, and adds warnings about what may be meant.
 */
export function checkAgreement(posthog: IConstruct, given: Given): void {
  PER_APP.get(posthog.node.root)?.forEach((other, { node: { path } }) => {
    checkStores(given, other, path);
    checkDomainNames(given, other, path);
  });
  warnOfOtherVpcs(posthog, given);
}

/**
 * Returns the Kafka cluster that ClickHouse reads, if PostHog is given a ClickHouse of this library.
 *
 * Throws if PostHog is given another one: events would go to a cluster that ClickHouse does not read.
 */
export function kafkaOf(kafka: IKafka | undefined, clickHouse: IClickHouse | undefined): IKafka | undefined {
  const read = clickHouse?.kafka;
  if (kafka && read && areDifferent(kafka, read)) {
    throw invalidValue(
      'kafka',
      `must be the one that \`clickHouse\` reads, ${read.node.path}, or every event would be lost`,
      kafka,
      'leave it out, or pass the same one to both',
    );
  }
  return kafka ?? read;
}

/** Returns whether two Kafka clusters are certain to differ. The brokers of an imported one may be a token, which may be those of any cluster. */
function areDifferent(one: IKafka, other: IKafka): boolean {
  const brokers = other.bootstrapServers.split(',');
  if (one === other || one.bootstrapServers.split(',').some((broker) => brokers.includes(broker))) {
    return false;
  }
  return [one, other].every(({ bootstrapServers, node }) => node.children.length > 0 || !Token.isUnresolved(bootstrapServers));
}

/** Refuses a store that another PostHog has, unless both have the same secrets and so are one installation. */
function checkStores(given: Given, other: Given, path: string): void {
  const shared = (Object.keys(given.stores) as (keyof Stores)[]).find((name) => given.stores[name] && given.stores[name] === other.stores[name]);
  const sameSecrets = (['secretKey', 'encryptionSaltKeys'] as const).every((name) => given[name] && given[name].secretArn === other[name]?.secretArn);
  if (shared && !sameSecrets) {
    throw invalidValue(
      shared,
      `must not be that of another PostHog, ${path}: both would use the same names in it, and each encrypts with keys that the other one does not have`,
      given.stores[shared],
      'use another one, or pass the same `secretKey` and `encryptionSaltKeys` to both if they are one installation',
    );
  }
}

/** Refuses a domain name that another PostHog answers in the same place. */
function checkDomainNames(given: Given, other: Given, path: string): void {
  if (Token.isUnresolved(given.domainName) || given.domainName !== other.domainName) {
    return;
  }
  const place =
    (given.listener && given.listener === other.listener && 'on the same listener') ||
    (areSameZone(given.domainZone, other.domainZone) && 'in the same hosted zone') ||
    (areSameVpc(given.vpc, other.vpc) && 'in the same VPC');
  if (place) {
    throw invalidValue('domainName', `must not be that of another PostHog ${place}, ${path}`, given.domainName, 'choose another name');
  }
}

function areSameZone(one?: IHostedZone, other?: IHostedZone): boolean {
  // A look-up that is pending has the id DUMMY.
  return one !== undefined && other !== undefined && (one === other || (one.hostedZoneId === other.hostedZoneId && one.hostedZoneId !== 'DUMMY'));
}

function areSameVpc(one?: IVpc, other?: IVpc): boolean {
  return one !== undefined && other !== undefined && (one === other || (one.vpcId === other.vpcId && !isLookupPending(one)));
}

/** Warns about stores that are certain to be in another VPC: their security groups are. */
function warnOfOtherVpcs(posthog: IConstruct, { vpc, stores }: Given): void {
  const elsewhere = Object.entries(stores)
    .filter(
      ([, store]) => store && 'connections' in store && store.connections.securityGroups.some((group) => isElsewhere(group.node.defaultChild, vpc)),
    )
    .map(([name]) => `\`${name}\``);
  if (elsewhere.length > 0) {
    Annotations.of(posthog).addWarningV2(
      'cdk-posthog:PostHog.storesInOtherVpc',
      `${elsewhere.join(', ')} ${elsewhere.length === 1 ? 'is' : 'are'} in another VPC than the tasks; without peering or a transit gateway, no task reaches them`,
    );
  }
}

function isElsewhere(group: IConstruct | undefined, vpc: IVpc | undefined): boolean {
  if (!CfnResource.isCfnResource(group) || !(group instanceof CfnSecurityGroup) || group.vpcId === undefined) {
    return false;
  }
  // A VPC that PostHog defines is a new one, in which no other store can be.
  if (!vpc) {
    return true;
  }
  return group.vpcId !== vpc.vpcId && !isLookupPending(vpc) && isKnownVpc(group.vpcId) && isKnownVpc(vpc.vpcId);
}

/** Returns whether an id is that of one certain VPC: it is literal, or the reference to a VPC of the app. Any other token may be the id of any VPC. */
function isKnownVpc(vpcId: string): boolean {
  if (!Token.isUnresolved(vpcId)) {
    return true;
  }
  const { firstToken } = Tokenization.reverseString(vpcId);
  return Reference.isReference(firstToken) && CfnResource.isCfnResource(firstToken.target) && firstToken.target.cfnResourceType === 'AWS::EC2::VPC';
}
