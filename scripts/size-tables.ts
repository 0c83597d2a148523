import path from 'node:path';
import { DocumentBlock } from './document-block';
import { FIGURES, value } from '../cli/size/figures';
import { planOf, thousands } from '../cli/size/plan';
import { sizeText } from '../cli/size/size';
import { sizeName } from '../cli/size/snippet';
import { clickHouseGib, kafkaBytesPerSecond, planKafka } from '../cli/size/stores';
import { eventsPerSecondOf, mostEventsPerSecond, SIZES } from '../cli/size/tasks';
import { eventsPerMonth, ratesOf, Traffic } from '../cli/size/traffic';
import { PostHogSize } from '../lib/catalog/posthog-size';

const DOCS = path.join(__dirname, '..', 'docs');

/** The tables that the planner of `cdk-posthog size` writes into documents. */
export const BLOCKS = {
  sizes: { block: new DocumentBlock(path.join(DOCS, 'scale.md'), 'sizes'), content: sizesTable },
  stores: { block: new DocumentBlock(path.join(DOCS, 'scale.md'), 'stores by size'), content: storesTable },
  defaults: { block: new DocumentBlock(path.join(DOCS, 'scale.md'), 'default stores'), content: defaultStores },
  example: { block: new DocumentBlock(path.join(DOCS, 'command-line.md'), 'size'), content: example },
  rates: { block: new DocumentBlock(path.join(DOCS, 'large-installations.md'), 'rates'), content: ratesTable },
} as const;

const TASKS: Readonly<Record<PostHogSize, string>> = {
  [PostHogSize.DEV]: 'one of each, as small as it runs; no scaling',
  [PostHogSize.SMALL]: 'two of each HTTP service, one of the others, up to three to ten times as many',
  [PostHogSize.PRODUCTION]: 'two of each process that may have two',
  [PostHogSize.LARGE]: 'larger tasks, three of each HTTP service',
};

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** The traffic of events at the limit of a size, kept for a year. */
function atLimit(size: PostHogSize): Traffic {
  return {
    eventsPerMonth: eventsPerMonth(eventsPerSecondOf(size)),
    recordingsPerMonth: 0,
    flagRequestsPerMonth: 0,
    retentionMonths: 12,
    peakFactor: FIGURES.peakFactor.value,
  };
}

/** Formats millions of events, rounded down to two digits: a promise is never rounded up. */
function millions(events: number): string {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(events)) - 1);
  return `${thousands((Math.floor(events / unit) * unit) / 1e6)} million`;
}

/** The table of sizes: tasks, and the events that each is planned for. */
export function sizesTable(): string {
  const rows = SIZES.map((size) => [
    `\`${sizeName(size).split('.')[1]}\`${size === PostHogSize.SMALL ? ', the default' : ''}`,
    TASKS[size],
    thousands(eventsPerSecondOf(size)),
    millions(atLimit(size).eventsPerMonth),
  ]);
  return markdown(['size', 'tasks', 'events a second, at the peak', 'events a month'], rows);
}

