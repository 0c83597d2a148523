import { UserData } from 'aws-cdk-lib/aws-ec2';
import { scriptText } from '../../private/assets';

/**
 * The memory of a host, in MiB, that ECS does not place tasks in: the agent, Docker, systemd and the agent of Session Manager. An estimate
 * (150 to 250 MiB); what a host registers is in `registeredResources` of `aws ecs describe-container-instances`.
 */
export const HOST_RESERVED_MIB = 256;

/** The settings of the boot script of a host. */
export interface HostBoot {
  readonly region: string;
  readonly clusterName: string;
  /** The URL that the first hosts of a group signal. */
  readonly readyUrl: string;
  readonly spot: boolean;
}

/**
 * Returns the settings of the ECS agent.
 *
 * Images: the agent deletes an image an hour after the last task that used it was deleted, so that the disk has to hold two releases, not three. Its
 * own defaults keep stopped containers, and so their images, for three hours, and delete five images at a time.
 *
 * @see https://github.com/aws/amazon-ecs-agent (README.md, environment variables)
 */
export function agentConfig({ clusterName, spot }: HostBoot): Readonly<Record<string, string>> {
  return {
    ECS_CLUSTER: clusterName,
    ECS_ENABLE_TASK_ENI: 'true',
    ECS_ENABLE_HIGH_DENSITY_ENI: 'true',
    // A task could otherwise get the credentials of the host's role from the metadata service.
    ECS_AWSVPC_BLOCK_IMDS: 'true',
    // As on Fargate.
    ECS_DISABLE_PRIVILEGED: 'true',
    ECS_RESERVED_MEMORY: String(HOST_RESERVED_MIB),
    // Of containers whose task definition has no timeout: as long as Fargate's longest.
    ECS_CONTAINER_STOP_TIMEOUT: '120s',
    ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION: '15m',
    ECS_IMAGE_CLEANUP_INTERVAL: '10m',
    ECS_IMAGE_MINIMUM_CLEANUP_AGE: '1h',
    ECS_NUM_IMAGES_DELETE_PER_CYCLE: '20',
    ...(spot ? { ECS_ENABLE_SPOT_INSTANCE_DRAINING: 'true' } : {}),
  };
}

/** Returns the user data of a host: its settings, and boot/host.sh, which also checks the host later. It is limited to 16 KB. */
export function hostUserData(boot: HostBoot): UserData {
  const config = Object.entries(agentConfig(boot)).map(([name, value]) => `${name}=${value}`);
  const settings = Object.entries({
    CLUSTER: boot.clusterName,
    REGION: boot.region,
    READY_URL: boot.readyUrl,
    AGENT_CONFIG: config.join('\n'),
  }).map(([name, value]) => `${name}='${value}'\n`);
  return UserData.custom(['#!/bin/bash\n', ...settings, scriptText('services', 'capacity', 'boot', 'host.sh')].join(''));
}
