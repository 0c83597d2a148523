import { ALWAYS_PUBLIC, EndpointGroup } from '../../../lib/catalog/endpoints/endpoint-group';
import { PostHogProcess } from '../../../lib/catalog/posthog-process';
import { PublicEndpoint } from '../../../lib/ingress/routing/public-endpoint';

const ALL = PublicEndpoint.all();

test("the eight endpoints of PostHog's list are documented", () => {
  const documented = ALL.filter((endpoint) => endpoint.documented).map((endpoint) => endpoint.toString());
  expect(documented).toEqual(
    expect.arrayContaining([
      '/batch, /batch/*',
      '/decide, /decide/*',
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

describe.each(ALL.map((endpoint): [string, PublicEndpoint] => [endpoint.path, endpoint]))('%s', (path, endpoint) => {
  test('begins with a slash, ends without one, and has no empty or dotted segment', () => {
    expect(path).toMatch(/^(\/[A-Za-z0-9_*.-]+)+$/);
    expect(path).not.toMatch(/\/\.\.?(\/|$)/);
  });

  test('has wildcards for whole segments only', () => {
    expect(path.split('/').filter((segment) => segment.includes('*') && segment !== '*')).toEqual([]);
  });

  test('has a purpose that is a phrase without a full stop', () => {
    expect(endpoint.purpose).toMatch(/^[A-Z].*[^.\s]$/);
  });

  test('has a process with endpoints', () => {
    expect(Object.values(PostHogProcess)).toContain(endpoint.process);
    expect(endpoint.process).not.toBe(PostHogProcess.WORKER);
  });

  test('matches a path, its sub-paths, or both', () => {
    const forms = [...(endpoint._matchesPath ? [path] : []), ...(endpoint._matchesSubpaths ? [`${path}/*`] : [])];
    expect(forms.length).toBeGreaterThan(0);
    expect(endpoint.toString()).toBe(forms.join(', '));
  });
});

test('all() returns every constant of the class, in its order', () => {
  const constants = Object.entries(PublicEndpoint).filter(([, value]) => value instanceof PublicEndpoint);
  expect(ALL).toEqual(constants.map(([, value]) => value as PublicEndpoint));
  expect(ALL.length).toBeGreaterThan(45);
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
