import { logicalId, ofType } from '../alb/template';
import { Template } from '../updates/replacement';

/** The phases of a deployment, in order. Everything that the migration needs comes first. */
export const PHASES = ['prerequisites', 'migration', 'services', 'check'] as const;
export type Phase = (typeof PHASES)[number];

/**
 * The share of each phase in the time of a first deployment, and of an update.
 *
 * Estimates, not measured in AWS: MSK 30 minutes, the migration of an empty database 75, four waves of services 30; an update 12, 10 and 20.
 */
export const SHARES: Readonly<Record<'create' | 'update', Readonly<Record<Phase, number>>>> = {
  create: { prerequisites: 0.3, migration: 0.5, services: 0.19, check: 0.01 },
  update: { prerequisites: 0.25, migration: 0.25, services: 0.48, check: 0.02 },
};

const STORE = /^AWS::(RDS|ElastiCache|MSK|S3|AutoScaling)::|^AWS::EC2::Volume$/;

/** Returns the phase of a resource. */
export function phaseOf(type: string): Phase {
  switch (type) {
    case 'Custom::PostHogMigration':
    case 'AWS::CloudFormation::WaitCondition':
      return 'migration';
    case 'AWS::ECS::Service':
      return 'services';
    case 'Custom::PostHogDeploymentCheck':
      return 'check';
    default:
      // Scaling follows its service, but what waits for it is the service.
      return type.startsWith('AWS::ApplicationAutoScaling::') ? 'services' : 'prerequisites';
  }
}

/** Returns the name of a phase. A stack without data stores has only what its services need. */
export function phaseName(phase: Phase, types: readonly string[]): string {
  const names: Readonly<Record<Phase, string>> = {
    prerequisites: types.some((type) => STORE.test(type)) ? 'data stores' : 'network and permissions',
    migration: 'migration',
    services: 'services',
    check: 'check of the deployment',
  };
  return names[phase];
}

/** Returns the wave of each ECS service, from 1: the length of the longest chain of services that it waits for. */
export function wavesOf(template: Template): Map<string, number> {
  const ids = new Set(ofType(template, 'AWS::ECS::Service').map(([id]) => id));
  const waves = new Map<string, number>();
  const waveOf = (id: string, path: readonly string[]): number => {
    const { DependsOn = [] } = template.Resources[id] as { DependsOn?: string | readonly string[] };
    const earlier = [DependsOn].flat().filter((other) => ids.has(other) && !path.includes(other));
    const wave = waves.get(id) ?? 1 + Math.max(0, ...earlier.map((other) => waveOf(other, [...path, id])));
    waves.set(id, wave);
    return wave;
  };
  ids.forEach((id) => waveOf(id, []));
  return waves;
}

/** Returns a short name of a service: that of its container, or else its logical id. */
export function serviceName(template: Template | undefined, id: string): string {
  const task = logicalId((template?.Resources[id]?.Properties as { TaskDefinition?: unknown } | undefined)?.TaskDefinition);
  const definition =
    task === undefined ? undefined : (template?.Resources[task]?.Properties as { ContainerDefinitions?: readonly { Name?: unknown }[] } | undefined);
  const name = definition?.ContainerDefinitions?.[0]?.Name;
  return typeof name === 'string' ? name : id;
}
