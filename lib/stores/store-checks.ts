import { construct } from '../private/checks/check';
import { invalidProp } from '../private/errors';

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

/** Returns the error of a network without NAT for which a ClickHouse would be created. */
export function clickHouseWithoutNat(): Error {
  return invalidProp(
    'clickHouse',
    'is required without NAT, because the instance of a new one changes its DNS record with the API of Route 53, for which this library defines no VPC endpoint',
    'bring your own with ClickHouse.fromClickHouseAttributes(), choose another `nat`, or pass a `vpc` with the endpoints and the route to Route 53 that ' +
      'docs/instances.md lists',
  );
}
