import fc from 'fast-check';
import { patternsOf, withoutPath } from '../../../lib/ingress/routing/path-pattern';
import { PostHogProcess } from '../../../lib/catalog/posthog-process';
import { PublicEndpoint } from '../../../lib/ingress/routing/public-endpoint';
import { globMatches } from '../../../cli/alb/evaluate';
import { rewritten } from '../../../cli/alb/url-rewrite';

function matches(endpoint: PublicEndpoint, path: string): boolean {
  const { globs = [], regexes = [] } = patternsOf([endpoint]);
  return globs.some((glob) => globMatches(glob, path)) || regexes.some((regex) => new RegExp(regex).test(path));
}

describe('an endpoint of a process that reads raw paths', () => {
  test('matches its path and sub-paths', () => {
    expect(patternsOf([PublicEndpoint.E])).toEqual({ globs: ['/e', '/e/*'] });
  });

  test('matches only sub-paths if the path itself is no endpoint', () => {
    expect(patternsOf([PublicEndpoint.REMOTE_CONFIG])).toEqual({ globs: ['/array/*'] });
  });

  test('matches its path with and without a slash if it has no sub-paths', () => {
    expect(patternsOf([PublicEndpoint.SURVEYS])).toEqual({ globs: ['/api/surveys', '/api/surveys/'] });
  });

  test('matches exactly one segment for an id, with any characters', () => {
    const path = (id: string): string => `/api/projects/1/feature_flags/${id}/remote_config`;
    expect(['my-flag', 'my%20flag', 'a.b', '@current'].filter((id) => !matches(PublicEndpoint.FLAG_REMOTE_CONFIG, path(id)))).toEqual([]);
    expect(['', 'a/b', 'a/../b'].filter((id) => matches(PublicEndpoint.FLAG_REMOTE_CONFIG, path(id)))).toEqual([]);
  });
});

describe('endpoints that share a rule', () => {
  test('keep their order', () => {
    expect(patternsOf([PublicEndpoint.CAPTURE, PublicEndpoint.TRACK])).toEqual({ globs: ['/capture', '/capture/*', '/track', '/track/*'] });
  });

  test('have exact paths if all endpoints of the app do', () => {
    expect(patternsOf([PublicEndpoint.EARLY_ACCESS_FEATURES, PublicEndpoint.WEB_EXPERIMENTS])).toEqual({
      globs: ['/api/early_access_features', '/api/early_access_features/', '/api/web_experiments', '/api/web_experiments/'],
    });
  });

  test('have regular expressions if one of them needs them', () => {
    const { globs, regexes } = patternsOf([PublicEndpoint.AUTH_MD, PublicEndpoint.OAUTH]);
    expect(globs).toBeUndefined();
    expect(regexes).toHaveLength(2);
    expect(regexes![0]).toBe('^/auth\\.md$');
  });
});

