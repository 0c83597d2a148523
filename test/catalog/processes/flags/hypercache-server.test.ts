import { HYPERCACHE_SERVER } from '../../../../lib/catalog/processes/flags/hypercache-server';
import { settingsOf } from '../../../helpers/process-context';

test('hypercache-server has exactly these settings, and no secret', () => {
  expect(settingsOf(HYPERCACHE_SERVER)).toEqual({
    ADDRESS: '0.0.0.0:3002',
    RUST_LOG: 'info',
    REDIS_URL: 'redis://cache.internal:6379/',
    OBJECT_STORAGE_BUCKET: 'objects',
    OBJECT_STORAGE_REGION: 'eu-central-1',
  });
});
