import { NO_VIEW, UNANSWERED, VIEWS } from './endpoint-views';
import routers from './upstream-routers.json';
import urls from './upstream-urls.json';
import { PostHogProcess } from '../../lib';
import { DENY_PAGES, DENY_RULES } from '../../lib/ingress/routing/listener-rules';
import { patternsOf } from '../../lib/ingress/routing/path-pattern';
import { PublicEndpoint } from '../../lib/ingress/routing/public-endpoint';
import { globMatches } from '../../cli/alb/evaluate';

const ANSWERS = urls.answers as Record<string, Record<string, string[]>>;
const ROUTERS = routers.routers as Record<string, { routes: string[] }>;
const ROWS = PublicEndpoint.answeredBy(PostHogProcess.WEB);

const REFUSED = [...DENY_RULES, DENY_PAGES].flatMap(({ patterns }) => patterns.regexes ?? []).map((regex) => new RegExp(regex));

/** Whether the load balancer takes a path for that of a row, with an app that is not open to everyone. */
function lets(endpoint: PublicEndpoint, path: string): boolean {
  if (REFUSED.some((regex) => regex.test(path))) {
    return false;
  }
  const { globs = [], regexes = [] } = patternsOf([endpoint]);
  return globs.some((glob) => globMatches(glob, path)) || regexes.some((regex) => new RegExp(regex).test(path));
}

/** The views that a row lets requests through to. */
function viewsOf(endpoint: PublicEndpoint): string[] {
  const reached = Object.entries(ANSWERS[endpoint.path] ?? {})
    .filter(([, paths]) => paths.some((path) => lets(endpoint, path)))
    .map(([view]) => view.split('.').at(-1)!);
  return reached.filter((view) => !NO_VIEW.includes(view)).sort();
}

test('the list of views has every endpoint that Django answers', () => {
  expect(urls.source.routes).toBeGreaterThan(5000);
  expect(ROWS.map(({ path }) => path).filter((path) => !(path in ANSWERS))).toEqual([]);
});

test('each endpoint admits its views, and no other', () => {
  const actual = Object.fromEntries(ROWS.map((endpoint) => [endpoint.path, viewsOf(endpoint)]));
  const expected = Object.fromEntries(ROWS.map(({ path }) => [path, [...(VIEWS[path] ?? [])].sort()]));
  expect(actual).toEqual(expected);
});

test('an endpoint without a view has the reason', () => {
  expect(
    ROWS.filter(({ path }) => (VIEWS[path] ?? []).length === 0)
      .map(({ path }) => path)
      .sort(),
  ).toEqual(Object.keys(UNANSWERED).sort());
});

test('every exception is about an endpoint of Django', () => {
  const paths = ROWS.map(({ path }) => path);
  expect(Object.keys(VIEWS).filter((path) => !paths.includes(path))).toEqual([]);
});

/** Rows for what a process does not answer in July. */
const NO_ROUTE: Record<string, string> = {};

const OTHERS = PublicEndpoint.all().filter(({ process }) => process !== PostHogProcess.WEB);
const CAPTURES: string[] = [PostHogProcess.CAPTURE_AI];

/** The paths of the router of an endpoint's process, a sample for each route. */
function routesOf(endpoint: PublicEndpoint): string[] {
  const { routes } = ROUTERS[CAPTURES.includes(endpoint.process) ? PostHogProcess.CAPTURE : endpoint.process];
  return routes.map((route) => `${endpoint._stripPrefix ? endpoint.path : ''}${route.replace(/:\w+/g, 'x').replace(/\*\w+/g, 'x/y')}`);
}

test('every endpoint of another process has a route in its router', () => {
  const dead = OTHERS.filter((endpoint) => !routesOf(endpoint).some((route) => lets(endpoint, route))).map(({ path }) => path);
  expect(dead.sort()).toEqual(Object.keys(NO_ROUTE).sort());
});

test('no endpoint admits a route for operators', () => {
  const INTERNAL = /\/(metrics|served|jwt|debug|_[a-z]+|test|internal|api\/hog_function|api\/messaging)(\/|$)/;
  const wide = OTHERS.map((endpoint): [string, string[]] => [
    endpoint.path,
    routesOf(endpoint).filter((route) => lets(endpoint, route) && INTERNAL.test(route) && !/^\/i\/v1\/metrics/.test(route)),
  ]).filter(([, routes]) => routes.length > 0);
  expect(Object.fromEntries(wide)).toEqual({});
});
