import { readable, ReadableValue } from './intrinsics';
import { CommandError } from '../command';
import { CloudFormationTemplate } from '../alb/template';
import { TemplateFile } from '../template/template-file';
import { containersOf, tasksOf, TemplateContainer } from '../template/template-services';

/** A secret in a variable of a container: its name, never its value. */
export interface SecretName {
  /** The name, or the logical id if CloudFormation generates the name. */
  readonly secret: string;
  /** The JSON key in the secret; undefined if the variable has the whole secret. */
  readonly key?: string;
  /** The description of a secret that the template creates. */
  readonly description?: string;
}

/** The environment of one container. */
export interface ContainerEnvironment {
  readonly name: string;
  readonly image: string;
  readonly variables: Readonly<Record<string, ReadableValue>>;
  readonly secrets: Readonly<Record<string, SecretName>>;
  /** Environment files in S3 with further variables. */
  readonly files: readonly string[];
}

/** A task definition with its containers. */
export interface TaskEnvironment {
  /** Its logical id in the template. */
  readonly task: string;
  readonly containers: readonly ContainerEnvironment[];
}

/**
 * Returns the task of a process: the one with a container of that name, in the template itself or else in the stacks that belong to it.
 *
 * @param file the synthesised template
 * @param process the name of the process, or of another container
 * @param task the logical id of the task, if several have such a container
 */
export function environmentOf({ template, has = () => true }: TemplateFile, process: string, task?: string): TaskEnvironment {
  const tasks = tasksOf(template);
  const inAnyStack = tasks.filter(([, definition]) => containersOf(definition).some(({ Name }) => Name === process));
  const inFile = inAnyStack.filter(([id]) => has(id));
  const having = inFile.length > 0 ? inFile : inAnyStack;
  if (having.length === 0) {
    const names = [...new Set(tasks.flatMap(([, definition]) => containersOf(definition).map(({ Name }) => Name)))].sort();
    throw new CommandError(
      names.length === 0
        ? 'the template has no ECS task; name the template of the services with --template FILE'
        : `PROCESS must be a container of the template, got: '${process}'; available: ${names.join(', ')}`,
    );
  }
  const found = having.filter(([id]) => task === undefined || id === task);
  const ids = having.map(([id]) => id).join(', ');
  if (found.length === 0) {
    throw new CommandError(`--task must be a task with a container '${process}', got: '${task}'; available: ${ids}`);
  }
  if (found.length > 1) {
    throw new CommandError(`several tasks have a container '${process}': ${ids}; choose one with --task ID`);
  }
  const [[id, definition]] = found;
  return { task: id, containers: containersOf(definition).map((container) => containerOf(template, container)) };
}

function containerOf(
  template: CloudFormationTemplate,
  { Name, Image, Environment = [], Secrets = [], EnvironmentFiles = [] }: TemplateContainer,
): ContainerEnvironment {
  return {
    name: Name,
    image: readable(Image).text,
    variables: sorted(Environment.map((one) => [one.Name, readable(one.Value)])),
    secrets: sorted(Secrets.map((one) => [one.Name, secretOf(template, one.ValueFrom)])),
    files: EnvironmentFiles.map((file) => readable(file.Value).text),
  };
}

/** An ARN, optionally followed by a JSON key, a version stage and a version. */
const OF_ARN = /:(?:secret:|parameter\/)([^:]+)(?::([^:]*))?/;
/** A resource of a template: `${Id}` or `${Id.Attribute}`, in another stack `${Stack/Id}`, optionally followed by the same parts. */
const OF_RESOURCE = /^\$\{([\w/-]+)(?:\.\w+)?\}(?::([^:]*))?/;

function secretOf(template: CloudFormationTemplate, valueFrom: unknown): SecretName {
  const { text } = readable(valueFrom);
  const [, secret = text, key] = OF_ARN.exec(text) ?? OF_RESOURCE.exec(text) ?? [];
  const { Name: name, Description: description } = (template.Resources[secret]?.Properties ?? {}) as {
    readonly Name?: unknown;
    readonly Description?: unknown;
  };
  return {
    secret: typeof name === 'string' ? name : secret,
    ...(key ? { key } : {}),
    ...(typeof description === 'string' ? { description } : {}),
  };
}

function sorted<T>(entries: readonly (readonly [string, T])[]): Record<string, T> {
  return Object.fromEntries([...entries].sort(([a], [b]) => a.localeCompare(b, 'en')));
}
