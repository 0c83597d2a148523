import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Cache, ClickHouse, Kafka, ObjectStorage, Postgres } from '../../lib';
import { newStack } from '../helpers/stack';

// What a type checker does not see, or is not asked.

const ABSENT = undefined as never;

test('imports reject a host that is undefined', () => {
  expect(() => Cache.fromCacheAttributes(newStack(), 'Cache', { host: ABSENT })).toThrow(
    '[Stack/Cache] `host` is required: the host name of the primary node',
  );
  expect(() => ClickHouse.fromClickHouseAttributes(newStack(), 'ClickHouse', { host: ABSENT, credentials: ABSENT })).toThrow(
    '[Stack/ClickHouse] `host` is required: the host name of the server',
  );
  expect(() => Kafka.fromKafkaAttributes(newStack(), 'Kafka', { bootstrapServers: ABSENT })).toThrow(
    '[Stack/Kafka] `bootstrapServers` is required: the brokers, as comma-separated host:port',
  );
});

test('imports reject an unknown `encryption`', () => {
  expect(() => Cache.fromCacheAttributes(newStack(), 'Cache', { host: 'cache', encryption: 'tls' as never })).toThrow(
    "[Stack/Cache] `encryption` must be one of preferred, required, none, got: 'tls'",
  );
  expect(() => Kafka.fromKafkaAttributes(newStack(), 'Kafka', { bootstrapServers: 'b:1', encryption: 'SSL' as never })).toThrow(
    "[Stack/Kafka] `encryption` must be one of tls, plaintext, got: 'SSL'",
  );
});

test.each([
  ['posthog.abc123.clustercfg.euc1.cache.amazonaws.com', 'the configuration endpoint of a group in cluster mode'],
  ['replica.posthog.abc123.euc1.cache.amazonaws.com', 'this is a reader endpoint, and PostHog writes'],
  ['posthog-ro.abc123.ng.0001.euc1.cache.amazonaws.com', 'this is a reader endpoint, and PostHog writes'],
])('imported Cache rejects %s as `host`', (host, reason) => {
  expect(() => Cache.fromCacheAttributes(newStack(), 'Cache', { host })).toThrow(reason);
});

test('imported Kafka has the ports of all brokers as `clientPorts`', () => {
  expect(Kafka.fromKafkaAttributes(newStack(), 'Kafka', { bootstrapServers: 'nlb:9001,nlb:9002,nlb:9001' }).clientPorts).toEqual([9001, 9002]);
});

test('imported Postgres rejects an invalid `port`', () => {
  const stack = newStack();
  expect(() => Postgres.fromPostgresAttributes(stack, 'Postgres', { urlSecret: new Secret(stack, 'Url'), port: 99_999 })).toThrow(
    '[Stack/Postgres] `port` must be a port from 1 to 65535',
  );
});

test('imported Postgres rejects the credentials of RDS as `urlSecret`', () => {
  const stack = newStack();
  const urlSecret = new Secret(stack, 'Url', {
    generateSecretString: { secretStringTemplate: '{"username":"posthog"}', generateStringKey: 'password' },
  });
  expect(() => Postgres.fromPostgresAttributes(stack, 'Postgres', { urlSecret })).toThrow(
    '[Stack/Postgres] `urlSecret` must be a secret whose whole text is the value, not JSON, got: Stack/Url;',
  );
});

test('imported ObjectStorage rejects a bucket in another region', () => {
  const stack = newStack({ env: { account: '111122223333', region: 'eu-central-1' } });
  const bucket = Bucket.fromBucketAttributes(stack, 'Bucket', { bucketName: 'objects', region: 'us-east-1' });
  expect(() => ObjectStorage.fromObjectStorageAttributes(stack, 'Storage', { bucket })).toThrow(
    "[Stack/Storage] `bucket` must be in the region of the stack, eu-central-1, got: 'us-east-1'",
  );
});
