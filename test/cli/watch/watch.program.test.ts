import { Answers, denied, Question, refusal, Wire } from '../doctor/wire';
import { awsEnvironment, useEnvironment } from '../aws-environment';
import { cli, inFolder } from '../fixtures';
import { ACTIONS } from '../../../cli/watch/watch-api';
import { follow } from '../../../cli/watch/follow';
import { observerOf } from '../../../cli/watch/watch-deployment';
import { TEMPLATE, TestClock, TestTerminal } from './fixtures';

let wire: Wire;
beforeAll(async () => {
  wire = await Wire.start();
});
afterAll(() => wire.stop());
useEnvironment(() => awsEnvironment(wire));

const ID = 'arn:aws:cloudformation:eu-central-1:111122223333:stack/PostHog/1';
const EXECUTION = 'arn:aws:states:eu-central-1:111122223333:execution:Migration:1';
const SERVICE = 'arn:aws:ecs:eu-central-1:111122223333:service/Cluster/Web';

/** A stack event as in the example of https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackEvents.html; not recorded. */
function event(number: number, id: string, type: string, status: string, physical = '', reason?: string): object {
  return {
    StackId: ID,
    EventId: `event-${number}`,
    StackName: 'PostHog',
    LogicalResourceId: id,
    PhysicalResourceId: physical,
    ResourceType: type,
    Timestamp: new Date(Date.UTC(2026, 10, 30, 8, number)).toISOString(),
    ResourceStatus: status,
    ResourceStatusReason: reason,
  };
}

const BEGINNING = event(0, 'PostHog', 'AWS::CloudFormation::Stack', 'CREATE_IN_PROGRESS', ID, 'User Initiated');
const EVENTS = [
  [BEGINNING, event(1, 'Kafka', 'AWS::MSK::Cluster', 'CREATE_IN_PROGRESS')],
  [
    event(30, 'Kafka', 'AWS::MSK::Cluster', 'CREATE_COMPLETE', 'arn:kafka'),
    event(31, 'Start', 'Custom::PostHogMigration', 'CREATE_COMPLETE', EXECUTION),
    event(32, 'Condition', 'AWS::CloudFormation::WaitCondition', 'CREATE_IN_PROGRESS'),
  ],
  [
    event(50, 'Condition', 'AWS::CloudFormation::WaitCondition', 'CREATE_COMPLETE'),
    event(51, 'Web', 'AWS::ECS::Service', 'CREATE_IN_PROGRESS'),
    event(52, 'Web', 'AWS::ECS::Service', 'CREATE_IN_PROGRESS', SERVICE, 'Resource creation Initiated'),
  ],
  [
    event(80, 'Web', 'AWS::ECS::Service', 'CREATE_FAILED', SERVICE, 'ECS Deployment Circuit Breaker was triggered'),
    event(81, 'PostHog', 'AWS::CloudFormation::Stack', 'ROLLBACK_IN_PROGRESS', ID),
  ],
];
const STATUSES = ['CREATE_IN_PROGRESS', 'CREATE_IN_PROGRESS', 'CREATE_IN_PROGRESS', 'ROLLBACK_COMPLETE'];

