import { ALWAYS_PUBLIC, EndpointGroup } from '../../../lib/catalog/endpoints/endpoint-group';
import { LIMITS } from '../../../lib/catalog/endpoints/rule-limits';
import { PRIORITIES } from '../../../lib/catalog/endpoints/rule-priorities';
import { APP_PRIORITY, DENY_PAGES, DENY_RULES, RuleSpec, rulesFor } from '../../../lib/ingress/routing/listener-rules';
import { ownListener, place, ruleHosts } from '../../../lib/ingress/routing/rule-placement';
import { PostHogProcess } from '../../../lib/catalog/posthog-process';
import { PublicEndpoint } from '../../../lib/ingress/routing/public-endpoint';
import { evaluate, globMatches, ListenerRule } from '../../../cli/alb/evaluate';
import { DEFAULT_PRODUCTS, deployedProcesses } from '../../../lib/catalog/processes/deployed-processes';
import { Product } from '../../../lib/catalog/product';

const EVERY_GROUP = new Set(Object.values(EndpointGroup));
const EVERY_PROCESS = Object.values(PostHogProcess);
const DEPLOYED = deployedProcesses(DEFAULT_PRODUCTS).map(({ process }) => process);
const ALL_DEPLOYED = deployedProcesses(Object.values(Product)).map(({ process }) => process);

function allRules(processes: readonly PostHogProcess[], groups: ReadonlySet<EndpointGroup> = EVERY_GROUP): RuleSpec[] {
  return [...processes.flatMap((process) => rulesFor(process, groups)), ...DENY_RULES, DENY_PAGES].sort((a, b) => a.priority - b.priority);
}

const RULES = allRules(EVERY_PROCESS);

/** The rules on a listener of their own, on which those with more values than AWS allows are split. */
const PLACED = RULES.flatMap((spec) => place(spec, ownListener(ruleHosts({ domainName: 'posthog.example.com' }))));

/** Returns the names of the rules for which a condition does not hold. */
function rulesWithout(holds: (values: readonly string[], rule: Pick<RuleSpec, 'priority' | 'patterns'>) => boolean): string[] {
  return PLACED.filter((rule) => !holds([...(rule.patterns.globs ?? []), ...(rule.patterns.regexes ?? [])], rule)).map(({ name }) => name);
}

describe('each rule', () => {
  test('has at least one value, and no more than a rule supports', () => {
    expect(rulesWithout(({ length }) => length > 0 && length <= LIMITS.valuesPerRule)).toEqual([]);
  });

  test('has no more wildcards than a rule supports', () => {
    const wildcards = ({ patterns: { globs = [] } }: Pick<RuleSpec, 'patterns'>) => globs.join('').replace(/[^*?]/g, '').length;
    expect(rulesWithout((_, rule) => wildcards(rule) <= LIMITS.wildcardsPerRule)).toEqual([]);
  });

  test('has values within the length limit', () => {
    expect(rulesWithout((values) => values.every(({ length }) => length <= LIMITS.valueLength))).toEqual([]);
  });

  test('has patterns of one kind', () => {
    expect(rulesWithout((_, { patterns: { globs, regexes } }) => (globs === undefined) !== (regexes === undefined))).toEqual([]);
  });

  test('has no duplicate value', () => {
    expect(rulesWithout((values) => new Set(values).size === values.length)).toEqual([]);
  });

  test('matches whole paths only', () => {
    expect(
      rulesWithout(
        (_, { patterns: { globs = [], regexes = [] } }) =>
          globs.every((glob) => glob.startsWith('/')) && regexes.every((regex) => /^\^.*\$$/.test(regex)),
      ),
    ).toEqual([]);
  });

  test('has a valid priority, before the rules that forward to the app', () => {
    expect(rulesWithout((_, { priority }) => Number.isInteger(priority) && priority >= 1 && priority < APP_PRIORITY)).toEqual([]);
  });
});

test('the limits are the quotas of AWS', () => {
  expect(LIMITS).toEqual({ valuesPerRule: 5, wildcardsPerRule: 5, valueLength: 128, rulesPerLoadBalancer: 100 });
});

