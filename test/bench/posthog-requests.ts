import { Workload } from './http-load';

/** A token of the form that capture accepts. It looks up no project: consumers do. */
const TOKEN = 'phc_00000000000000000000000000000000000000000';

/** The events of one batch, as posthog-node sends at most by default, rounded up. */
const BATCH = 50;

/** The requests of a process: what SDKs send to it, by name. */
export const POSTHOG_REQUESTS: Readonly<Record<string, Readonly<Record<string, Workload>>>> = {
  'capture': {
    'event of 2 KB': post('/i/v0/e/', { api_key: TOKEN, ...eventOf(2048) }),
    [`batch of ${BATCH} events of 2 KB`]: post('/batch/', { api_key: TOKEN, batch: Array.from({ length: BATCH }, () => eventOf(2048)) }),
  },
  'replay-capture': {
    'recording of 20 KB': post('/s/', recordingOf(20 * 1024)),
    'recording of 200 KB': post('/s/', recordingOf(200 * 1024)),
  },
  'feature-flags': {
    'flags of one user': post('/flags/?v=2', { token: TOKEN, distinct_id: 'user-1' }),
  },
};

function post(path: string, body: object): Workload {
  return { method: 'POST', path, contentType: 'application/json', body: JSON.stringify(body) };
}

/** An event of a browser whose JSON has about so many bytes. */
function eventOf(bytes: number): object {
  const properties: Record<string, unknown> = {
    $os: 'Mac OS X',
    $browser: 'Chrome',
    $browser_version: 126,
    $device_type: 'Desktop',
    $current_url: 'https://www.example.com/products/table?color=oak&size=2',
    $host: 'www.example.com',
    $pathname: '/products/table',
    $screen_height: 1080,
    $screen_width: 1920,
    $lib: 'web',
    $lib_version: '1.150.0',
    $session_id: '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b',
    $window_id: '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5c',
    token: TOKEN,
    distinct_id: 'user-1',
  };
  for (let i = 0; JSON.stringify(properties).length < bytes - 100; i++) {
    properties[`custom_${i}`] = `value ${i} of a property`;
  }
  return { event: '$pageview', distinct_id: 'user-1', properties, timestamp: '2026-07-13T12:00:00.000Z' };
}

/** Snapshots of a browser whose JSON has about so many bytes. */
function recordingOf(bytes: number): object {
  const snapshots = Array.from({ length: Math.ceil(bytes / 200) }, (_, i) => ({
    type: 3,
    timestamp: 1_783_944_000_000 + i,
    data: { source: 1, positions: [{ x: i, y: 2, id: 3, timeOffset: 0 }], text: 'x'.repeat(90) },
  }));
  return {
    event: '$snapshot',
    api_key: TOKEN,
    distinct_id: 'user-1',
    properties: {
      $snapshot_data: snapshots,
      $session_id: '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b',
      $window_id: '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5c',
      $snapshot_source: 'web',
      distinct_id: 'user-1',
      token: TOKEN,
    },
  };
}