/** An account in which a first deployment fails, one step for each observation. The newest event comes first, two on a page. */
function account(): Answers {
  let step = -1;
  const events = () =>
    EVENTS.slice(0, Math.min(step, 3) + 1)
      .flat()
      .reverse();
  return {
    'cloudformation:DescribeStacks': () => {
      step += 1;
      return { Stacks: [{ StackId: ID, StackName: 'PostHog', StackStatus: STATUSES[Math.min(step, 3)], CreationTime: '2026-11-30T08:00:00Z' }] };
    },
    'cloudformation:DescribeStackEvents': ({ NextToken }: Question) => {
      const from = Number(NextToken ?? 0);
      return { StackEvents: events().slice(from, from + 2), NextToken: from + 2 < events().length ? String(from + 2) : undefined };
    },
    'cloudformation:GetTemplate': () => ({ TemplateBody: JSON.stringify(TEMPLATE) }),
    'cloudformation:ListStackResources': () => ({
      StackResourceSummaries: [
        {
          LogicalResourceId: 'PostHogMigrationLogs71DA5B00',
          PhysicalResourceId: '/posthog/migration',
          ResourceType: 'AWS::Logs::LogGroup',
          ResourceStatus: 'CREATE_COMPLETE',
        },
      ],
    }),
    // https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html and API_GetExecutionHistory.html (syntax)
    'states:DescribeExecution': () => ({
      executionArn: EXECUTION,
      status: step < 2 ? 'RUNNING' : 'SUCCEEDED',
      startDate: Date.UTC(2026, 10, 30, 8, 31) / 1000,
    }),
    'states:GetExecutionHistory': () => ({ events: [{ id: 2, timestamp: 1, type: 'TaskStateEntered', stateEnteredEventDetails: { name: 'Run' } }] }),
    // https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html (example)
    'logs:FilterLogEvents': () => ({
      events: ['[migration] the database is empty: no further checks', '  Applying posthog.0001_initial... OK'].map((message, index) => ({
        logStreamName: 'migration/migrate/1',
        timestamp: Date.UTC(2026, 10, 30, 8, 33) + index,
        message,
        eventId: String(index),
      })),
    }),
    // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html and API_DescribeTasks.html (examples)
    'ecs:DescribeServices': () => ({
      services: [
        {
          serviceArn: SERVICE,
          serviceName: 'Web',
          runningCount: 0,
          desiredCount: 2,
          deployments: [{ status: 'PRIMARY', failedTasks: 3 }],
          events: [
            {
              id: '1',
              createdAt: Date.UTC(2026, 10, 30, 8, 55) / 1000,
              message: '(service Web) is unable to consistently start tasks successfully.',
            },
          ],
        },
      ],
    }),
    'ecs:ListTasks': () => ({ taskArns: ['arn:aws:ecs:eu-central-1:111122223333:task/Cluster/1'] }),
    'ecs:DescribeTasks': () => ({
      tasks: [
        {
          stoppedReason: 'CannotPullContainerError: pull image manifest has been retried 5 time(s)',
          stoppedAt: Date.UTC(2026, 10, 30, 8, 54) / 1000,
          containers: [{ name: 'web' }],
        },
      ],
    }),
  };
}

async function watching(answers: Answers) {
  wire.answers = answers;
  wire.asked = [];
  const terminal = new TestTerminal();
  const outcome = await follow(await observerOf([{ name: 'PostHog' }]), { clock: new TestClock(), terminal, signal: new AbortController().signal });
  return { outcome, lines: terminal.lines.map((line) => line.slice('00:00 '.length)), shown: terminal.shown };
}

