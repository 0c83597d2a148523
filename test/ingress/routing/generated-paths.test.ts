import { AppAccess, PostHogIngress, PostHogIngressProps, PostHogProcess } from '../../../lib';
import { ALWAYS_PUBLIC } from '../../../lib/catalog/endpoints/endpoint-group';
import { evaluate, ListenerRule } from '../../../cli/alb/evaluate';
import { RuleAction } from '../../../cli/alb/listener-rule';
import { listenersOf } from '../../../cli/alb/template';
import { newIngress, newTargets, newVpc, ROUTED, templateOf } from '../fixtures';
import { newStack } from '../../helpers/stack';
import { generatedPaths } from './generated-paths';
import { INSIDE, MODES, OPT_IN, OUTSIDE } from './modes';
import { SERVERS } from './readings';
import { sharedListener } from './shared-listener';
import { djangoEndpoints, isInternal, processBehindProxy, viewOf } from './upstream-model';

/** Enough that each start, step, target and tail meets most others, and few enough for seconds. */
const COUNT = 20_000;
const PATHS = generatedPaths(COUNT);
const HOST = 'posthog.example.com';

/** The reading of each path by each server. */
const READINGS = PATHS.map((target) => [...new Set(Object.values(SERVERS).map((read) => read(target)))]);

/** An ingress whose rules are known, and the process of each target group: `proxy` where one proxy answers for all. */
interface World {
  readonly rules: readonly ListenerRule<RuleAction>[];
  readonly owners: Readonly<Record<string, string>>;
}

function worldOf(props: Partial<PostHogIngressProps>, { isShared, oneTarget }: { isShared: boolean; oneTarget: boolean }): World {
  const stack = newStack();
  const vpc = newVpc(stack);
  const ingress: PostHogIngress = isShared ? sharedListener(stack, { vpc, ...props }) : newIngress(stack, { vpc, ...props });
  const proxy = oneTarget ? newTargets(stack, 'proxy', vpc) : undefined;
  const owners = Object.fromEntries(
    ROUTED.map((process) => {
      const targets = proxy ?? newTargets(stack, process, vpc);
      ingress.route(process, targets);
      return [stack.getLogicalId(targets.node.defaultChild as never), proxy ? 'proxy' : process];
    }),
  );
  const [{ rules }] = listenersOf(templateOf(stack)).filter(({ port }) => port !== 80);
  return { rules, owners };
}

/** The process that a request is forwarded to without signing in; undefined if it is not. */
function forwardedTo({ rules, owners }: World, target: string, sourceIp: string): string | undefined {
  const action = evaluate(rules, { target, sourceIp, host: HOST })?.actions[0];
  return action?.type === 'forward' ? owners[action.targetGroup!] : undefined;
}

/** Whether Django reads a path. PostHog's own proxy asks it for what no other process answers. */
const readsDjango = (process: string, path: string) => {
  const web: string = PostHogProcess.WEB;
  return process === web || (process === 'proxy' && processBehindProxy(path) === web);
};

/** The paths that reach what `isWrong` says for some reading, with the reading and its view. */
function wrong(world: World, sourceIp: string, isWrong: (path: string) => boolean): string[] {
  return PATHS.flatMap((target, i) => {
    const process = forwardedTo(world, target, sourceIp);
    const reading = process && READINGS[i].find((path) => readsDjango(process, path) && isWrong(path));
    return reading ? [`${target} reaches ${process} as ${reading}, which ${viewOf(reading)} answers`] : [];
  });
}

test('the paths are many, and each kind of answer is among them', () => {
  expect(PATHS.length).toBe(COUNT);
  const views = new Set(READINGS.flatMap((readings) => readings.map(viewOf)));
  expect([...views]).toEqual(expect.arrayContaining(['home', 'home_with_region_redirect', 'stats', 'notebook_sql_v2_data_plane', 'get_site_app']));
});

const isMode = (...names: string[]) => MODES.filter(({ name }) => names.includes(name));

describe.each([
  { name: 'on a listener of its own', isShared: false, oneTarget: false, modes: MODES },
  { name: 'on a shared listener', isShared: true, oneTarget: false, modes: isMode('anyone', 'fromCidrs', 'nobody', 'nobody, all groups open') },
  {
    name: 'with one target for every process',
    isShared: false,
    oneTarget: true,
    modes: isMode('anyone', 'fromCidrs', 'oidc', 'cognito', 'nobody', 'nobody, all groups open'),
  },
])('$name', ({ modes, ...place }) => {
  test.each(modes)('with the app open to $name, no path reaches what it must not', ({ appAccess, isOpen, optIn, access }) => {
    const world = worldOf({ appAccess: appAccess(), publicEndpointGroups: optIn ? [...OPT_IN] : undefined }, place);
    const { isLeak } = djangoEndpoints([...ALWAYS_PUBLIC, ...(optIn ? OPT_IN : [])]);
    const found = [
      ...wrong(world, OUTSIDE[0], isOpen ? isInternal : isLeak),
      // Allowed clients reach the app, and no internal endpoint.
      ...(access === 'fromCidrs' ? wrong(world, INSIDE[0], isInternal) : []),
    ];
    expect(found.slice(0, 20)).toEqual([]);
  });
});

test('without the refusals, paths do reach what they must not', () => {
  const world = worldOf({ appAccess: AppAccess.nobody() }, { isShared: false, oneTarget: true });
  const unguarded = { ...world, rules: world.rules.filter(({ id }) => !id?.includes('Deny')) };
  const found = wrong(unguarded, OUTSIDE[0], djangoEndpoints([...ALWAYS_PUBLIC]).isLeak);
  expect(found.length).toBeGreaterThan(100);
});
