import type { Secret } from 'aws-cdk-lib/aws-ecs';

/** The settings of a process: in clear text, and from Secrets Manager. */
export interface ProcessSettings {
  readonly environment: Record<string, string>;
  readonly secrets: Record<string, Secret>;
}
