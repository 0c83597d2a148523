import { Assembly, AssemblyStack } from './assembly';
import { isObject } from './parse-template';
import { CloudFormationTemplate } from '../alb/template';

/** The resources of all stacks of an assembly as one template, and the stack of each. */
export interface MergedTemplate {
  readonly template: CloudFormationTemplate;
  /** The stack of each resource, by the logical id in the merged template. */
  readonly stackOf: Readonly<Record<string, AssemblyStack>>;
}

type Resolve = (value: unknown) => unknown;

/**
 * Merges the stacks of an assembly: references between them, by exports or by parameters and outputs of nested stacks, become references
 * to the resource itself.
 *
 * Logical ids stay as they are; one that an earlier stack has too is preceded by the name of its stack.
 *
 * @param assembly the stacks
 */
export function mergedTemplate(assembly: Assembly): MergedTemplate {
  const merger = new Merger(assembly);
  const entries = assembly.flatMap((stack) =>
    Object.entries(stack.template.Resources).map(([id, resource]) => ({
      id: merger.mergedId(stack, id),
      stack,
      resource: { ...resource, Properties: merger.resolve(stack, resource.Properties) },
    })),
  );
  return {
    template: { Resources: Object.fromEntries(entries.map(({ id, resource }) => [id, resource])) },
    stackOf: Object.fromEntries(entries.map(({ id, stack }) => [id, stack])),
  };
}

class Merger {
  private readonly ids: ReadonlyMap<AssemblyStack, Readonly<Record<string, string>>>;
  private readonly exports: ReadonlyMap<string, { readonly stack: AssemblyStack; readonly value: unknown }>;

  public constructor(private readonly assembly: Assembly) {
    const taken = new Set<string>();
    this.ids = new Map(
      assembly.map((stack) => {
        const ids = Object.keys(stack.template.Resources).map((id) => [id, taken.has(id) ? `${stack.name}/${id}` : id]);
        ids.forEach(([id]) => taken.add(id));
        return [stack, Object.fromEntries(ids) as Record<string, string>];
      }),
    );
    this.exports = new Map(
      assembly.flatMap((stack) =>
        Object.values(stack.template.Outputs ?? {}).flatMap(({ Value: value, Export: exported }) =>
          typeof exported?.Name === 'string' ? [[exported.Name, { stack, value }] as const] : [],
        ),
      ),
    );
  }

  public mergedId(stack: AssemblyStack, id: string): string {
    return this.ids.get(stack)?.[id] ?? id;
  }

  /** Resolves a value of a stack's template. What is known at deployment only stays an intrinsic function. */
  public resolve(stack: AssemblyStack, value: unknown): unknown {
    const resolve: Resolve = (inner) => this.resolve(stack, inner);
    if (Array.isArray(value)) {
      return value.map(resolve);
    }
    if (!isObject(value)) {
      return value;
    }
    const keys = Object.keys(value);
    if (keys.length === 1) {
      const [name] = keys;
      switch (name) {
        case 'Ref':
          return this.reference(stack, String(value.Ref)) ?? value;
        case 'Fn::GetAtt':
          return this.attribute(stack, value[name]) ?? value;
        case 'Fn::ImportValue':
          return this.imported(resolve(value[name]));
        case 'Fn::Split':
          return splitOf(resolve(value[name]));
        case 'Fn::Select':
          return selectionOf(resolve(value[name]));
      }
    }
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolve(inner)]));
  }

  private reference(stack: AssemblyStack, id: string): unknown {
    if (Object.hasOwn(stack.template.Resources, id)) {
      return { Ref: this.mergedId(stack, id) };
    }
    const parent = this.assembly.find(({ file }) => file === stack.parent?.file);
    const { Parameters } = (parent?.template.Resources[stack.parent!.id].Properties ?? {}) as { Parameters?: unknown };
    return parent && isObject(Parameters) && Object.hasOwn(Parameters, id) ? this.resolve(parent, Parameters[id]) : undefined;
  }

  private attribute(stack: AssemblyStack, argument: unknown): unknown {
    const [id, ...attribute] = (Array.isArray(argument) ? argument : String(argument).split('.')) as unknown[];
    if (typeof id !== 'string' || !Object.hasOwn(stack.template.Resources, id)) {
      return undefined;
    }
    const name = attribute.join('.');
    const nested = this.assembly.find(({ parent }) => parent?.file === stack.file && parent.id === id);
    const output = nested?.template.Outputs?.[name.replace(/^Outputs\./, '')];
    return nested && output ? this.resolve(nested, output.Value) : { 'Fn::GetAtt': [this.mergedId(stack, id), name] };
  }

  private imported(name: unknown): unknown {
    const found = typeof name === 'string' ? this.exports.get(name) : undefined;
    return found ? this.resolve(found.stack, found.value) : { 'Fn::ImportValue': name };
  }
}

/** Returns the list that was joined, if the separator is the same: the CDK exports lists so. */
function splitOf(argument: unknown): unknown {
  const [separator, text] = (Array.isArray(argument) ? argument : []) as unknown[];
  const [joinedWith, parts] = (isObject(text) && Array.isArray(text['Fn::Join']) ? text['Fn::Join'] : []) as unknown[];
  if (typeof text === 'string' && typeof separator === 'string') {
    return text.split(separator);
  }
  return separator !== undefined && separator === joinedWith && Array.isArray(parts) ? parts : { 'Fn::Split': argument };
}

function selectionOf(argument: unknown): unknown {
  const [index, list] = (Array.isArray(argument) ? argument : []) as unknown[];
  return Array.isArray(list) && Number(index) < list.length ? (list as unknown[])[Number(index)] : { 'Fn::Select': argument };
}
