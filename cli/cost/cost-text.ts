import { CostDifference } from './cost-diff';
import { Lever, linesOf, StackCost, sumOf, total } from './cost-line';
import { LEFT_OUT } from './estimate';
import { PRICES } from './prices';
import { table } from '../command';
import { Need } from '../preflight/need';

/** The number of changes that lower the bill which an estimate ends with. */
const LEVERS = 3;

/** The kinds of vCPUs, each with a quota of its own. */
const VCPUS = { fargate: 'Fargate', fargateSpot: 'Fargate Spot', ec2: 'EC2', ec2Spot: 'EC2 Spot' } as const;

/** The parts of an estimate that its lines do not have. */
export interface CostDetails {
  readonly vcpus: Readonly<Record<keyof typeof VCPUS, Need>>;
  /** The changes that lower the bill, the largest saving first. */
  readonly levers: readonly Lever[];
  /** Indicates whether to print all of them. */
  readonly all: boolean;
}

/** Formats an estimate as text: the sum, its stacks if there are several, the resources of all of them, and what lowers the bill. */
export function costText(stacks: readonly StackCost[], { vcpus, levers, all }: CostDetails): string {
  const lines = linesOf(stacks);
  const rows = lines.map((line) => [
    line.what,
    String(line.quantity),
    line.each === undefined ? '?' : dollars(line.each),
    line.each === undefined ? '?' : dollars(total(line)),
  ]);
  const unknown = lines.filter(({ each }) => each === undefined).map(({ what }) => what);
  const sum = `at least ${dollars(sumOf(lines))} a month`;
  const head =
    stacks.length === 1
      ? [`${stacks[0].file}: ${sum}`]
      : [
          `${stacks.length} stacks: ${sum}`,
          '',
          table(
            ['stack', 'per month', 'template'],
            stacks.map((one) => [one.stack, dollars(sumOf(one.lines)), one.file]),
          ),
        ];
  return [
    ...head,
    '',
    table(['resource', 'quantity', 'each', 'per month'], rows),
    '',
    ...(unknown.length > 0 ? [`No price known, not counted: ${unknown.join(', ')}.`] : []),
    `On-demand prices of ${PRICES.region} in US dollars, as of ${PRICES.asOf}. Not counted:`,
    ...LEFT_OUT.map((item) => `- ${item}`),
    ...vcpuLine(vcpus),
    ...leverLines(levers, all),
  ].join('\n');
}

/** Formats the vCPUs that quotas count, those of kinds that an app has. */
function vcpuLine(vcpus: CostDetails['vcpus']): string[] {
  const kinds = (Object.keys(VCPUS) as (keyof typeof VCPUS)[]).filter((kind) => vcpus[kind].rolling > 0);
  const text = kinds.map((kind) => {
    const { steady, rolling } = vcpus[kind];
    return `${VCPUS[kind]} ${steady}${rolling > steady ? ` (${rolling} during an update)` : ''}`;
  });
  return kinds.length === 0 ? [] : ['', `vCPUs, which quotas count: ${text.join(', ')}. \`preflight\` compares them with the quotas.`];
}

/** Formats the changes that lower a bill: the largest ones, or all. */
export function leverLines(levers: readonly Lever[], all: boolean): string[] {
  const shown = all ? levers : levers.slice(0, LEVERS);
  if (shown.length === 0) {
    return [];
  }
  const title = all ? 'Changes that lower this bill' : `The ${shown.length} largest changes that lower this bill`;
  return [
    '',
    `${title}, each by itself (some exclude each other):`,
    ...shown.flatMap(({ what, saves, how, note }, index) => [`${index + 1}. ${what}: saves ${dollars(saves)} a month`, `   ${how}`, `   ${note}`]),
  ];
}

/** Formats the differences of two estimates as text. */
export function diffText(lines: readonly CostDifference[], { before, after }: { readonly before: number; readonly after: number }): string {
  const head = `at least ${dollars(before)} a month before, ${dollars(after)} after: ${signed(after - before)}`;
  const cell = (quantity: number, perMonth: number | undefined) => `${quantity} (${perMonth === undefined ? '?' : dollars(perMonth)})`;
  return lines.length === 0
    ? `${head}\n\nNo line differs.`
    : [
        head,
        '',
        table(
          ['resource', 'before', 'after', 'change per month'],
          lines.map(({ what, quantity, perMonth, change }) => [
            what,
            cell(quantity.before, perMonth.before),
            cell(quantity.after, perMonth.after),
            change === undefined ? '?' : signed(change),
          ]),
        ),
        '',
        `On-demand prices of ${PRICES.region} in US dollars, as of ${PRICES.asOf}. An update that replaces instances or services pays for both meanwhile.`,
      ].join('\n');
}

function dollars(amount: number): string {
  return `$${amount.toFixed(2)}`;
}

function signed(amount: number): string {
  return `${amount < 0 ? '-' : '+'}${dollars(Math.abs(amount))}`;
}
