import path from 'node:path';
import { DocumentBlock } from './document-block';
import { AlarmDefinition } from '../lib/operations/alarms/alarm-definition';
import { ALARM_DEFINITIONS } from '../lib/operations/alarms/alarm-definitions';
import { CUSTOM_METRICS } from '../lib/operations/custom-metrics';

const PAGE = path.join(__dirname, '..', 'docs', 'runbook.md');
const BLOCKS = { alarms: new DocumentBlock(PAGE, 'alarms'), metrics: new DocumentBlock(PAGE, 'metrics') };

/** The tables of docs/runbook.md, from the definitions of alarms and metrics. */
export const TABLES: Readonly<Record<keyof typeof BLOCKS, () => string>> = {
  alarms: () =>
    table(
      ['`PostHogAlarm`', 'alarm', 'threshold', 'values', 'message of'],
      ALARM_DEFINITIONS.map((definition) => [
        `\`${nameOf(definition)}\``,
        `[${definition.alarm}](#${definition.alarm})`,
        `${definition.isBelow ? '<' : '>'} ${thresholdOf(definition)}`,
        `${definition.datapoints} of ${definition.periods}, each of ${durationOf(definition.minutes * 60)}`,
        definition.group === undefined ? 'its own' : `[${definition.group}](#${definition.group})`,
      ]),
    ),
  metrics: () =>
    table(
      ['metric', 'unit', 'meaning', 'published by'],
      Object.entries(CUSTOM_METRICS)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, { unit, meaning, publisher }]) => [`\`${name}\``, unit, meaning, publisher]),
    ),
};

/** The name of an alarm in the enum: that of its value, as the enum writes it. */
function nameOf({ alarm }: AlarmDefinition): string {
  return alarm.toUpperCase().replaceAll('-', '_');
}

/** A threshold with its unit; bytes and long times in larger units, with the number that `overrides` takes. */
function thresholdOf({ threshold, unit }: AlarmDefinition): string {
  if (unit.startsWith('bytes')) {
    return `${threshold / 1024 ** 3} GiB (${threshold} ${unit})`;
  }
  return unit === 's' && threshold >= 3600 ? `${durationOf(threshold)} (${threshold} s)` : `${threshold} ${unit}`;
}

function durationOf(seconds: number): string {
  const [amount, unit] =
    seconds % 86_400 === 0 && seconds > 86_400
      ? [seconds / 86_400, 'day']
      : seconds % 3600 === 0
        ? [seconds / 3600, 'hour']
        : [seconds / 60, 'minute'];
  return `${amount} ${unit}${amount === 1 ? '' : 's'}`;
}

function table(head: string[], rows: string[][]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** The tables as the page has them. */
export function tablesOnPage(): Record<string, string> {
  return Object.fromEntries(Object.entries(BLOCKS).map(([name, block]) => [name, block.read()]));
}

if (require.main === module) {
  (Object.keys(BLOCKS) as (keyof typeof BLOCKS)[]).forEach((name) => BLOCKS[name].write(TABLES[name]()));
}
