import { Size } from 'aws-cdk-lib/core';
import { InstanceType } from 'aws-cdk-lib/aws-ec2';
import { instanceType } from '../../private/checks/cdk';
import { all, Check, Checks, listOf } from '../../private/checks/check';
import { boolean, gibibytes, number, oneOf, text, wholeNumber } from '../../private/checks/values';

/** The kind of instances that a capacity provider has. */
export enum CapacityProviderKind {
  /** An Auto Scaling group of container instances. */
  INSTANCES = 'instances',
  /** Amazon ECS Managed Instances. */
  MANAGED_INSTANCES = 'managed-instances',
}

/** Options for processes on Fargate. */
export interface FargateCapacityOptions {
  /**
   * Determines whether interruptible processes run on Fargate Spot: those that answer no client requests and whose unfinished work is retried. The
   * others run on demand. An existing `cluster` needs `fargateCapacityProviders`.
   *
   * @default false
   */
  readonly spot?: boolean;
}

/** Options for processes that share instances. */
export interface SharedCapacityOptions {
  /**
   * The part of a process's CPU (`cpu`) that a task reserves, from 0.05 to 1. Tasks share what others do not use: a task gets its reservation for
   * certain, and up to the whole instance while that is idle. How many tasks ECS places on an instance depends on reservations.
   *
   * @default 0.25
   */
  readonly cpuReservation?: number;
}

/** Options for processes on EC2 instances of an Auto Scaling group. */
export interface InstanceCapacityOptions extends SharedCapacityOptions {
  /**
   * The instance types, the preferred one first. All need the CPU architecture of the processes, and ENI trunking: burstable types (t3, t4g) and
   * some others have network interfaces for two or three tasks only, and are refused. docs/capacity.md lists the tasks of each type.
   *
   * @default - r6a.large for `PostHogSize.DEV` and SMALL, r6a.xlarge for PRODUCTION, r6a.2xlarge for LARGE; with ARM, r6g of the same size
   */
  readonly instanceTypes?: InstanceType[];
  /**
   * The number of instances that always run, from 1 to 1000.
   *
   * @default - what the minimum number of tasks needs; for `PostHogSize.PRODUCTION` and LARGE, also if any one instance is lost
   */
  readonly minInstances?: number;
  /**
   * The number of instances that ECS may start, from 1 to 1000. A deployment runs every process twice for some minutes, so it needs up to twice the
   * instances.
   *
   * @default - twice `minInstances`, or what the maximum number of tasks needs if that is more
   */
  readonly maxInstances?: number;
  /**
   * Determines whether the instances are Spot Instances. All processes of the group run on them, also those that clients wait for: use it for the
   * whole of an evaluation, or for interruptible processes with `capacity` of `serviceOptions`.
   *
   * @default false
   */
  readonly spot?: boolean;
  /**
   * The size of the volume of an instance, from 30 GiB to 16 TiB. It holds the images of two releases: PostHog's own takes 10 GB.
   *
   * @default Size.gibibytes(50)
   */
  readonly volumeSize?: Size;
}

/** Options for processes on Amazon ECS Managed Instances. */
export interface ManagedInstanceCapacityOptions extends SharedCapacityOptions {
  /**
   * The instance types that ECS may choose from. All need the CPU architecture of the processes.
   *
   * @default - the types that `PostHogCapacity.instances()` has by default, in three generations
   */
  readonly instanceTypes?: InstanceType[];
  /**
   * Determines whether the instances are Spot Instances. A change replaces the capacity provider.
   *
   * @default false
   */
  readonly spot?: boolean;
  /**
   * The size of the volume of an instance for images and containers, from 30 GiB to 16 TiB.
   *
   * @default Size.gibibytes(80)
   */
  readonly volumeSize?: Size;
}

/** Options for an existing capacity provider. */
export interface CapacityProviderOptions extends SharedCapacityOptions {
  /**
   * The kind of the capacity provider.
   *
   * @default CapacityProviderKind.INSTANCES
   */
  readonly kind?: CapacityProviderKind;
}

const MAX_INSTANCES = 1000;

const instanceTypes = listOf(instanceType('such as r6a.large'), { min: 1 });
const cpuReservation = number(0.05, 1);
const instances = wholeNumber(1, MAX_INSTANCES);
/** The images of two releases, the operating system, and the files of containers. */
const volumeSize = gibibytes(30, 16_384);

export const FARGATE_CHECKS: Checks<FargateCapacityOptions> = { spot: boolean };

export const INSTANCE_CHECKS: Checks<InstanceCapacityOptions> = {
  cpuReservation,
  instanceTypes,
  minInstances: instances,
  maxInstances: instances,
  spot: boolean,
  volumeSize,
};

export const MANAGED_INSTANCE_CHECKS: Checks<ManagedInstanceCapacityOptions> = { cpuReservation, instanceTypes, spot: boolean, volumeSize };

export const PROVIDER_CHECKS: Checks<CapacityProviderOptions> = { cpuReservation, kind: oneOf(CapacityProviderKind) };

/** Checks the name of a capacity provider. Those of AWS have `fargate()`. */
export const providerName: Check = all(
  text(/^[a-zA-Z0-9_-]{1,255}$/, 'must be the name of a capacity provider, of letters, digits, hyphens and underscores'),
  text(/^(?!aws|ecs|fargate)/i, 'must not begin with aws, ecs or fargate, as the names of AWS do', 'use PostHogCapacity.fargate() for Fargate'),
);
