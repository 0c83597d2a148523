import { ResourceName, RunbookService } from './installation';
import { PostHogProcess } from '../../lib/internal';

/** The physical ids of resources, by `STACK/ID`; those of other resources are looked up by the shell. */
export type PhysicalIds = Readonly<Record<string, string>>;

/** The key of a resource in `PhysicalIds`. */
export function keyOf({ stack, id }: ResourceName): string {
  return `${stack}/${id}`;
}

/** Quotes a text. A shell expands nothing in single quotes. */
export function quoted(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Returns a comment on a line of its own. */
export function comment(text: string): string {
  return `# ${text.replace(/\s+/g, ' ')}`;
}

/** The shell variable of a process's service, such as `INGESTION_GENERAL`. */
export function variableOf(process: PostHogProcess): string {
  return process.toUpperCase().replaceAll('-', '_');
}

/** Assigns the physical ids of resources to shell variables. */
export class ShellNames {
  public constructor(private readonly ids: PhysicalIds) {}

  /** Returns the line that sets a variable to the physical id of a resource. */
  public set(variable: string, resource: ResourceName): string {
    return `${variable}=${this.valueOf(resource)}`;
  }

  /** Returns the lines that set the variable of a service to its ARN, and `CLUSTER` to the cluster in it. */
  public setService({ process, service }: RunbookService): string[] {
    return [this.set(variableOf(process), service), this.clusterOf(process, service)];
  }

  private clusterOf(process: PostHogProcess, service: ResourceName): string {
    const arn = this.ids[keyOf(service)];
    // The ARN of a service is arn:...:service/CLUSTER/NAME.
    return arn === undefined ? `CLUSTER=$(printf %s "$${variableOf(process)}" | cut -d/ -f2)` : `CLUSTER=${quoted(arn.split('/')[1])}`;
  }

  private valueOf({ stack, id }: ResourceName): string {
    const known = this.ids[keyOf({ stack, id })];
    return known === undefined ? `$(${lookup(stack, id)})` : quoted(known);
  }
}

/** Returns the command that prints the physical id of a resource. The stack of a nested one is a resource of its parent. */
function lookup(stack: string, id: string): string {
  const [parent, nested] = [stack.slice(0, stack.lastIndexOf('/')), stack.slice(stack.lastIndexOf('/') + 1)];
  const name = stack.includes('/') ? `"$(${lookup(parent, nested)})"` : quoted(stack);
  return `aws cloudformation describe-stack-resource --stack-name ${name} --logical-resource-id ${id} --query StackResourceDetail.PhysicalResourceId --output text`;
}
