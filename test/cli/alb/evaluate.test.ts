import fc from 'fast-check';
import { evaluate, globMatches, ListenerRule, Request, RuleCondition, undecided } from '../../../cli/alb/evaluate';

function matches(conditions: RuleCondition | RuleCondition[], request: Partial<Request>): boolean {
  const rules: ListenerRule<string>[] = [
    { priority: 1, conditions: [conditions].flat(), actions: ['hit'] },
    { conditions: [], actions: ['default'] },
  ];
  return evaluate(rules, { target: '/', ...request })!.actions[0] === 'hit';
}

describe('a list of rules', () => {
  const path = (priority: number, ...values: string[]): ListenerRule<number> => ({
    priority,
    conditions: [{ field: 'path-pattern', values }],
    actions: [priority],
  });
  const rules: ListenerRule<number>[] = [{ conditions: [], actions: [0] }, path(20, '/a/*'), path(3, '/a/b'), path(100, '/*')];

  test.each([
    ['/a/b', 3],
    ['/a/c', 20],
    ['/c', 100],
    ['*', 0],
  ])('matches %s with the rule of the lowest number', (target, priority) => {
    expect(evaluate(rules, { target })!.actions).toEqual([priority]);
  });

  test('is evaluated by number, in any order', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(rules, { minLength: rules.length }), (shuffled) => {
        expect(evaluate(shuffled, { target: '/a/b' })!.actions).toEqual([3]);
        expect(evaluate(shuffled, { target: '*' })!.actions).toEqual([0]);
      }),
    );
  });

  test('is not sorted in place', () => {
    const given = [...rules];
    evaluate(given, { target: '/' });
    expect(given).toEqual(rules);
  });

  test('matches nothing if no rule matches and there is no default action', () => {
    expect(evaluate([path(1, '/a')], { target: '/b' })).toBeUndefined();
    expect(evaluate([], { target: '/' })).toBeUndefined();
  });
});

describe('the conditions of a rule', () => {
  const conditions: RuleCondition[] = [
    { field: 'path-pattern', values: ['/a', '/b'] },
    { field: 'source-ip', values: ['10.0.0.0/8', '192.0.2.0/24'] },
  ];

  test.each([
    ['/a', '10.1.1.1', true],
    ['/b', '192.0.2.9', true],
    ['/c', '10.1.1.1', false],
    ['/a', '203.0.113.1', false],
  ])('must all hold, each with one value: %s from %s', (target, sourceIp, expected) => {
    expect(matches(conditions, { target, sourceIp })).toBe(expected);
  });

  test('without values match nothing', () => {
    expect(
      (['path-pattern', 'host-header', 'http-request-method', 'http-header', 'query-string', 'source-ip'] as const).filter((field) =>
        matches({ field }, { host: 'x', sourceIp: '10.0.0.1', target: '/?a=b' }),
      ),
    ).toEqual([]);
  });
});

describe('values that are known at deployment only', () => {
  const office: ListenerRule<string> = {
    priority: 5,
    conditions: [{ field: 'source-ip', values: ['10.0.0.0/8'], hasUnknown: true }],
    actions: ['office'],
  };
  const path = (priority: number, value: string): ListenerRule<string> => ({
    priority,
    conditions: [{ field: 'path-pattern', values: [value] }],
    actions: [value],
  });
  const rest: ListenerRule<string> = { conditions: [], actions: ['rest'] };

  test('match nothing, and known values of the same condition do', () => {
    expect(evaluate([office, rest], { target: '/', sourceIp: '192.0.2.1' })).toBe(rest);
    expect(evaluate([office, rest], { target: '/', sourceIp: '10.1.2.3' })).toBe(office);
  });

  test.each([
    ['behind which the request is met', [office, path(9, '/a')], '/a', [5]],
    ['which nothing else takes', [office], '/a', [5]],
    ['but not those behind the one that is met', [path(3, '/a'), office], '/a', []],
    ['but not those that something else rules out', [{ ...office, conditions: [...office.conditions, ...path(5, '/b').conditions] }], '/a', []],
  ])('leave rules undecided %s', (_, rules, target, priorities) => {
    expect(undecided([...rules, rest], { target, sourceIp: '192.0.2.1' }).map(({ priority }) => priority)).toEqual(priorities);
  });

  test('leave nothing undecided if a known value matches', () => {
    expect(undecided([office, rest], { target: '/', sourceIp: '10.1.2.3' })).toEqual([]);
  });
});

