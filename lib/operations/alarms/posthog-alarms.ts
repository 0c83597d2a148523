import { Annotations, Duration, Stack } from 'aws-cdk-lib/core';
import {
  Alarm,
  AlarmRule,
  AlarmState,
  ComparisonOperator,
  CompositeAlarm,
  CompositeAlarmProps,
  IAlarm,
  IAlarmAction,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { AlarmDefinition, AlarmGroup, RUNBOOK } from './alarm-definition';
import { PostHogAlarm } from './alarm-name';
import { ALARM_OPTION_CHECKS, definitionsWith, PostHogAlarmOptions } from './alarm-options';
import { AlarmMetric } from './alarm-metric';
import { CLIENT_METRICS } from './client-metrics';
import { PIPELINE_METRICS } from './pipeline-metrics';
import { STORE_METRICS } from './store-metrics';
import { acknowledge } from '../../private/acknowledge';
import { checkProps, Checks, construct } from '../../private/checks/check';
import { invalidValue, withPath } from '../../private/errors';
import { Parts, PARTS_CHECKS, partsOf, PostHogPartsOptions } from '../parts';

/**
 * Properties for `PostHogAlarms`. Each part that is passed in gets the alarms that its metrics allow.
 */
export interface PostHogAlarmsProps extends PostHogAlarmOptions, PostHogPartsOptions {
  /**
   * An alarm that keeps the alarms about clients and about the pipeline silent while it is in ALARM, such as `stoppedAlarm` of
   * `PostHogRunningHours`. If one of them is still in ALARM some time after its end, its actions follow.
   *
   * @default - none
   */
  readonly suppressor?: IAlarm;
}

const CHECKS: Checks<PostHogAlarmsProps> = {
  ...ALARM_OPTION_CHECKS,
  ...PARTS_CHECKS,
  suppressor: construct('an IAlarm', ['alarmArn', 'alarmName'], 'pass `stoppedAlarm` of a PostHogRunningHours'),
};

/** The metric of every alarm. */
const METRICS: Readonly<Record<PostHogAlarm, AlarmMetric>> = { ...CLIENT_METRICS, ...PIPELINE_METRICS, ...STORE_METRICS };

/** The composite alarm of each group. */
const GROUPS: Readonly<Record<AlarmGroup, { readonly id: string; readonly name: string; readonly summary: string }>> = {
  clients: { id: 'Clients', name: 'clients', summary: 'Clients notice that PostHog does not work: requests fail, are slow, or reach no process.' },
  pipeline: { id: 'Pipeline', name: 'pipeline', summary: 'Events are accepted, but are stored late or not at all.' },
};

/**
 * The times for which the alarm of the pipeline keeps silent about a cause that clients notice, too: until their alarm is there, and after its end,
 * while messages that waited are processed.
 */
const SUPPRESSION = { wait: Duration.minutes(15), extension: Duration.hours(1) };

/**
 * The times of the suppressor of alarms about clients: it is in ALARM before they are, and after its end tasks start and their alarms return to OK,
 * in 45 minutes at most.
 */
const STOPPED = { wait: Duration.minutes(1), extension: Duration.minutes(45) };

/**
 * CloudWatch alarms about a PostHog: about what clients notice, the pipeline of events, its data stores, and the jobs that keep it up.
 *
 * Their descriptions link docs/runbook.md. Alarms that follow from one cause are part of a composite alarm, which has their actions. An alarm exists
 * only if its metric does: consumer lag, for example, is reported by Amazon MSK alone.
 */
export class PostHogAlarms extends Construct {
  /** The metric alarms. */
  public readonly alarms: IAlarm[] = [];
  /** The composite alarms, about clients and about the pipeline, as far as they have parts. */
  public readonly compositeAlarms: IAlarm[] = [];
  /** The alarms that do not exist because nobody publishes their metrics, or because they are switched off. */
  public readonly missing: PostHogAlarm[];
  /** The topic of `email`; undefined without it. */
  public readonly topic?: ITopic;

  private readonly byName = new Map<PostHogAlarm, Alarm>();
  private readonly actions: readonly IAlarmAction[];
  private readonly okActions: readonly IAlarmAction[];

  public constructor(scope: Construct, id: string, props: PostHogAlarmsProps) {
    super(scope, id);
    checkProps(this, props, CHECKS);
    const { enabled = true, overrides = [], actions = [], okActions = [], email } = props;
    const definitions = withPath(this, () => definitionsWith(overrides));
    this.topic = enabled && email !== undefined ? this.defineTopic(email) : undefined;
    this.actions = [...actions, ...(this.topic ? [new SnsAction(this.topic)] : [])];
    this.okActions = okActions;
    const parts = partsOf(this, props);
    (enabled ? definitions : []).forEach((definition) => this.define(definition, parts));
    this.missing = Object.values(PostHogAlarm).filter((name) => !this.byName.has(name));
    const unknown = enabled
      ? overrides.findIndex(({ alarm, threshold, enabled: own = true }) => own && threshold !== undefined && !this.byName.has(alarm))
      : -1;
    if (unknown !== -1) {
      throw withPath(this, () =>
        invalidValue(`overrides[${unknown}].alarm`, 'must be an alarm of this PostHog, which has no metric for it', overrides[unknown].alarm),
      );
    }
    this.defineGroups(definitions, parts, props.suppressor);
    if (this.byName.size > 0 && this.actions.length === 0) {
      Annotations.of(this).addWarningV2(
        'cdk-posthog:PostHogAlarms.noActions',
        'nobody receives alarms: set `email` or `actions` of `alarms`, see docs/runbook.md',
      );
    }
  }

  /**
   * Returns an alarm; undefined if it does not exist, see `missing`.
   *
   * @param alarm the alarm
   */
  public alarm(alarm: PostHogAlarm): IAlarm | undefined {
    return this.byName.get(alarm);
  }

  private define(definition: AlarmDefinition, parts: Parts): void {
    const { alarm: name, id, periods, datapoints, threshold, isBelow, group } = definition;
    const metric = METRICS[name](parts, definition);
    if (!metric) {
      return;
    }
    const alarm = new Alarm(this, id, {
      metric,
      alarmName: `${parts.installation}-${name}`,
      alarmDescription: `${definition.summary} Runbook: ${RUNBOOK}#${name}`,
      threshold,
      comparisonOperator: isBelow ? ComparisonOperator.LESS_THAN_THRESHOLD : ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: periods,
      datapointsToAlarm: datapoints,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      // CloudWatch accepts it for a percentile, not for an expression of several.
      evaluateLowSampleCountPercentile: (metric as Metric).statistic?.startsWith('p') ? 'ignore' : undefined,
    });
    this.byName.set(name, alarm);
    this.alarms.push(alarm);
    if (group === undefined) {
      this.connect(alarm);
    } else {
      acknowledge(alarm, { CloudWatchAlarmAction: 'the composite alarm that it is part of has the actions' });
    }
  }

  /** Defines the composite alarms. That of the pipeline keeps silent while that of clients is in ALARM, and both while the suppressor is. */
  private defineGroups(definitions: readonly AlarmDefinition[], { installation, services }: Parts, suppressor?: IAlarm): void {
    let clients: CompositeAlarm | undefined;
    for (const [group, { id, name, summary }] of Object.entries(GROUPS) as [AlarmGroup, (typeof GROUPS)[AlarmGroup]][]) {
      const members = definitions.filter((definition) => definition.group === group).flatMap((definition) => this.byName.get(definition.alarm) ?? []);
      if (members.length === 0) {
        continue;
      }
      const composite = new CompositeAlarm(this, id, {
        compositeAlarmName: `${installation}-${name}`,
        alarmDescription: `${summary} Its parts show the cause. Runbook: ${RUNBOOK}#${name}`,
        alarmRule: AlarmRule.anyOf(...members.map((member) => AlarmRule.fromAlarm(member, AlarmState.ALARM))),
        ...this.suppressionBy(suppressor, clients, installation),
      });
      // Services that a first deployment has not started yet are no outage.
      composite.node.addDependency(...(clients ? [] : services.map(({ service }) => service.node.defaultChild!)));
      this.compositeAlarms.push(composite);
      this.connect(composite);
      clients = composite;
    }
  }

  /** Returns the suppression of a composite alarm: by the alarm of clients, by a suppressor, or by a third alarm that is in ALARM with either. */
  private suppressionBy(suppressor: IAlarm | undefined, clients: CompositeAlarm | undefined, installation: string): Partial<CompositeAlarmProps> {
    const { wait, extension } = clients ? SUPPRESSION : STOPPED;
    const actionsSuppressor = suppressor && clients ? this.defineEither(suppressor, clients, installation) : (clients ?? suppressor);
    return actionsSuppressor ? { actionsSuppressor, actionsSuppressorWaitPeriod: wait, actionsSuppressorExtensionPeriod: extension } : {};
  }

  private defineEither(suppressor: IAlarm, clients: CompositeAlarm, installation: string): CompositeAlarm {
    const either = new CompositeAlarm(this, 'Suppressor', {
      compositeAlarmName: `${installation}-suppressor`,
      alarmDescription: `Clients notice a failure, or all tasks are stopped. It keeps the alarm of the pipeline silent. Runbook: ${RUNBOOK}#stopped`,
      alarmRule: AlarmRule.anyOf(...[clients, suppressor].map((alarm) => AlarmRule.fromAlarm(alarm, AlarmState.ALARM))),
    });
    acknowledge(either, { CloudWatchAlarmAction: 'it keeps another alarm silent' });
    return either;
  }

  private connect(alarm: Alarm | CompositeAlarm): void {
    alarm.addAlarmAction(...this.actions);
    alarm.addOkAction(...this.okActions);
    if (this.actions.length === 0) {
      acknowledge(alarm, { CloudWatchAlarmAction: 'the user has set no actions, and a warning says so' });
    }
  }

  private defineTopic(email: string): Topic {
    const topic = new Topic(this, 'Topic', { displayName: 'PostHog alarms', enforceSSL: true });
    topic.addSubscription(new EmailSubscription(email));
    // The policy that enforces TLS replaces that of SNS, which allows CloudWatch.
    topic.grantPublish(
      new ServicePrincipal('cloudwatch.amazonaws.com', { conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } } }),
    );
    acknowledge(topic, { SNSEncryptedKMS: 'messages are sent by email, and have no data of users' });
    return topic;
  }
}
