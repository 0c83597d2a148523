import { CheckContext, CheckResult, fail, pass, some, unknown, warning } from '../../check';
import { Alarm } from '../../deployment/deployment';
import { isUnavailable } from '../../../aws/loaded';
import { ALARM_DEFINITIONS, PostHogAlarm } from '../../../../lib/internal';

/** The alarms that a deployment has instead of others: on Amazon MSK, or with Redpanda. */
const ALTERNATIVES: readonly string[] = [PostHogAlarm.KAFKA_INSTANCE, PostHogAlarm.KAFKA_PARTITIONS];

/** The alarms on consumer lag, which Amazon MSK alone reports. */
const LAG: readonly string[] = [PostHogAlarm.INGESTION_LAG, PostHogAlarm.CLICKHOUSE_LAG];

const GROUPS: readonly string[] = ['clients', 'pipeline'];

/** Checks that the alarms of the stack are quiet, and that somebody receives them. */
export function checkAlarms({ deployment: { alarms } }: CheckContext): CheckResult[] {
  if (alarms === undefined) {
    return [];
  }
  if (isUnavailable(alarms)) {
    return [unknown('the alarms', alarms)];
  }
  const own = alarms.filter((alarm) => nameOf(alarm) !== undefined);
  if (own.length === 0) {
    return [warning('the stack has no alarms, so nobody learns of an outage', 'remove `alarms: { enabled: false }`, or upgrade cdk-posthog')];
  }
  const active = own.filter(({ state }) => state === 'ALARM');
  const receivers = own.filter(({ hasActions }) => hasActions);
  return [
    ...active.map((alarm) => fail(`${alarm.name} is in ALARM${alarm.reason ? `: ${alarm.reason}` : ''}`, `see docs/runbook.md#${nameOf(alarm)!}`)),
    ...(active.length === 0 ? [pass(`${own.length} alarms, none of them in ALARM`)] : []),
    ...(receivers.length === 0 ? [warning('nobody receives the alarms: none has an action', 'set `alarms: { email }`, see docs/runbook.md')] : []),
    ...missing(own),
  ];
}

function missing(own: readonly Alarm[]): CheckResult[] {
  const names = own.map(nameOf);
  const absent = ALARM_DEFINITIONS.map(({ alarm }): string => alarm).filter((name) => !names.includes(name) && !ALTERNATIVES.includes(name));
  const lag = absent.filter((name) => LAG.includes(name));
  const others = absent.filter((name) => !LAG.includes(name));
  return [
    ...(lag.length > 0 ? [warning(`no alarm on consumer lag (${lag.join(', ')}): Amazon MSK alone reports it`)] : []),
    ...(others.length > 0
      ? [pass(`these alarms do not exist, because nobody publishes their metrics or they are switched off: ${some(others, 10)}`)]
      : []),
  ];
}

/** Returns the name of an alarm without that of its PostHog; undefined for one that is not of this library. */
function nameOf({ name }: Alarm): string | undefined {
  return [...GROUPS, ...ALARM_DEFINITIONS.map(({ alarm }) => alarm)].find((one) => name.endsWith(`-${one}`));
}
