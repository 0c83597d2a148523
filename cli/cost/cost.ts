import { Command, ExitCode, table, textOption } from '../command';
import { CostLine, estimate, LEFT_OUT, total } from './estimate';
import { PRICES } from './prices';
import { readTemplate, TEMPLATE_HELP, TEMPLATE_OPTION, TEMPLATE_USAGE } from '../template/template-file';

/** Formats an estimate as text. */
export function costText(file: string, lines: readonly CostLine[]): string {
  const rows = lines.map((line) => [
    line.what,
    String(line.quantity),
    line.each === undefined ? '?' : dollars(line.each),
    line.each === undefined ? '?' : dollars(total(line)),
  ]);
  const unknown = lines.filter(({ each }) => each === undefined).map(({ what }) => what);
  return [
    `${file}: at least ${dollars(lines.reduce((sum, line) => sum + total(line), 0))} a month`,
    '',
    table(['resource', 'quantity', 'each', 'per month'], rows),
    '',
    ...(unknown.length > 0 ? [`No price known, not counted: ${unknown.join(', ')}.`] : []),
    `On-demand prices of ${PRICES.region} in US dollars, as of ${PRICES.asOf}. Not counted:`,
    ...LEFT_OUT.map((item) => `- ${item}`),
  ].join('\n');
}

function dollars(amount: number): string {
  return `$${amount.toFixed(2)}`;
}

/** The command that estimates the monthly cost of a template. */
export const COST: Command = {
  usage: `${TEMPLATE_USAGE} [--json]`,
  help: [
    'Estimates the minimum monthly cost of a synthesised template, and lists what it leaves out.',
    '',
    TEMPLATE_HELP,
    '--json            machine-readable output',
  ].join('\n'),
  options: { ...TEMPLATE_OPTION, json: { type: 'boolean' } },
  run(args, output) {
    const { file, template } = readTemplate(textOption(args, 'template'));
    const lines = estimate(template, PRICES);
    output.out(
      args.values.json
        ? JSON.stringify(
            {
              asOf: PRICES.asOf,
              region: PRICES.region,
              currency: 'USD',
              perMonth: lines.reduce((sum, line) => sum + total(line), 0),
              lines,
              leftOut: LEFT_OUT,
            },
            undefined,
            2,
          )
        : costText(file, lines),
    );
    return Promise.resolve(ExitCode.OK);
  },
};
