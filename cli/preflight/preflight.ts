import { capacityChecks, updateChecks } from './checks';
import { Command, CommandError, textOption, textOptions } from '../command';
import { counts, exitCodeOf, resultsText } from '../doctor/report';
import { readTemplates, TEMPLATES_HELP, TEMPLATES_OPTION, TEMPLATES_USAGE } from '../template/template-file';

/** The command that checks a synthesised app before its deployment. */
export const PREFLIGHT: Command = {
  usage: `${TEMPLATES_USAGE} [--from FILE] [--json]`,
  help: [
    'Checks a synthesised app before it is deployed: the quotas that it needs, and changes that AWS would refuse.',
    '',
    TEMPLATES_HELP,
    '--from FILE       the deployed template (aws cloudformation get-template): also checks the update from it to the one that --template names',
    '--json            machine-readable output',
    '',
    'Exit codes: 0 nothing is refused, with or without warnings (!); 1 AWS would refuse a change; 2 the command could not run.',
    'It reads no AWS account: it compares with the quotas of a new one. Warnings have the command that requests a higher quota.',
  ].join('\n'),
  options: { ...TEMPLATES_OPTION, from: { type: 'string' }, json: { type: 'boolean' } },
  run(args, output) {
    const templates = readTemplates(textOptions(args, 'template'));
    const from = textOption(args, 'from');
    if (from !== undefined && templates.length !== 1) {
      throw new CommandError(`--from needs one --template to compare with, got: ${templates.length}`);
    }
    const results = [
      ...capacityChecks(templates.map(({ template }) => template)),
      ...(from === undefined ? [] : updateChecks(readTemplates([from])[0].template, templates[0].template)),
    ];
    const files = templates.map(({ file }) => file);
    output.out(
      args.values.json
        ? JSON.stringify({ templates: files, summary: counts(results), results }, undefined, 2)
        : `${files.join(', ')}\n\n${resultsText(results)}`,
    );
    return Promise.resolve(exitCodeOf(results, false));
  },
};
