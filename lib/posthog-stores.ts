import { RemovalPolicy } from 'aws-cdk-lib/core';
import { IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { PostHogRelease } from './release/posthog-release';
import { Stores } from './services/process-definition';
import { Cache } from './stores/cache/cache';
import { ClickHouse } from './stores/clickhouse/clickhouse';
import { Kafka } from './stores/kafka/kafka';
import { ObjectStorage } from './stores/object-storage/object-storage';
import { Postgres } from './stores/postgres/postgres';

/** The environment of the data stores that are created. */
export interface StoreContext {
  readonly vpc: IVpc;
  /** The subnets of the managed data stores; undefined if each uses its own default. */
  readonly storeSubnets?: SubnetSelection;
  /** The subnets of the data stores on EC2 instances, which need outbound access. */
  readonly serviceSubnets: SubnetSelection;
  readonly release: PostHogRelease;
  readonly logRetention: RetentionDays;
  /** Undefined if each data store uses its own default. */
  readonly removalPolicy?: RemovalPolicy;
}

/** The data stores of PostHog: existing ones that are passed in, and new ones for the rest. */
export class PostHogStores extends Construct implements Stores {
  public readonly postgres: Stores['postgres'];
  public readonly cache: Stores['cache'];
  public readonly kafka: Stores['kafka'];
  public readonly clickHouse: Stores['clickHouse'];
  public readonly objectStorage: Stores['objectStorage'];

  public constructor(scope: Construct, id: string, given: Partial<Stores>, context: StoreContext) {
    super(scope, id);
    const { vpc, removalPolicy, logRetention } = context;
    const shared = { vpc, vpcSubnets: context.storeSubnets, removalPolicy };
    this.postgres = given.postgres ?? new Postgres(this, 'Postgres', shared);
    this.cache = given.cache ?? new Cache(this, 'Cache', shared);
    this.kafka = given.kafka ?? new Kafka(this, 'Kafka', shared);
    this.clickHouse =
      given.clickHouse ??
      new ClickHouse(this, 'ClickHouse', {
        vpc,
        vpcSubnets: context.serviceSubnets,
        kafka: this.kafka,
        appImage: context.release.images.app,
        image: context.release.clickHouseImage,
        logRetention,
        removalPolicy,
      });
    this.objectStorage = given.objectStorage ?? new ObjectStorage(this, 'ObjectStorage', { removalPolicy });
  }
}
