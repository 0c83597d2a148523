import { scriptText } from '../../private/assets';
import { CUSTOM_METRICS, CustomMetricName, INSTALLATION, NAMESPACE } from '../custom-metrics';

/** The metrics that the script publishes. */
export const UPKEEP_METRICS = ['OldestPendingDeletionAge', 'PersonOverrides', 'UpkeepFailures'] as const satisfies CustomMetricName[];

/** The data of the library, by the name of the Python constant. JSON of objects and strings is valid Python. */
const DATA = { NAMESPACE, INSTALLATION, METRICS: Object.fromEntries(UPKEEP_METRICS.map((name) => [name, CUSTOM_METRICS[name].unit])) };

/** Returns the script. Its parts and data are joined, because the command of a foreign image is a single text. */
export function upkeepScript(): string {
  const [base, ...rest] = ['base', 'deletions', 'upkeep'].map((part) => scriptText('operations', 'upkeep', 'script', `${part}.py`));
  return [base, ...Object.entries(DATA).map(([name, value]) => `${name} = ${JSON.stringify(value)}\n`), ...rest].join('');
}
