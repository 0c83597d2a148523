import { ProcessDefinition } from '../../lib/catalog/process-definition';
import { PROCESSES } from '../../lib/catalog/processes';

/** One value for each process, so that one assertion shows every process that has another one. */
export function each<T>(valueOf: (definition: ProcessDefinition) => T): Record<string, T> {
  return Object.fromEntries(PROCESSES.map((definition) => [definition.process, valueOf(definition)]));
}

/** The processes that a condition is true for. */
export function those(condition: (definition: ProcessDefinition) => unknown): string[] {
  return PROCESSES.filter((definition) => condition(definition))
    .map(({ process }) => process as string)
    .sort();
}
