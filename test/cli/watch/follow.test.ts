import { AwsRefusal, EndedCredentials, Unreachable } from '../../../cli/aws/aws-error';
import { follow, Observe } from '../../../cli/watch/follow';
import { StackObservation } from '../../../cli/watch/observation';
import { event, ofStack, stack, TEMPLATE, TestClock, TestTerminal } from './fixtures';

type Step = StackObservation[] | Error;

/** Follows scripted observations: one for each request, the last one for all others. */
async function following(steps: readonly Step[], options: { wait?: number; stopAfter?: number } = {}) {
  const [clock, terminal, stop] = [new TestClock(), new TestTerminal(), new AbortController()];
  let asked = 0;
  const observe: Observe = (at) => {
    const step = steps[Math.min(asked, steps.length - 1)];
    asked += 1;
    if (asked === options.stopAfter) {
      stop.abort();
    }
    return step instanceof Error ? Promise.reject(step) : Promise.resolve({ at, stacks: step });
  };
  const outcome = await follow(observe, { clock, terminal, signal: stop.signal, wait: options.wait });
  return { outcome, lines: terminal.lines, shown: terminal.shown, waits: clock.waits, asked };
}

const creating = [ofStack(0, 'CREATE_IN_PROGRESS'), event(0, 'Kafka', 'AWS::MSK::Cluster', 'CREATE_IN_PROGRESS')];
const created = stack('CREATE_COMPLETE', [...creating, ofStack(90, 'CREATE_COMPLETE')]);
const inProgress = stack('CREATE_IN_PROGRESS', creating, { template: TEMPLATE });
const named = (name: string, observed: StackObservation): StackObservation => ({ ...observed, name });
const throttled = new AwsRefusal('cloudformation:DescribeStacks', Object.assign(new Error('Rate exceeded'), { name: 'Throttling' }));

describe('the end', () => {
  test('is complete when the stack is, after lines for what changed', async () => {
    const { outcome, lines } = await following([[inProgress], [created]]);
    expect(outcome).toBe('complete');
    expect(lines).toEqual([
      '08:00 info PostHog is CREATE_IN_PROGRESS since 08:00:00',
      '08:00 info PostHog: data stores',
      '08:00 success PostHog is CREATE_COMPLETE',
    ]);
  });

  test.each(['ROLLBACK_COMPLETE', 'ROLLBACK_FAILED', 'UPDATE_ROLLBACK_COMPLETE', 'CREATE_FAILED', 'UPDATE_FAILED', 'DELETE_FAILED'])(
    'is failed for %s',
    async (status) => {
      const { outcome, lines } = await following([[inProgress], [stack(status, creating)]]);
      expect(outcome).toBe('failed');
      expect(lines.at(-1)).toBe(`08:00 problem PostHog is ${status}`);
    },
  );

  test('is failed for a stack that was deleted meanwhile', async () => {
    expect((await following([[inProgress], [stack(undefined)]])).outcome).toBe('failed');
  });

  test('is that of the last deployment if none is in progress', async () => {
    expect(await following([[created]])).toMatchObject({ outcome: 'complete', asked: 1 });
    expect(await following([[stack('UPDATE_ROLLBACK_COMPLETE')]])).toMatchObject({ outcome: 'failed', asked: 1 });
  });

  test('is not the clean-up after an update', async () => {
    const cleaning = stack('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', creating);
    expect(await following([[cleaning], [cleaning], [stack('UPDATE_COMPLETE')]])).toMatchObject({ outcome: 'complete', asked: 3 });
  });
});

describe('the beginning', () => {
  test('may come after the command', async () => {
    const { outcome, lines } = await following([[stack(undefined)], [stack('REVIEW_IN_PROGRESS')], [inProgress], [created]]);
    expect(outcome).toBe('complete');
    expect(lines[0]).toBe('08:00 info PostHog does not exist yet: waiting for its deployment');
  });

  test('may take ten minutes, or as long as --wait says', async () => {
    const { outcome, lines, waits } = await following([[stack(undefined)]]);
    expect([outcome, waits.length]).toEqual(['not-found', 60]);
    expect(lines.at(-1)).toBe('08:10 problem there is no deployment of PostHog: check --stack and --region');
    expect((await following([[stack(undefined)]], { wait: 60_000 })).waits).toHaveLength(6);
  });

  test('is waited for although the last deployment has ended, with --wait', async () => {
    expect(await following([[created], [created], [inProgress], [created]], { wait: 60_000 })).toMatchObject({ outcome: 'complete', asked: 4 });
  });
});