describe('a condition on the path', () => {
  test('compares whole paths, with wildcards and case sensitivity', () => {
    const rows = [
      ['/e', '/e', true],
      ['/e', '/e/', false],
      ['/e', '/E', false],
      ['/e/*', '/e/', true],
      ['/e/*', '/e/a/b/c', true],
      ['/e/*', '/e', false],
      ['/e/*', '/e2/a', false],
      ['*', '', true],
      ['/a/*/c', '/a/b/c', true],
      ['/a/*/c', '/a/b/x/c', true],
      ['/a/*/c', '/a//c', true],
      ['/a/*/c', '/a/c', false],
      ['/a?', '/ab', true],
      ['/a?', '/a/', true],
      ['/a?', '/a', false],
      ['/a?', '/abc', false],
      ['/a.js', '/axjs', false],
      ['/a+(b)[c]{d}^$|\\', '/a+(b)[c]{d}^$|\\', true],
      ['/$&', '/$&', true],
      ['/a/*', '/a/b\nc', true],
    ] as const;
    expect(rows.filter(([value, target, expected]) => matches({ field: 'path-pattern', values: [value] }, { target }) !== expected)).toEqual([]);
  });

  test('ignores the query', () => {
    expect(matches({ field: 'path-pattern', values: ['/e'] }, { target: '/e?ip=1&_=2' })).toBe(true);
    expect(matches({ field: 'path-pattern', values: ['/e/*'] }, { target: '/x?a=/e/b' })).toBe(false);
    expect(matches({ field: 'path-pattern', values: ['/e'] }, { target: '/e??' })).toBe(true);
  });

  test('evaluates the path as it was sent', () => {
    const condition: RuleCondition = { field: 'path-pattern', values: ['/e'] };
    expect(['/%65', '//e', '/./e', '/x/../e', '/e#x', 'http://host/e', '/e%3F'].filter((target) => matches(condition, { target }))).toEqual([]);
    expect(matches({ field: 'path-pattern', values: ['/static/*'] }, { target: '/static/../login' })).toBe(true);
  });

  test('evaluates regular expressions with case sensitivity', () => {
    const condition: RuleCondition = { field: 'path-pattern', regexValues: ['^/a/[0-9]+$', '^/b$'] };
    expect(['/a/12', '/b'].filter((target) => matches(condition, { target }))).toHaveLength(2);
    expect(['/a/x', '/A/12', '/a/12/', '/B'].filter((target) => matches(condition, { target }))).toEqual([]);
  });
});

test('a pattern without wildcards matches itself and nothing else', () => {
  fc.assert(
    fc.property(
      fc.string().filter((text) => !/[*?]/.test(text)),
      fc.string(),
      (pattern, text) => {
        expect(globMatches(pattern, pattern)).toBe(true);
        expect(globMatches(pattern, text)).toBe(pattern === text);
      },
    ),
  );
});

test('a star matches any run of characters between its neighbours', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (start, middle, end) => {
      const literal = (text: string): string => text.replace(/[*?]/g, '.');
      expect(globMatches(`${literal(start)}*${literal(end)}`, literal(start) + middle + literal(end))).toBe(true);
    }),
  );
});

describe('a condition on the host', () => {
  test('compares whole host names, with wildcards and without case sensitivity', () => {
    const rows = [
      ['posthog.example.com', 'posthog.example.com', true],
      ['posthog.example.com', 'PostHog.Example.COM', true],
      ['POSTHOG.example.com', 'posthog.example.com', true],
      ['posthog.example.com', 'posthog.example.com:443', true],
      ['*.example.com', 'posthog.example.com', true],
      ['*.example.com', 'example.com', false],
      ['posthog.example.com', 'evil.example.com', false],
      ['posthog.example.com', undefined, false],
    ] as const;
    expect(rows.filter(([value, host, expected]) => matches({ field: 'host-header', values: [value] }, { host }) !== expected)).toEqual([]);
  });

  test('evaluates regular expressions without case sensitivity', () => {
    expect(matches({ field: 'host-header', regexValues: ['^(www|app)\\.example\\.com$'] }, { host: 'APP.example.com:8443' })).toBe(true);
  });
});

