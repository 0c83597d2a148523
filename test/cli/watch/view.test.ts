import { changes, waitingLine } from '../../../cli/watch/lines';
import { StackObservation } from '../../../cli/watch/observation';
import { wavesOf } from '../../../cli/watch/phases';
import { viewOf } from '../../../cli/watch/view';
import { event, minutes, ofStack, stack, TEMPLATE } from './fixtures';

const begun = ofStack(0, 'CREATE_IN_PROGRESS');
const service = (minute: number, id: string, status: string) => event(minute, id, 'AWS::ECS::Service', status);
const done = (id: string, type: string) => event(1, id, type, 'CREATE_COMPLETE');
const stores = [begun, done('Kafka', 'AWS::MSK::Cluster')];
const migrating = [
  ...stores,
  event(30, 'Start', 'Custom::PostHogMigration', 'CREATE_COMPLETE'),
  event(31, 'Condition', 'AWS::CloudFormation::WaitCondition', 'CREATE_IN_PROGRESS'),
];
const serving = [...migrating, event(90, 'Condition', 'AWS::CloudFormation::WaitCondition', 'CREATE_COMPLETE')];
const view = (minute: number, observed: StackObservation) => viewOf({ template: TEMPLATE, ...observed }, minutes(minute));

test('a wave is as late as the services that a service waits for', () => {
  expect([...wavesOf(TEMPLATE)]).toEqual([
    ['Plugins', 1],
    ['Web', 2],
  ]);
});

describe('the phase', () => {
  test.each([
    ['data stores', [begun, event(0, 'Kafka', 'AWS::MSK::Cluster', 'CREATE_IN_PROGRESS')]],
    ['migration', migrating],
    ['services, wave 1 of 2, 0 of 2 done', [...serving, service(91, 'Plugins', 'CREATE_IN_PROGRESS')]],
    ['services, wave 2 of 2, 1 of 2 done', [...serving, service(91, 'Plugins', 'CREATE_COMPLETE'), service(95, 'Web', 'CREATE_IN_PROGRESS')]],
    ['check of the deployment', [...serving, event(99, 'Check', 'Custom::PostHogDeploymentCheck', 'CREATE_IN_PROGRESS')]],
  ])('is %s by what is in progress', (headline, events) => {
    expect(view(100, stack('CREATE_IN_PROGRESS', events)).headline).toBe(headline);
  });

  test('names no data stores in a stack that has none', () => {
    const template = { Resources: { Vpc: { Type: 'AWS::EC2::VPC' } } };
    const observed = stack('CREATE_IN_PROGRESS', [begun, event(0, 'Vpc', 'AWS::EC2::VPC', 'CREATE_IN_PROGRESS')], { template });
    expect(viewOf(observed, minutes(1)).headline).toBe('network and permissions');
  });
});

describe('the migration', () => {
  const migration = { startedAt: minutes(31), state: 'Run', applied: 0, fromEmpty: false };
  const during = (more: object) => view(46, stack('CREATE_IN_PROGRESS', migrating, { migration: { ...migration, ...more } }));

  test.each([
    [
      'of an empty database has a number of how many',
      { applied: 460, fromEmpty: true, container: 'migrate' },
      'migration, 460 of about 2,300 migrations',
    ],
    ['of another database has a number', { applied: 12, container: 'migrate' }, 'migration, 12 migrations applied'],
    ['has its last line before that', { container: 'checks', lastLine: 'waiting for Kafka' }, 'migration, waiting for Kafka'],
    ['starts with its images', {}, 'migration, its task starts and pulls its images'],
    ['has the step of its state machine', { state: 'Conclude' }, 'migration, step Conclude'],
  ])('%s', (_, more, headline) => {
    expect(during(more).headline).toBe(headline);
  });

  test('moves the bar by its number or, without one, by its time', () => {
    // 0.3 for the data stores, 0.5 for the migration: a fifth of its migrations, or 15 of 75 minutes.
    expect(during({ applied: 460, fromEmpty: true }).fraction).toBeCloseTo(0.3 + 0.5 * 0.2);
    expect(during({}).fraction).toBeCloseTo(0.3 + 0.5 * 0.2);
  });
});

