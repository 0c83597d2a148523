import { construct } from '../private/checks/check';

/** Checks of data stores, by the members that distinguish them: users may implement the interfaces. */
export const POSTGRES = construct(
  'a PostgreSQL server',
  ['urlSecret', 'nodeUrlSecret', 'connections'],
  'use `Postgres`, `AuroraPostgres` or Postgres.fromPostgresAttributes()',
);
export const CACHE = construct('a cache', ['host', 'encryption', 'metricEvictions', 'connections'], 'use `Cache` or Cache.fromCacheAttributes()');
export const KAFKA = construct(
  'a Kafka cluster',
  ['bootstrapServers', 'clientPorts', 'connections'],
  'use `Kafka`, `RedpandaKafka` or Kafka.fromKafkaAttributes()',
);
export const CLICKHOUSE = construct(
  'a ClickHouse server',
  ['host', 'database', 'nativePort', 'connections'],
  'use `ClickHouse` or ClickHouse.fromClickHouseAttributes()',
);
export const OBJECT_STORAGE = construct(
  'an object storage',
  ['bucket', 'grantReadWrite', 'recordingsPrefix'],
  'use `ObjectStorage` or ObjectStorage.fromObjectStorageAttributes()',
);
