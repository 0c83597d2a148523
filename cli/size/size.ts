import { FIGURES, Grade } from './figures';
import { costOf, sumOf } from './plan-cost';
import { hostsOf } from './hosts';
import { Capacity, limitsOf, Plan, planOf, thousands } from './plan';
import { dollars, PlanRow, rowsOf } from './rows';
import { snippetOf } from './snippet';
import { mostEventsPerSecond } from './tasks';
import { TRAFFIC_OPTIONS, trafficOf } from './traffic';
import { Arguments, Command, CommandError, ExitCode, table, textOption } from '../command';
import { PRICES } from '../cost/prices';

/** The sentences below a plan: which figures are guesses, and what would replace them. */
const GUESSES = [
  `Throughputs are guesses: nobody has measured PostHog's processes under your load. The plan has ${FIGURES.headroom.value} times the tasks that they demand;`,
  'docs/scale.md says how to measure them. The peak is a guess until you set --peak. Bytes an event depend on your properties.',
];

/** Formats the list of a plan: the choice, its grade, and below it the formula. */
function rowsText(rows: readonly PlanRow[]): string {
  const head = table(
    ['', '', 'grade'],
    rows.map(({ what, value, grade }) => [what, value, grade]),
  ).split('\n');
  return rows.flatMap(({ formula }, index) => [head[index + 1], `    ${formula}`]).join('\n');
}

/** Formats a plan as text. */
export function sizeText(plan: Plan): string {
  const costs = costOf(plan);
  return [
    rowsText(rowsOf(plan)),
    '',
    table(
      ['dollars a month', 'first month', 'later'],
      costs.map(({ what, least, most }) => [what, dollars(least), dollars(most)]),
    ),
    '',
    ...GUESSES,
    `Prices of ${PRICES.region}, as of ${PRICES.asOf}. Not counted: data transfer, logs, requests, backups of more than 100 GiB, taxes.`,
    '',
    'Paste into your app:',
    '',
    snippetOf(plan)
      .split('\n')
      .map((line) => `    ${line}`.trimEnd())
      .join('\n'),
  ].join('\n');
}

function json(plan: Plan): string {
  const { tasks, capacity, kafka, clickHouse, postgres, cache, rates, traffic } = plan;
  return JSON.stringify(
    {
      traffic,
      rates,
      plan: { ...tasks, capacity, hosts: hostsOf(plan), kafka, clickHouse, postgres, cache },
      rows: rowsOf(plan),
      cost: { currency: 'USD', region: PRICES.region, asOf: PRICES.asOf, ...sumOf(costOf(plan)), lines: costOf(plan) },
      figures: FIGURES,
      snippet: snippetOf(plan),
    },
    undefined,
    2,
  );
}

const CAPACITIES: readonly Capacity[] = ['fargate', 'instances'];

function capacityOf(args: Arguments): Capacity {
  const text = textOption(args, 'capacity') ?? 'fargate';
  const capacity = CAPACITIES.find((one) => one === text);
  if (capacity === undefined) {
    throw new CommandError(`--capacity must be ${CAPACITIES.join(' or ')}; got: ${text}`);
  }
  return capacity;
}

/** The command that plans a PostHog. */
export const SIZE: Command = {
  usage: '--events-per-month N [--recordings N] [--flag-requests N] [--retention MONTHS] [--peak FACTOR] [--capacity fargate|instances] [--json]',
  help: [
    'Plans a PostHog for some traffic: size, partitions, brokers, instance types, volumes and cost, as props to paste.',
    '',
    `Each line has its grade (${Object.values(Grade).join(', ')}) and its formula. Nothing is read from AWS.`,
    '',
    '--events-per-month N  events in a month, such as 500000, 500k or 10M',
    '--recordings N        recordings of sessions in a month; default: 0',
    '--flag-requests N     requests for feature flags in a month; default: 0',
    '--retention MONTHS    months that events are kept, from 1 to 120; default: 12',
    `--peak FACTOR         the busiest minutes as a multiple of the average, from 1 to 100; default: ${FIGURES.peakFactor.value}, a guess`,
    '--capacity KIND       what tasks run on: fargate, the default, or instances',
    '--json                machine-readable output, with the source of each figure',
  ].join('\n'),
  options: { ...TRAFFIC_OPTIONS, capacity: { type: 'string' }, json: { type: 'boolean' } },
  run(args, output) {
    const plan = planOf(trafficOf(args), capacityOf(args));
    const limits = limitsOf(plan);
    if (limits.length > 0) {
      throw new CommandError(
        `one PostHog is not enough for ${thousands(plan.rates.events.peak)} events a second at the peak: ${limits.join('; ')}. ` +
          `It ends at about ${thousands(mostEventsPerSecond())} events a second (estimated); docs/scale.md describes several`,
      );
    }
    output.out(args.values.json ? json(plan) : sizeText(plan));
    return Promise.resolve(ExitCode.OK);
  },
};
