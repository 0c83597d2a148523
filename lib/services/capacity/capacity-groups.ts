import { Annotations, Arn, ArnFormat, Stack, Token } from 'aws-cdk-lib/core';
import { ISubnet, IVpc } from 'aws-cdk-lib/aws-ec2';
import { ICluster, ManagedInstancesCapacityProvider } from 'aws-cdk-lib/aws-ecs';
import { Construct, DependencyGroup, IConstruct, IDependable } from 'constructs';
import { CapacityProviderKind } from './capacity-options';
import { RequestedCapacity } from './capacity-checks';
import { isGroup } from './capacity-plan';
import { GroupMember, groupPlan, GroupPlan } from './group-plan';
import { InstanceHosts } from './instance-hosts';
import { ManagedHosts } from './managed-hosts';
import { PostHogCapacity } from './posthog-capacity';
import { PostHogSize } from '../../catalog/posthog-size';
import { invalidProp } from '../../private/errors';
import { isListToken, zonesOf } from '../../private/subnets';

/** A process, the capacity that it is placed on, and the prop with it. */
export interface PlacedProcess extends RequestedCapacity {
  readonly member: GroupMember;
}

/** Properties for `CapacityGroups`. */
export interface CapacityGroupsProps {
  readonly cluster: ICluster;
  readonly vpc: IVpc;
  readonly subnets: readonly ISubnet[];
  readonly size: PostHogSize;
  /** The default capacity, whose group has a construct id that does not depend on processes. */
  readonly byDefault: PostHogCapacity;
  readonly processes: readonly PlacedProcess[];
}

/** The groups of instances that processes run on: one for each value of `PostHogCapacity`. */
export class CapacityGroups extends Construct {
  /** The groups of EC2 instances. */
  public readonly hosts: InstanceHosts[] = [];
  /** The capacity providers of Managed Instances. */
  public readonly managed: ManagedInstancesCapacityProvider[] = [];

  private readonly providers = new Map<PostHogCapacity, string>();
  private readonly started = new DependencyGroup();

  public constructor(scope: Construct, id: string, props: CapacityGroupsProps) {
    super(scope, id);
    const groups = new Map<PostHogCapacity, PlacedProcess[]>();
    for (const placed of props.processes.filter(({ capacity }) => isGroup(capacity))) {
      groups.set(placed.capacity, [...(groups.get(placed.capacity) ?? []), placed]);
    }
    for (const [capacity, placed] of groups) {
      const { prop } = placed[0];
      checkOwner(this, props.vpc, prop);
      const members = placed.map(({ member }) => member);
      const plan = groupPlan(capacity, groupId(props, placed), members, { prop, size: props.size, zones: zoneCount(props.subnets) });
      plan.warnings.forEach(({ id: warning, message }) => Annotations.of(scope).addWarningV2(`cdk-posthog:PostHog.${warning}`, message));
      this.providers.set(capacity, this.define(plan, props));
    }
  }

  /** The dependency of services: their cluster has the capacity providers, and instances have registered. */
  public get ready(): IDependable {
    return this.started;
  }

  /** Returns the name of the capacity provider of a capacity. */
  public providerOf(capacity: PostHogCapacity): string {
    const name = capacity._settings.providerName ?? this.providers.get(capacity);
    if (name === undefined) {
      throw new Error('the capacity has no group of instances');
    }
    return name;
  }

  private define({ kind, id, ...plan }: GroupPlan, { cluster, vpc, subnets }: CapacityGroupsProps): string {
    const common = { vpc, subnets, instanceTypes: plan.instanceTypes, spot: plan.spot, volumeSize: plan.volumeSize };
    if (kind === CapacityProviderKind.MANAGED_INSTANCES) {
      const { provider } = new ManagedHosts(this, id, { cluster, ...common });
      this.managed.push(provider);
      this.started.add(provider);
      return provider.capacityProviderName;
    }
    const { min, max } = plan.instances!;
    const hosts = new InstanceHosts(this, id, {
      cluster,
      previous: this.hosts.at(-1),
      ...common,
      cpuArchitecture: plan.cpuArchitecture,
      minInstances: min,
      maxInstances: max,
    });
    this.hosts.push(hosts);
    this.started.add(hosts.ready);
    return hosts.capacityProviderName;
  }
}

/** Returns the construct id of a group: that of the default, or of the first process in it. */
function groupId({ byDefault }: CapacityGroupsProps, placed: readonly PlacedProcess[]): string {
  return placed[0].capacity === byDefault ? 'Instances' : `${placed[0].member.id}Instances`;
}

function zoneCount(subnets: readonly ISubnet[]): number {
  return subnets.some(({ availabilityZone }) => isListToken(availabilityZone)) ? 2 : zonesOf(subnets);
}

/** Refuses subnets that another account shares, as far as a lookup knows the owner of the VPC: ENI trunking does not work in them. */
function checkOwner(scope: IConstruct, vpc: IVpc, prop: string): void {
  const { account } = Stack.of(scope);
  if (Token.isUnresolved(vpc.vpcArn) || Token.isUnresolved(account)) {
    return;
  }
  const owner = Arn.split(vpc.vpcArn, ArnFormat.SLASH_RESOURCE_NAME).account;
  if (owner && owner !== account) {
    throw invalidProp(
      prop,
      `must be fargate() in subnets that another account (${owner}) shares: ECS does not support ENI trunking in them`,
      'use a VPC of the account, or Fargate',
    );
  }
}
