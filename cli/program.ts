import { parseArgs } from 'node:util';
import { Command, CommandError, ExitCode, isCommandError, Output } from './command';
import { version } from '../package.json';

/** The commands by name. Each is loaded on demand, so that none waits for the dependencies of another. */
export type Commands = Readonly<Record<string, () => Promise<Command>>>;

/** Every command of the command line. To add one, add an entry here. */
export const COMMANDS: Commands = {
  'routes': async () => (await import('./routes/routes')).ROUTES,
  'explain': async () => (await import('./explain/explain')).EXPLAIN,
  'preview': async () => (await import('./preview/preview')).PREVIEW,
  'environment': async () => (await import('./environment/environment')).ENVIRONMENT,
  'doctor': async () => (await import('./doctor/doctor')).DOCTOR,
  'preflight': async () => (await import('./preflight/preflight')).PREFLIGHT,
  'watch': async () => (await import('./watch/watch')).WATCH,
  'cost': async () => (await import('./cost/cost')).COST,
  'size': async () => (await import('./size/size')).SIZE,
  'restore': async () => (await import('./restore/restore')).RESTORE,
  'release': async () => (await import('./release/release')).RELEASE,
  'rotate-keys': async () => (await import('./rotate-keys/rotate-keys')).ROTATE_KEYS,
  'runbook': async () => (await import('./runbook/runbook')).RUNBOOK,
};

/**
 * Runs the command line.
 *
 * @param commands the commands, by name
 * @param argv the arguments after the program's name
 * @param output where to write
 */
export async function runProgram(commands: Commands, argv: readonly string[], output: Output): Promise<ExitCode> {
  const [name, ...rest] = argv;
  try {
    if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
      output.out(await overview(commands));
      return name === undefined ? ExitCode.FAILED : ExitCode.OK;
    }
    if (name === '--version') {
      output.out(version);
      return ExitCode.OK;
    }
    if (!Object.hasOwn(commands, name)) {
      throw new CommandError(`there is no command '${name}'; available: ${Object.keys(commands).join(', ')}`);
    }
    const command = await commands[name]();
    const { values, positionals } = parse(name, command, rest);
    if (values.help) {
      output.out(`cdk-posthog ${name} ${command.usage}\n\n${command.help}`);
      return ExitCode.OK;
    }
    return await command.run({ values, positionals }, output);
  } catch (error) {
    // Any other error is a defect or unexpected input, so its type is printed too.
    output.err(`cdk-posthog: ${isCommandError(error) ? error.message : firstLine(String(error))}`);
    return ExitCode.FAILED;
  }
}

function parse(name: string, command: Command, args: string[]) {
  try {
    return parseArgs({
      args,
      options: { ...command.options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: command.takesPositionals ?? false,
      strict: true,
    });
  } catch (error) {
    // The platform's message names the option; its other sentences explain how to escape it.
    throw new CommandError(`${(error as Error).message.split(/\.\s/)[0]}; usage: cdk-posthog ${name} ${command.usage}`);
  }
}

function firstLine(text: string): string {
  return text.split('\n')[0];
}

async function overview(commands: Commands): Promise<string> {
  const lines = await Promise.all(
    Object.entries(commands).map(async ([name, load]) => {
      const { usage, help } = await load();
      return `  cdk-posthog ${name} ${usage}\n      ${help.split('\n')[0]}`;
    }),
  );
  return [
    'PostHog on AWS: inspects a template or a deployment, or creates a release file.',
    '',
    ...lines,
    '',
    '  cdk-posthog --version\n      Prints the version of the package.',
    '',
    'Exit codes: 0 success, 1 a check failed or releases differ, 2 the command could not run.',
  ].join('\n');
}
