import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Cache, Postgres } from '../../../lib';
import { FEATURE_FLAGS } from '../../../lib/services/processes/feature-flags';
import { settingsOf } from '../../helpers/process-context';

test('feature-flags is told this and nothing else', () => {
  expect(settingsOf(FEATURE_FLAGS)).toEqual({
    ADDRESS: '0.0.0.0:3001',
    RUST_LOG: 'info',
    MAXMIND_DB_PATH: '/app/share/GeoLite2-City.mmdb',
    REDIS_URL: 'redis://cache.internal:6379/',
    COOKIELESS_REDIS_HOST: 'cache.internal',
    COOKIELESS_REDIS_PORT: '6379',
    OBJECT_STORAGE_BUCKET: 'objects',
    OBJECT_STORAGE_REGION: 'eu-central-1',
    WRITE_DATABASE_URL: 'secret postgres-url',
    READ_DATABASE_URL: 'secret postgres-url',
    PERSONS_WRITE_DATABASE_URL: 'secret postgres-url',
    PERSONS_READ_DATABASE_URL: 'secret postgres-url',
    SECRET_KEY: 'secret SecretKey',
    INTERNAL_REQUEST_TOKEN: 'secret InternalRequestToken',
  });
});

test('persons in a database of their own, and another port of the cache, arrive', () => {
  const settings = settingsOf(FEATURE_FLAGS, {
    stores: (stack) => ({
      postgres: Postgres.fromPostgresAttributes(stack, 'P', {
        urlSecret: Secret.fromSecretNameV2(stack, 'Url', 'url'),
        personsUrlSecret: Secret.fromSecretNameV2(stack, 'Persons', 'persons'),
      }),
      cache: Cache.fromCacheAttributes(stack, 'C', { host: 'redis', port: 6380 }),
    }),
  });
  expect(settings).toMatchObject({
    WRITE_DATABASE_URL: 'secret url',
    READ_DATABASE_URL: 'secret url',
    PERSONS_WRITE_DATABASE_URL: 'secret persons',
    PERSONS_READ_DATABASE_URL: 'secret persons',
    COOKIELESS_REDIS_HOST: 'redis',
    COOKIELESS_REDIS_PORT: '6380',
  });
});