describe('a condition on the method', () => {
  test('compares the method with case sensitivity', () => {
    const rows = [
      ['POST', true],
      ['GET', false],
      ['post', false],
      [undefined, false],
    ] as const;
    expect(rows.filter(([method, expected]) => matches({ field: 'http-request-method', values: ['POST', 'PUT'] }, { method }) !== expected)).toEqual(
      [],
    );
  });

  test('treats a request without a method as GET', () => {
    expect(matches({ field: 'http-request-method', values: ['GET'] }, {})).toBe(true);
  });
});

describe('a condition on a header', () => {
  const condition: RuleCondition = { field: 'http-header', headerName: 'User-Agent', values: ['*Chrome*', 'curl/?.0'] };

  test('compares one header by name and value, without case sensitivity', () => {
    const rows = [
      [{ 'User-Agent': 'Chrome' }, true],
      [{ 'user-agent': 'a chrome b' }, true],
      [{ 'USER-AGENT': 'CURL/8.0' }, true],
      [{ 'User-Agent': 'curl/8.10' }, false],
      [{ 'X-User-Agent': 'Chrome' }, false],
      [{}, false],
    ] as const;
    expect(rows.filter(([headers, expected]) => matches(condition, { headers }) !== expected)).toEqual([]);
  });

  test('does not match a request without headers', () => {
    expect(matches(condition, {})).toBe(false);
  });
});

describe('a condition on the query', () => {
  test('compares a parameter by name and value, without case sensitivity', () => {
    const rows = [
      ['/?version=v1', true],
      ['/?a=b&VERSION=V1', true],
      ['/?version=v10', false],
      ['/?xversion=v1', false],
      ['/?version', false],
      ['/?other=anything-at-all', true],
      ['/version=v1', false],
      ['/', false],
    ] as const;
    expect(
      rows.filter(
        ([target, expected]) =>
          matches(
            {
              field: 'query-string',
              pairs: [
                { key: 'version', value: 'v1' },
                { key: 'other', value: 'any*' },
              ],
            },
            { target },
          ) !== expected,
      ),
    ).toEqual([]);
  });

  test('compares the value of a parameter with any name', () => {
    const rows = [
      ['/?a=yes', true],
      ['/?a=b=yes', false],
      ['/?a=yes=b', false],
      ['/?yes', false],
    ] as const;
    expect(rows.filter(([target, expected]) => matches({ field: 'query-string', pairs: [{ value: 'yes' }] }, { target }) !== expected)).toEqual([]);
  });
});

describe('a condition on the source address', () => {
  const condition: RuleCondition = { field: 'source-ip', values: ['203.0.113.0/24', '198.51.100.7/32', '2001:db8::/32'] };

  test('compares the address with CIDR blocks', () => {
    const rows = [
      ['203.0.113.0', true],
      ['203.0.113.255', true],
      ['203.0.114.0', false],
      ['198.51.100.7', true],
      ['198.51.100.8', false],
      ['2001:db8:ffff::1', true],
      ['2001:DB8::1', true],
      ['2001:db9::1', false],
      ['nonsense', false],
      ['', false],
      [undefined, false],
    ] as const;
    expect(rows.filter(([sourceIp, expected]) => matches(condition, { sourceIp }) !== expected)).toEqual([]);
  });

  test('ignores headers', () => {
    expect(matches(condition, { sourceIp: '192.0.2.1', headers: { 'X-Forwarded-For': '203.0.113.5' } })).toBe(false);
  });
});

test('an IPv6 source is in IPv6 blocks only, also one that an IPv4 address is mapped to', () => {
  const inside = (sourceIp: string, ...values: string[]) =>
    evaluate([{ priority: 1, conditions: [{ field: 'source-ip', values }], actions: [] }], { target: '/', sourceIp }) !== undefined;
  expect(inside('203.0.113.7', '203.0.113.0/24', '2001:db8::/32')).toBe(true);
  expect(inside('::ffff:203.0.113.7', '203.0.113.0/24', '2001:db8::/32')).toBe(false);
  expect(inside('::ffff:203.0.113.7', '::ffff:203.0.113.0/120')).toBe(true);
  expect(inside('2001:db8::7', '203.0.113.0/24', '2001:db8::/32')).toBe(true);
});