describe('several stacks', () => {
  test('end when the last one does, and one may begin after another', async () => {
    const [stores, app] = ['Stores', 'App'];
    const { outcome, lines } = await following([
      [named(stores, inProgress), named(app, stack(undefined))],
      [named(stores, created), named(app, stack(undefined))],
      [named(stores, created), named(app, inProgress)],
      [named(stores, created), named(app, created)],
    ]);
    expect(outcome).toBe('complete');
    expect(lines.filter((line) => line.includes('success'))).toEqual([
      '08:00 success Stores is CREATE_COMPLETE',
      '08:00 success App is CREATE_COMPLETE',
    ]);
  });

  test('wait three minutes for one that was deployed before', async () => {
    const { outcome, asked } = await following([
      [named('Stores', inProgress), named('App', created)],
      [named('Stores', created), named('App', created)],
    ]);
    expect([outcome, asked]).toEqual(['complete', 2 + 18]);
  });

  test('fail with the first that fails, because the others do not begin', async () => {
    expect(
      await following([
        [named('Stores', inProgress), named('App', stack(undefined))],
        [named('Stores', stack('ROLLBACK_COMPLETE')), named('App', stack(undefined))],
      ]),
    ).toMatchObject({ outcome: 'failed', asked: 2 });
  });
});

describe('errors', () => {
  test('of throttling make it ask less often, and are reported once', async () => {
    const { outcome, waits, lines } = await following([[inProgress], throttled, throttled, throttled, throttled, throttled, [inProgress], [created]]);
    expect(outcome).toBe('complete');
    expect(waits.map((wait) => wait / 1000)).toEqual([10, 20, 40, 80, 120, 120, 10]);
    expect(lines.filter((line) => line.includes('asking less often'))).toHaveLength(1);
  });

  test('of credentials that end meanwhile have their own result', async () => {
    const { outcome, lines } = await following([[inProgress], new EndedCredentials('the AWS credentials have expired: sign in again')]);
    expect(outcome).toBe('credentials-ended');
    expect(lines.at(-1)).toContain('the deployment goes on without them, and so does watch with new ones');
  });

  test('of credentials at the beginning stop it', async () => {
    await expect(following([new EndedCredentials('no AWS credentials')])).rejects.toThrow('no AWS credentials');
  });

  test('of the network are borne for a quarter of an hour', async () => {
    const away = new Unreachable('cannot reach AWS in eu-central-1');
    expect((await following([[inProgress], away, away, [created]])).outcome).toBe('complete');
    await expect(following([[inProgress], away])).rejects.toThrow('cannot reach AWS');
    await expect(following([away])).rejects.toThrow('cannot reach AWS');
  });

  test('of permissions stop it', async () => {
    const denied = new AwsRefusal('cloudformation:DescribeStacks', Object.assign(new Error(), { name: 'AccessDenied' }));
    await expect(following([denied])).rejects.toThrow('the credentials do not allow cloudformation:DescribeStacks');
  });
});

test('Ctrl-C ends it', async () => {
  expect(await following([[inProgress]], { stopAfter: 3 })).toMatchObject({ outcome: 'interrupted', asked: 3 });
});

test('a line says every five minutes what is waited for, and a terminal shows it each time', async () => {
  const { lines, shown } = await following([...Array<Step>(32).fill([inProgress]), [created]]);
  expect(lines.filter((line) => line.includes('waiting for'))).toEqual([
    '08:05 info PostHog: data stores, 5 min, 0 of 8 resources done; waiting for Kafka (MSK::Cluster, 5 min)',
  ]);
  expect(shown[6]).toBe('0 PostHog: data stores, 1 min, 0 of 8 resources done; waiting for Kafka (MSK::Cluster, 1 min)');
});
