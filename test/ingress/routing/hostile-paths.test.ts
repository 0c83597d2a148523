import fc from 'fast-check';
import { PostHogProcess, PublicEndpoint } from '../../../lib';
import { ALWAYS_PUBLIC } from '../../../lib/catalog/endpoints/endpoint-group';
import { HOSTILE_PATHS } from './hostile-paths';
import { Answer, answersOfIngress, INSIDE, Mode, MODES, OUTSIDE } from './modes';

const METHODS = ['GET', 'POST', 'OPTIONS'];
const CLOSED = MODES.filter(({ isOpen }) => !isOpen);

/** Normalises a target as the most lenient server would: fully decoded, slashes merged, dot segments resolved. */
function normalised(target: string): string {
  let path = target.replace(/^[a-z]+:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '');
  for (let before = ''; before !== path;) {
    before = path;
    path = path.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  }
  // A parameter of a segment (`/a;x=1`), a NUL, a line end and what comes after a decoded `?` or `#` are dropped by some.
  path = path
    .replace(/[?#].*$/s, '')
    .replace(/;[^/\\]*/g, '')
    .replace(/[\0\r\n\t]/g, '')
    .replace(/\\/g, '/');
  const segments: string[] = [];
  for (const segment of path.split('/').filter((text) => text !== '' && text !== '.')) {
    if (segment === '..') {
      segments.pop();
    } else {
      segments.push(segment);
    }
  }
  return `/${segments.join('/')}`;
}

/** Returns whether a normalised path is a public endpoint of the app, compared segment by segment with the table. */
function isPublicInApp(path: string, optIn: boolean): boolean {
  const given = path.split('/');
  return PublicEndpoint.answeredBy(PostHogProcess.WEB).some((endpoint) => {
    const open = optIn || ALWAYS_PUBLIC.includes(endpoint.group);
    const listed = endpoint._listed?.map((below) => `${endpoint.path}/${below.replace(/\/\??$/, '')}`);
    return (
      open &&
      (listed ?? [endpoint.path]).some((text) => {
        const wanted = text.split('/');
        const begins = wanted.every((segment, i) =>
          /^(\*|<\w+>)$/.test(segment) ? given[i] !== undefined && given[i] !== '' : segment === given[i],
        );
        return (
          begins &&
          (given.length === wanted.length ? listed !== undefined || endpoint._matchesPath : listed === undefined && endpoint._matchesSubpaths)
        );
      })
    );
  });
}

describe('the corpus', () => {
  test('has no duplicates', () => {
    const seen = new Set<string>();
    expect(HOSTILE_PATHS.filter((path) => seen.has(path) || !seen.add(path))).toEqual([]);
  });

  test('has the most common attacks', () => {
    expect(HOSTILE_PATHS).toEqual(
      expect.arrayContaining([
        '/embedded',
        '/signup',
        '/settings',
        '/e2',
        '/eX/',
        '/s3',
        '/batchx',
        '/static/../login',
        '/static/%2e%2e/login',
        '/static/..%2flogin',
        '/E',
        '/flags-admin',
        '/api/surveysx',
        '/api/projects/1/feature_flags/2',
        '',
        '*',
        '/e%2f',
        '/static/%252e%252e/login',
        '/static/..\\login',
        '/static/..;/login',
        '/e%00',
        '/e%0d%0a',
      ]),
    );
    expect([128, 2048, 8000].filter((length) => !HOSTILE_PATHS.some((path) => path.length === length))).toEqual([]);
  });
});

describe('the normaliser of these tests', () => {
  test('reads a path as the most lenient server does', () => {
    const paths: [target: string, path: string][] = [
      ['/static/../login', '/login'],
      ['/static/%2e%2e/login', '/login'],
      ['/static/%252e%252e%252flogin', '/login'],
      ['/static/..\\login', '/login'],
      ['/static/..;/login', '/login'],
      ['//static///array.js', '/static/array.js'],
      ['/%2573tatic/array.js?x=1', '/static/array.js'],
      ['https://host/static/array.js#x', '/static/array.js'],
      ['/../../e', '/e'],
      ['*', '/*'],
      ['', '/'],
    ];
    expect(paths.map(([target]) => [target, normalised(target)])).toEqual(paths);
  });

  test('knows the public paths of the app, with and without opened groups', () => {
    const paths: [path: string, optIn: boolean, isPublic: boolean][] = [
      ['/static/array.js', false, true],
      ['/static', false, false],
      ['/report', false, true],
      ['/report/x', false, false],
      ['/shared/x', false, false],
      ['/shared/x', true, true],
      ['/api/projects/1/messaging/customerio/webhook', true, true],
      ['/api/projects/1/messaging/customerio', true, false],
      ['/login', true, false],
      ['/e', true, false],
    ];
    expect(paths.map(([path, optIn]) => [path, optIn, isPublicInApp(path, optIn)])).toEqual(paths);
  });
});

describe.each(CLOSED.map((mode): [string, Mode] => [mode.name, mode]))('with the app open to %s', (_, mode) => {
  let answer: Answer;
  beforeAll(() => {
    answer = answersOfIngress(mode);
  });

  test('no hostile path reaches the app without authentication', () => {
    const reached = HOSTILE_PATHS.filter(
      (target, i) => answer({ target, sourceIp: OUTSIDE[i % OUTSIDE.length], method: METHODS[i % METHODS.length] }) === 'web',
    );
    expect(reached).toEqual([]);
  });

  test('below an open path of the app, only what every server reads as public reaches it without authentication', () => {
    const reachedBelow = (path: string) =>
      HOSTILE_PATHS.map((end) => path + end).filter((target) => answer({ target, sourceIp: OUTSIDE[0] }) === 'web');
    const below = [reachedBelow('/static'), reachedBelow('/shared')];
    expect(below.map(({ length }) => length > 0)).toEqual([true, mode.optIn]);
    expect(below.flat().filter((path) => !isPublicInApp(normalised(path), mode.optIn))).toEqual([]);
  });

  test('no forged header opens the app', () => {
    const headers = {
      'X-Forwarded-For': INSIDE[0],
      'X-Forwarded-Host': 'posthog.example.com',
      'X-Original-URL': '/login',
      'X-Rewrite-URL': '/login',
      'Host': 'localhost',
    };
    expect(
      ['/', '/login', '/api/projects/1'].filter((target) => answer({ target, headers, host: 'localhost', sourceIp: OUTSIDE[0] }) === 'web'),
    ).toEqual([]);
  });

  const PIECES = [
    '/',
    '/',
    '//',
    '.',
    '..',
    '/../',
    '/./',
    '%2e',
    '%2E%2e',
    '%2f',
    '%252f',
    '%5c',
    '\\',
    ';',
    '%3b',
    '?',
    '#',
    '%3f',
    '%23',
    '%00',
    '%0a',
    '*',
    '@',
    'a',
    'login',
    'static',
    'array.js',
    'report',
    'api',
    'site_app',
    'shared',
    'oauth',
    'webhooks',
    'internal',
    'projects',
    '1',
    'é',
    ' ',
    '\t',
  ];
  const startOfAnEndpoint = fc.constantFrom('', '', ...PublicEndpoint.answeredBy(PostHogProcess.WEB).map(({ path }) => path.replaceAll('*', '1')));

  test('no random combination of path segments opens the app', () => {
    fc.assert(
      fc.property(startOfAnEndpoint, fc.array(fc.constantFrom(...PIECES), { maxLength: 10 }), (start, pieces) => {
        const target = start + pieces.join('');
        expect(answer({ target, sourceIp: OUTSIDE[0] }) === 'web' && !isPublicInApp(normalised(target), mode.optIn)).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });
});
