import { Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { ApplicationTargetGroup, TargetType } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import upstream from './upstream-routes.json';
import { AppAccess, EndpointGroup, PostHogIngress, PostHogProcess, Product, TrustedProxies } from '../../lib';
import { evaluate } from '../../cli/alb/evaluate';
import { containersByTargetGroup } from '../../cli/template/template-services';
import { CloudFormationTemplate } from '../../cli/alb/template';
import { rewritten } from '../../cli/alb/url-rewrite';
import { rulesOf } from '../helpers/listener-rules';
import { posthogTemplate } from '../helpers/posthog-template';
import { certificate, newStack } from '../helpers/stack';
import { ROUTED } from '../ingress/fixtures';

const FALLBACK = '/*';
const EVERY_GROUP = Object.values(EndpointGroup).filter((group) => group !== EndpointGroup.INGESTION && group !== EndpointGroup.SDK);

/** Routes of upstream that lead nowhere here, and why. */
const NOT_ROUTED: Record<string, string> = {
  objectstorage: 'presigned URLs point at S3 itself (OBJECT_STORAGE_PUBLIC_ENDPOINT)',
};

/**
 * Paths that upstream's proxy forwards to no purpose: capture answers nothing there (rust/capture/src/router.rs), what capture-logs writes of
 * metrics, no process reads, and the index of livestream is for health checks.
 */
const ANSWERS_NOTHING = ['/i/v0', '/i/v0/', '/i/v1/metrics', '/i/v1/metrics/', '/i/v1/metrics/*', '/livestream', '/livestream/'];

/** What clients call below a path, where only some of it is for them. */
const BELOW: Readonly<Record<string, readonly string[]>> = {
  '/livestream/*': ['events', 'events?eventType=x&geo=true', 'notifications', 'stats'],
};

/** Concrete requests for a path of upstream. */
function requests(path: string): string[] {
  return path.includes('*')
    ? (BELOW[path] ?? ['token', 'a/b', 'a/?v=1', 'config.js?token=x&ip=1']).map((rest) => path.replace('*', rest))
    : [path, `${path}?ip=1&_=1700000000000`];
}

const ruleFor = (template: CloudFormationTemplate, target: string) =>
  evaluate(rulesOf(template), { target, method: 'POST', host: 'posthog.example.com', sourceIp: '192.0.2.1' });

function route(template: CloudFormationTemplate, names: Record<string, string>, target: string): string {
  const action = ruleFor(template, target)?.actions.at(-1);
  return action?.targetGroup ? names[action.targetGroup] : `${action?.type} ${action?.statusCode}`;
}

/** An ingress in front of every process that answers, each known by its target group. */
function everyProcess(appAccess: AppAccess): [template: CloudFormationTemplate, names: Record<string, string>] {
  const stack = newStack();
  const vpc = new Vpc(stack, 'Vpc');
  const ingress = new PostHogIngress(stack, 'Ingress', {
    vpc,
    domainName: 'posthog.example.com',
    certificate: certificate(stack),
    appAccess,
    publicEndpointGroups: EVERY_GROUP,
    trustedProxies: TrustedProxies.fromAddresses(['10.0.0.4']),
  });
  const names: Record<string, string> = {};
  for (const process of ROUTED) {
    const group = new ApplicationTargetGroup(stack, process, { vpc, port: 80, targetType: TargetType.IP });
    ingress.route(process, group);
    names[stack.getLogicalId(group.node.defaultChild as never)] = process;
  }
  return [Template.fromStack(stack).toJSON() as CloudFormationTemplate, names];
}

const ROUTES = upstream.routes
  .flatMap(({ process, paths, stripped = '' }) => paths.map((path) => ({ process, path, stripped })))
  .filter(({ process, path }) => !(process in NOT_ROUTED) && path !== FALLBACK && !ANSWERS_NOTHING.includes(path));

test("upstream's routes are known, with their sources", () => {
  expect(ROUTES.length).toBeGreaterThan(50);
  for (const { from } of upstream.routes) {
    expect(Object.keys(upstream.sources)).toContain(from);
  }
});

test('every exception is about a route of upstream, and about no process of the library', () => {
  const processes = upstream.routes.map(({ process }) => process);
  expect(Object.keys(NOT_ROUTED).filter((process) => !processes.includes(process))).toEqual([]);
  expect(Object.values(PostHogProcess) as string[]).not.toEqual(expect.arrayContaining(Object.keys(NOT_ROUTED)));
  const paths = upstream.routes.flatMap((each) => each.paths);
  expect([...ANSWERS_NOTHING, FALLBACK].filter((path) => !paths.includes(path))).toEqual([]);
});

describe.each([
  ['open', AppAccess.anyone()],
  ['closed', AppAccess.nobody()],
  ['closed to others', AppAccess.fromCidrs(['203.0.113.0/24'])],
])('with every process routed and the app %s', (_, appAccess) => {
  const [template, names] = everyProcess(appAccess);

  test('each path of upstream is forwarded to the process of upstream', () => {
    const wrong = ROUTES.flatMap(({ process, path }) => requests(path).map((target) => [target, process, route(template, names, target)])).filter(
      ([, expected, actual]) => expected !== actual,
    );
    expect(wrong).toEqual([]);
  });

  test("each path is rewritten as by upstream's proxy, which removes some prefixes", () => {
    const wrong = ROUTES.flatMap(({ path, stripped }) =>
      requests(path).map((target) => {
        const rest = target.slice(stripped.length);
        return [target, rest.startsWith('/') ? rest : `/${rest}`, rewritten(target, ruleFor(template, target)?.rewrites?.url)];
      }),
    ).filter(([, expected, actual]) => expected !== actual);
    expect(wrong).toEqual([]);
    expect(ROUTES.filter(({ stripped }) => stripped !== '').map(({ path }) => path)).toEqual(['/livestream/*']);
  });

  test('every other path is forwarded to the app if the app is open, and refused otherwise', () => {
    for (const target of ['/', '/login', '/project/1', '/api/projects/1/insights', '/embeds', '/statics', '/i/v1', '/array']) {
      expect([target, route(template, names, target)]).toEqual([target, appAccess._isOpen ? 'web' : 'fixed-response 403']);
    }
  });
});

describe('a PostHog with every product', () => {
  const template = posthogTemplate({ products: Object.values(Product) }) as unknown as CloudFormationTemplate;
  const names = containersByTargetGroup(template);

  test('forwards each path of upstream to the container of upstream', () => {
    const wrong = ROUTES.flatMap(({ process, path }) => requests(path).map((target) => [target, process, route(template, names, target)])).filter(
      ([, expected, actual]) => expected !== actual,
    );
    expect(wrong).toEqual([]);
  });

  test('forwards every other path to the app', () => {
    expect(route(template, names, '/project/1')).toBe('web');
    expect(route(template, names, '/static/array.js')).toBe('web');
  });
});
