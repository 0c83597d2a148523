import { InstanceArchitecture, InstanceType } from 'aws-cdk-lib/aws-ec2';
import { Size, Token } from 'aws-cdk-lib/core';
import { CpuArchitecture } from 'aws-cdk-lib/aws-ecs';
import { CapacityProviderKind } from './capacity-options';
import { defaultInstanceTypes } from './capacity-plan';
import { HostArchitecture, hostType, HostType } from './instance-types';
import { checkPacking, hostsFor, PackedTask, PackingOptions } from './packing';
import { PostHogCapacity } from './posthog-capacity';
import { PostHogProcess } from '../../catalog/posthog-process';
import { PostHogSize } from '../../catalog/posthog-size';
import { invalidProp, invalidValue } from '../../private/errors';

/** The tasks of a process in a group. */
export interface GroupMember {
  readonly process: PostHogProcess;
  /** The construct id of the process. */
  readonly id: string;
  readonly cpuArchitecture: CpuArchitecture;
  readonly interruptible: boolean;
  readonly minTasks: number;
  readonly maxTasks: number;
  /** The CPU units and the memory that all containers of a task reserve. */
  readonly reserved: { readonly cpu: number; readonly memoryMiB: number };
  readonly single: boolean;
}

/** A group of instances, with its defaults. */
export interface GroupPlan {
  readonly capacity: PostHogCapacity;
  readonly kind: CapacityProviderKind;
  /** The construct id. */
  readonly id: string;
  readonly cpuArchitecture: CpuArchitecture;
  readonly instanceTypes: readonly InstanceType[];
  /** Undefined for Managed Instances, whose number ECS determines. */
  readonly instances?: { readonly min: number; readonly max: number };
  readonly spot: boolean;
  readonly volumeSize: Size;
  /** The problems that do not stop a deployment. */
  readonly warnings: readonly GroupWarning[];
}

/** A warning about a group. */
export interface GroupWarning {
  /** The id of the annotation. */
  readonly id: 'instancesFull' | 'spotForClients' | 'unknownInstanceType';
  readonly message: string;
}

/** The circumstances of a group. */
export interface GroupContext {
  /** The name of the prop with the capacity. */
  readonly prop: string;
  readonly size: PostHogSize;
  /** The number of availability zones of the subnets. */
  readonly zones: number;
}

/** The volumes by default: the images of two releases. ECS has 80 GiB on Managed Instances. */
const VOLUME_GIB: Readonly<Record<CapacityProviderKind, number>> = {
  [CapacityProviderKind.INSTANCES]: 50,
  [CapacityProviderKind.MANAGED_INSTANCES]: 80,
};

/**
 * The sizes in which the other instances have room for what a lost one ran. In smaller ones, processes with one task wait some minutes for the next
 * instance; those that answer clients have a second task in another zone.
 */
const SURVIVING: readonly PostHogSize[] = [PostHogSize.PRODUCTION, PostHogSize.LARGE];

/** Families whose network interfaces are enough for two or three tasks, with or without trunking: burstable and flex ones. */
const FEW_INTERFACES = /^t\d|-flex\./;

/**
 * Returns the plan of a group of instances.
 *
 * Throws if an instance type has another architecture or few network interfaces, or if the group can never hold one deployment.
 */
export function groupPlan(capacity: PostHogCapacity, id: string, members: readonly GroupMember[], context: GroupContext): GroupPlan {
  const { kind, spot, volumeSize } = capacity._settings;
  if (kind === undefined) {
    throw new Error('only instances have groups');
  }
  const { cpuArchitecture } = members[0];
  const architecture = architectureOf(members, context);
  const types = capacity._settings.instanceTypes ?? typesByDefault(kind, context.size, architecture);
  types.forEach((type, index) => checkType(type, architecture, `${context.prop}.instanceTypes[${index}]`));
  const packed = kind === CapacityProviderKind.INSTANCES ? packing(capacity, types, members, context) : undefined;
  return {
    capacity,
    kind,
    id,
    cpuArchitecture,
    instanceTypes: types,
    instances: packed?.instances,
    spot,
    volumeSize: volumeSize ?? Size.gibibytes(VOLUME_GIB[kind]),
    warnings: [...(packed?.warnings ?? []), ...spotWarning(spot, members, context)],
  };
}

/** Returns the architecture of the processes of a group. */
function architectureOf(members: readonly GroupMember[], { prop }: GroupContext): HostArchitecture {
  const [first] = members;
  const other = members.find(({ cpuArchitecture: { _cpuArchitecture } }) => _cpuArchitecture !== first.cpuArchitecture._cpuArchitecture);
  if (other) {
    throw invalidProp(
      prop,
      `must be for processes of one CPU architecture, and ${first.process} and ${other.process} have different ones`,
      'pass another value of instances() for the others, in `capacity` of `serviceOptions`',
    );
  }
  return first.cpuArchitecture._cpuArchitecture as HostArchitecture;
}

