import { runningHoursStates, StoppedGroup } from '../../../lib/operations/running-hours/running-hours-states';
import { runStates } from '../../helpers/run-states';
import { State } from '../../migration/fixture';

const GROUPS: StoppedGroup[] = [
  { drainSeconds: 300, services: [{ name: 'capture', minTasks: 2, scales: true }] },
  {
    services: [
      { name: 'worker', minTasks: 1, scales: true },
      { name: 'plugins', minTasks: 1, scales: false },
    ],
  },
  { services: [{ name: 'temporal', minTasks: 1, scales: false }] },
];

interface Service {
  desired: number;
  running: number;
  suspended?: boolean;
}

/** A stub of ECS, Application Auto Scaling and CloudWatch: a service has its desired number of tasks after some descriptions. */
function world({ running = true, looks = 1, stuck = '' }: { running?: boolean; looks?: number; stuck?: string } = {}) {
  const services: Record<string, Service> = Object.fromEntries(
    GROUPS.flatMap((group) => group.services).map(({ name, minTasks, scales }) => [
      name,
      { desired: running ? minTasks : 0, running: running ? minTasks : 0, ...(scales && { suspended: !running }) },
    ]),
  );
  const calls: string[] = [];
  const described: Record<string, number> = {};
  const call = ({ Resource }: State, parameters: Record<string, unknown>): unknown => {
    const action = Resource!.split(':').slice(-2).join(':');
    switch (action) {
      case 'cloudwatch:putMetricData': {
        const { Namespace, MetricData } = parameters as {
          Namespace: string;
          MetricData: { MetricName: string; Value: number; Dimensions: object[] }[];
        };
        const [{ MetricName, Value, Dimensions }] = MetricData;
        expect([Namespace, Dimensions]).toEqual(['PostHog', [{ Name: 'Installation', Value: 'trial' }]]);
        calls.push(`${MetricName}=${Value}`);
        return {};
      }
      case 'applicationautoscaling:registerScalableTarget': {
        const { ResourceId, SuspendedState, ...others } = parameters as { ResourceId: string; SuspendedState: Record<string, boolean> };
        expect(others).toEqual({ ServiceNamespace: 'ecs', ScalableDimension: 'ecs:service:DesiredCount' });
        expect(Object.keys(SuspendedState)).toEqual(['DynamicScalingInSuspended', 'DynamicScalingOutSuspended', 'ScheduledScalingSuspended']);
        expect(new Set(Object.values(SuspendedState)).size).toBe(1);
        const [, cluster, name] = ResourceId.split('/');
        expect(cluster).toBe('analytics');
        services[name].suspended = SuspendedState.ScheduledScalingSuspended;
        calls.push(`${services[name].suspended ? 'suspend' : 'resume'} ${name}`);
        return {};
      }
      case 'ecs:updateService': {
        const { Cluster, Service: name, DesiredCount } = parameters as { Cluster: string; Service: string; DesiredCount: number };
        expect(Cluster).toBe('analytics');
        services[name].desired = DesiredCount;
        calls.push(`${name}=${DesiredCount}`);
        return { Service: { ServiceName: name } };
      }
      case 'ecs:describeServices': {
        const [name] = (parameters as { Services: string[] }).Services;
        described[name] = (described[name] ?? 0) + 1;
        if (described[name] > looks && name !== stuck) {
          services[name].running = services[name].desired;
        }
        return { Services: [{ ServiceName: name, RunningCount: services[name].running }] };
      }
      default:
        throw new Error(`the action ${action} is unknown`);
    }
  };
  return { services, calls, described, call };
}

function run(action: string, given: ReturnType<typeof world>) {
  const states = runningHoursStates({ partition: 'aws', cluster: 'analytics', installation: 'trial', groups: GROUPS }) as Pick<
    Parameters<typeof runStates>[0],
    'StartAt' | 'States'
  >;
  let seconds = 0;
  const { state, data } = runStates({ ...states, execution: 'run', input: { Action: action }, call: given.call, wait: (more) => (seconds += more) });
  const { Services = [] } = (data.Result ?? {}) as { Services?: { Late: number; Name: string }[] };
  return { state, seconds, late: Services.filter(({ Late }) => Late === 1).map(({ Name }) => Name) };
}

test('a stop reports itself, suspends scaling before it stops a service, and stops entry, consumers and called services in this order', () => {
  const given = world();
  const { state, late } = run('stop', given);
  expect([state, late]).toEqual(['Complete', []]);
  expect(given.calls).toEqual(['Stopped=1', 'suspend capture', 'capture=0', 'suspend worker', 'worker=0', 'plugins=0', 'temporal=0']);
  expect(Object.values(given.services).every(({ desired, running, suspended = true }) => desired === 0 && running === 0 && suspended)).toBe(true);
});

test('a start reports itself first, and starts the minimum of all services in the reverse order, with their scaling', () => {
  const given = world({ running: false });
  const { state, late } = run('start', given);
  expect([state, late]).toEqual(['Complete', []]);
  expect(given.calls).toEqual(['Stopped=0', 'temporal=1', 'resume worker', 'worker=1', 'plugins=1', 'resume capture', 'capture=2']);
  expect(given.services.capture).toEqual({ desired: 2, running: 2, suspended: false });
});

test('consumers have five minutes for what was accepted, after the last task of capture has stopped', () => {
  const stop = run('stop', world({ looks: 2 }));
  // Three looks of a minute for each of four services, one after the other here, and the drain.
  expect(stop.seconds).toBe(4 * 3 * 60 + 300);
  expect(run('start', world({ running: false, looks: 2 })).seconds).toBe(4 * 3 * 60);
});

test('the next group waits for all tasks of a service, not only for the first one', () => {
  const given = world({ running: false });
  const { call } = given;
  let looks = 0;
  given.call = (state, parameters) => {
    const result = call(state, parameters);
    if (state.Resource!.endsWith('describeServices') && (parameters as { Services: string[] }).Services[0] === 'capture') {
      looks += 1;
      return { Services: [{ RunningCount: Math.min(looks - 1, 2) }] };
    }
    return result;
  };
  expect(run('start', given).state).toBe('Complete');
  expect(looks).toBe(3);
});

test.each([
  ['start', false],
  ['stop', true],
] as const)('a service that does not %s in a quarter of an hour fails the execution, after all others', (action, running) => {
  const given = world({ running, stuck: 'worker' });
  expect(run(action, given)).toMatchObject({ state: 'NotInTime', late: ['worker'] });
  expect(given.described.worker).toBe(15);
  expect(Object.entries(given.services).filter(([name, one]) => name !== 'worker' && one.running > 0 === running)).toEqual([]);
});

test('a stop or a start that is repeated changes nothing more', () => {
  const given = world();
  run('stop', given);
  const after = structuredClone(given.services);
  expect(run('stop', given).state).toBe('Complete');
  expect(given.services).toEqual(after);
});

test('another action changes nothing, and fails', () => {
  const given = world();
  expect(run('pause', given).state).toBe('UnknownAction');
  expect(given.calls).toEqual([]);
});

test('every call is retried, and has a timeout; nothing catches an error', () => {
  const text = JSON.stringify(runningHoursStates({ partition: 'aws', cluster: 'c', installation: 'i', groups: GROUPS }));
  const tasks = text.match(/"Type":"Task"/g)!.length;
  expect([text.match(/"Retry":/g)!.length, text.match(/"TimeoutSeconds":60/g)!.length, text.includes('"Catch"')]).toEqual([tasks, tasks, false]);
});
