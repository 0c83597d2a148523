import type { Outcome } from './follow';
import { standardOutput, terminal } from './terminal';
import type { WatchedStack } from './watch-deployment';
import { Arguments, Command, CommandError, ExitCode, isCommandError, textOption, textOptions } from '../command';
import { stackOf } from '../template/stacks';
import { readTemplates, TemplateFile } from '../template/template-file';

const EXIT_CODES: Readonly<Record<Outcome, ExitCode>> = {
  'complete': ExitCode.OK,
  'failed': ExitCode.NOT_OK,
  'not-found': ExitCode.FAILED,
  'credentials-ended': ExitCode.CREDENTIALS_ENDED,
  'interrupted': ExitCode.INTERRUPTED,
};

const MINUTE = 60_000;

/** The command that follows a deployment to its end. */
export const WATCH: Command = {
  usage: '[--stack NAME]... [--region REGION] [--wait MINUTES]',
  help: [
    'Follows a deployment to its end: phase, progress of the migration, what is waited for, and each error with the page that explains it.',
    '',
    '--stack NAME      a stack, as often as needed; default: the stacks of the templates in cdk.out',
    '--region REGION   default: the region in cdk.out, or else of the environment or the profile',
    '--wait MINUTES    how long a deployment may take to begin; default: 10 for a stack that does not exist, 0 for one whose deployment has ended',
    '',
    'Exit codes: 0 complete; 1 failed or rolled back; 2 the command could not run, or a stack does not exist; 3 the credentials ended meanwhile:',
    'run it again with new ones; 130 stopped with Ctrl-C. The deployment goes on in each case.',
    'It only reads. In a terminal it shows a progress bar; NO_COLOR turns colours off. docs/command-line.md lists the permissions.',
  ].join('\n'),
  options: { stack: { type: 'string', multiple: true }, region: { type: 'string' }, wait: { type: 'string' } },
  async run(args) {
    const wait = waitOf(args);
    const stacks = stacksOf(args);
    // The SDK is large, so it is loaded only when the command runs, not for its help.
    const { SYSTEM_CLOCK, watchDeployment } = await import('./watch-deployment');
    const stopped = new AbortController();
    const stop = () => stopped.abort();
    process.once('SIGINT', stop);
    try {
      const outcome = await watchDeployment(stacks, { clock: SYSTEM_CLOCK, terminal: terminal(standardOutput()), signal: stopped.signal, wait });
      return EXIT_CODES[outcome];
    } finally {
      process.removeListener('SIGINT', stop);
    }
  },
};

function stacksOf(args: Arguments): WatchedStack[] {
  const [names, region] = [textOptions(args, 'stack'), textOption(args, 'region')];
  if (names.includes('')) {
    throw new CommandError('the name of a stack must not be empty');
  }
  if (names.length > 0) {
    return [...new Set(names)].map((name) => ({ name, region }));
  }
  return synthesised()
    .map(stackOf)
    .flatMap((stack) => (stack.name === undefined ? [] : [{ name: stack.name, region: region ?? stack.region }]));
}

function synthesised(): TemplateFile[] {
  try {
    return readTemplates([]);
  } catch (error) {
    throw isCommandError(error)
      ? new CommandError(`${error.message.split(';')[0]}; run \`npx cdk synth\`, or name a stack with --stack NAME`)
      : error;
  }
}

function waitOf(args: Arguments): number | undefined {
  const text = textOption(args, 'wait');
  if (text !== undefined && !/^\d{1,4}$/.test(text)) {
    throw new CommandError(`--wait must be a whole number of minutes, got: '${text}'`);
  }
  return text === undefined ? undefined : Number(text) * MINUTE;
}
