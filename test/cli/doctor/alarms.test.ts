import { Alarm, Deployment } from '../../../cli/doctor/deployment/deployment';
import { deploymentOf, resultsOf } from './deployments';
import { PostHogAlarm } from '../../../lib';

let healthy: Deployment;
beforeAll(() => {
  healthy = deploymentOf();
});

function results(alarms: Deployment['alarms']): [string, string][] {
  return resultsOf({ ...healthy, alarms }, 'alarms').map(({ status, text }) => [status, text]);
}

/** All alarms of an installation on MSK, with the composite ones, of which those have actions. */
function alarmsWith(changes: Partial<Alarm> = {}): Alarm[] {
  return ['clients', 'pipeline', ...Object.values<string>(PostHogAlarm)]
    .filter((name) => name !== String(PostHogAlarm.KAFKA_INSTANCE))
    .map((name) => ({ name: `PostHog-1-${name}`, state: 'OK', hasActions: name === 'clients', ...changes }));
}

test('alarms that are quiet and that somebody receives pass', () => {
  expect(results(alarmsWith())).toEqual([['pass', '32 alarms, none of them in ALARM']]);
});

test('alarms without a single action are a warning', () => {
  expect(results(alarmsWith({ hasActions: false }))).toContainEqual(['warning', 'nobody receives the alarms: none has an action']);
});

test('an alarm in ALARM fails with its reason, and its fix is its paragraph of the runbook', () => {
  const alarms = alarmsWith().map((alarm) =>
    alarm.name.endsWith('-disk-space') ? { ...alarm, state: 'ALARM', reason: 'Threshold crossed' } : alarm,
  );
  expect(resultsOf({ ...healthy, alarms }, 'alarms')).toEqual([
    { check: 'alarms', status: 'fail', text: 'PostHog-1-disk-space is in ALARM: Threshold crossed', fix: 'see docs/runbook.md#disk-space' },
  ]);
});

test('missing alarms on consumer lag are a warning, other missing ones are listed', () => {
  const gone = [PostHogAlarm.INGESTION_LAG, PostHogAlarm.CLICKHOUSE_LAG, PostHogAlarm.RESTORE_DRILL_AGE];
  expect(results(alarmsWith().filter(({ name }) => !gone.some((one) => name.endsWith(one))))).toEqual([
    ['pass', '29 alarms, none of them in ALARM'],
    ['warning', 'no alarm on consumer lag (ingestion-lag, clickhouse-lag): Amazon MSK alone reports it'],
    ['pass', 'these alarms do not exist, because nobody publishes their metrics or they are switched off: restore-drill-age'],
  ]);
});

test('a stack whose only alarms are those of scaling has none', () => {
  expect(results([{ name: 'TargetTracking-service/x-AlarmHigh-1', state: 'OK', hasActions: true }])).toEqual([
    ['warning', 'the stack has no alarms, so nobody learns of an outage'],
  ]);
});

test('alarms that cannot be loaded are unknown, and without a stack there is no result', () => {
  expect(results({ unavailable: 'the credentials do not allow it' })).toEqual([['unknown', 'the alarms: the credentials do not allow it']]);
  expect(results(undefined)).toEqual([]);
});
