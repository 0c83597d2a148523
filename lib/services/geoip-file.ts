import { ContainerDefinition, ContainerDependencyCondition, LogDriver } from 'aws-cdk-lib/aws-ecs';
import { Construct } from 'constructs';
import { GEOIP_FILE } from './processes/rust';
import { containerImage } from '../private/container-image';

/** Where the database of places comes from, and where it goes. */
export interface GeoIpFileProps {
  /** An image of a Rust service: each holds the file, and is small. */
  readonly image: string;
  /** The folder that the process reads it from. */
  readonly folder: string;
  readonly logging: LogDriver;
}

const VOLUME = 'geoip';

/**
 * Puts the database of places where a process reads it whose image does not hold it: another container of its task copies it there first.
 *
 * It copies as root, because a volume of Fargate belongs to root at first, and lets everybody read.
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
