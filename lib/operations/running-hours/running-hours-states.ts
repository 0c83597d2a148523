import { INSTALLATION, NAMESPACE } from '../custom-metrics';

/** The commands of the state machine: its input is `{"Action": "stop"}` or `{"Action": "start"}`. */
export type RunningHoursAction = 'start' | 'stop';

/** A service that is stopped and started. */
export interface StoppedService {
  /** The name of the service. */
  readonly name: string;
  /** The number of tasks to start with. */
  readonly minTasks: number;
  /** Indicates whether Application Auto Scaling changes the number of its tasks. */
  readonly scales: boolean;
}

/** Services that are stopped together. */
export interface StoppedGroup {
  /** The time after its stop before the next group stops, in seconds: for consumers to read what was accepted. */
  readonly drainSeconds?: number;
  readonly services: readonly StoppedService[];
}

/** Properties for the state machine of running hours. */
export interface RunningHoursStates {
  readonly partition: string;
  readonly cluster: string;
  readonly installation: string;
  /** The groups in the order of a stop. */
  readonly groups: readonly StoppedGroup[];
}

/** The time between two looks at a service, in seconds: tasks start in one minute or two. Each look is billed as a state transition. */
const POLL_SECONDS = 60;

/** The looks after which the next group follows although a service of this one has not started or stopped. */
const MAX_POLLS = 15;

/** The services of a group that are changed at once, more than one has. A Map state runs 40 at most. */
const MAX_SERVICES = 30;

/** The retries of a call: other deployments use the same limits of requests. */
const RETRY = [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 5, BackoffRate: 2, MaxAttempts: 5 }];
const CALL_TIMEOUT = 60;

/**
 * Returns the state machine of running hours, in the Amazon States Language.
 *
 * Groups of services follow each other, so that no process calls one that is stopped. Application Auto Scaling is suspended before a service is
 * stopped, because it would start the minimum number of tasks again, and resumed before it is started. The metric `Stopped` is 0 from the beginning
 * of a start: a start that fails must not keep alarms silent.
 *
 * An execution fails if a call fails, or if tasks have not started or stopped in time; the latter does not keep other services from it.
 *
 * @see https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-suspend-resume-scaling.html
 */
export function runningHoursStates(given: RunningHoursStates): object {
  const resource = (name: string) => `arn:${given.partition}:states:::aws-sdk:${name}`;
  const report = (value: number, next: string) => ({
    Type: 'Task',
    Resource: resource('cloudwatch:putMetricData'),
    Parameters: {
      Namespace: NAMESPACE,
      MetricData: [{ MetricName: 'Stopped', Dimensions: [{ Name: INSTALLATION, Value: given.installation }], Value: value, Unit: 'Count' }],
    },
    ResultPath: null,
    TimeoutSeconds: CALL_TIMEOUT,
    Retry: RETRY,
    Next: next,
  });
  const order = (action: RunningHoursAction) => ({
    Type: 'Pass',
    Result: groupsOf(given, action),
    ResultPath: '$.Groups',
    Next: 'ChangeGroups',
  });
  return {
    Comment: 'PostHog running hours: stops and starts the tasks of all services',
    StartAt: 'ChooseAction',
    States: {
      ChooseAction: {
        Type: 'Choice',
        Choices: [
          { Variable: '$.Action', StringEquals: 'stop', Next: 'ReportStopped' },
          { Variable: '$.Action', StringEquals: 'start', Next: 'ReportStarted' },
        ],
        Default: 'UnknownAction',
      },
      ReportStopped: report(1, 'TakeStopOrder'),
      TakeStopOrder: order('stop'),
      ReportStarted: report(0, 'TakeStartOrder'),
      TakeStartOrder: order('start'),
      ChangeGroups: {
        Type: 'Map',
        ItemsPath: '$.Groups',
        MaxConcurrency: 1,
        ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, ...groupStates(given.cluster, resource) },
        // Intrinsic functions accept numbers, and no booleans.
        ResultSelector: { 'IsLate.$': 'States.ArrayContains($[*].Services[*].Late, 1)', 'Services.$': '$[*].Services[*]' },
        ResultPath: '$.Result',
        Next: 'IsComplete',
      },
      IsComplete: { Type: 'Choice', Choices: [{ Variable: '$.Result.IsLate', BooleanEquals: true, Next: 'NotInTime' }], Default: 'Complete' },
      Complete: { Type: 'Succeed' },
      NotInTime: {
        Type: 'Fail',
        Error: 'NotInTime',
        Cause: 'tasks of a service have not started or stopped in time: see those with `Late` in the log, and the events of the service',
      },
      UnknownAction: { Type: 'Fail', Error: 'UnknownAction', Cause: 'the input must be {"Action": "start"} or {"Action": "stop"}' },
    },
  };
}

