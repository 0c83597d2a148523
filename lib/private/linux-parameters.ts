import { Capability, LinuxParameters } from 'aws-cdk-lib/aws-ecs';
import { Construct } from 'constructs';

/** Options for `linuxParameters`. */
export interface LinuxParametersOptions {
  /** Determines whether ECS runs an init process as the first one. */
  readonly init?: boolean;
  /** The capabilities to drop. */
  readonly dropped: readonly (keyof typeof Capability)[];
}

/** Returns the Linux parameters of a container; undefined if there are none. */
export function linuxParameters(scope: Construct, id: string, { init = false, dropped }: LinuxParametersOptions): LinuxParameters | undefined {
  if (!init && dropped.length === 0) {
    return undefined;
  }
  const parameters = new LinuxParameters(scope, id, { initProcessEnabled: init || undefined });
  parameters.dropCapabilities(...dropped.map((name) => Capability[name]));
  return parameters;
}
