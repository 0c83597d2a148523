import { DROPPED_HEADERS } from '../../../lib/ingress/client-address/client-address-headers';
import {
  BETWEEN_BLOCKS,
  CLIENT_ADDRESS_CONTAINER,
  CLIENT_ADDRESS_PORT,
  nginxConfig,
  NginxSettings,
  nginxScript,
} from '../../../lib/ingress/client-address/nginx-config';
import { PROCESSES } from '../../../lib/catalog/processes';

const SETTINGS: NginxSettings = {
  listen: '18080',
  upstream: '127.0.0.1:3000',
  trusted: ['10.0.0.0/27', '2001:db8::/32'],
  drainSeconds: 55,
  folder: '/tmp',
};

/** Returns the values of a directive, one per line. Its effect is tested with nginx: npm run test:nginx. */
function said(directive: string, settings: Partial<NginxSettings> = {}): string[] {
  return [...nginxConfig({ ...SETTINGS, ...settings }).matchAll(new RegExp(`^ *${directive} ([^\\n]*);$`, 'gm'))].map(([, value]) => value);
}

test('trusts exactly the configured blocks, one per line', () => {
  expect(said('set_real_ip_from')).toEqual(['10.0.0.0/27', '2001:db8::/32']);
  expect(said('set_real_ip_from', { trusted: [] })).toEqual([]);
  expect(said('set_real_ip_from', { trusted: [['10.0.0.0/27', '10.0.0.32/27', '10.0.0.64/27'].join(BETWEEN_BLOCKS), '192.0.2.0/24'] })).toEqual([
    '10.0.0.0/27',
    '10.0.0.32/27',
    '10.0.0.64/27',
    '192.0.2.0/24',
  ]);
});

test('listens on and forwards to the configured addresses', () => {
  expect(said('listen')).toEqual(['18080']);
  expect(said('server')).toEqual(['127.0.0.1:3000']);
  expect(said('worker_shutdown_timeout')).toEqual(['55s']);
});

test('writes to one folder only', () => {
  const folders = (text: string): string[] => text.match(/(?<=[ >])\/[\w./-]*/g)!.filter((path) => path !== '/' && path !== '/dev/null');
  expect(folders(`${nginxConfig(SETTINGS)}${nginxScript('/tmp')}`).filter((path) => !path.startsWith('/tmp/'))).toEqual([]);
  expect(folders(nginxConfig(SETTINGS))).toHaveLength(6);
});

test('sets or drops every header that a program could trust, once', () => {
  const names = said('proxy_set_header').map((value) => value.split(' ')[0]);
  expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
  expect(names).toEqual(
    expect.arrayContaining([
      'X-Forwarded-For',
      'X-Forwarded-Host',
      'X-Forwarded-Proto',
      'X-Forwarded-Port',
      'Forwarded',
      'X-PostHog-Client-IP',
      'CF-Connecting-IPv6',
    ]),
  );
  expect(said('proxy_set_header')).toEqual(expect.arrayContaining(['X-Forwarded-For $remote_addr', 'True-Client-IP ""']));
});

test('every header to drop has a valid name for nginx, and a source', () => {
  for (const { source, names } of DROPPED_HEADERS) {
    expect(source).toMatch(/\w+: ?.+/);
    expect(names.filter((name) => !/^[A-Za-z0-9-]+$/.test(name))).toEqual([]);
  }
  const all = DROPPED_HEADERS.flatMap(({ names }) => names.map((name) => name.toLowerCase()));
  expect(new Set(all).size).toBe(all.length);
});

test('buffers no response, and has timeouts beyond the longest idle timeout of a load balancer, 4,000 seconds', () => {
  expect([said('proxy_buffering'), said('proxy_request_buffering')]).toEqual([['off'], ['off']]);
  const seconds = ['proxy_read_timeout', 'proxy_send_timeout', 'send_timeout', 'client_body_timeout', 'keepalive_timeout'].map((directive) => [
    directive,
    parseInt(said(directive)[0]),
  ]);
  expect(seconds.filter(([, value]) => !(Number(value) > 4000))).toEqual([]);
});

test('with buffered bodies, only the paths of streams keep the defaults', () => {
  const bufferedBodies = { maxBytes: 1000, timeout: 60, streamedPaths: ['^/stream$'] };
  expect(said('proxy_request_buffering', { bufferedBodies })).toEqual(['off', 'on']);
  expect(said('client_max_body_size', { bufferedBodies })).toEqual(['64m', '1000']);
  expect(said('client_body_timeout', { bufferedBodies })).toEqual(['4100s', '60s']);
  const [, locations] = nginxConfig({ ...SETTINGS, bufferedBodies }).split('listen 18080;');
  expect(locations).toBe(`
    location / {
      client_max_body_size 1000;
      client_body_timeout 60s;
      proxy_request_buffering on;
      proxy_pass http://process;
    }
    location ~ ^/stream$ {
      proxy_pass http://process;
    }
  }
}
`);
});

test('its port and name are unique among processes', () => {
  expect(PROCESSES.map(({ http }) => http?.port)).not.toContain(CLIENT_ADDRESS_PORT);
  expect(PROCESSES.map(({ process }) => String(process))).not.toContain(CLIENT_ADDRESS_CONTAINER);
});

test('fits into a task definition many times, with the largest number of blocks', () => {
  expect(nginxConfig(SETTINGS).length).toBeLessThan(4096);
  const trusted = Array.from({ length: 500 }, (_, i) => `2600:9000:${(0x1000 + i).toString(16)}::/48`);
  expect(nginxConfig({ ...SETTINGS, trusted }).length).toBeLessThan(32 * 1024);
});