/** Returns the data of all groups for an action, in its order. */
function groupsOf({ cluster, groups }: RunningHoursStates, action: RunningHoursAction): object[] {
  const isStop = action === 'stop';
  const data = groups.map(({ drainSeconds, services }) => ({
    ...(isStop && drainSeconds !== undefined && { DrainSeconds: drainSeconds }),
    Services: services.map(({ name, minTasks, scales }) => ({
      Action: action,
      Name: name,
      DesiredCount: isStop ? 0 : minTasks,
      ...(scales && { ResourceId: `service/${cluster}/${name}`, IsSuspended: isStop }),
      Polls: { Count: 0 },
    })),
  }));
  return isStop ? data : data.reverse();
}

/** Returns the states of one group: its services at once, then the time to drain. */
function groupStates(cluster: string, resource: (name: string) => string): object {
  return {
    StartAt: 'ChangeServices',
    States: {
      ChangeServices: {
        Type: 'Map',
        ItemsPath: '$.Services',
        MaxConcurrency: MAX_SERVICES,
        ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, ...serviceStates(cluster, resource) },
        ResultPath: '$.Services',
        Next: 'DoesDrain',
      },
      DoesDrain: { Type: 'Choice', Choices: [{ Variable: '$.DrainSeconds', IsPresent: true, Next: 'Drain' }], Default: 'Changed' },
      Drain: { Type: 'Wait', SecondsPath: '$.DrainSeconds', Next: 'Changed' },
      Changed: { Type: 'Pass', End: true },
    },
  };
}

/**
 * Returns the states of one service: suspend or resume its scaling, change the number of its tasks, and wait until they have started or stopped.
 *
 * Services are described one by one: each has a hundred events, and ten of them could be more than the 256 KiB of a result.
 */
function serviceStates(cluster: string, resource: (name: string) => string): object {
  const call = (name: string, parameters: object, then: object) => ({
    Type: 'Task',
    Resource: resource(name),
    Parameters: parameters,
    ResultPath: null,
    TimeoutSeconds: CALL_TIMEOUT,
    Retry: RETRY,
    ...then,
  });
  const pending = (action: RunningHoursAction, comparison: object) => ({
    And: [
      { Variable: '$.Action', StringEquals: action },
      { Variable: '$.Found.RunningCount', ...comparison },
    ],
    Next: 'CountPoll',
  });
  const suspended = ['DynamicScalingIn', 'DynamicScalingOut', 'ScheduledScaling'].map((name) => [`${name}Suspended.$`, '$.IsSuspended']);
  return {
    StartAt: 'DoesScale',
    States: {
      DoesScale: { Type: 'Choice', Choices: [{ Variable: '$.ResourceId', IsPresent: true, Next: 'ChangeScaling' }], Default: 'ChangeCount' },
      ChangeScaling: call(
        'applicationautoscaling:registerScalableTarget',
        {
          'ServiceNamespace': 'ecs',
          'ScalableDimension': 'ecs:service:DesiredCount',
          'ResourceId.$': '$.ResourceId',
          'SuspendedState': Object.fromEntries(suspended) as object,
        },
        { Next: 'ChangeCount' },
      ),
      ChangeCount: call('ecs:updateService', { 'Cluster': cluster, 'Service.$': '$.Name', 'DesiredCount.$': '$.DesiredCount' }, { Next: 'Wait' }),
      Wait: { Type: 'Wait', Seconds: POLL_SECONDS, Next: 'Describe' },
      Describe: call(
        'ecs:describeServices',
        { 'Cluster': cluster, 'Services.$': 'States.Array($.Name)' },
        { ResultSelector: { 'RunningCount.$': '$.Services[0].RunningCount' }, ResultPath: '$.Found', Next: 'IsPending' },
      ),
      IsPending: {
        Type: 'Choice',
        Choices: [pending('stop', { NumericGreaterThan: 0 }), pending('start', { NumericLessThanPath: '$.DesiredCount' })],
        Default: 'InTime',
      },
      CountPoll: { Type: 'Pass', Parameters: { 'Count.$': 'States.MathAdd($.Polls.Count, 1)' }, ResultPath: '$.Polls', Next: 'IsLate' },
      IsLate: { Type: 'Choice', Choices: [{ Variable: '$.Polls.Count', NumericGreaterThanEquals: MAX_POLLS, Next: 'Late' }], Default: 'Wait' },
      Late: { Type: 'Pass', Parameters: { 'Late': 1, 'Name.$': '$.Name' }, End: true },
      InTime: { Type: 'Pass', Parameters: { 'Late': 0, 'Name.$': '$.Name' }, End: true },
    },
  };
}
