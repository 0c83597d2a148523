import { isProcess, PackedTask, PROCESSES } from '../../lib/internal';
import { CloudFormationTemplate } from '../alb/template';
import { reservedBy } from '../preflight/host-needs';
import { containersOf, taskCountOf, taskOf, TemplateService } from '../template/template-services';

/** Returns the name of the first container of a service's tasks, which is that of its process; undefined if it is known at deployment only. */
export function processOf(template: CloudFormationTemplate, service: TemplateService): string | undefined {
  const [container] = containersOf(taskOf(template, service));
  return typeof container?.Name === 'string' ? container.Name : undefined;
}

/** Returns the tasks of services as they are placed on instances: the minimum number of each, with what they reserve. */
export function packedTasks(template: CloudFormationTemplate, services: readonly [id: string, service: TemplateService][]): PackedTask[] {
  return services.map(([id, service]) => {
    const process = processOf(template, service) ?? id;
    return {
      process,
      count: taskCountOf(template, [id, service]).min ?? 1,
      ...reservedBy(template, service),
      singleton: definitionOf(process)?.single !== undefined,
    };
  });
}

/** Returns the definition of a process; undefined for another container. */
export function definitionOf(name: string): (typeof PROCESSES)[number] | undefined {
  return isProcess(name) ? PROCESSES.find(({ process }) => process === name) : undefined;
}
