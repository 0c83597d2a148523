import { UPSTREAM_KEEP_ALIVE_SECONDS } from '../../lib/ingress/client-address/nginx-config';
import { BufferedBodies, HTTP_SERVERS } from '../../lib/catalog/http-servers';
import { PROCESSES } from '../../lib/catalog/processes';

/** The default of `idleTimeout`, in seconds; test/ingress/load-balancer has it. */
const IDLE_TIMEOUT = 120;

const rows = Object.entries(HTTP_SERVERS);

test('every process that clients reach, and no other, has a row with a source', () => {
  expect(rows.map(([process]) => process).sort()).toEqual(
    PROCESSES.filter(({ http }) => http)
      .map(({ process }) => String(process))
      .sort(),
  );
  expect(rows.filter(([, { source }]) => !/\w+\.\w+|\d/.test(source))).toEqual([]);
});

test('a server that closes idle connections before the load balancer does has a reason', () => {
  const short = rows.filter(([, { keepAlive }]) => keepAlive !== undefined && keepAlive <= IDLE_TIMEOUT).map(([process]) => process);
  expect(rows.filter(([, { shortKeepAlive }]) => shortKeepAlive).map(([process]) => process)).toEqual(short);
  expect(short).toEqual(['web', 'plugins']);
});

test('nginx closes idle connections to a process before its server does', () => {
  // uWebSockets counts in steps of four seconds.
  expect(rows.filter(([, { keepAlive = Infinity }]) => keepAlive - 4 <= UPSTREAM_KEEP_ALIVE_SECONDS)).toEqual([]);
});

test('a body that stops is refused before the load balancer closes its connection, where there is a setting', () => {
  const timeouts = rows.flatMap(([, { stalledBody, bufferedBodies }]) => [stalledBody, bufferedBodies?.timeout].filter((time) => time !== undefined));
  expect(timeouts.length).toBeGreaterThan(4);
  expect(timeouts.filter((time) => time >= IDLE_TIMEOUT)).toEqual([]);
});

test('a server with a limit holds more than 3,000 requests in one task', () => {
  expect(rows.filter(([, { held }]) => held !== undefined && held <= 3000)).toEqual([]);
});

test("the app's bodies that stream are those that it reads itself, before Django", () => {
  const { streamedPaths } = HTTP_SERVERS.web!.bufferedBodies as BufferedBodies;
  const streams = (path: string): boolean => streamedPaths.some((pattern) => new RegExp(pattern).test(path));
  const paths = ['/api/projects/1/tasks/a/runs/b/event_stream', '/api/projects/1/tasks/a/runs/b/event_stream/'];
  const others = ['/report', '/api/projects/1/tasks/a/runs/b/event_stream/x', '/x/api/projects/1/tasks/a/runs/b/event_stream', '/e/event_stream'];
  expect([...paths, ...others].filter(streams)).toEqual(paths);
});