describe('an endpoint below a path of the app', () => {
  test('matches harmless paths', () => {
    const paths = [
      '/static/array.js',
      '/static/1.449.2/posthog-recorder.js',
      '/static/a/b/c/d.js',
      '/static/a_b-c~d@e=f:g+h.js',
      '/static/chunk-ABC123.js.map',
    ];
    expect(paths.filter((path) => !matches(PublicEndpoint.STATIC, path))).toEqual([]);
  });

  test('does not match paths that a server could read differently', () => {
    const paths = [
      '/static',
      '/static/',
      '/static/login',
      '/static/a/',
      '/static/a/b/signup',
      '/staticx',
      '/staticx/a',
      '/Static/a',
      '/x/static/a',
      '//static/a',
      '/static//a',
      '/static/a//',
      '/static/.',
      '/static/..',
      '/static/../login',
      '/static/a/../login',
      '/static/a/..',
      '/static/.env',
      '/static/a/.git/config',
      '/static/%2e%2e/login',
      '/static/a%2flogin',
      '/static/a\\b',
      '/static/a;b',
      '/static/a\nb',
      '/static/a b',
      '/static/é',
      '/static/a\n',
      '/static/a?b',
      '/static/a#b',
      '/static/a*',
      '/static/a,b',
    ];
    expect(paths.filter((path) => matches(PublicEndpoint.STATIC, path))).toEqual([]);
  });

  test('matches the path itself as well if that is an endpoint', () => {
    expect(['/exporter', '/exporter/a'].filter((path) => matches(PublicEndpoint.EXPORTER, path))).toHaveLength(2);
    expect(
      ['/exporter/', '/exporter/a/', '/exporterx', '/exporter//', '/exporter/..', '/exporter/%2e'].filter((path) =>
        matches(PublicEndpoint.EXPORTER, path),
      ),
    ).toEqual([]);
  });

  test('matches exactly one harmless segment for an id', () => {
    const path = (id: string): string => `/api/projects/${id}/messaging/customerio/webhook/`;
    expect(['1', '@current', 'a-b'].filter((id) => matches(PublicEndpoint.CUSTOMER_IO, path(id)))).toHaveLength(3);
    expect(['', '.', '..', '1/2', '%31', '1%2f2', '\\'].filter((id) => matches(PublicEndpoint.CUSTOMER_IO, path(id)))).toEqual([]);
  });

  test('matches exactly the paths that it lists', () => {
    const uuid = '01919f2e-0000-7000-8000-000000000000';
    const listed: [endpoint: PublicEndpoint, own: string[], others: string[]][] = [
      [PublicEndpoint.SITE_APPS, ['/site_app/1/a/b/'], ['/site_app/1/a/b', '/site_app/x/a/b/', '/site_app/login', '/site_app/1/a/b/c/']],
      [PublicEndpoint.SCIM, [`/scim/v2/${uuid}/Users/1`, `/scim/v2/${uuid}/Groups/${uuid}`], ['/scim/v2/login/Users', `/scim/v2/${uuid}/Users/x`]],
      [PublicEndpoint.MESSAGE_PREFERENCES, ['/messaging-preferences/a:b/', '/messaging-preferences/update'], ['/messaging-preferences/login']],
      [PublicEndpoint.OAUTH, ['/oauth/token', '/oauth/token/'], ['/oauth', '/oauth/', '/oauth/login', '/oauth/token/x', '/oauth/tokens']],
      [PublicEndpoint.OAUTH_API, ['/api/oauth/wizard/client-metadata'], ['/api/oauth/connected-apps', `/api/oauth/connected-apps/${uuid}/revoke/`]],
      [PublicEndpoint.CONVERSATIONS_SLACK, ['/api/conversations/v1/slack/events'], ['/api/conversations/v1/slack/authorize']],
      [
        PublicEndpoint.CONVERSATIONS_API,
        [`/api/conversations/external/ticket/${uuid}`],
        ['/api/conversations/v1/external', '/api/conversations/external/ticket/x'],
      ],
    ];
    const missed = listed.flatMap(([endpoint, own]) => own.filter((path) => !matches(endpoint, path)));
    const wide = listed.flatMap(([endpoint, , others]) => others.filter((path) => matches(endpoint, path)));
    expect([missed, wide]).toEqual([[], []]);
  });

  test('lists its paths in as few regular expressions as their length allows', () => {
    const { regexes } = patternsOf([PublicEndpoint.WELL_KNOWN, PublicEndpoint.SCIM]);
    expect(regexes!.every((regex) => regex.length <= 128)).toBe(true);
    expect(regexes!.length).toBeLessThanOrEqual(4);
  });

  test('escapes dots', () => {
    expect(matches(PublicEndpoint.WELL_KNOWN, '/.well-known/security.txt')).toBe(true);
    expect(matches(PublicEndpoint.WELL_KNOWN, '/xwell-known/security.txt')).toBe(false);
    expect(matches(PublicEndpoint.WELL_KNOWN, '/.well-known/jwksxjson')).toBe(false);
  });
});

const appEndpoints = PublicEndpoint.answeredBy(PostHogProcess.WEB);
const piece = fc.constantFrom('/', '.', '..', '%', '%2e', '%2F', '\\', ';', '?', '#', 'a', 'login', '1.2', '@', '*', ' ', '\n', '\0', 'é', '%00');

test('no pattern matches a path that the app could read in two ways', () => {
  fc.assert(
    fc.property(fc.constantFrom(...appEndpoints), fc.array(piece, { maxLength: 8 }), (endpoint, tail) => {
      const path = endpoint.path.replaceAll('*', '1') + tail.join('');
      fc.pre(matches(endpoint, path));
      expect(path).not.toMatch(/%|\\|\/\/|\/\.\.?(\/|$)|[^\x21-\x7e]|[;?#]/);
      expect(new URL(path, 'http://host').pathname).toBe(path);
    }),
    { numRuns: 500, maxSkipsPerRun: 1000 },
  );
});

test('no endpoint matches paths that only have the same prefix', () => {
  fc.assert(
    fc.property(fc.constantFrom(...PublicEndpoint.all()), fc.stringMatching(/^[A-Za-z0-9_.-]{1,8}$/), (endpoint, suffix) => {
      const path = endpoint.path.replaceAll('*', '1');
      expect(matches(endpoint, path + suffix)).toBe(false);
      expect(matches(endpoint, `/${suffix}${path}`)).toBe(false);
    }),
  );
});

describe('the rewrite that strips a path', () => {
  const OFF = withoutPath('/livestream');

  test('removes the path, and nothing else', () => {
    const targets: [target: string, expected: string][] = [
      ['/livestream', '/'],
      ['/livestream/', '/'],
      ['/livestream/events', '/events'],
      ['/livestream/events?x=1', '/events?x=1'],
      ['/livestream?x=1', '/?x=1'],
      ['/livestream/a/b/', '/a/b/'],
      ['/e', '/e'],
      ['/x/livestream/events', '/x/livestream/events'],
      ['/live', '/live'],
    ];
    expect(targets.map(([target]) => [target, rewritten(target, OFF)])).toEqual(targets);
  });

  test('has the same result for the path alone and for path and query', () => {
    const paths = ['/livestream', '/livestream/', '/livestream/events'];
    const query = '?a=/livestream/b';
    expect(paths.filter((path) => rewritten(path + query, OFF) !== rewritten(path, OFF) + query)).toEqual([]);
  });
});