test('a first deployment that fails is followed to its end, with each cause and its page', async () => {
  const { outcome, lines } = await watching(account());
  expect(outcome).toBe('failed');
  expect(lines).toEqual([
    'info PostHog is CREATE_IN_PROGRESS since 08:00:00',
    'info PostHog: data stores',
    'info PostHog: migration, 1 of about 2,300 migrations',
    'info PostHog: services, wave 2 of 2, 0 of 2 done',
    'problem PostHog: web: (service Web) is unable to consistently start tasks successfully.',
    expect.stringMatching(/^fix fix: .*\(docs\/troubleshooting\.md#services-do-not-start\)$/),
    'problem PostHog: web: a task stopped: CannotPullContainerError: pull image manifest has been retried 5 time(s)',
    expect.stringMatching(/^fix fix: .*\(docs\/releases\.md#copy-images-to-ecr\)$/),
    'problem PostHog is ROLLBACK_COMPLETE',
    'problem PostHog: Web (AWS::ECS::Service): ECS Deployment Circuit Breaker was triggered',
    expect.stringMatching(/^fix fix: .*\(docs\/troubleshooting\.md#services-do-not-start\)$/),
  ]);
});

test('it needs exactly the documented permissions', async () => {
  await watching(account());
  expect([...new Set(wire.asked)].sort()).toEqual([...ACTIONS]);
});

test('only new events are read', async () => {
  await watching(account());
  // Two pages at most for two to three new events, and the page with the last known one.
  expect(wire.asked.filter((action) => action === 'cloudformation:DescribeStackEvents').length).toBeLessThanOrEqual(7);
});

test('without optional permissions it goes on, and says once what is unknown', async () => {
  const { outcome, lines } = await watching({ ...account(), 'ecs:DescribeServices': denied, 'states:DescribeExecution': denied });
  expect(outcome).toBe('failed');
  expect(lines.filter((line) => line.includes('unknown'))).toEqual([
    'info PostHog: unknown: the credentials do not allow states:DescribeExecution',
    'info PostHog: unknown: the credentials do not allow ecs:DescribeServices',
  ]);
});

test('throttling by CloudFormation does not end it', async () => {
  let calls = 0;
  const answers = account();
  const { outcome, lines } = await watching({
    ...answers,
    'cloudformation:DescribeStackEvents': (question) =>
      (calls += 1) === 2 ? refusal('Throttling', 'Rate exceeded') : answers['cloudformation:DescribeStackEvents'](question),
  });
  expect(outcome).toBe('failed');
  expect(lines).toContain('info AWS allows no more requests now; asking less often');
});

test('credentials that end meanwhile have a result of their own', async () => {
  let calls = 0;
  const answers = account();
  const { outcome } = await watching({
    ...answers,
    'cloudformation:DescribeStacks': (question) =>
      (calls += 1) > 2
        ? refusal('ExpiredToken', 'The security token included in the request is expired')
        : answers['cloudformation:DescribeStacks'](question),
  });
  expect(outcome).toBe('credentials-ended');
});

describe('the command', () => {
  const ended = (status: string): Answers => ({
    'cloudformation:DescribeStacks': () => ({
      Stacks: [{ StackId: ID, StackName: 'PostHog', StackStatus: status, CreationTime: '2026-11-30T08:00:00Z' }],
    }),
    'cloudformation:DescribeStackEvents': () => ({ StackEvents: [BEGINNING] }),
  });
  const written: string[] = [];
  beforeEach(() => {
    written.length = 0;
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  });
  afterEach(() => jest.restoreAllMocks());

  test.each([
    ['CREATE_COMPLETE', 0],
    ['ROLLBACK_COMPLETE', 1],
  ])('ends for a stack in %s with exit code %d', async (status, exitCode) => {
    wire.answers = ended(status);
    expect(await cli('watch', '--stack', 'PostHog')).toEqual({ exitCode, out: '', err: '' });
    expect(written.join('')).toMatch(new RegExp(`^\\d\\d:\\d\\d:\\d\\d . PostHog is ${status}\n$`));
  });

  test('exits with 2 for a stack that does not exist', async () => {
    wire.answers = { 'cloudformation:DescribeStacks': () => refusal('ValidationError', 'Stack with id PostHog does not exist') };
    expect((await cli('watch', '--stack', 'PostHog', '--wait', '0')).exitCode).toBe(2);
    expect(written.join('')).toContain('there is no deployment of PostHog: check --stack and --region');
  });

  test.each([
    [['--wait', 'long'], "--wait must be a whole number of minutes, got: 'long'"],
    [['--stack', ''], 'the name of a stack must not be empty'],
  ])('refuses %j', async (argv, message) => {
    expect(await cli('watch', ...argv)).toEqual({ exitCode: 2, out: '', err: `cdk-posthog: ${message}` });
  });

  test('watches the stacks of cdk.out, and names --stack if there is none', async () => {
    expect((await inFolder({}, () => cli('watch'))).err).toBe(
      'cdk-posthog: there is no synthesised template here (no folder cdk.out); run `npx cdk synth`, or name a stack with --stack NAME',
    );
  });

  test('without credentials exits with 2', async () => {
    delete process.env.AWS_ACCESS_KEY_ID;
    expect(await cli('watch', '--stack', 'PostHog')).toMatchObject({ exitCode: 2, err: expect.stringContaining('no AWS credentials') as string });
  });
});
