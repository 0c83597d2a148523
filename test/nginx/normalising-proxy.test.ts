import { once } from 'node:events';
import { connect } from 'node:net';
import { AppAccess, PostHogIngress } from '../../lib';
import { ALWAYS_PUBLIC } from '../../lib/catalog/endpoints/endpoint-group';
import { evaluate, ListenerRule } from '../../cli/alb/evaluate';
import { RuleAction } from '../../cli/alb/listener-rule';
import { newIngress, newTargets, newVpc, ROUTED, templateOf } from '../ingress/fixtures';
import { generatedPaths } from '../ingress/routing/generated-paths';
import { SERVERS } from '../ingress/routing/readings';
import { djangoEndpoints, processBehindProxy, viewOf } from '../ingress/routing/upstream-model';
import { rulesOf } from '../helpers/listener-rules';
import { newStack } from '../helpers/stack';
import { Nginx, startNginxWith } from './nginx';
import { startStub, Stub } from './stub';

const PATHS = generatedPaths(30_000);
/** Connections at a time. */
const PARALLEL = 32;
const { isLeak } = djangoEndpoints([...ALWAYS_PUBLIC]);

/** The rules of an ingress with a closed app, in front of one proxy for every process. */
function rulesInFrontOfOneProxy(): readonly ListenerRule<RuleAction>[] {
  const stack = newStack();
  const vpc = newVpc(stack);
  const ingress: PostHogIngress = newIngress(stack, { vpc, appAccess: AppAccess.nobody() });
  const proxy = newTargets(stack, 'Proxy', vpc);
  ROUTED.forEach((process) => ingress.route(process, proxy));
  return rulesOf(templateOf(stack));
}

/** The most common form of a proxy: with a path in `proxy_pass`, nginx resolves what it forwards. */
const config = (port: number, folder: string, upstream: number) => `
daemon off;
pid ${folder}/nginx.pid;
events {}
http {
  access_log off;
${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `  ${kind}_temp_path ${folder}/${kind};`).join('\n')}
  large_client_header_buffers 8 20k;
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://127.0.0.1:${upstream}/;
    }
  }
}
`;

/** Sends a target as it is, and waits for the end of the response. */
async function send(port: number, target: string): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.resume();
  socket.write(`GET ${target} HTTP/1.0\r\nHost: posthog.example.com\r\n\r\n`, 'latin1');
  await once(socket, 'close');
}

let nginx: Nginx;
let stub: Stub;

beforeAll(async () => {
  stub = await startStub();
  nginx = await startNginxWith((port, folder) => config(port, folder, stub.port));
});

afterAll(async () => {
  await nginx.stop();
  await stub.close();
});

/** The targets as the server behind nginx gets them. */
async function forwarded(targets: readonly string[]): Promise<string[]> {
  stub.arrived.length = 0;
  const queue = [...targets];
  await Promise.all(
    Array.from({ length: PARALLEL }, async () => {
      for (let target = queue.pop(); target !== undefined; target = queue.pop()) {
        await send(nginx.port, target);
      }
    }),
  );
  return [...new Set(stub.arrived.map(({ target }) => target))];
}

/** What reaches Django behind the proxy although no public endpoint means it. */
function leaks(targets: readonly string[]): string[] {
  return targets.flatMap((target) => {
    const path = SERVERS.Granian(target);
    return processBehindProxy(path) === 'web' && isLeak(path) ? [`${target}, which ${viewOf(path)} answers`] : [];
  });
}

test('resolves dot segments, encoded ones too, and merges slashes', async () => {
  const targets = ['/e/../login', '/batch/..%2fapi/schema/', '/s/%2e%2e/login', '/flags//login'];
  expect((await forwarded(targets)).sort()).toEqual(['/api/schema/', '/flags/login', '/login']);
});

test('no path that the load balancer forwards to it reaches what a public client must not', async () => {
  const rules = rulesInFrontOfOneProxy();
  const passed = PATHS.filter((target) => evaluate(rules, { target, host: 'posthog.example.com' })!.actions[0].type === 'forward');
  expect(passed.length).toBeGreaterThan(1000);
  expect(leaks(await forwarded(passed))).toEqual([]);
});

test('without the refusals of the load balancer, paths do', async () => {
  const rules = rulesInFrontOfOneProxy().filter(({ id }) => !id?.includes('Deny'));
  const passed = PATHS.slice(0, 5000).filter((target) => evaluate(rules, { target, host: 'posthog.example.com' })!.actions[0].type === 'forward');
  expect(leaks(await forwarded(passed)).length).toBeGreaterThan(10);
});
