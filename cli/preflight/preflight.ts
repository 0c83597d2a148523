import { capacityChecks, updateChecks } from './checks/template-checks';
import { Arguments, Command, CommandError, ExitCode, Output, textOption, textOptions } from '../command';
import { NamedCheckResult, warning } from '../doctor/check';
import { counts, exitCodeOf, resultsText } from '../doctor/report';
import { stackOf, SynthesisedStack } from '../template/stacks';
import { readTemplates, TEMPLATES_HELP, TEMPLATES_OPTION, TEMPLATES_USAGE } from '../template/template-file';

/** The results for the stacks of one region. */
interface Report {
  readonly templates: readonly string[];
  /** The region; undefined if no account was read and the app leaves it to the credentials. */
  readonly region?: string;
  readonly accountRead: boolean;
  readonly results: readonly NamedCheckResult[];
}

/** The command that checks a synthesised app, and the account that it is for, before its deployment. */
export const PREFLIGHT: Command = {
  usage: `${TEMPLATES_USAGE} [--from FILE] [--region REGION] [--offline] [--allow-unknown] [--json]`,
  help: [
    'Checks a synthesised app and the account before a deployment: quotas, domain, roles, names, and changes that AWS would refuse.',
    '',
    TEMPLATES_HELP,
    '--from FILE       the deployed template, instead of the one of the stack in the account; needs exactly one template to compare with',
    '--region REGION   the region of stacks that leave it to the credentials; default: the region of the environment or the profile',
    '--offline         do not read the account: compare with the quotas of a new one',
    '--allow-unknown   exit with 0 although something could not be read',
    '--json            machine-readable output',
    '',
    'Exit codes: 0 nothing is in the way, with or without warnings (!); 1 a deployment would fail; 2 the command could not run, or nothing failed and',
    'some results are unknown.',
    'It only reads. Without credentials it prints what the app needs. docs/command-line.md lists the permissions.',
  ].join('\n'),
  options: {
    ...TEMPLATES_OPTION,
    'from': { type: 'string' },
    'region': { type: 'string' },
    'offline': { type: 'boolean' },
    'allow-unknown': { type: 'boolean' },
    'json': { type: 'boolean' },
  },
  async run(args, output) {
    const stacks = readTemplates(textOptions(args, 'template')).map(stackOf);
    const from = textOption(args, 'from');
    if (from !== undefined && stacks.length !== 1) {
      throw new CommandError(`--from needs one --template to compare with, got: ${stacks.length}`);
    }
    const updates = from === undefined ? [] : updateChecks(readTemplates([from])[0].template, stacks[0].template);
    const reports: Report[] = [];
    for (const [region, inRegion] of byRegion(stacks, textOption(args, 'region'))) {
      const report = await reportOf(inRegion, region, args, output);
      reports.push({ ...report, results: [...report.results, ...updates] });
    }
    const results = reports.flatMap((report) => report.results);
    output.out(args.values.json ? asJson(reports) : reports.map(asText).join('\n\n'));
    return exitCodeOf(results, args.values['allow-unknown'] === true) satisfies ExitCode;
  },
};

/** Groups stacks by region, because quotas are per region. */
function byRegion(stacks: readonly SynthesisedStack[], option: string | undefined): Map<string | undefined, SynthesisedStack[]> {
  const groups = new Map<string | undefined, SynthesisedStack[]>();
  stacks.forEach((stack) => groups.set(stack.region ?? option, [...(groups.get(stack.region ?? option) ?? []), stack]));
  return groups;
}

async function reportOf(stacks: readonly SynthesisedStack[], region: string | undefined, args: Arguments, output: Output): Promise<Report> {
  const templates = stacks.map(({ file }) => file);
  const withoutAccount = (why: string): Report => ({
    templates,
    region,
    accountRead: false,
    results: [...capacityChecks(stacks.map(({ template }) => template)), { check: 'account', ...warning(`the account was not read: ${why}`) }],
  });
  if (args.values.offline === true) {
    return { templates, region, accountRead: false, results: capacityChecks(stacks.map(({ template }) => template)) };
  }
  // The SDK is large, so it is loaded only when the account is read.
  const { checkAccount, missingCredentials } = await import('./check-account');
  const missing = await missingCredentials();
  if (missing !== undefined) {
    return withoutAccount(missing);
  }
  let read = region;
  const begin = (where: string) => {
    read = where;
    if (!args.values.json) {
      output.err(`reading the account in ${where} ...`);
    }
  };
  const results = await checkAccount(stacks, region, { compare: textOption(args, 'from') === undefined, begin });
  return { templates, region: read, accountRead: true, results };
}

function asText({ templates, region, results }: Report): string {
  return `${templates.join(', ')}${region === undefined ? '' : ` in ${region}`}\n\n${resultsText(results)}`;
}

function asJson(reports: readonly Report[]): string {
  const results = reports.flatMap((report) => report.results.map((result) => ({ ...result, ...(report.region ? { region: report.region } : {}) })));
  const templates = reports.flatMap((report) => report.templates);
  return JSON.stringify({ templates, accountRead: reports.every(({ accountRead }) => accountRead), summary: counts(results), results }, undefined, 2);
}
