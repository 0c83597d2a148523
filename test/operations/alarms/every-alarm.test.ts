import { Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { AlarmWorld, nameOf } from './alarm-world';
import { AlarmUnderTest, Source } from './alarm-evaluator';
import { PostHogAlarm, PostHogAlarms, RedpandaKafka } from '../../../lib';
import { ALARM_DEFINITIONS } from '../../../lib/operations/alarms/alarm-definitions';
import { CUSTOM_METRICS } from '../../../lib/operations/custom-metrics';
import { newPostHog, newStack } from '../../helpers/stack';
import { Vpc } from 'aws-cdk-lib/aws-ec2';

/** Created data stores: imported ones report fewer metrics. */
const CREATED = { postgres: undefined, cache: undefined, kafka: undefined, clickHouse: undefined, objectStorage: undefined, products: undefined };

/** Alarms about everything, on MSK; that of Redpanda comes from a stack of its own. */
function everyAlarm(): AlarmUnderTest[] {
  const stack = newStack();
  const posthog = newPostHog(stack, { ...CREATED, alarms: { enabled: false } });
  new PostHogAlarms(stack, 'Alarms', {
    ...posthog,
    ingresses: [posthog.ingress],
    migration: posthog.migration.stateMachine,
    publishedMetrics: Object.keys(CUSTOM_METRICS),
    email: 'operator@example.com',
  });
  const other = newStack();
  const vpc = new Vpc(other, 'Vpc', { maxAzs: 2 });
  new PostHogAlarms(other, 'Alarms', { kafka: new RedpandaKafka(other, 'Kafka', { vpc }), email: 'operator@example.com' });
  return [stack, other].flatMap((one: Stack) => [
    ...new AlarmWorld(Template.fromStack(one).toJSON() as ConstructorParameters<typeof AlarmWorld>[0]).alarms.values(),
  ]);
}

const ALARMS = everyAlarm();

/** Values for which the expression of an alarm breaches: as many requests as errors, and everything else far beyond its threshold, or below. */
function breaching({ properties }: AlarmUnderTest): Source {
  const isBelow = properties.ComparisonOperator === 'LessThanThreshold';
  return ({ name }) => {
    switch (name) {
      case 'RequestCount':
      case 'HTTPCode_Target_5XX_Count':
      case 'HTTPCode_ELB_5XX_Count':
        return 100;
      default:
        return isBelow ? 0 : 2 * properties.Threshold + 1000;
    }
  };
}

/** Values that are well. */
function well({ properties }: AlarmUnderTest): Source {
  return ({ name }) => {
    if (name === 'RequestCount') {
      return 100;
    }
    return properties.ComparisonOperator === 'LessThanThreshold' ? 2 * properties.Threshold : 0;
  };
}

function play(alarm: AlarmUnderTest, ...parts: readonly [periods: number, source: Source][]): string[] {
  const fresh = new AlarmUnderTest(alarm.properties);
  const states: string[] = [];
  let minute = 0;
  for (const [periods, source] of parts) {
    for (const end = minute + periods * fresh.period; minute < end; minute += 1) {
      fresh.advance(minute, source);
      if (states.at(-1) !== fresh.state) {
        states.push(fresh.state);
      }
    }
  }
  return states;
}

test('every alarm exists with all data stores and all metrics', () => {
  expect([...new Set(ALARMS.map(({ properties }) => nameOf(properties)))].sort()).toEqual(Object.values(PostHogAlarm).sort());
  expect(ALARM_DEFINITIONS.map(({ alarm }) => alarm).sort()).toEqual(Object.values(PostHogAlarm).sort());
});

const BY_NAME = ALARMS.map((alarm): [string, AlarmUnderTest] => [nameOf(alarm.properties), alarm]);

test.each(BY_NAME)('%s goes to ALARM once in an outage, and back to OK once after it', (_, alarm) => {
  expect(play(alarm, [8, well(alarm)], [12, breaching(alarm)], [8, well(alarm)]).filter((state) => state !== 'INSUFFICIENT_DATA')).toEqual([
    'OK',
    'ALARM',
    'OK',
  ]);
});

test.each(BY_NAME)('%s stays OK without a single value', (_, alarm) => {
  expect(play(alarm, [12, () => undefined]).at(-1)).toBe('OK');
});

test.each(BY_NAME.filter(([, { properties }]) => properties.DatapointsToAlarm > 1))('%s stays OK after one bad value', (_, alarm) => {
  expect(play(alarm, [8, well(alarm)], [1, breaching(alarm)], [8, well(alarm)])).toEqual(expect.not.arrayContaining(['ALARM']));
});

test.each(BY_NAME)('%s reads at most ten metrics, and its periods are within the limits of CloudWatch', (_, { properties, metrics, period }) => {
  const minutes = period * properties.EvaluationPeriods;
  expect({
    metrics: metrics.length <= 10,
    range: minutes <= (period >= 60 ? 7 : 1) * 24 * 60,
    description: properties.AlarmDescription.length <= 1024,
  }).toEqual({
    metrics: true,
    range: true,
    description: true,
  });
});

test('the error rates of processes with hardly any requests breach nothing', () => {
  const few: Source = ({ name }) => (name === 'RequestCount' || name.startsWith('HTTPCode') ? 1 : undefined);
  const rates = BY_NAME.filter(([name]) => name.endsWith('-errors') && name !== 'clickhouse-errors');
  expect(rates.map(([name, alarm]) => [name, play(alarm, [8, few]).at(-1)])).toEqual(rates.map(([name]) => [name, 'OK']));
});
