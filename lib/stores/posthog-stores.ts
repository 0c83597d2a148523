import { RemovalPolicy } from 'aws-cdk-lib/core';
import { IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { encryptionKeyOf } from '../private/encryption-key';
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

/** The names of the data stores, as in props. */
export const STORE_NAMES = ['postgres', 'cache', 'kafka', 'clickHouse', 'objectStorage'] as const satisfies readonly (keyof Stores)[];

/** The data stores of a PostHog: existing ones, and what new ones need. */
export interface StoresPlan {
  /** The data stores that are passed in; the others are created. */
  readonly existing: Partial<Stores>;
  readonly clickHouseImage?: string;
  /** Indicates whether a new ClickHouse has a user that can read events only. */
  readonly clickHouseReader?: boolean;
  /** The credentials for Docker Hub. */
  readonly registryCredentials?: ISecret;
  readonly logRetention: RetentionDays;
  /** Undefined if each data store uses its own default. */
  readonly removalPolicy?: RemovalPolicy;
}

/** The plan of data stores, and their network. */
export interface StoresOptions extends StoresPlan {
  readonly vpc: IVpc;
  /** The subnets of the managed data stores; undefined if each uses its own default. */
  readonly storeSubnets?: SubnetSelection;
  /** The subnets of the data stores on EC2 instances, which need outbound access; undefined if each uses its own default. */
  readonly serviceSubnets?: SubnetSelection;
}

/** Defines the data stores of a PostHog in a scope: new ones for those that are not passed in. */
export function defineStores(scope: Construct, options: StoresOptions): Stores {
  const { vpc, existing, removalPolicy, logRetention } = options;
  const shared = { vpc, vpcSubnets: options.storeSubnets, removalPolicy };
  const postgres = existing.postgres ?? new Postgres(scope, 'Postgres', shared);
  const cache = existing.cache ?? new Cache(scope, 'Cache', shared);
  const kafka = existing.kafka ?? new Kafka(scope, 'Kafka', shared);
  const clickHouse =
    existing.clickHouse ??
    new ClickHouse(scope, 'ClickHouse', {
      vpc,
      vpcSubnets: options.serviceSubnets,
      kafka,
      image: options.clickHouseImage,
      reader: options.clickHouseReader,
      registryCredentials: options.registryCredentials,
      logRetention,
      removalPolicy,
    });
  const objectStorage = existing.objectStorage ?? new ObjectStorage(scope, 'ObjectStorage', { removalPolicy, encryptionKey: encryptionKeyOf(scope) });
  return { postgres, cache, kafka, clickHouse, objectStorage };
}