function typesByDefault(kind: CapacityProviderKind, size: PostHogSize, architecture: HostArchitecture): InstanceType[] {
  const names = defaultInstanceTypes(size, architecture === 'ARM64' ? 'arm' : 'x86');
  // One type is the simplest to calculate with. Managed Instances choose among several.
  return (kind === CapacityProviderKind.INSTANCES ? names.slice(0, 1) : names).map((name) => new InstanceType(name));
}

function checkType(type: InstanceType, architecture: HostArchitecture, prop: string): void {
  const name = type.toString();
  if (Token.isUnresolved(name)) {
    return;
  }
  if (FEW_INTERFACES.test(name)) {
    throw invalidValue(
      prop,
      'must have ENI trunking: burstable and flex types have network interfaces for two or three tasks',
      name,
      'use r6a.large',
    );
  }
  if ((type.architecture === InstanceArchitecture.ARM_64) !== (architecture === 'ARM64')) {
    throw invalidValue(prop, `must have the CPU architecture of the processes, ${architecture}`, name, 'use another type, or set `cpuArchitecture`');
  }
}

interface Packing {
  readonly instances: { readonly min: number; readonly max: number };
  readonly warnings: readonly GroupWarning[];
}

/** Determines the number of instances, and checks that the tasks fit on them. */
function packing(capacity: PostHogCapacity, types: readonly InstanceType[], members: readonly GroupMember[], context: GroupContext): Packing {
  const { minInstances, maxInstances } = capacity._settings;
  const known = types.map((type) => (Token.isUnresolved(type.toString()) ? undefined : hostType(type.toString())));
  const tasks = members.map((member) => packedTask(member, member.minTasks));
  if (!known.every((type): type is HostType => type !== undefined)) {
    return unchecked(capacity, types, context);
  }
  const survivesHostLoss = SURVIVING.includes(context.size) && context.zones > 1;
  const options: PackingOptions = { survivesHostLoss, zones: context.zones };
  const scaledOut = members.map((member) => packedTask(member, member.maxTasks));
  const numbers = known.map((type) => hostsFor(tasks, scaledOut, type, options));
  const most = (which: 'min' | 'max') => Math.max(...numbers.map((number) => number?.[which] ?? 1));
  const min = minInstances ?? Math.min(most('min'), knownNumber(maxInstances) ?? Infinity);
  const max = maxInstances ?? Math.max(most('max'), knownNumber(minInstances) ?? 0);
  if (Token.isUnresolved(max)) {
    return { instances: { min, max }, warnings: [] };
  }
  const [impossible] = checkPacking(tasks, known, max, { zones: 1 });
  if (impossible !== undefined) {
    throw invalidProp(context.prop, `must have room for every process and one more task of each during its deployment: ${impossible}`);
  }
  return { instances: { min, max }, warnings: headroomWarnings(tasks, known, max, options) };
}

function packedTask({ process, reserved, single }: GroupMember, count: number): PackedTask {
  return { process, count, ...reserved, singleton: single };
}

function knownNumber(value: number | undefined): number | undefined {
  return Token.isUnresolved(value) ? undefined : value;
}

/** Warns if a lost instance, or an update of all services at once, has to wait for something. */
function headroomWarnings(tasks: readonly PackedTask[], types: readonly HostType[], max: number, options: PackingOptions): GroupWarning[] {
  const twice = tasks.map((task) => (task.singleton ? task : { ...task, count: 2 * task.count }));
  const [short] = [...checkPacking(tasks, types, max, options), ...checkPacking(twice, types, max, { zones: 1 })];
  return short === undefined
    ? []
    : [{ id: 'instancesFull', message: `an update of all services, or the loss of an instance, waits for room: ${short}. Raise \`maxInstances\`` }];
}

/** Of types that the library does not know, users say how many they need. */
function unchecked(capacity: PostHogCapacity, types: readonly InstanceType[], { prop, size }: GroupContext): Packing {
  const { minInstances = size === PostHogSize.DEV ? 1 : 2, maxInstances } = capacity._settings;
  const names = types.map((type) => type.toString()).filter((name) => Token.isUnresolved(name) || hostType(name) === undefined);
  const shown = names.map((name) => (Token.isUnresolved(name) ? 'a token' : name)).join(', ');
  if (maxInstances === undefined) {
    throw invalidProp(`${prop}.maxInstances`, `is required with instance types that the library has no figures of: ${shown}`);
  }
  const message = `it was not checked whether the tasks fit, because the library has no figures of ${shown}; see docs/capacity.md`;
  return { instances: { min: minInstances, max: maxInstances }, warnings: [{ id: 'unknownInstanceType', message }] };
}

function spotWarning(spot: boolean, members: readonly GroupMember[], { size }: GroupContext): GroupWarning[] {
  const awaited = members.filter(({ interruptible }) => !interruptible).map(({ process }) => process);
  return spot && size !== PostHogSize.DEV && awaited.length > 0
    ? [
        {
          id: 'spotForClients',
          message: `clients wait for these processes, and AWS can take their Spot Instances at two minutes' notice: ${awaited.join(', ')}`,
        },
      ]
    : [];
}
