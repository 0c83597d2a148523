import { RemovalPolicy } from 'aws-cdk-lib/core';
import { IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { Cache } from './cache/cache';
import { ICache } from './cache/cache-base';
import { ClickHouse } from './clickhouse/clickhouse';
import { IClickHouse } from './clickhouse/clickhouse-base';
import { Kafka } from './kafka/kafka';
import { IKafka } from './kafka/kafka-base';
import { ObjectStorage } from './object-storage/object-storage';
import { IObjectStorage } from './object-storage/object-storage-base';
import { Postgres } from './postgres/postgres';
import { IPostgres } from './postgres/postgres-base';

/** The five data stores of a PostHog. */
export interface Stores {
  readonly postgres: IPostgres;
  readonly cache: ICache;
  readonly kafka: IKafka;
  readonly clickHouse: IClickHouse;
  readonly objectStorage: IObjectStorage;
}

/** The data stores of a PostHog: existing ones, and what new ones need. */
export interface StoresPlan {
  /** The data stores that are passed in; the others are created. */
  readonly existing: Partial<Stores>;
  /** PostHog's image, which holds the functions that ClickHouse runs. */
  readonly appImage: string;
  readonly clickHouseImage?: string;
  readonly logRetention: RetentionDays;
  /** Undefined if each data store uses its own default. */
  readonly removalPolicy?: RemovalPolicy;
}

/** Properties for `PostHogStores`. */
export interface PostHogStoresProps extends StoresPlan {
  readonly vpc: IVpc;
  /** The subnets of the managed data stores; undefined if each uses its own default. */
  readonly storeSubnets?: SubnetSelection;
  /** The subnets of the data stores on EC2 instances, which need outbound access. */
  readonly serviceSubnets: SubnetSelection;
}

/** The data stores of PostHog: existing ones that are passed in, and new ones for the rest. */
export class PostHogStores extends Construct implements Stores {
  public readonly postgres: IPostgres;
  public readonly cache: ICache;
  public readonly kafka: IKafka;
  public readonly clickHouse: IClickHouse;
  public readonly objectStorage: IObjectStorage;

  public constructor(scope: Construct, id: string, props: PostHogStoresProps) {
    super(scope, id);
    const { vpc, existing, removalPolicy, logRetention } = props;
    const shared = { vpc, vpcSubnets: props.storeSubnets, removalPolicy };
    this.postgres = existing.postgres ?? new Postgres(this, 'Postgres', shared);
    this.cache = existing.cache ?? new Cache(this, 'Cache', shared);
    this.kafka = existing.kafka ?? new Kafka(this, 'Kafka', shared);
    this.clickHouse =
      existing.clickHouse ??
      new ClickHouse(this, 'ClickHouse', {
        vpc,
        vpcSubnets: props.serviceSubnets,
        kafka: this.kafka,
        appImage: props.appImage,
        image: props.clickHouseImage,
        logRetention,
        removalPolicy,
      });
    this.objectStorage = existing.objectStorage ?? new ObjectStorage(this, 'ObjectStorage', { removalPolicy });
  }
}
