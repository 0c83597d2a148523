import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Cache, Postgres } from '../../../../lib';
import { FEATURE_FLAGS } from '../../../../lib/catalog/processes/flags/feature-flags';
import { settingsOf } from '../../../helpers/process-context';

test('feature-flags has exactly these settings', () => {
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
    FLAGS_SECRET_KEYS: 'secret FlagsSecretKeys',
    INTERNAL_REQUEST_TOKEN: 'secret InternalRequestToken',
  });
});

test('feature-flags has the database of persons and the port of the cache', () => {
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
