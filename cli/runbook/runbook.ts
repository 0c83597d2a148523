import { existsSync, writeFileSync } from 'node:fs';
import { version } from '../../package.json';
import { Arguments, Command, CommandError, ExitCode, Output, textOption, textOptions } from '../command';
import { Installation, installationOf } from './installation';
import { comment, PhysicalIds, quoted, ShellNames } from './shell';
import { TopicOptions, TOPICS } from './topics';
import { readStacks, StackFile, TEMPLATES_HELP, TEMPLATES_OPTION, TEMPLATES_USAGE } from '../template/template-file';

/** The options of each topic, as the command line has them. */
const OPTION_NAMES: Readonly<Record<keyof TopicOptions, string>> = {
  process: 'PROCESS',
  sql: '--sql',
  replay: '--replay',
  confirm: '--confirm',
  limit: '--limit',
  withValues: '--values',
};

/** The command that prints the commands of an operator for one installation, and writes a diagnostics bundle. */
export const RUNBOOK: Command = {
  usage:
    `[TOPIC [PROCESS]] ${TEMPLATES_USAGE} [--sql TEXT] [--limit N] [--values] [--replay TOPIC --confirm TOPIC] ` +
    '[--diagnostics FILE] [--region REGION] [--offline] [--json]',
  help: [
    'Prints the commands of an operator for this PostHog: logs, shells, queries, dead letters, stop and start; writes a diagnostics bundle.',
    '',
    ...Object.entries(TOPICS).map(([name, { summary }]) => `${name.padEnd(17)} ${summary}`),
    '',
    'PROCESS           for logs and exec: a process such as web',
    TEMPLATES_HELP,
    '--sql TEXT        for queries: the query; default: the size of tables, and the state of connections',
    '--limit N         for dead-letters: the number of messages; default: the newest 5 of each topic, or 10000 of each partition in a replay',
    '--values          for dead-letters: also prints the beginning of each message, which is data of clients; the log keeps it',
    '--replay TOPIC    for dead-letters: the commands that write the messages of a topic to the topics that they were read from',
    '--confirm TOPIC   the same topic again: without it, --replay says what it does',
    '--diagnostics FILE  writes the state of stacks, services and alarms to a new file: no secret, no value of a variable, no account number',
    '--region REGION   default: the region in cdk.out, or else of the environment or the profile',
    '--offline         does not read the account: the commands look names up themselves',
    '--json            machine-readable output',
    '',
    'It changes nothing: it prints commands for a POSIX shell. With credentials, they have the names of the deployed resources. docs/command-line.md',
    'lists the permissions.',
  ].join('\n'),
  options: {
    ...TEMPLATES_OPTION,
    sql: { type: 'string' },
    limit: { type: 'string' },
    values: { type: 'boolean' },
    replay: { type: 'string' },
    confirm: { type: 'string' },
    diagnostics: { type: 'string' },
    region: { type: 'string' },
    offline: { type: 'boolean' },
    json: { type: 'boolean' },
  },
  takesPositionals: true,
  async run(args, output) {
    const [name, process, ...more] = args.positionals;
    const diagnostics = textOption(args, 'diagnostics');
    if (more.length > 0 || (name !== undefined && diagnostics !== undefined)) {
      throw new CommandError('runbook takes one topic and one process, such as: cdk-posthog runbook logs web; --diagnostics takes none');
    }
    if (name === undefined && diagnostics === undefined) {
      output.out(args.values.json ? JSON.stringify({ topics: index() }, undefined, 2) : indexText());
      return ExitCode.OK;
    }
    const stacks = readStacks(textOptions(args, 'template'));
    const installation = installationOf(stacks);
    if (diagnostics !== undefined) {
      await writeBundle(installation, stacks, diagnostics, args);
      output.out(`wrote ${diagnostics}: read it before you pass it on`);
      return ExitCode.OK;
    }
    const lines = await topicLines(name, optionsOf(name, process, args), installation, stacks, args, output);
    output.out(args.values.json ? JSON.stringify({ topic: name, lines }, undefined, 2) : lines.join('\n'));
    return ExitCode.OK;
  },
};

function index(): { readonly topic: string; readonly summary: string }[] {
  return Object.entries(TOPICS).map(([topic, { summary }]) => ({ topic, summary }));
}

function indexText(): string {
  return index()
    .map(({ topic, summary }) => `npx cdk-posthog runbook ${topic.padEnd(15)} ${summary}`)
    .join('\n');
}

function optionsOf(topic: string, process: string | undefined, args: Arguments): TopicOptions {
  if (!Object.hasOwn(TOPICS, topic)) {
    throw new CommandError(`TOPIC must be one of ${Object.keys(TOPICS).join(', ')}, got: '${topic}'`);
  }
  const limit = textOption(args, 'limit');
  if (limit !== undefined && !/^[1-9]\d{0,5}$/.test(limit)) {
    throw new CommandError(`--limit must be from 1 to 999999, got: '${limit}'`);
  }
  const options: TopicOptions = {
    process,
    sql: textOption(args, 'sql'),
    replay: textOption(args, 'replay'),
    confirm: textOption(args, 'confirm'),
    limit: limit === undefined ? undefined : Number(limit),
    withValues: args.values.values === true,
  };
  const unused = (Object.keys(OPTION_NAMES) as (keyof TopicOptions)[]).find(
    (option) => options[option] !== undefined && options[option] !== false && !TOPICS[topic].options.includes(option),
  );
  if (unused) {
    throw new CommandError(`the topic ${topic} does not take ${OPTION_NAMES[unused]}`);
  }
  return options;
}

async function topicLines(
  topic: string,
  options: TopicOptions,
  installation: Installation,
  stacks: readonly StackFile[],
  args: Arguments,
  output: Output,
): Promise<string[]> {
  const region = textOption(args, 'region') ?? installation.region;
  const { ids, regionRead } = await physicalIds(stacks, region, args, output);
  const inRegion = regionRead ?? region;
  return [
    ...(inRegion === undefined ? [] : [`export AWS_REGION=${quoted(inRegion)}`]),
    ...(Object.keys(ids).length === 0 ? [comment('the account was not read: the commands look names up')] : []),
    ...TOPICS[topic].lines(installation, new ShellNames(ids), options),
  ];
}

async function physicalIds(
  stacks: readonly StackFile[],
  region: string | undefined,
  args: Arguments,
  output: Output,
): Promise<{ readonly ids: PhysicalIds; readonly regionRead?: string }> {
  if (args.values.offline === true) {
    return { ids: {} };
  }
  // The SDK is large, so it is loaded only when the account is read.
  const { missingCredentials, readAccount } = await import('./account');
  const missing = await missingCredentials();
  if (missing !== undefined) {
    output.err(`the account was not read: ${missing}`);
    return { ids: {} };
  }
  const { api, ids } = await readAccount(stacks, region);
  return { ids, regionRead: api.region };
}

async function writeBundle(installation: Installation, stacks: readonly StackFile[], file: string, args: Arguments): Promise<void> {
  if (existsSync(file)) {
    throw new CommandError(`--diagnostics must name a new file, and ${file} exists`);
  }
  const { bundleOf, readAccount } = await import('./account');
  const account = await readAccount(stacks, textOption(args, 'region') ?? installation.region);
  const bundle = await bundleOf(installation, stacks, account, version);
  writeFileSync(file, `${JSON.stringify(bundle, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' });
}
