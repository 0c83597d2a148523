import { Arguments, Command, CommandError, ExitCode, textOption, textOptions } from '../command';
import { costText, diffText } from './cost-text';
import { linesOf, StackCost, sumOf } from './cost-line';
import { differences } from './cost-diff';
import { estimate, LEFT_OUT } from './estimate';
import { LeverContext, leversOf } from './levers';
import { Prices, PRICES } from './prices';
import { CloudFormationTemplate } from '../alb/template';
import { needsOf } from '../preflight/needs';
import { readStacks, StackFile, TEMPLATES_HELP, TEMPLATES_OPTION, TEMPLATES_USAGE } from '../template/template-file';

/** The command that estimates the monthly cost of an app. */
export const COST: Command = {
  usage: `${TEMPLATES_USAGE} [--diff OLD]... [--levers] [--spot-discount PERCENT] [--plan-discount PERCENT] [--json]`,
  help: [
    'Estimates the minimum monthly cost of all stacks of a synthesised app, lists what it leaves out, and names the three largest savings.',
    '',
    TEMPLATES_HELP,
    '--diff OLD        a template or a folder to compare with, as often as needed: what an update changes, by line',
    '--levers          all changes that lower the bill, not only the three largest ones',
    `--spot-discount PERCENT  what Spot Instances save; default: ${PRICES.ec2SpotDiscount * 100}, an estimate`,
    `--plan-discount PERCENT  what a Savings Plan saves for instances; default: ${PRICES.planDiscount.ec2 * 100}, an assumption`,
    '--json            machine-readable output',
  ].join('\n'),
  options: {
    ...TEMPLATES_OPTION,
    'diff': { type: 'string', multiple: true },
    'levers': { type: 'boolean' },
    'spot-discount': { type: 'string' },
    'plan-discount': { type: 'string' },
    'json': { type: 'boolean' },
  },
  run(args, output) {
    const prices = pricesOf(args);
    const files = readStacks(textOptions(args, 'template'));
    const stacks = costsOf(files, prices);
    const old = textOptions(args, 'diff');
    output.out(old.length > 0 ? diffOf(args, costsOf(readStacks(old), prices), stacks) : costOf(args, files, stacks, prices));
    return Promise.resolve(ExitCode.OK);
  },
};

function costsOf(files: readonly StackFile[], prices: Prices): StackCost[] {
  return files.map(({ stack, file, template, has }) => ({ stack, file, lines: estimate(template, prices, has) }));
}

function diffOf(args: Arguments, before: readonly StackCost[], after: readonly StackCost[]): string {
  const [from, to] = [linesOf(before), linesOf(after)];
  const lines = differences(from, to);
  const sums = { before: sumOf(from), after: sumOf(to) };
  return args.values.json
    ? JSON.stringify({ asOf: PRICES.asOf, region: PRICES.region, currency: 'USD', perMonth: sums, lines }, undefined, 2)
    : diffText(lines, sums);
}

function costOf(args: Arguments, files: readonly StackFile[], stacks: readonly StackCost[], prices: Prices): string {
  const lines = linesOf(stacks);
  const levers = leversOf(files.map(({ template, has }, index): LeverContext => ({ template, has, lines: stacks[index].lines, prices })));
  const { fargateVcpu, fargateSpotVcpu, ec2Vcpu, ec2SpotVcpu } = needsOf(files.map(ownTemplate));
  const vcpus = { fargate: fargateVcpu, fargateSpot: fargateSpotVcpu, ec2: ec2Vcpu, ec2Spot: ec2SpotVcpu };
  return args.values.json
    ? JSON.stringify(
        {
          asOf: PRICES.asOf,
          region: PRICES.region,
          currency: 'USD',
          perMonth: sumOf(lines),
          stacks: stacks.map(({ stack, file, lines: own }) => ({ stack, file, perMonth: sumOf(own), lines: own })),
          lines,
          leftOut: LEFT_OUT,
          vcpus,
          levers,
        },
        undefined,
        2,
      )
    : costText(stacks, { vcpus, levers, all: args.values.levers === true });
}

/** Returns the resources of a stack itself. */
function ownTemplate({ template, has }: StackFile): CloudFormationTemplate {
  return { Resources: Object.fromEntries(Object.entries(template.Resources).filter(([id]) => has(id))) };
}

/** Returns the prices, with the estimates that the options set. */
function pricesOf(args: Arguments): Prices {
  const { planDiscount } = PRICES;
  return {
    ...PRICES,
    ec2SpotDiscount: percentOption(args, 'spot-discount') ?? PRICES.ec2SpotDiscount,
    planDiscount: { ...planDiscount, ec2: percentOption(args, 'plan-discount') ?? planDiscount.ec2 },
  };
}

function percentOption(args: Arguments, name: string): number | undefined {
  const text = textOption(args, name);
  if (text !== undefined && !/^\d{1,2}(\.\d+)?$/.test(text)) {
    throw new CommandError(`--${name} must be a percentage from 0 to 99, such as 60, got: ${text}`);
  }
  return text === undefined ? undefined : Number(text) / 100;
}
