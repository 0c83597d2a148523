import { isSame, referencesOf, Template } from '../../cli/updates/replacement';
import { Duration, SPEEDS, Step, stepOf } from './durations';

/** The time of a deployment, in minutes, and what it typically waits for, in order. */
export interface DeploymentTime extends Duration {
  readonly path: readonly Step[];
}

/** A resource, as far as its order and its duration depend on it. */
interface Resource {
  readonly Type: string;
  readonly Properties?: unknown;
  readonly DependsOn?: unknown;
}

/** Types whose reference or attribute is another one after a change, so that a resource that refers to them changes as well. */
const CHANGED_REFERENCE: readonly RegExp[] = [/^AWS::ECS::TaskDefinition$/, /^AWS::EC2::LaunchTemplate$/, /^Custom::/];

/** Returns the time of a first deployment, in which CloudFormation creates every resource after all that it depends on. */
export function firstDeployment(template: Template): DeploymentTime {
  return timeOf(template, (id) => stepOf(template, id, false));
}

/**
 * Returns the time of an update.
 *
 * @param before the deployed template
 * @param after the template of the update
 */
export function update(before: Template, after: Template): DeploymentTime {
  const changed = changedResources(before, after);
  return timeOf(after, (id) => (changed.has(id) ? stepOf(after, id, true) : undefined));
}

/** Returns the resources that an update creates or updates. */
export function changedResources(before: Template, after: Template): Set<string> {
  const resources = Object.entries(after.Resources);
  const isChanged = (id: string) => !(id in before.Resources) || !isSame(before.Resources[id].Properties, after.Resources[id].Properties);
  const changed = new Set(resources.map(([id]) => id).filter(isChanged));
  let size = -1;
  while (size !== changed.size) {
    size = changed.size;
    for (const [id, { Properties: properties }] of resources) {
      if (referencesOf(properties).some((other) => changed.has(other) && hasOtherReference(after, other))) {
        changed.add(id);
      }
    }
  }
  return changed;
}

function hasOtherReference({ Resources }: Template, id: string): boolean {
  return CHANGED_REFERENCE.some((type) => type.test(Resources[id].Type));
}

/** Returns the longest way through the resources that take time. */
function timeOf(template: Template, stepFor: (id: string) => Step | undefined): DeploymentTime {
  const [fast, typical, slow] = SPEEDS.map((speed) => longestPath(template, (id) => stepFor(id)?.duration[speed] ?? 0));
  const path = typical.path.flatMap((id) => stepFor(id) ?? []);
  return { fast: fast.minutes, typical: typical.minutes, slow: slow.minutes, path };
}

interface Path {
  readonly minutes: number;
  readonly path: readonly string[];
}

const NOTHING: Path = { minutes: 0, path: [] };

function longestPath(template: Template, minutes: (id: string) => number): Path {
  const known = new Map<string, Path>();
  const until = (id: string): Path => {
    const found = known.get(id) ?? after(id);
    known.set(id, found);
    return found;
  };
  const after = (id: string): Path => {
    const before = longest(dependenciesOf(template, id).map(until));
    return { minutes: before.minutes + minutes(id), path: [...before.path, id] };
  };
  return longest(Object.keys(template.Resources).map(until));
}

function longest(paths: readonly Path[]): Path {
  return paths.reduce((one, other) => (other.minutes > one.minutes ? other : one), NOTHING);
}

function dependenciesOf({ Resources }: Template, id: string): string[] {
  const { Properties: properties, DependsOn } = Resources[id] as Resource;
  const named = [DependsOn].flat().filter((other) => typeof other === 'string');
  return [...new Set([...named, ...referencesOf(properties)])].filter((other) => other in Resources && other !== id);
}
