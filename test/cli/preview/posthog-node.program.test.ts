import { execFile } from 'node:child_process';
import path from 'node:path';
import { World } from './world';
import { AppAccess, EndpointGroup, Product, PublicEndpoint } from '../../../lib';
import { globMatches } from '../../../cli/alb/evaluate';

/** A request that the SDK made: what it called, who answered, and how. */
interface Call {
  readonly method: string;
  readonly path: string;
  readonly process?: string;
  readonly status: number;
}

interface Said {
  readonly answers: {
    readonly local: object;
    readonly remote: object;
    readonly payload: unknown;
    readonly remoteConfig: unknown;
    readonly isEnabled: boolean;
    readonly emails: object;
  };
  readonly errors: string[];
}

/** The rows of the endpoint table that a path belongs to. */
function rowsFor(target: string): PublicEndpoint[] {
  const plain = target.replace(/(?<=.)\/$/, '');
  return PublicEndpoint.all().filter(
    (endpoint) =>
      (endpoint._matchesPath && globMatches(endpoint.path, plain)) || (endpoint._matchesSubpaths && globMatches(`${endpoint.path}/*`, plain)),
  );
}

const FLAGS = { 'preview-on': true, 'preview-variant': 'test', 'preview-enterprise': true, 'preview-config': true };

describe.each(['v0', 'v1'])('posthog-node, capturing with %s, through an ingress that is closed for the app', (mode) => {
  const calls: Call[] = [];
  let world: World;
  let said: Said;
  beforeAll(async () => {
    world = await World.start({
      appAccess: AppAccess.nobody(),
      publicEndpointGroups: [EndpointGroup.SDK_API],
      products: [Product.EVENTS, Product.FEATURE_FLAGS, Product.SESSION_REPLAY, Product.AI],
    });
    world.preview.traffic.listen({
      passed: ({ method, path: target, process: name, status }) => calls.push({ method, path: target.split('?')[0], process: name, status }),
    });
    // Its own fetch, which takes no certificate that vouches for itself.
    const env = { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_NO_WARNINGS: '1', POSTHOG_CAPTURE_MODE: mode };
    said = JSON.parse(
      await new Promise<string>((resolve, reject) => {
        execFile(process.execPath, [path.join(__dirname, 'sdk-client.mjs'), `https://localhost:${world.port}`], { env }, (error, out, err) =>
          error ? reject(new Error(err)) : resolve(out),
        );
      }),
    ) as Said;
  }, 60_000);
  afterAll(() => world.close());

  test('calls public endpoints only', () => {
    expect(calls.filter(({ path: target }) => rowsFor(target).length === 0)).toEqual([]);
  });

  test('reaches the process of each endpoint, with success', () => {
    const owners = (target: string) => rowsFor(target).flatMap((endpoint) => [endpoint.process]);
    expect(calls.filter((call) => call.status !== 200 || !owners(call.path).includes(call.process as PublicEndpoint['process']))).toEqual([]);
  });

  test('calls the expected endpoints', () => {
    const captures = mode === 'v0' ? ['POST /batch/ capture'] : ['POST /i/v1/analytics/events capture'];
    expect([...new Set(calls.map(({ method, path: target, process: name }) => `${method} ${target} ${name}`))].sort()).toEqual(
      [
        'GET /api/projects/@current/messaging/emails/01919f2e-0000-7000-8000-000000000000/ web',
        'POST /api/projects/@current/messaging/send/email/ web',
        'POST /api/projects/@current/messaging/preferences/ web',
        'GET /api/projects/@current/feature_flags/preview-config/remote_config feature-flags',
        'GET /flags/definitions feature-flags',
        'POST /flags/ feature-flags',
        'POST /i/v0/ai/batch/ capture-ai',
        ...captures,
      ].sort(),
    );
  });

  test('gets the flags with local and remote evaluation', () => {
    expect(said.answers).toEqual({
      local: FLAGS,
      remote: FLAGS,
      payload: { colour: 'blue' },
      remoteConfig: { limit: 10 },
      isEnabled: false,
      emails: { sent: null, status: 'queued', preferences: null },
    });
    expect(said.errors).toEqual([]);
  });

  test('has all events captured', () => {
    const events = world.preview.traffic.captured.map(({ event, distinctId }) => `${event} ${distinctId}`);
    expect(events).toEqual(
      expect.arrayContaining([
        'bought user-1',
        '$identify user-1',
        '$create_alias user-1',
        '$groupidentify $company_company-1',
        '$exception user-1',
        '$ai_generation user-1',
        'bought at once user-2',
        '$feature_flag_called user-2',
      ]),
    );
    expect(events.filter((event) => event.endsWith('undefined'))).toEqual([]);
  });
});
