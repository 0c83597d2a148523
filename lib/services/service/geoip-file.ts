import { ContainerDefinition, ContainerDependencyCondition, LogDriver } from 'aws-cdk-lib/aws-ecs';
import { Construct } from 'constructs';
import { GEOIP_FILE } from '../processes/rust';
import { containerImage } from '../../private/container-image';

/** Source and target of the GeoIP database. */
export interface GeoIpFileProps {
  /** The image of a Rust service: each holds the file and is small. */
  readonly image: string;
  /** The folder that the process reads it from. */
  readonly folder: string;
  readonly logging: LogDriver;
}

const VOLUME = 'geoip';

/**
 * Adds the GeoIP database to the task of a process whose image lacks it: an init container copies it to a shared volume.
 *
 * The container runs as root, because a Fargate volume initially belongs to root, and makes the file readable by all users.
 */
export function addGeoIpFile(scope: Construct, container: ContainerDefinition, { image, folder, logging }: GeoIpFileProps): void {
  const { taskDefinition } = container;
  taskDefinition.addVolume({ name: VOLUME });
  const copy = taskDefinition.addContainer('geoip', {
    image: containerImage(scope, 'GeoIpRepository', image),
    entryPoint: ['/bin/sh', '-c'],
    command: [`cp ${GEOIP_FILE} ${folder}/ && chmod a+r ${folder}/*`],
    user: '0',
    essential: false,
    logging,
  });
  copy.addMountPoints({ sourceVolume: VOLUME, containerPath: folder, readOnly: false });
  container.addMountPoints({ sourceVolume: VOLUME, containerPath: folder, readOnly: true });
  container.addContainerDependencies({ container: copy, condition: ContainerDependencyCondition.SUCCESS });
}
