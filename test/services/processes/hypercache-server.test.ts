import { HYPERCACHE_SERVER } from '../../../lib/services/processes/hypercache-server';
import { settingsOf } from '../../helpers/process-context';

test('hypercache-server is told this and nothing else, and no secret', () => {
  expect(settingsOf(HYPERCACHE_SERVER)).toEqual({
    ADDRESS: '0.0.0.0:3002',
    RUST_LOG: 'info',
    REDIS_URL: 'redis://cache.internal:6379/',
    OBJECT_STORAGE_BUCKET: 'objects',
    OBJECT_STORAGE_REGION: 'eu-central-1',
  });
});
