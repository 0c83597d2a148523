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

/** What surrounds the stores that are made. */
export interface StoreContext {
  readonly vpc: IVpc;
  /** Where the managed ones stand; left out where each chooses for itself. */
  readonly storeSubnets?: SubnetSelection;
  /** Where those on instances stand, which need a way out. */
  readonly serviceSubnets: SubnetSelection;
  readonly release: PostHogRelease;
  readonly logRetention: RetentionDays;
  /** Left out where each store has its own. */
  readonly removalPolicy?: RemovalPolicy;
}

/** The stores of a PostHog: those that were given, and a managed one in place of each other. */
export class PostHogStores extends Construct implements Stores {
  public readonly postgres: Stores['postgres'];
  public readonly cache: Stores['cache'];
  public readonly kafka: Stores['kafka'];
  public readonly clickHouse: Stores['clickHouse'];
  public readonly objectStorage: Stores['objectStorage'];

  public constructor(scope: Construct, id: string, given: Partial<Stores>, surroundings: StoreContext) {
    super(scope, id);
    const { vpc, removalPolicy, logRetention } = surroundings;
    const shared = { vpc, vpcSubnets: surroundings.storeSubnets, removalPolicy };
    this.postgres = given.postgres ?? new Postgres(this, 'Postgres', shared);
    this.cache = given.cache ?? new Cache(this, 'Cache', shared);
    this.kafka = given.kafka ?? new Kafka(this, 'Kafka', shared);
    this.clickHouse = given.clickHouse ?? new ClickHouse(this, 'ClickHouse', {
      vpc, vpcSubnets: surroundings.serviceSubnets, kafka: this.kafka, appImage: surroundings.release.images.app,
      image: surroundings.release.clickHouseImage, logRetention, removalPolicy,
    });
    this.objectStorage = given.objectStorage ?? new ObjectStorage(this, 'ObjectStorage', { removalPolicy });
  }
}
