import { ENDPOINTS } from '../../../lib/catalog/endpoints';
import { Endpoint, PathMatch } from '../../../lib/catalog/endpoints/endpoint';
import { ALWAYS_PUBLIC, EndpointGroup } from '../../../lib/catalog/endpoints/endpoint-group';
import { PostHogProcess } from '../../../lib/catalog/posthog-process';
import { PublicEndpoint } from '../../../lib/ingress/routing/public-endpoint';

const ALL = PublicEndpoint.all();

test("the eight endpoints of PostHog's list are documented", () => {
  const documented = ALL.filter((endpoint) => endpoint.documented).map((endpoint) => endpoint.toString());
  expect(documented).toEqual(
    expect.arrayContaining([
      '/batch, /batch/*',
      '/decide',
      '/capture, /capture/*',
      '/e, /e/*',
      '/engage, /engage/*',
      '/s, /s/*',
      '/static/*',
      '/track, /track/*',
    ]),
  );
});

test('only events of current SDKs and flags are also documented', () => {
  const documented = ALL.filter((endpoint) => endpoint.documented).map(({ path }) => path);
  expect(documented.sort()).toEqual(['/batch', '/capture', '/decide', '/e', '/engage', '/flags', '/i/v0', '/s', '/static', '/track']);
});

test('documented endpoints are always public', () => {
  expect(ALL.filter((endpoint) => endpoint.documented && !ALWAYS_PUBLIC.includes(endpoint.group))).toEqual([]);
});

test('the table has no duplicate path', () => {
  const paths = ALL.map(({ path }) => path);
  expect(new Set(paths).size).toBe(paths.length);
});

/** Returns the paths of the endpoints that are not as they must be. */
const pathsOf = (endpoints: readonly PublicEndpoint[]): string[] => endpoints.map(({ path }) => path);

test('each path begins with a slash, ends without one, and has no empty or dotted segment', () => {
  expect(pathsOf(ALL.filter(({ path }) => !/^(\/[A-Za-z0-9_*.-]+)+$/.test(path) || /\/\.\.?(\/|$)/.test(path)))).toEqual([]);
});

test('each wildcard is a whole segment', () => {
  expect(pathsOf(ALL.filter(({ path }) => path.split('/').some((segment) => segment.includes('*') && segment !== '*')))).toEqual([]);
});

test('each purpose is a phrase without a full stop', () => {
  expect(pathsOf(ALL.filter(({ purpose }) => !/^[A-Z].*[^.\s]$/.test(purpose)))).toEqual([]);
});

test('each endpoint matches a path, its sub-paths, or both', () => {
  const forms = ({ path, _matchesPath, _matchesSubpaths, _listed }: PublicEndpoint) => [
    ...(_matchesPath ? [path] : []),
    ...(_listed?.map((listed) => `${path}/${listed.replace('/?', '')}`) ?? (_matchesSubpaths ? [`${path}/*`] : [])),
  ];
  expect(pathsOf(ALL.filter((endpoint) => forms(endpoint).length === 0 || endpoint.toString() !== forms(endpoint).join(', ')))).toEqual([]);
});

test('only endpoints that list their paths have a list, of paths without a slash at the start and with known placeholders', () => {
  const rows = Object.entries(ENDPOINTS) as [string, Endpoint][];
  expect(rows.filter(([, { match, below = [] }]) => (match === PathMatch.LISTED) !== below.length > 0).map(([name]) => name)).toEqual([]);
  const segment = /^(\*|<int>|<uuid>|[A-Za-z0-9_.-]+)$/;
  const wrong = rows
    .flatMap(([, { below = [] }]) => below)
    .filter(
      (listed) =>
        !listed
          .replace(/\/\??$/, '')
          .split('/')
          .every((part) => segment.test(part)),
    );
  expect(wrong).toEqual([]);
});

test('every group has endpoints', () => {
  expect(new Set(ALL.map(({ group }) => group))).toEqual(new Set(Object.values(EndpointGroup)));
});

test('no event endpoint belongs to the app', () => {
  expect(ALL.filter(({ group, process }) => group === EndpointGroup.INGESTION && process === PostHogProcess.WEB)).toEqual([]);
});

test('legacy endpoints are marked', () => {
  expect(PublicEndpoint.DECIDE.legacy).toBe(true);
  expect(PublicEndpoint.FLAGS.legacy).toBe(false);
});

describe('the endpoints that a process answers', () => {
  test.each([
    [PostHogProcess.CAPTURE, ['/i/v0', '/e', '/batch', '/i/v1/analytics', '/capture', '/track', '/engage']],
    [PostHogProcess.REPLAY_CAPTURE, ['/s']],
    [PostHogProcess.CAPTURE_AI, ['/i/v0/ai', '/i/v1/ai']],
    [PostHogProcess.CAPTURE_LOGS, ['/i/v1/logs', '/i/v1/traces']],
    [PostHogProcess.FEATURE_FLAGS, ['/flags', '/decide', '/api/feature_flag/local_evaluation', '/api/projects/*/feature_flags/*/remote_config']],
    [PostHogProcess.HYPERCACHE_SERVER, ['/array', '/api/surveys', '/surveys']],
    [PostHogProcess.PLUGINS, ['/public/m', '/public/webhooks']],
    [PostHogProcess.LIVESTREAM, ['/livestream']],
    [PostHogProcess.WORKER, []],
  ])('of %s are the expected paths', (process, paths) => {
    expect(PublicEndpoint.answeredBy(process).map(({ path }) => path)).toEqual(paths);
  });

  test('are all rows of the table, each once', () => {
    const byProcess = Object.values(PostHogProcess).flatMap((process) => PublicEndpoint.answeredBy(process));
    expect(byProcess).toHaveLength(ALL.length);
  });
});

test('AI events belong to capture-ai, because newer versions of capture answer 404', () => {
  for (const endpoint of [PublicEndpoint.AI, PublicEndpoint.AI_V1]) {
    expect(endpoint._ruleFor(PostHogProcess.CAPTURE_AI)).toBe('Ai');
  }
  for (const endpoint of ALL) {
    expect(Object.values(PostHogProcess).filter((process) => endpoint._ruleFor(process))).toEqual([endpoint.process]);
  }
});

test('metrics have no endpoint, because no process reads them', () => {
  expect(ALL.filter(({ path }) => path.includes('metrics'))).toEqual([]);
});

test('undocumented endpoints that SDKs call are marked', () => {
  const marked = PublicEndpoint.all()
    .filter(({ sdkOnly }) => sdkOnly)
    .map(({ path }) => path);
  expect(marked).toEqual(expect.arrayContaining(['/i/v1/analytics', '/array', '/api/surveys', '/api/early_access_features', '/api/web_experiments']));
  expect(PublicEndpoint.all().filter(({ sdkOnly, documented, group }) => sdkOnly && (documented || !['ingestion', 'sdk'].includes(group)))).toEqual(
    [],
  );
});
