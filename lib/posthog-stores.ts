import { RemovalPolicy } from 'aws-cdk-lib/core';
import { IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { PostHogNetwork } from './network/posthog-network';
import { kafkaOf } from './posthog-agreement';
import { kmsKey, logRetention, removalPolicyWithoutSnapshot, secret, subnetSelection, vpc as vpcCheck } from './private/checks/cdk';
import { checkProps, Checks, construct } from './private/checks/check';
import { boolean } from './private/checks/values';
import { encryptWith } from './private/encryption-key';
import { invalidProp, invalidValue, withPath } from './private/errors';
import { PostHogRelease } from './release/posthog-release';
import { releaseCheck } from './release/posthog-release-options';
import { ICache } from './stores/cache/cache-base';
import { IClickHouse } from './stores/clickhouse/clickhouse-base';
import { IKafka } from './stores/kafka/kafka-base';
import { IObjectStorage } from './stores/object-storage/object-storage-base';
import { IPostgres } from './stores/postgres/postgres-base';
import { defineStores, Stores } from './stores/posthog-stores';
import { CACHE, CLICKHOUSE, clickHouseWithoutNat, KAFKA, OBJECT_STORAGE, POSTGRES } from './stores/store-checks';
import { exportStores } from './stores/stack-exports';

/**
 * Properties for `PostHogStores`.
 */
export interface PostHogStoresProps {
  /**
   * The network. Cannot be combined with `vpc`.
   *
   * @default - a new one with the defaults of `PostHogNetwork`, unless `vpc` is set
   */
  readonly network?: PostHogNetwork;
  /**
   * An existing VPC, with two or more availability zones. Cannot be combined with `network`.
   *
   * @default - the VPC of the network
   */
  readonly vpc?: IVpc;
  /**
   * The subnets for data stores on EC2 instances, which need outbound access. `PostHog` runs its tasks in them, too.
   *
   * @default - the service subnets of the network, or the private subnets with egress of `vpc`
   */
  readonly serviceSubnets?: SubnetSelection;
  /**
   * The subnets for managed data stores. They cannot be changed later: different subnets require another Kafka cluster, and the deployment fails.
   *
   * @default - the store subnets of the network, or the isolated subnets of `vpc`, or its private ones if it has no isolated ones
   */
  readonly storeSubnets?: SubnetSelection;
  /**
   * The PostgreSQL server for PostHog's application data.
   *
   * @default - a new one on RDS, with a final snapshot on removal
   */
  readonly postgres?: IPostgres;
  /**
   * The Valkey or Redis server that all processes share.
   *
   * @default - a new Valkey on ElastiCache
   */
  readonly cache?: ICache;
  /**
   * The Kafka cluster that ingestion reads events from.
   *
   * @default - the one that `clickHouse` reads, or a new one on Amazon MSK
   */
  readonly kafka?: IKafka;
  /**
   * The ClickHouse server that stores events.
   *
   * @default - a new one on EC2, with a volume that is retained
   */
  readonly clickHouse?: IClickHouse;
  /**
   * The bucket for files and session recordings.
   *
   * @default - a new bucket, which is retained
   */
  readonly objectStorage?: IObjectStorage;
  /**
   * The PostHog release that ClickHouse's image comes from. `PostHog` runs it, unless it has another one with the same image of ClickHouse.
   *
   * @default PostHogRelease.V2026_09_11_R2
   */
  readonly release?: PostHogRelease;
  /**
   * The secret with the credentials for Docker Hub, for the images of ClickHouse's instances: the keys `username` and `password`, the latter an
   * access token.
   *
   * @default - images are pulled anonymously
   */
  readonly registryCredentials?: ISecret;
  /**
   * Indicates whether the new ClickHouse has a user that can read events only, which `canary` of `PostHog` needs. A change replaces its instance.
   *
   * @default false
   */
  readonly clickHouseReader?: boolean;
  /**
   * The customer managed KMS key for data at rest: created data stores, their volumes, log groups and secrets. Only for a new stack: on an existing
   * one, another key would replace every data store, and `preflight` refuses it. Imported keys need the policy of docs/stores.md.
   *
   * @default - the AWS managed key of each service
   */
  readonly encryptionKey?: IKey;
  /**
   * The retention of ClickHouse's logs.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays;
  /**
   * The removal policy of created data stores: RETAIN or DESTROY. With DESTROY, the deletion of the stack deletes all data.
   *
   * @default - PostgreSQL and the cache leave a snapshot, everything else is retained
   */
  readonly removalPolicy?: RemovalPolicy;
}

const CHECKS: Checks<PostHogStoresProps> = {
  network: construct('a PostHogNetwork', ['vpc', 'serviceSubnets', 'storeSubnets'], 'write new PostHogNetwork(...)'),
  vpc: vpcCheck,
  serviceSubnets: subnetSelection,
  storeSubnets: subnetSelection,
  postgres: POSTGRES,
  cache: CACHE,
  kafka: KAFKA,
  clickHouse: CLICKHOUSE,
  objectStorage: OBJECT_STORAGE,
  release: releaseCheck,
  registryCredentials: secret,
  clickHouseReader: boolean,
  encryptionKey: kmsKey,
  logRetention,
  removalPolicy: removalPolicyWithoutSnapshot('secrets and logs have no snapshots'),
};

const DEFAULTS = { release: PostHogRelease.V2026_09_11_R2, logRetention: RetentionDays.ONE_MONTH };

/**
 * The five data stores of a PostHog with their network, for a stack of their own.
 *
 * `PostHog` takes them with its prop `stores`. A deployment of its stack that fails never rolls back a data store, and its next attempt does not wait
 * for them. This is the recommended layout. Data stores that are not passed in are created, each with its defaults.
 *
 * The stack exports each value that PostHog may import, whether it does or not, so a change of PostHog's stack never changes this one.
 */
export class PostHogStores extends Construct {
  /** The network; undefined with an existing VPC. */
  public readonly network?: PostHogNetwork;
  /** The VPC. */
  public readonly vpc: IVpc;
  /** The subnets for data stores on EC2 instances and for tasks; undefined if they follow from `vpc`. */
  public readonly serviceSubnets?: SubnetSelection;
  /** The key for data at rest; undefined if each service uses its own. */
  public readonly encryptionKey?: IKey;
  /** The release that ClickHouse's image comes from. */
  public readonly release: PostHogRelease;
  /** The PostgreSQL server for PostHog's application data. */
  public readonly postgres: IPostgres;
  /** The Valkey or Redis server that all processes share. */
  public readonly cache: ICache;
  /** The Kafka cluster that ingestion reads events from. */
  public readonly kafka: IKafka;
  /** The ClickHouse server that stores events. */
  public readonly clickHouse: IClickHouse;
  /** The bucket for files and session recordings. */
  public readonly objectStorage: IObjectStorage;

  private readonly createsClickHouse: boolean;

  public constructor(scope: Construct, id: string, props: PostHogStoresProps = {}) {
    super(scope, id);
    checkProps(this, props, CHECKS);
    withPath(this, () => checkCombinations(props));
    this.encryptionKey = props.encryptionKey;
    encryptWith(this, props.encryptionKey);
    this.network = props.vpc ? undefined : (props.network ?? new PostHogNetwork(this, 'Network'));
    this.vpc = props.vpc ?? this.network!.vpc;
    this.serviceSubnets = props.serviceSubnets ?? this.network?.serviceSubnets;
    this.release = props.release ?? DEFAULTS.release;
    this.createsClickHouse = props.clickHouse === undefined;
    const stores: Stores = defineStores(this, {
      existing: {
        postgres: props.postgres,
        cache: props.cache,
        kafka: withPath(this, () => kafkaOf(props.kafka, props.clickHouse)),
        clickHouse: props.clickHouse,
        objectStorage: props.objectStorage,
      },
      vpc: this.vpc,
      storeSubnets: props.storeSubnets ?? this.network?.storeSubnets,
      serviceSubnets: this.serviceSubnets,
      clickHouseImage: this.release.clickHouseImage,
      clickHouseReader: props.clickHouseReader,
      registryCredentials: props.registryCredentials,
      logRetention: props.logRetention ?? DEFAULTS.logRetention,
      removalPolicy: props.removalPolicy,
    });
    this.postgres = stores.postgres;
    this.cache = stores.cache;
    this.kafka = stores.kafka;
    this.clickHouse = stores.clickHouse;
    this.objectStorage = stores.objectStorage;
    exportStores(this, stores, this.vpc);
  }

  /**
   * Rejects a release with another image of ClickHouse than the one that it was created with.
   *
   * @internal
   */
  public _checkRelease(release: PostHogRelease): void {
    if (this.createsClickHouse && release.clickHouseImage !== this.release.clickHouseImage) {
      throw invalidValue(
        'release',
        `must have the same image of ClickHouse as the release of \`stores\`, ${this.release.name}`,
        release.name,
        'set `release` of PostHogStores only, which PostHog follows',
      );
    }
  }
}

function checkCombinations({ network, vpc, clickHouse }: PostHogStoresProps): void {
  if (network && vpc) {
    throw invalidProp('vpc', 'cannot be combined with `network`, which has a VPC', 'leave one of them out');
  }
  if (network && !network.egressSubnets && !clickHouse) {
    throw clickHouseWithoutNat();
  }
}
