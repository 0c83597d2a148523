import { evaluateMath, Value } from './metric-math';

export type State = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
export type Treatment = 'missing' | 'ignore' | 'breaching' | 'notBreaching';

/** A metric of a template. */
export interface TemplateMetric {
  readonly namespace: string;
  readonly name: string;
  /** Its dimensions, with references as text. */
  readonly dimensions: Readonly<Record<string, string>>;
}

/** What a metric has in one minute: a number, or undefined where nobody publishes it. */
export type Source = (metric: TemplateMetric, minute: number) => Value;

/** How many values more than N CloudWatch retrieves. It does not say: its examples have five for three. */
const MORE = 2;

/**
 * The state of an alarm, as CloudWatch documents it.
 *
 * @param points whether each value breaches, the newest last; undefined where one is missing
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
export function stateOf(
  points: readonly (boolean | undefined)[],
  { n, m, treatment, before }: { n: number; m: number; treatment: Treatment; before: State },
): State {
  const real = points.filter((point) => point !== undefined);
  const used = real.slice(-n);
  const missing = n - used.length;
  const breaching = used.filter(Boolean).length;
  if (missing === 0 || treatment === 'notBreaching') {
    return breaching >= m ? 'ALARM' : 'OK';
  }
  if (treatment === 'breaching') {
    return breaching + missing >= m ? 'ALARM' : 'OK';
  }
  if (breaching >= m) {
    return 'ALARM';
  }
  if (breaching < used.length) {
    return 'OK';
  }
  if (treatment === 'ignore') {
    return before;
  }
  return used.length === 0 ? 'INSUFFICIENT_DATA' : 'ALARM';
}

interface Dimension {
  readonly Name: string;
  readonly Value: unknown;
}

interface MetricStat {
  readonly Metric: { readonly Namespace: string; readonly MetricName: string; readonly Dimensions?: readonly Dimension[] };
  readonly Period: number;
  readonly Stat: string;
}

/** The properties of an alarm in a template. */
export interface AlarmProperties {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly AlarmActions?: readonly unknown[];
  readonly Threshold: number;
  readonly ComparisonOperator: 'GreaterThanThreshold' | 'LessThanThreshold';
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm: number;
  readonly TreatMissingData: Treatment;
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: readonly Dimension[];
  readonly Period?: number;
  readonly Statistic?: string;
  readonly ExtendedStatistic?: string;
  readonly Metrics?: readonly {
    readonly Id: string;
    readonly Expression?: string;
    readonly ReturnData?: boolean;
    readonly MetricStat?: MetricStat;
  }[];
}

/** A metric alarm that is evaluated at the end of each of its periods. */
export class AlarmUnderTest {
  public state: State = 'INSUFFICIENT_DATA';
  private readonly points: (boolean | undefined)[] = [];

  public constructor(public readonly properties: AlarmProperties) {}

  /** Its period, in minutes. */
  public get period(): number {
    const { Period, Metrics = [] } = this.properties;
    return (Period ?? Metrics.find(({ MetricStat: stat }) => stat)!.MetricStat!.Period) / 60;
  }

  /** The metrics that it reads. */
  public get metrics(): TemplateMetric[] {
    return this.stats.map(({ stat }) => metricOf(stat));
  }

  /** Reads the period that ends with a minute, if one does, and changes its state. */
  public advance(minute: number, source: Source): void {
    if ((minute + 1) % this.period !== 0) {
      return;
    }
    const { Threshold, ComparisonOperator, EvaluationPeriods: n, DatapointsToAlarm: m, TreatMissingData: treatment } = this.properties;
    const value = this.valueAt(minute, source);
    const breaches = ComparisonOperator === 'LessThanThreshold' ? (a: number) => a < Threshold : (a: number) => a > Threshold;
    this.points.push(value === undefined ? undefined : breaches(value));
    this.state = stateOf(this.points.slice(-(n + MORE)), { n, m, treatment, before: this.state });
  }

  private valueAt(minute: number, source: Source): Value {
    const { Metrics = [] } = this.properties;
    const returned = Metrics.find(({ ReturnData }) => ReturnData);
    const [now, before] = [minute, minute - this.period].map((end) =>
      Object.fromEntries(this.stats.map(({ id, stat }) => [id, aggregate(stat, end, source)])),
    );
    // Expressions that the returned one refers to.
    for (const { Id, Expression } of Metrics.filter((metric) => metric !== returned)) {
      if (Expression !== undefined) {
        now[Id] = evaluateMath(Expression, { now });
        before[Id] = evaluateMath(Expression, { now: before });
      }
    }
    return returned?.Expression === undefined ? Object.values(now)[0] : evaluateMath(returned.Expression, { now, before });
  }

  private get stats(): { id: string; stat: MetricStat }[] {
    const { Namespace, MetricName, Dimensions, Period, Statistic, ExtendedStatistic, Metrics } = this.properties;
    return Metrics
      ? Metrics.flatMap(({ Id, MetricStat: stat }) => (stat ? [{ id: Id, stat }] : []))
      : [
          {
            id: 'm',
            stat: {
              Metric: { Namespace: Namespace!, MetricName: MetricName!, Dimensions },
              Period: Period!,
              Stat: (Statistic ?? ExtendedStatistic)!,
            },
          },
        ];
  }
}

function metricOf({ Metric: { Namespace, MetricName, Dimensions = [] } }: MetricStat): TemplateMetric {
  const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  return { namespace: Namespace, name: MetricName, dimensions: Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, text(Value)])) };
}

function aggregate(stat: MetricStat, minute: number, source: Source): Value {
  const metric = metricOf(stat);
  const minutes = stat.Period / 60;
  const values = Array.from({ length: minutes }, (_, index) => source(metric, minute - index)).filter((value) => value !== undefined);
  if (values.length === 0) {
    return undefined;
  }
  const sum = values.reduce((a, b) => a + b, 0);
  switch (stat.Stat) {
    case 'Sum':
      return sum;
    case 'Average':
      return sum / values.length;
    case 'Minimum':
      return Math.min(...values);
    case 'Maximum':
    // A percentile of values that are one a minute.
    case 'p99':
      return Math.max(...values);
    default:
      throw new Error(`no statistic that alarms use: ${stat.Stat}`);
  }
}
