import { Size, Token } from 'aws-cdk-lib/core';
import { InstanceType } from 'aws-cdk-lib/aws-ec2';
import {
  CapacityProviderKind,
  CapacityProviderOptions,
  FARGATE_CHECKS,
  FargateCapacityOptions,
  INSTANCE_CHECKS,
  InstanceCapacityOptions,
  MANAGED_INSTANCE_CHECKS,
  ManagedInstanceCapacityOptions,
  PROVIDER_CHECKS,
  providerName,
} from './capacity-options';
import { invalidValue } from '../../private/errors';
import { checkStruct } from '../../private/checks/check';

/** The CPU that a task reserves by default, as a part of that of its process. Idle processes use a tenth; docs/capacity.md has the figures. */
const DEFAULT_CPU_RESERVATION = 0.25;

/**
 * The settings of a capacity.
 *
 * @internal
 */
export interface CapacitySettings {
  /** Undefined for Fargate. */
  readonly kind?: CapacityProviderKind;
  /** The name of an existing capacity provider. */
  readonly providerName?: string;
  readonly spot: boolean;
  /** The part of the CPU that is reserved; 1 on Fargate. */
  readonly cpuReservation: number;
  readonly instanceTypes?: readonly InstanceType[];
  readonly minInstances?: number;
  readonly maxInstances?: number;
  readonly volumeSize?: Size;
}

/**
 * The capacity that processes run on: Fargate, EC2 instances that they share, or an existing capacity provider.
 *
 * Two values of `instances()` are two groups of instances, also with the same options; processes with the same value share one. Moving a process from
 * one capacity to another one replaces its tasks in a rolling deployment, and no service. docs/capacity.md compares them.
 */
export class PostHogCapacity {
  /**
   * Runs each task on Fargate: AWS runs and patches the hosts, and each task pays for all of its CPU and memory.
   *
   * @param options Fargate Spot
   */
  public static fargate(options: FargateCapacityOptions = {}): PostHogCapacity {
    checkStruct('options', options, FARGATE_CHECKS);
    return new PostHogCapacity({ spot: options.spot ?? false, cpuReservation: 1 });
  }

  /**
   * Runs tasks on EC2 instances of a new Auto Scaling group, which ECS scales. Tasks share the CPU of an instance and reserve measured memory, so a
   * small PostHog costs less than half as much as on Fargate. You replace the instances when a new AMI appears.
   *
   * The subnets must belong to the stack's account: ENI trunking does not work in subnets that another account shares.
   *
   * Throws if `minInstances` is more than `maxInstances`.
   *
   * @param options the instance types, the number of instances, and reservations
   */
  public static instances(options: InstanceCapacityOptions = {}): PostHogCapacity {
    checkStruct('options', options, INSTANCE_CHECKS);
    const { minInstances, maxInstances, cpuReservation = DEFAULT_CPU_RESERVATION, spot = false, ...others } = options;
    if (minInstances !== undefined && maxInstances !== undefined && !Token.isUnresolved(minInstances) && minInstances > maxInstances) {
      throw invalidValue('maxInstances', `must be \`minInstances\` (${minInstances}) or more`, maxInstances);
    }
    return new PostHogCapacity({ ...others, kind: CapacityProviderKind.INSTANCES, minInstances, maxInstances, cpuReservation, spot });
  }

  /**
   * Runs tasks on Amazon ECS Managed Instances: AWS runs and patches the hosts, for about 12 percent more than `instances()`, and replaces each
   * within 14 days. Experimental: it was not tried on AWS, and ECS has open issues with it (docs/capacity.md). Processes that must never run twice
   * run on Fargate.
   *
   * @param options the instance types and reservations
   */
  public static managedInstances(options: ManagedInstanceCapacityOptions = {}): PostHogCapacity {
    checkStruct('options', options, MANAGED_INSTANCE_CHECKS);
    const { cpuReservation = DEFAULT_CPU_RESERVATION, spot = false, ...others } = options;
    return new PostHogCapacity({ ...others, kind: CapacityProviderKind.MANAGED_INSTANCES, cpuReservation, spot });
  }

  /**
   * Runs tasks on an existing capacity provider of an existing `cluster`. Instances of an Auto Scaling group need ENI trunking
   * (`awsvpcTrunking`), and should keep tasks from the credentials of their role (`ECS_AWSVPC_BLOCK_IMDS=true`).
   *
   * Throws if the name is that of a capacity provider of AWS.
   *
   * @param name the name of the capacity provider, which is associated with the cluster
   * @param options its kind and reservations
   */
  public static fromProvider(name: string, options: CapacityProviderOptions = {}): PostHogCapacity {
    providerName('name', name);
    checkStruct('options', options, PROVIDER_CHECKS);
    const { kind = CapacityProviderKind.INSTANCES, cpuReservation = DEFAULT_CPU_RESERVATION } = options;
    return new PostHogCapacity({ kind, providerName: name, cpuReservation, spot: false });
  }

  private constructor(
    /**
     * Its settings.
     *
     * @internal
     */
    public readonly _settings: CapacitySettings,
  ) {}
}
