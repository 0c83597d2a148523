import { header, World } from './world';
import { RULE_HEADER, SOURCE_HEADER } from '../../../cli/preview/server/load-balancer';
import { STUB_HEADER } from '../../../cli/preview/stubs/stub';
import { RawResponse } from '../../../cli/preview/raw-request';
import { PostHogProcess } from '../../../lib/catalog/posthog-process';
import { PublicEndpoint } from '../../../lib/ingress/routing/public-endpoint';
import { HOSTILE_PATHS } from '../../ingress/routing/hostile-paths';
import { MODES, Mode, OUTSIDE, OPT_IN } from '../../ingress/routing/modes';

const METHODS = ['GET', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'];
const AT_ONCE = 16;

/** Every answer to the corpus, each request on a connection of its own. Undefined where none came back. */
async function answers(world: World): Promise<[target: string, response: RawResponse | undefined][]> {
  const found: [string, RawResponse | undefined][] = [];
  for (let start = 0; start < HOSTILE_PATHS.length; start += AT_ONCE) {
    const batch = HOSTILE_PATHS.slice(start, start + AT_ONCE);
    found.push(
      ...(await Promise.all(
        batch.map(async (target, i): Promise<[string, RawResponse | undefined]> => {
          const headers = [[SOURCE_HEADER, OUTSIDE[(start + i) % OUTSIDE.length]]] as const;
          return [target, await world.raw({ target, method: METHODS[(start + i) % METHODS.length], headers }).catch(() => undefined)];
        }),
      )),
    );
  }
  return found;
}

const PUBLIC = PublicEndpoint.answeredBy(PostHogProcess.WEB)
  .filter(({ _matchesPath }) => _matchesPath)
  .map(({ path }) => path);
const CLOSED = MODES.filter(({ name }) => ['fromCidrs', 'authenticated', 'nobody, all groups open'].includes(name));

describe.each(CLOSED.map((mode): [string, Mode] => [mode.name, mode]))('with the app open to %s', (_, mode) => {
  test('the app receives no hostile path that is sent unchanged', async () => {
    const world = await World.start({ appAccess: mode.appAccess(), publicEndpointGroups: mode.optIn ? [...OPT_IN] : undefined });
    const reached: string[] = [];
    world.preview.traffic.listen({ passed: ({ process, path }) => process === 'web' && reached.push(path) });
    const all = await answers(world);
    await world.close();
    // Where a space or a line break ends the path, what came before it is a public endpoint, and nothing else.
    expect(reached.filter((path) => !PUBLIC.includes(path))).toEqual([]);
    const answeredByApp = all.filter(([, response]) => response && header(response, STUB_HEADER) === 'web').map(([target]) => target);
    expect(answeredByApp.filter((target) => !PUBLIC.some((path) => target === `${path} ` || target.startsWith(`${path}\r\n`)))).toEqual([]);
    // Most of them really were asked of the rules; what is no HTTP was refused before.
    const ruled = all.filter(([, response]) => response && header(response, RULE_HEADER) !== undefined);
    expect(ruled.length).toBeGreaterThan(HOSTILE_PATHS.length * 0.7);
    expect(all.filter(([, response]) => response && header(response, RULE_HEADER) === undefined && ![400, 431].includes(response.status))).toEqual(
      [],
    );
  }, 120_000);
});
