import { Annotations, CfnResource, Reference, Token, Tokenization } from 'aws-cdk-lib/core';
import { CfnSecurityGroup, IVpc } from 'aws-cdk-lib/aws-ec2';
import { IApplicationListener } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { IHostedZone } from 'aws-cdk-lib/aws-route53';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { IConstruct } from 'constructs';
import { DomainNameOptions, furtherNamesOf } from './ingress/host-names';
import { invalidValue } from './private/errors';
import { isLookupPending } from './private/subnets';
import { IClickHouse } from './stores/clickhouse/clickhouse-base';
import { IKafka } from './stores/kafka/kafka-base';
import { STORE_NAMES, Stores } from './stores/posthog-stores';

/** The props of a PostHog that are compared with each other, and with those of other PostHogs of the app. */
export interface ComparedProps {
  readonly domainName: string;
  readonly domainZone?: IHostedZone;
  readonly additionalDomainNames?: DomainNameOptions[];
  readonly ingestionDomainNames?: DomainNameOptions[];
  readonly listener?: IApplicationListener;
  /** The existing VPC; undefined for a new one. */
  readonly vpc?: IVpc;
  readonly stores: Partial<Stores>;
  /** The `PostHogStores` that all of them are of. */
  readonly allStores?: IConstruct;
  /** The secrets that data in the stores is signed and encrypted with; undefined if they are generated. */
  readonly secretKey?: ISecret;
  readonly encryptionSaltKeys?: ISecret;
}

/** The props of all PostHogs of an app, by the root of the app. */
const PER_APP = new WeakMap<IConstruct, Map<IConstruct, ComparedProps>>();

/** Records the props of a PostHog, for the comparison with the next one of the app. */
export function recordProps(posthog: IConstruct, props: ComparedProps): void {
  const known = PER_APP.get(posthog.node.root) ?? new Map<IConstruct, ComparedProps>();
  PER_APP.set(posthog.node.root, known.set(posthog, props));
}

/**
 * Compares the stores of a PostHog with its VPC, and its props with those of other PostHogs of the app.
 *
 * Throws if it cannot work, and adds warnings about what may be meant.
 */
export function checkAgreement(posthog: IConstruct, props: ComparedProps): void {
  PER_APP.get(posthog.node.root)?.forEach((other, { node: { path } }) => {
    checkStores(props, other, path);
    checkDomainNames(props, other, path);
  });
  warnOfOtherVpcs(posthog, props);
}

/**
 * Returns the Kafka cluster of a PostHog: the one that is passed in, or the one that its ClickHouse reads, if that is known.
 *
 * Throws if they differ: events would go to a cluster that ClickHouse does not read.
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
function checkStores(props: ComparedProps, other: ComparedProps, path: string): void {
  const shared = STORE_NAMES.find((name) => props.stores[name] && props.stores[name] === other.stores[name]);
  const sameSecrets = (['secretKey', 'encryptionSaltKeys'] as const).every((name) => props[name] && props[name].secretArn === other[name]?.secretArn);
  if (!shared || sameSecrets) {
    return;
  }
  const [that, it, others] = props.allStores ? ['those', 'them', 'others'] : ['that', 'it', 'another one'];
  throw invalidValue(
    props.allStores ? 'stores' : shared,
    `must not be ${that} of another PostHog, ${path}: both would use the same names in ${it}, and each encrypts with keys that the other one does not have`,
    props.allStores ?? props.stores[shared],
    `use ${others}, or pass the same \`secretKey\` and \`encryptionSaltKeys\` to both if they are one installation`,
  );
}

/** Refuses a domain name that another PostHog answers in the same place. */
function checkDomainNames(props: ComparedProps, other: ComparedProps, path: string): void {
  const taken = namesOf(other);
  for (const { prop, domainName, domainZone } of namesOf(props)) {
    const same = Token.isUnresolved(domainName) ? undefined : taken.find((name) => name.domainName === domainName);
    const place =
      same &&
      ((props.listener && props.listener === other.listener && 'on the same listener') ||
        (areSameZone(domainZone, same.domainZone) && 'in the same hosted zone') ||
        (areSameVpc(props.vpc, other.vpc) && 'in the same VPC'));
    if (place) {
      throw invalidValue(prop, `must not be that of another PostHog ${place}, ${path}`, domainName, 'choose another name');
    }
  }
}

/** Returns the host names of a PostHog, each with the prop that it is from. */
function namesOf(props: ComparedProps): { readonly prop: string; readonly domainName: string; readonly domainZone?: IHostedZone }[] {
  const further = furtherNamesOf(props).map(({ prop, domainName, domainZone }) => ({ prop: `${prop}.domainName`, domainName, domainZone }));
  return [{ prop: 'domainName', domainName: props.domainName, domainZone: props.domainZone }, ...further];
}

function areSameZone(one?: IHostedZone, other?: IHostedZone): boolean {
  // A look-up that is pending has the id DUMMY.
  return one !== undefined && other !== undefined && (one === other || (one.hostedZoneId === other.hostedZoneId && one.hostedZoneId !== 'DUMMY'));
}

function areSameVpc(one?: IVpc, other?: IVpc): boolean {
  return one !== undefined && other !== undefined && (one === other || (one.vpcId === other.vpcId && !isLookupPending(one)));
}

/** Warns about stores that are certain to be in another VPC: their security groups are. */
function warnOfOtherVpcs(posthog: IConstruct, { vpc, stores }: ComparedProps): void {
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

/** Returns whether an id is that of one certain VPC: it is literal, or the reference to a VPC of the app. Any other token may be that of any VPC. */
function isKnownVpc(vpcId: string): boolean {
  if (!Token.isUnresolved(vpcId)) {
    return true;
  }
  const { firstToken } = Tokenization.reverseString(vpcId);
  return Reference.isReference(firstToken) && CfnResource.isCfnResource(firstToken.target) && firstToken.target.cfnResourceType === 'AWS::EC2::VPC';
}
