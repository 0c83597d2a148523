import { Service, Task } from '@aws-sdk/client-ecs';
import { bar, duration } from '../../../cli/watch/lines';
import { addLines, EMPTY_LOG } from '../../../cli/watch/migration-log';
import { serviceProblems } from '../../../cli/watch/service-problems';
import { standardOutput, terminal } from '../../../cli/watch/terminal';
import { minutes, START } from './fixtures';

describe('the log of a migration', () => {
  const stream = 'migration/migrate/0123';
  // The formats of Django and infi.clickhouse_orm; not recorded from AWS.
  const lines = [
    '[migration] the database is empty: no further checks',
    'Operations to perform:',
    '  Applying contenttypes.0001_initial... OK',
    '  Applying posthog.0001_initial... OK',
    'Applying migration 0001_initial...',
    '[migration] running ./bin/migrate',
  ].map((message) => ({ stream, message }));

  test('has the number of applied migrations, and whether the database was empty', () => {
    expect(addLines(EMPTY_LOG, lines)).toEqual({ container: 'migrate', applied: 3, fromEmpty: true, lastLine: 'running ./bin/migrate' });
  });

  test('can be read in parts', () => {
    expect(lines.reduce((summary, line) => addLines(summary, [line]), EMPTY_LOG)).toEqual(addLines(EMPTY_LOG, lines));
  });
});

describe('the problems of a service', () => {
  const at = (minute: number, message: string) => ({ createdAt: minutes(minute), message });
  // Messages of https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html; not recorded.
  const service = {
    events: [
      at(5, '(service web) was unable to place a task. Reason: Capacity is unavailable at this time.'),
      at(4, '(service web) (task 0a1b2c) failed container health checks.'),
      at(3, '(service web) (task 9f8e7d) failed container health checks.'),
      at(2, '(service web) has started 1 tasks: (task 9f8e7d).'),
      at(1, '(service web) has reached a steady state.'),
      at(-60, '(service web) was unable to place a task. Reason: Internal error.'),
    ],
  } as Service;
  const task = (stoppedReason: string, container: object = {}): Task => ({
    stoppedReason,
    stoppedAt: minutes(6),
    containers: [{ name: 'web', ...container }],
  });

  test('are what ECS reports of this deployment, each once, the oldest first', () => {
    expect(serviceProblems(service, [], START)).toEqual([
      '(service web) (task) failed container health checks.',
      '(service web) was unable to place a task. Reason: Capacity is unavailable at this time.',
    ]);
  });

  test('are the reasons of stopped tasks, with the exit code of a container', () => {
    const tasks = [
      task('CannotPullContainerError: pull image manifest has been retried 5 time(s)'),
      task('Essential container in task exited', { exitCode: 1 }),
      task('Essential container in task exited', { exitCode: 1 }),
      task('Scaling activity initiated by (deployment ecs-svc/1)'),
    ];
    expect(serviceProblems({}, tasks, START)).toEqual([
      'a task stopped: CannotPullContainerError: pull image manifest has been retried 5 time(s)',
      'a task stopped: Essential container in task exited; web ended with 1',
    ]);
  });
});

describe('the output', () => {
  const written = (options: { interactive: boolean; color: boolean }) => {
    const texts: string[] = [];
    const output = terminal({ write: (text) => texts.push(text), columns: () => 60, ...options });
    output.print(START, { kind: 'problem', text: 'PostHog: failed' });
    output.progress(0.5, 'PostHog: migration, and a text that is longer than the line of the terminal');
    output.clear();
    return texts.join('');
  };

  test('is lines of plain text without a terminal', () => {
    expect(written({ interactive: false, color: false })).toBe('08:00:00 ✗ PostHog: failed\n');
  });

  test('has a bar in a terminal, no longer than a line', () => {
    const lines = written({ interactive: true, color: false }).split('\r\u001B[2K');
    expect(lines).toContain('08:00:00 ✗ PostHog: failed\n');
    expect(lines.at(-2)).toBe('[##########----------]  50 %  PostHog: migration, and a tex');
    expect(lines.at(-2)).toHaveLength(59);
  });

  test('has colours only in a terminal without NO_COLOR and CI', () => {
    const { isTTY } = process.stdout;
    const of = (environment: object) => {
      const { interactive, color } = standardOutput(environment as NodeJS.ProcessEnv);
      return [interactive, color];
    };
    try {
      process.stdout.isTTY = true;
      expect([of({}), of({ NO_COLOR: '1' }), of({ CI: 'true' }), of({ TERM: 'dumb' })]).toEqual([
        [true, true],
        [true, false],
        [false, false],
        [false, false],
      ]);
      process.stdout.isTTY = false;
      expect(of({})).toEqual([false, false]);
    } finally {
      process.stdout.isTTY = isTTY;
    }
    expect(written({ interactive: true, color: true })).toContain('\u001B[31m08:00:00 ✗ PostHog: failed\u001B[0m\n');
  });

  test.each([
    [12, '12 s'],
    [60 * 12, '12 min'],
    [60 * 75, '1 h 15 min'],
  ])('has %d seconds as %s', (seconds, text) => {
    expect(duration(new Date(START.getTime() + seconds * 1000), START)).toBe(text);
  });

  test.each([
    [0, '[----]   0 %'],
    [0.5, '[##--]  50 %'],
    [1.2, '[####] 120 %'],
  ])('has a bar for %d', (fraction, text) => {
    expect(bar(Math.min(fraction, 1), 4)).toBe(text.replace('120', '100'));
  });
});
