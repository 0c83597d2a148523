import { Command, CommandError, ExitCode, textOption } from '../command';
import { ReadableValue } from './intrinsics';
import { ContainerEnvironment, environmentOf, SecretName, TaskEnvironment } from './task-environment';
import { readTemplate, TEMPLATE_HELP, TEMPLATE_OPTION, TEMPLATE_USAGE } from '../template/template-file';

const FORMATS = ['shell', 'json'];

/** Formats the environment of a task's containers as lines that a shell can source. Secrets are comments. */
export function shellText({ task, containers }: TaskEnvironment): string {
  return containers
    .map(({ name, image, variables, secrets, files }) =>
      [
        comment(`${name} in ${task}, image ${image}`),
        ...files.map((file) => comment(`further variables: ${file}`)),
        ...Object.entries(variables).map(([key, value]) => variableText(key, value)),
        ...Object.entries(secrets).map(([key, secret]) => comment(`export ${key}= # ${secretText(secret)}`)),
      ].join('\n'),
    )
    .join('\n\n');
}

/** Formats a variable. A name that a shell cannot export becomes a comment. */
function variableText(key: string, { text, known }: ReadableValue): string {
  const line = `export ${key}=${quoted(text)}${known ? '' : ' # known at deployment'}`;
  return /^[A-Za-z_]\w*$/.test(key) ? line : comment(line);
}

/** Formats a comment on a single line, so that none of it is sourced. */
function comment(text: string): string {
  return `# ${text.replace(/\s+/g, ' ')}`;
}

function secretText({ secret, key, description }: SecretName): string {
  return `secret ${secret}${key === undefined ? '' : `, key ${key}`}${description === undefined ? '' : ` (${description})`}`;
}

/** Quotes a text. A shell expands nothing in single quotes. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function jsonOf({ name, image, variables, secrets, files }: ContainerEnvironment): object {
  const entries = Object.entries(variables);
  return {
    name,
    image,
    environment: Object.fromEntries(entries.map(([key, { text }]: [string, ReadableValue]) => [key, text])),
    knownAtDeployment: entries.filter(([, { known }]) => !known).map(([key]) => key),
    secrets,
    files,
  };
}

/** The command that prints the environment of the containers of a process. */
export const ENVIRONMENT: Command = {
  usage: `PROCESS [--task ID] ${TEMPLATE_USAGE} [--format shell|json] [--json]`,
  help: [
    'Prints the environment of the containers of a process in a synthesised template: variables, and secrets by name.',
    '',
    'PROCESS           a process such as web, or another container such as migrate; all containers of its task are printed',
    '--task ID         the logical id of the task, if several have such a container',
    TEMPLATE_HELP,
    '--format FORMAT   shell: lines to source, secrets as comments; json: machine-readable; default: shell',
    '--json            the same as --format json',
  ].join('\n'),
  options: { ...TEMPLATE_OPTION, task: { type: 'string' }, format: { type: 'string' }, json: { type: 'boolean' } },
  takesPositionals: true,
  run(args, output) {
    const [process, ...more] = args.positionals;
    if (process === undefined || more.length > 0) {
      throw new CommandError('environment takes one process, such as: cdk-posthog environment web');
    }
    const format = textOption(args, 'format') ?? (args.values.json ? 'json' : 'shell');
    if (!FORMATS.includes(format)) {
      throw new CommandError(`--format must be one of ${FORMATS.join(', ')}, got: '${format}'`);
    }
    const read = readTemplate(textOption(args, 'template'));
    const { file } = read;
    const found = environmentOf(read, process, textOption(args, 'task'));
    output.out(
      format === 'json'
        ? JSON.stringify({ template: file, task: found.task, containers: found.containers.map(jsonOf) }, undefined, 2)
        : shellText(found),
    );
    return Promise.resolve(ExitCode.OK);
  },
};
