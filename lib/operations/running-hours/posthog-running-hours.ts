import { Duration, Stack } from 'aws-cdk-lib/core';
import { Alarm, ComparisonOperator, IAlarm, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Schedule, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { StepFunctionsStartExecution } from 'aws-cdk-lib/aws-scheduler-targets';
import { DefinitionBody, IStateMachine, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { STOP_STEPS } from '../../catalog/stop-order';
import { acknowledge, resultTexts } from '../../private/acknowledge';
import { checkProps, Checks, construct, listOf, required } from '../../private/checks/check';
import { text } from '../../private/checks/values';
import { InlineRole } from '../../private/inline-role';
import { defineLogGroup } from '../../private/log-group';
import { trustedService } from '../../private/trusted-service';
import { IPostHogService } from '../../services/service/posthog-service';
import { RUNBOOK } from '../alarms/alarm-definition';
import { NAMESPACE } from '../custom-metrics';
import { customMetric, installationName } from '../installation';
import { PostHogRunningHoursOptions, RUNNING_HOURS_CHECKS } from './running-hours-options';
import { RunningHoursAction, runningHoursStates, StoppedGroup } from './running-hours-states';

/**
 * Properties for `PostHogRunningHours`.
 */
export interface PostHogRunningHoursProps extends PostHogRunningHoursOptions {
  /** The services that stop and start: `services` of a `PostHog`, all in one ECS cluster. */
  readonly services: IPostHogService[];
  /**
   * The name of the PostHog in metrics, unique in its account and region.
   *
   * @default - derived from the names of the stack and the construct
   */
  readonly installation?: string;
}

const SERVICES_RULE = 'pass `services` of a PostHog';

const CHECKS: Checks<PostHogRunningHoursProps> = {
  ...RUNNING_HOURS_CHECKS,
  services: required(listOf(construct('an IPostHogService', ['process', 'service'], SERVICES_RULE), { min: 1, rule: SERVICES_RULE }), 'the services'),
  installation: text(/^[\w-]{1,64}$/, 'must have up to 64 letters, digits, hyphens and underscores'),
};

/** The time that consumers have to read what was accepted before they stop, too, in seconds. */
const DRAIN_SECONDS = 5 * 60;

/** The schedules, by the action that they start the state machine with. */
const SCHEDULES: Readonly<Record<RunningHoursAction, { readonly id: string; readonly description: string }>> = {
  start: { id: 'Start', description: 'PostHog running hours: starts all tasks' },
  stop: { id: 'Stop', description: 'PostHog running hours: stops all tasks' },
};

/**
 * Stops the tasks of all services on a schedule, and starts them on another one, for a PostHog that is used in working hours only.
 *
 * Data stores and the load balancer stay on. Services stop and start in an order in which no process calls one that is stopped. While they are
 * stopped, clients get errors, and events that they do not send again are lost. docs/runbook.md, "Running hours".
 */
export class PostHogRunningHours extends Construct {
  /** The state machine. Start it by hand with `{"Action": "start"}` or `{"Action": "stop"}`. */
  public readonly stateMachine: IStateMachine;
  /** The alarm that is in ALARM while tasks are stopped. It has no actions: it keeps other alarms silent. */
  public readonly stoppedAlarm: IAlarm;

  public constructor(scope: Construct, id: string, props: PostHogRunningHoursProps) {
    super(scope, id);
    checkProps(this, props, CHECKS);
    const installation = props.installation ?? installationName(this);
    this.stoppedAlarm = this.defineAlarm(installation);
    const machine = this.defineMachine(props.services, installation);
    this.stateMachine = machine;
    const role = new InlineRole(this, 'ScheduleRole', { assumedBy: trustedService(this, 'scheduler') });
    for (const [action, { id: scheduleId, description }] of Object.entries(SCHEDULES) as [RunningHoursAction, (typeof SCHEDULES)['start']][]) {
      new Schedule(this, scheduleId, {
        schedule: props[action],
        description,
        target: new StepFunctionsStartExecution(machine, { role, input: ScheduleTargetInput.fromObject({ Action: action }), retryAttempts: 3 }),
      });
    }
    acknowledge(this, { IAMNoInlinePolicy: 'each role belongs to one schedule or state machine, and so does its policy' });
  }

  /** Defines the alarm. The state machine publishes one value for each stop and start, and in between the state remains. */
  private defineAlarm(installation: string): Alarm {
    const alarm = new Alarm(this, 'Stopped', {
      metric: customMetric(this, installation, 'Stopped', { statistic: 'Maximum', period: Duration.minutes(1) }),
      alarmName: `${installation}-stopped`,
      alarmDescription: `All tasks are stopped on a schedule. It keeps other alarms silent. Runbook: ${RUNBOOK}#stopped`,
      threshold: 0,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      datapointsToAlarm: 1,
      treatMissingData: TreatMissingData.IGNORE,
    });
    acknowledge(alarm, { CloudWatchAlarmAction: 'it keeps other alarms silent' });
    return alarm;
  }

  private defineMachine(services: readonly IPostHogService[], installation: string): StateMachine {
    const stack = Stack.of(this);
    const { partition, region, account } = stack;
    const role = new InlineRole(this, 'StateMachineRole', { assumedBy: trustedService(this, 'stepFunctions') });
    const states = runningHoursStates({ partition, cluster: services[0].service.cluster.clusterName, installation, groups: groupsOf(services) });
    const machine = new StateMachine(this, 'StateMachine', {
      role,
      definitionBody: DefinitionBody.fromString(stack.toJsonString(states)),
      comment: 'PostHog running hours: stops and starts the tasks of all services',
      logs: { destination: defineLogGroup(this, 'StateMachineLogs'), level: LogLevel.ALL },
      tracingEnabled: true,
    });
    const targets = `arn:${partition}:application-autoscaling:${region}:${account}:scalable-target/*`;
    const scales = services.some(({ scaling }) => scaling !== undefined);
    [
      {
        Effect: 'Allow',
        Action: ['ecs:DescribeServices', 'ecs:UpdateService'],
        Resource: services.map(({ service }) => service.serviceArn),
      },
      ...(scales
        ? [
            {
              Effect: 'Allow',
              Action: 'application-autoscaling:RegisterScalableTarget',
              // The ids of scalable targets are random, and known to nobody but the service.
              Resource: targets,
              Condition: {
                StringEquals: {
                  'application-autoscaling:service-namespace': 'ecs',
                  'application-autoscaling:scalable-dimension': 'ecs:service:DesiredCount',
                },
              },
            },
          ]
        : []),
      // It supports no resource.
      { Effect: 'Allow', Action: 'cloudwatch:PutMetricData', Resource: '*', Condition: { StringEquals: { 'cloudwatch:namespace': NAMESPACE } } },
    ].forEach((statement) => machine.addToRolePolicy(PolicyStatement.fromJson(statement)));
    role.close();
    acknowledge(this, {
      'AwsSolutions-IAM5[Resource::*]': 'metrics of one namespace, log deliveries and traces do not support resource ARNs',
      ...(scales &&
        Object.fromEntries(resultTexts(stack, targets).map((text) => [`AwsSolutions-IAM5[Resource::${text}]`, 'ECS services only'] as const))),
    });
    return machine;
  }
}

/** Returns the services in groups, in the order of a stop. */
function groupsOf(services: readonly IPostHogService[]): StoppedGroup[] {
  return STOP_STEPS.map(({ processes }, index) => ({
    drainSeconds: index === 0 ? DRAIN_SECONDS : undefined,
    services: services
      .filter(({ process }) => processes.includes(process))
      .map(({ service, scaling, _minTasks = 1 }) => ({ name: service.serviceName, minTasks: _minTasks, scales: scaling !== undefined })),
  })).filter((group) => group.services.length > 0);
}
