import { Command, ExitCode, table, textOptions } from '../command';
import { CostLine, grouped, total } from './cost-line';
import { estimate, LEFT_OUT } from './estimate';
import { PRICES } from './prices';
import { readStacks, TEMPLATES_HELP, TEMPLATES_OPTION, TEMPLATES_USAGE } from '../template/template-file';

/** The estimate of one stack. */
export interface StackCost {
  readonly stack: string;
  readonly file: string;
  readonly lines: readonly CostLine[];
}

/** Formats an estimate as text: the sum, its stacks if there are several, and the resources of all of them. */
export function costText(stacks: readonly StackCost[]): string {
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
  ].join('\n');
}

function linesOf(stacks: readonly StackCost[]): CostLine[] {
  return grouped(stacks.flatMap(({ lines }) => lines));
}

function sumOf(lines: readonly CostLine[]): number {
  return lines.reduce((sum, line) => sum + total(line), 0);
}

function dollars(amount: number): string {
  return `$${amount.toFixed(2)}`;
}

/** The command that estimates the monthly cost of an app. */
export const COST: Command = {
  usage: `${TEMPLATES_USAGE} [--json]`,
  help: [
    'Estimates the minimum monthly cost of all stacks of a synthesised app, and lists what it leaves out.',
    '',
    TEMPLATES_HELP,
    '--json            machine-readable output',
  ].join('\n'),
  options: { ...TEMPLATES_OPTION, json: { type: 'boolean' } },
  run(args, output) {
    const stacks = readStacks(textOptions(args, 'template')).map(({ stack, file, template, has }): StackCost => ({
      stack,
      file,
      lines: estimate(template, PRICES, has),
    }));
    const lines = linesOf(stacks);
    output.out(
      args.values.json
        ? JSON.stringify(
            {
              asOf: PRICES.asOf,
              region: PRICES.region,
              currency: 'USD',
              perMonth: sumOf(lines),
              stacks: stacks.map(({ stack, file, lines: own }) => ({ stack, file, perMonth: sumOf(own), lines: own })),
              lines,
              leftOut: LEFT_OUT,
            },
            undefined,
            2,
          )
        : costText(stacks),
    );
    return Promise.resolve(ExitCode.OK);
  },
};