/** The data stores that belong to each size, at its limit. */
export function storesTable(): string {
  const plans = SIZES.map((size) => planOf(atLimit(size)));
  const row = (name: string, cell: (plan: (typeof plans)[number]) => string) => [name, ...plans.map(cell)];
  return markdown(
    ['', ...SIZES.map((size) => `\`${sizeName(size).split('.')[1]}\``)],
    [
      row('`Postgres` `instanceType`', ({ postgres: { instanceType, multiAz } }) => `${instanceType}${multiAz ? ', `multiAz`' : ''}`),
      row('`Cache` `nodeType`', ({ cache: { nodeType, replicas } }) => `${nodeType}${replicas > 0 ? ', two nodes' : ''}`),
      row('Kafka', ({ kafka: { kind, zones, brokersPerSubnet, instanceType } }) =>
        kind === 'redpanda' ? `\`RedpandaKafka\`, ${instanceType}` : `${zones * brokersPerSubnet} brokers, ${instanceType}`,
      ),
      row('Kafka `volumeSize`, a broker', ({ kafka }) => `${thousands(kafka.volumeGib)} GiB`),
      row('`topicPartitions`', ({ tasks }) => String(tasks.topicPartitions)),
      row(
        '`ClickHouse` `instanceType`',
        ({ clickHouse: { instanceType, replicas } }) => `${instanceType}${replicas > 1 ? `, \`replicas: ${replicas}\`` : ''}`,
      ),
      row('`ClickHouse` disk after a year', ({ clickHouse: { leastVolumeGib: least, maxVolumeGib: most } }) =>
        least === most ? `${thousands(most)} GiB` : `${thousands(least)} to ${thousands(most)} GiB`,
      ),
    ],
  );
}

/** The volumes of the default data stores, in GiB: `KAFKA_DEFAULTS` and `CLICKHOUSE_DEFAULTS`. */
export const DEFAULT_GIB = { kafka: 100, clickHouse: 200 } as const;

/** The months that the promise for the default data stores is for. */
const DEFAULT_MONTHS = 3;

/** The most events a month for which a volume need not grow, in steps of a million. */
function mostEvents(gib: (events: number) => number, limit: number): number {
  let millionEvents = 1;
  while (gib((millionEvents + 1) * 1e6) <= limit) {
    millionEvents++;
  }
  return millionEvents * 1e6;
}

/** The events that the data stores take whose sizes nobody has set. */
export function defaultStores(): string {
  const tasks = { size: PostHogSize.SMALL, topicPartitions: 6 };
  const small = atLimit(PostHogSize.SMALL);
  const kafka = mostEvents((events) => planKafka(tasks, ratesOf({ ...small, eventsPerMonth: events })).volumeGib, DEFAULT_GIB.kafka);
  const clickHouse = mostEvents((events) => clickHouseGib(events, DEFAULT_MONTHS), DEFAULT_GIB.clickHouse);
  return [
    `The default data stores, unchanged, have room for ${millions(Math.min(kafka, clickHouse))} events a month (estimated): two brokers with`,
    `${DEFAULT_GIB.kafka} GiB hold three days of ${millions(kafka)}, uncompressed, and the ${DEFAULT_GIB.clickHouse} GiB of ClickHouse hold three months of`,
    `${millions(clickHouse)}. Both grow by themselves: brokers up to 1 TiB, ClickHouse to 800 GiB. Their prices do not shrink again.`,
  ].join('\n');
}

/** The lines of the example that the document shows. */
const EXAMPLE_LINES = 8;

/** The beginning of the output of the command, and its cost. */
export function example(): string {
  const plan = planOf({ ...atLimit(PostHogSize.SMALL), eventsPerMonth: 10e6, recordingsPerMonth: 5000, flagRequestsPerMonth: 3e6 });
  const lines = sizeText(plan).split('\n');
  const cost = lines.findIndex((line) => line.startsWith('cost a month'));
  return [
    '$ npx cdk-posthog size --events-per-month 10M --recordings 5k --flag-requests 3M',
    ...lines.slice(0, EXAMPLE_LINES),
    '...',
    ...lines.slice(cost, cost + 2),
    '...',
  ]
    .map((line) => `    ${line}`)
    .join('\n');
}

/** The rates that large-installations.md describes, in events a second at the peak. */
export const RATES = [50, 5000, 50_000, 500_000] as const;

function twoDigits(amount: number): string {
  return Number(amount.toPrecision(2)).toLocaleString('en-US');
}

/** The events of a year in ClickHouse, in TiB for one copy: with the measured bytes of an event, and with the planned ones. */
function yearTib(events: number): string {
  const tib = (bytes: number) => twoDigits(clickHouseGib(events, 12, bytes) / 1024);
  return `${tib(FIGURES.clickHouseMeasuredBytes.value)} to ${tib(value('clickHouseEventBytes'))}`;
}

function severalLarge(peak: number): string {
  const count = Math.ceil(peak / mostEventsPerSecond());
  return count === 1 ? 'one `LARGE`, `maxTasks` raised' : `${count} x \`LARGE\`, \`maxTasks\` raised`;
}

/** The table of what rates need, by the figures of the planner. */
export function ratesTable(): string {
  const columns = RATES.map((peak) => {
    const events = eventsPerMonth(peak);
    const rates = ratesOf({ ...atLimit(PostHogSize.LARGE), eventsPerMonth: events });
    const ingestion = Math.ceil((peak * value('headroom')) / value('nodeEventsPerSecond'));
    const size = SIZES.find((one) => eventsPerSecondOf(one) >= peak);
    const kafka = planKafka({ size: size ?? PostHogSize.LARGE, topicPartitions: Math.min(100, Math.max(6, ingestion)) }, rates);
    const servers = Math.ceil(peak / value('clickHouseEventsPerServer'));
    const byDisk = Math.ceil(clickHouseGib(events, 12) / value('gp3Gibibytes'));
    return [
      thousands(peak),
      thousands(peak / FIGURES.peakFactor.value),
      millions(events),
      size === undefined ? severalLarge(peak) : `one \`${sizeName(size).split('.')[1]}\``,
      thousands(ingestion),
      String(Math.ceil((peak * value('headroom')) / value('captureRequestsPerVcpu'))),
      twoDigits(kafkaBytesPerSecond(peak, 0) / 1e6),
      `${thousands(kafka.zones * kafka.brokersPerSubnet)} x ${kafka.instanceType}`,
      yearTib(events),
      thousands(Math.max(servers, byDisk)),
      thousands(Math.ceil(peak / value('postgresWritesPerVcpu'))),
    ];
  });
  const names = [
    'events a second, at the peak',
    'events a second, on average',
    'events a month',
    'PostHogs of this library',
    'tasks of ingestion-general, one vCPU each',
    'vCPUs of capture, an event a request',
    'MB a second into Kafka, before copies',
    'MSK brokers, three copies (two for `SMALL`)',
    'TiB in ClickHouse after a year, a copy',
    'servers of ClickHouse, or shards, without replicas',
    'vCPUs of PostgreSQL, a write for each event',
  ];
  const grades = ['', 'estimated', 'estimated', ...names.slice(3).map(() => 'estimated')];
  grades[8] = 'measured to estimated';
  return markdown(
    ['', ...RATES.map(() => ' '), 'grade'],
    names.map((name, index) => [name, ...columns.map((column) => column[index]), grades[index]]),
  );
}

if (require.main === module) {
  Object.values(BLOCKS).forEach(({ block, content }) => block.write(content()));
}
