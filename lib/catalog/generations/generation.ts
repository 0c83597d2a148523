import { Generation, GENERATIONS, WebServer } from './generations';
import { PostHogProcess } from '../posthog-process';
import { invalidValue } from '../../private/errors';

/** Values of a generation that a release replaces. */
export interface GenerationOverrides {
  readonly modes?: Readonly<Record<string, string>>;
  readonly taskQueues?: readonly string[];
  readonly topics?: readonly string[];
  readonly webServerEnvironment?: Readonly<Record<string, string>>;
}

/** The newest generation, the default of a release. */
export const NEWEST_GENERATION = GENERATIONS[0].name;

/** Returns the mode of a process. Throws if its generation has none. */
export function modeOf(generation: Generation, process: PostHogProcess): string {
  const mode = generation.modes[process];
  if (mode === undefined) {
    throw new Error(`the generation ${generation.name} has no mode for ${process}`);
  }
  return mode;
}

/**
 * Returns a generation by its name, with the overrides of a release.
 *
 * Throws if the library does not know the generation, or an override is wrong. `prefix` is the prop of the overrides in messages.
 */
export function generationOf(name: string, overrides: GenerationOverrides = {}, prefix = 'overrides'): Generation {
  const generation = GENERATIONS.find((one) => one.name === name);
  if (!generation) {
    throw invalidValue(
      'generation',
      `must be one that this version of the library knows: ${GENERATIONS.map((one) => one.name).join(', ')}`,
      name,
      'leave it out for the newest',
    );
  }
  const { modes = {}, taskQueues, topics, webServerEnvironment = {} } = overrides;
  checkModes(`${prefix}.modes`, modes, generation);
  taskQueues?.forEach((queue, index) => check(`${prefix}.taskQueues[${index}]`, queue, QUEUE));
  if (taskQueues?.length === 0) {
    throw invalidValue(`${prefix}.taskQueues`, 'must name a queue', taskQueues, 'leave it out for those of the generation');
  }
  topics?.forEach((topic, index) => check(`${prefix}.topics[${index}]`, topic, TOPIC));
  checkVariables(`${prefix}.webServerEnvironment`, webServerEnvironment, generation.webServer);
  return {
    ...generation,
    modes: { ...generation.modes, ...modes },
    taskQueues: [...(taskQueues ?? generation.taskQueues)],
    topics: [...(topics ?? generation.topics)],
    webServer: { ...generation.webServer, environment: { ...generation.webServer.environment, ...webServerEnvironment } },
  };
}

/** A rule for a text: the rest of a sentence that begins with its name, and the check. */
interface TextRule {
  readonly rule: string;
  readonly pattern: RegExp;
}

const MODE: TextRule = { rule: 'must be the name of a mode, such as ingestion-v2-combined', pattern: /^[a-z][a-z0-9-]*$/ };
const QUEUE: TextRule = { rule: 'must be the name of a task queue, such as general-purpose-task-queue', pattern: /^[a-z][a-z0-9-]*$/ };
const TOPIC: TextRule = { rule: 'must be the name of a topic, such as events_plugin_ingestion', pattern: /^(?!\.{1,2}$)[\w.-]{1,249}$/ };

function check(prop: string, value: string, { rule, pattern }: TextRule): void {
  if (!pattern.test(value)) {
    throw invalidValue(prop, rule, value);
  }
}

function checkModes(prop: string, modes: Readonly<Record<string, string>>, generation: Generation): void {
  const known = Object.keys(generation.modes);
  for (const [process, mode] of Object.entries(modes)) {
    if (!known.includes(process)) {
      throw invalidValue(prop, `may name the processes that have a mode in the generation ${generation.name}: ${known.join(', ')}`, process);
    }
    check(`${prop}.${process}`, mode, MODE);
  }
}

function checkVariables(prop: string, environment: Readonly<Record<string, string>>, { name, prefix }: WebServer): void {
  const foreign = Object.keys(environment).find((variable) => !variable.startsWith(prefix));
  if (foreign !== undefined) {
    throw invalidValue(
      prop,
      `may name the variables of the web server, ${name}, whose names begin with ${prefix}`,
      foreign,
      'other variables of the app belong in `environment` of PostHog',
    );
  }
}