describe('priorities', () => {
  test('are unique', () => {
    const all = Object.values(PRIORITIES);
    expect(new Set(all).size).toBe(all.length);
  });

  test('exist for every rule of the table, and for no other', () => {
    const named = PublicEndpoint.all().flatMap((endpoint) =>
      EVERY_PROCESS.map((process) => endpoint._ruleFor(process)).filter((name) => name !== undefined),
    );
    expect(new Set([...named, ...[...DENY_RULES, DENY_PAGES].map(({ name }) => name)])).toEqual(new Set(Object.keys(PRIORITIES)));
  });

  test('are those of the rules', () => {
    expect(RULES.map(({ priority }) => priority)).toEqual(RULES.map(({ name }) => Object.entries(PRIORITIES).find(([rule]) => rule === name)?.[1]));
  });

  test('leave enough of the 100 rules of a load balancer for the app', () => {
    expect(RULES.length + 20).toBeLessThanOrEqual(60);
  });
});

describe('a rule', () => {
  test('belongs to one process, with all combinations of routed processes', () => {
    const owners = new Map<string, Set<PostHogProcess>>();
    for (const process of EVERY_PROCESS) {
      for (const { name } of rulesFor(process, EVERY_GROUP)) {
        owners.set(name, (owners.get(name) ?? new Set()).add(process));
      }
    }
    expect([...owners].filter(([, processes]) => processes.size !== 1)).toEqual([]);
  });

  test('has endpoints that are opened and closed together', () => {
    const groups = new Map<string, Set<boolean | EndpointGroup>>();
    for (const endpoint of PublicEndpoint.all()) {
      const rule = endpoint._ruleFor(endpoint.process)!;
      groups.set(rule, (groups.get(rule) ?? new Set()).add(ALWAYS_PUBLIC.includes(endpoint.group) || endpoint.group));
    }
    expect([...groups].filter(([, opened]) => opened.size !== 1)).toEqual([]);
  });

  test('exists once for a process', () => {
    for (const process of EVERY_PROCESS) {
      const names = rulesFor(process, EVERY_GROUP).map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  test('does not exist for a process without endpoints', () => {
    expect(rulesFor(PostHogProcess.WORKER, EVERY_GROUP)).toEqual([]);
  });
});

describe('with the processes of the default products', () => {
  const isDeny = ({ name }: RuleSpec) => name.startsWith('Deny');
  const free = allRules(DEPLOYED, new Set()).filter((rule) => !isDeny(rule));

  test('events of current SDKs and recordings are in the first three rules that forward', () => {
    expect(free.slice(0, 3).map(({ name }) => name)).toEqual(['Events', 'Recordings', 'Captures']);
    const matches = (path: string) =>
      free
        .slice(0, 3)
        .some(
          ({ patterns: { globs = [], regexes = [] } }) =>
            globs.some((glob) => globMatches(glob, path)) || regexes.some((regex) => new RegExp(regex).test(path)),
        );
    expect(
      ['/i/v0/e', '/i/v0/e/', '/e', '/e/', '/batch', '/batch/', '/i/v1/analytics/events', '/s', '/s/', '/capture', '/track'].filter(
        (path) => !matches(path),
      ),
    ).toEqual([]);
  });

  test('events, recordings, flags and configuration are in the first ten rules, which AWS does not bill, with those that refuse', () => {
    const undeployed = EVERY_PROCESS.filter((process) => !DEPLOYED.includes(process)).flatMap((process) => rulesFor(process, new Set()));
    const all = [...free, ...undeployed, ...DENY_RULES].sort((a, b) => a.priority - b.priority).map(({ name }) => name);
    expect(all.slice(0, 10)).toEqual([
      'DenyEvasions',
      'DenyInternal',
      'Ai',
      'Events',
      'Recordings',
      'Captures',
      'Engage',
      'Flags',
      'FlagDefinitions',
      'RemoteConfig',
    ]);
  });

  test('only opened groups add rules', () => {
    const shared = allRules(DEPLOYED, new Set([EndpointGroup.SHARED_CONTENT])).map(({ name }) => name);
    expect(shared.filter((name) => !free.some((rule) => rule.name === name))).toEqual([
      'DenyEvasions',
      'DenyInternal',
      'DenyPages',
      'SharedContent',
      'SharedQueries',
    ]);
  });

  test.each([[PostHogProcess.CAPTURE_AI], [PostHogProcess.CAPTURE_LOGS], [PostHogProcess.PLUGINS], [PostHogProcess.LIVESTREAM]])(
    'adding %s changes no other rule',
    (added) => {
      const before = allRules(ALL_DEPLOYED.filter((process) => process !== added));
      const after = allRules(ALL_DEPLOYED);
      expect(after.length).toBeGreaterThan(before.length);
      expect(after.filter(({ name }) => before.some((rule) => rule.name === name))).toEqual(before);
    },
  );
});

describe('AI events', () => {
  function answering(processes: readonly PostHogProcess[], target: string): PostHogProcess | undefined {
    const rules = processes.flatMap((process) =>
      rulesFor(process, new Set()).map(({ priority, patterns }): ListenerRule<PostHogProcess> => ({
        priority,
        conditions: [{ field: 'path-pattern', values: patterns.globs, regexValues: patterns.regexes }],
        actions: [process],
      })),
    );
    return evaluate(rules, { target })?.actions[0];
  }

  test.each(['/i/v0/ai', '/i/v0/ai/', '/i/v0/ai/batch', '/i/v1/ai/events'])('at %s go to capture-ai, in every order of routing', (path) => {
    expect(answering([PostHogProcess.CAPTURE, PostHogProcess.CAPTURE_AI], path)).toBe(PostHogProcess.CAPTURE_AI);
    expect(answering([PostHogProcess.CAPTURE_AI, PostHogProcess.CAPTURE], path)).toBe(PostHogProcess.CAPTURE_AI);
  });

  test('do not affect other events', () => {
    expect(answering([PostHogProcess.CAPTURE, PostHogProcess.CAPTURE_AI], '/i/v0/aix')).toBe(PostHogProcess.CAPTURE);
    expect(answering([PostHogProcess.CAPTURE, PostHogProcess.CAPTURE_AI], '/i/v0/e/')).toBe(PostHogProcess.CAPTURE);
  });
});

describe('the deny rules', () => {
  const refused = (path: string): string | undefined =>
    DENY_RULES.find(({ patterns }) => patterns.regexes!.some((regex) => new RegExp(regex).test(path)))?.name;

  test('come before every rule that forwards', () => {
    const names = RULES.map(({ name }) => name);
    expect(names.slice(0, 2)).toEqual(['DenyEvasions', 'DenyInternal']);
  });

  test('of pages of the app comes before the files of the app', () => {
    const names = RULES.map(({ name }) => name);
    expect(names.indexOf('DenyPages')).toBe(names.indexOf('SdkFiles') - 1);
  });

  test('come before endpoints that are public on demand', () => {
    const onDemand = RULES.filter(({ priority }) => priority >= 300).map(({ name }) => name);
    const optIn = PublicEndpoint.all()
      .filter(({ group }) => !ALWAYS_PUBLIC.includes(group))
      .map((endpoint) => endpoint._ruleFor(endpoint.process));
    expect(new Set(onDemand)).toEqual(new Set(optIn));
  });

  test('refuse internal paths', () => {
    const paths = [
      '/internal',
      '/internal/',
      '/internal/x',
      '/api/internal',
      '/api/internal/x',
      '/api/projects/1/internal/x',
      '/api/environments/@current/internal/x',
      '/_stats',
      '/_stats/',
      '/_metrics',
      '/internal%2Fx',
      '/internal%2fx',
      '/api%2Finternal/x',
      '/api%2fprojects%2f1%2finternal%2fx',
      '%2Finternal/x',
      '/%2Finternal',
      '/livestream/metrics',
      '/livestream/metrics/',
      '/livestream/metrics/x',
      '/livestream%2Fmetrics',
      '/%2flivestream/%2fmetrics',
      '/livestream/metrics%2f',
      '/livestream/metrics%3Fx',
      '/livestream/metrics%23',
      '/_stats#',
      '/_stats/#',
      '/_metrics#x',
      '/_stats%23x',
      '/internal#',
      '/api/projects/1/internal#x',
      '/livestream/metrics#',
      '/i/v1/metrics#',
      'internal/x',
      'api/projects/1/internal/x',
      '_stats',
      'livestream/metrics',
    ];
    expect(paths.filter((path) => refused(path) !== 'DenyInternal')).toEqual([]);
  });

  test('refuse evasions', () => {
    const paths = [
      '//',
      '//internal',
      '/api//internal/x',
      '/.',
      '/..',
      '/./internal',
      '/x/../internal',
      '/x/..',
      '/x/.',
      '/%69nternal',
      '/intern%61l',
      '/%5Fstats',
      '/%5fstats',
      '/_st%41ts',
      '/%2e%2e/internal',
      '/%2E%2E/internal',
      '/a%2dB',
      '/%7Eroot',
      '/%30',
      '/%39',
      '/x/..#',
      'http://posthog.example.com/_stats',
      'x://y/internal/x',
      // Below endpoints that other processes answer.
      '/e/../login',
      '/batch/..%2fapi/organizations/',
      '/s/%2e%2e/api/schema/',
      '/array/../_preflight',
      '/flags//login',
    ];
    expect(paths.filter((path) => refused(path) !== 'DenyEvasions')).toEqual([]);
  });

  test('do not match other paths', () => {
    expect(
      [
        '/',
        '/login',
        '/internalx',
        '/xinternal',
        '/api/internals',
        '/project/1/internal',
        '/insights/internal',
        '/api/projects/1/insights/internal',
        '/_statsx',
        '/_health',
        '/_preflight',
        '/livestream',
        '/livestream/',
        '/livestream/events',
        '/livestream/stats',
        '/livestream/metricsx',
        '/livestreams/metrics',
        '/metrics',
        '/a.b',
        '/.well-known/x',
        '/a..b',
        '/..a',
        '/a%20b',
        '/caf%C3%A9',
        '/%E2%82%AC',
        '/a%2Fb',
        '/a%40b',
        '/a%3Ab',
        '/a%25b',
        '/a%7Cb',
        '/a%5Bb%5D',
        '/a%3Db',
      ].filter(refused),
    ).toEqual([]);
  });

  test('match every encoding of every unreserved character, and of no other', () => {
    const plain = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~'];
    const spellings = Array.from({ length: 256 }, (_, code) => {
      const hex = code.toString(16).padStart(2, '0');
      return [`%${hex}`, `%${hex.toUpperCase()}`].map((spelling) => ({ spelling, isDenied: plain.includes(String.fromCharCode(code)) }));
    }).flat();
    expect(spellings.filter(({ spelling, isDenied }) => (refused(`/x${spelling}`) !== undefined) !== isDenied)).toEqual([]);
  });
});

test('pages of the app below its files are refused if the app is not open to everyone, and so are files with such names', () => {
  const isRefused = (path: string) => DENY_PAGES.patterns.regexes!.some((regex) => new RegExp(regex).test(path));
  const pages = [
    '/static/login.js',
    '/static/x/login.js',
    '/static/signup/a.b',
    '/static/preset.js',
    '/static/services/gologin.png',
    '/static/organization/billing/subscribed.js',
    '/static/code/canvas/a/b.js',
    '/static/code/task/a.js',
    '/static/agentic/account-mismatch.js',
  ];
  expect(pages.filter((path) => !isRefused(path))).toEqual([]);
  const others = [
    '/static/array.js',
    '/static/Login-ABC.js',
    '/static/1.2.3/recorder.js',
    '/login',
    '/signup',
    '/project/1/login',
    '/static/code/x.js',
  ];
  expect(others.filter(isRefused)).toEqual([]);
});
