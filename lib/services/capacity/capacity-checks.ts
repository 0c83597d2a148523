import { CapacityProviderKind } from './capacity-options';
import { PostHogCapacity } from './posthog-capacity';
import { ProcessDefinition } from '../../catalog/process-definition';
import { objectWith } from '../../private/checks/check';
import { invalidProp, invalidValue } from '../../private/errors';

/** Checks that a value is a capacity. */
export const CAPACITY_CHECK = objectWith('a PostHogCapacity', ['_settings'], 'use PostHogCapacity.instances(), for example');

/** The capacity of a process, and the prop that requests it. */
export interface RequestedCapacity {
  readonly capacity: PostHogCapacity;
  /** The name of the prop, for errors. */
  readonly prop: string;
}

/** The cluster and the network, as far as the checks of capacities use them. */
export interface CapacityChecks {
  readonly hasCluster: boolean;
  readonly fargateProviders: boolean;
  /** Indicates whether the subnets have no outbound access that the library knows. */
  readonly lacksNat: boolean;
}

/**
 * Checks the capacity of a process, or of the whole.
 *
 * @param requested the capacity with the name of its prop
 * @param context the cluster and the network
 * @param definition the process of an entry of `serviceOptions`; undefined for the whole
 */
export function checkCapacity(requested: RequestedCapacity, context: CapacityChecks, definition?: ProcessDefinition): void {
  const { capacity, prop } = requested;
  const { kind, spot, providerName } = capacity._settings;
  if (kind === undefined) {
    if (spot && definition && !definition.interruptible) {
      throw invalidProp(prop, `must not be Spot for ${definition.process}: clients wait for its answers`, 'leave it out, or use fargate()');
    }
    if (spot && context.hasCluster && !context.fargateProviders) {
      throw invalidProp(
        'fargateCapacityProviders',
        `must be true with Spot (\`${prop}\`) and an existing \`cluster\`, because ECS refuses services with a capacity provider that their cluster does ` +
          'not have',
        'associate the cluster with FARGATE and FARGATE_SPOT, as `enableFargateCapacityProviders` of ecs.Cluster does, and set it',
      );
    }
    return;
  }
  if (providerName !== undefined && !context.hasCluster) {
    throw invalidValue(prop, 'requires `cluster`, which has the capacity provider', providerName, 'pass the cluster, or use instances()');
  }
  if (providerName === undefined && kind === CapacityProviderKind.INSTANCES && context.hasCluster) {
    throw invalidProp(
      prop,
      'must not be instances() with an existing `cluster`, whose owner keeps the list of its capacity providers',
      'leave `cluster` out, or associate a capacity provider with it and use PostHogCapacity.fromProvider()',
    );
  }
  if (providerName === undefined && context.lacksNat) {
    throw invalidProp(prop, 'must be fargate() without NAT: instances install their software from the internet', 'use a network with NAT');
  }
  if (definition?.single !== undefined && kind === CapacityProviderKind.MANAGED_INSTANCES) {
    throw invalidProp(
      prop,
      `must not be Managed Instances for ${definition.process}, which must never run twice: ECS stops a task there only after the new one runs`,
      'use instances() or fargate()',
    );
  }
}