test('what is waited for has its age from its first event, the longest first', () => {
  const events = [
    ...serving,
    service(91, 'Plugins', 'CREATE_IN_PROGRESS'),
    service(93, 'Plugins', 'CREATE_IN_PROGRESS'),
    service(94, 'Web', 'CREATE_IN_PROGRESS'),
  ];
  const now = view(101, stack('CREATE_IN_PROGRESS', events));
  expect(waitingLine(now, minutes(101))).toBe(
    'PostHog: services, wave 2 of 2, 0 of 2 done, 1 h 41 min, 3 of 8 resources done; waiting for plugins (ECS::Service, 10 min), web (ECS::Service, 7 min)',
  );
});

describe('problems', () => {
  const failed = (id: string, reason: string) => event(95, id, 'AWS::ECS::Service', 'CREATE_FAILED', { reason });
  const vcpus = '(service web) was unable to place a task. Reason: You’ve reached the limit on the number of vCPUs you can run concurrently';

  test('are the first causes, not what was cancelled because of them', () => {
    const events = [...serving, failed('Web', 'ECS Deployment Circuit Breaker was triggered'), failed('Plugins', 'Resource creation cancelled')];
    expect(view(96, stack('ROLLBACK_IN_PROGRESS', events)).problems).toEqual([
      'Web (AWS::ECS::Service): ECS Deployment Circuit Breaker was triggered',
    ]);
  });

  test('of ECS appear while the service still waits, once, with a fix and a page', () => {
    const before = view(94, stack('CREATE_IN_PROGRESS', [...serving, service(91, 'Web', 'CREATE_IN_PROGRESS')]));
    const observed = stack('CREATE_IN_PROGRESS', [...serving, service(91, 'Web', 'CREATE_IN_PROGRESS')], {
      services: [{ id: 'Web', running: 0, desired: 2, problems: [vcpus] }],
    });
    const now = view(95, observed);
    expect(changes(before, now)).toEqual([
      { kind: 'problem', text: `PostHog: web: ${vcpus}` },
      { kind: 'fix', text: expect.stringContaining('(docs/deploy.md#quotas-of-a-new-account)') as string },
    ]);
    expect(changes(now, view(96, observed))).toEqual([]);
  });

  test('of the migration are not repeated by its wait condition', () => {
    const failure = 'the migration to PostHog 2026-09-11-r2 failed: migrate ended with 1; fix the cause and deploy again. Its log is in /x';
    const migration = { applied: 0, fromEmpty: false, failure };
    const alone = view(50, stack('CREATE_IN_PROGRESS', migrating, { migration }));
    expect(alone.problems).toEqual([`migration: ${failure}`]);
    const condition = event(51, 'Condition', 'AWS::CloudFormation::WaitCondition', 'CREATE_FAILED', { reason: `Received: ${failure}` });
    expect(view(52, stack('ROLLBACK_IN_PROGRESS', [...migrating, condition], { migration })).problems).toHaveLength(1);
  });

  test('that no page explains have no fix', () => {
    const now = view(96, stack('ROLLBACK_IN_PROGRESS', [...serving, failed('Web', 'Something new')]));
    expect(changes(undefined, now).filter(({ kind }) => kind === 'fix')).toEqual([]);
  });
});

test('what could not be read is said once', () => {
  const observed = stack('CREATE_IN_PROGRESS', stores, { unavailable: ['the credentials do not allow ecs:DescribeServices'] });
  const first = view(1, observed);
  expect(changes(undefined, first).at(-1)).toEqual({ kind: 'info', text: 'PostHog: unknown: the credentials do not allow ecs:DescribeServices' });
  expect(changes(first, view(2, observed))).toEqual([]);
});
