import { CpuArchitecture } from 'aws-cdk-lib/aws-ecs';
import { PlacedProcess } from './capacity/capacity-groups';
import { placedOn } from './capacity/capacity-plan';
import { PostHogServicesProps } from './posthog-services-props';
import { PostHogServiceOptions } from './service/service-options';
import { ReservedSize, taskSize } from './service/service-size';
import { ProcessDefinition } from '../catalog/process-definition';
import { withPath } from '../private/errors';
import { CLIENT_ADDRESS_SIDECAR, GEOIP_SIDECAR } from '../catalog/sidecars';

/** A process with its options, and what follows from them. */
export interface ServicePlan extends PlacedProcess {
  readonly definition: ProcessDefinition;
  readonly options: Omit<PostHogServiceOptions, 'process'>;
  readonly cpuArchitecture: CpuArchitecture;
  readonly size: ReservedSize;
}

type PlanProps = Pick<PostHogServicesProps, 'definitions' | 'serviceOptions' | 'release' | 'cpuArchitecture' | 'size' | 'capacity'>;

/**
 * Returns the plans of processes.
 *
 * Throws if options are invalid for a process.
 *
 * @param props the processes and their options
 * @param path the path of the services, for errors
 * @param hasProxy returns whether the task of a process has the nginx that verifies addresses
 */
export function placeProcesses(props: PlanProps, path: string, hasProxy: (definition: ProcessDefinition) => boolean): ServicePlan[] {
  const { definitions, serviceOptions = [], release } = props;
  return definitions.map((definition) => {
    const index = serviceOptions.findIndex(({ process }) => process === definition.process);
    const options: Omit<PostHogServiceOptions, 'process'> = index === -1 ? {} : serviceOptions[index];
    const cpuArchitecture = release._architectureFor(options.cpuArchitecture ?? props.cpuArchitecture, `serviceOptions[${index}].cpuArchitecture`);
    const capacity = placedOn(definition, options.capacity ?? props.capacity);
    const scope = { node: { path: `${path}/${definition.id}` } };
    const size = withPath(scope, () => taskSize(definition, props.size, options, capacity._settings));
    return {
      definition,
      options,
      cpuArchitecture,
      size,
      capacity,
      prop: options.capacity ? `serviceOptions[${index}].capacity` : 'capacity',
      member: memberOf(definition, size, cpuArchitecture, hasProxy(definition)),
    };
  });
}

function memberOf(definition: ProcessDefinition, size: ReservedSize, cpuArchitecture: CpuArchitecture, hasProxy: boolean): PlacedProcess['member'] {
  const { process, id, interruptible = false, single, geoIpFolder } = definition;
  const { minTasks, maxTasks, reservedCpu, memoryReservationMiB } = size;
  const sidecars = [...(hasProxy ? [CLIENT_ADDRESS_SIDECAR] : []), ...(geoIpFolder === undefined ? [] : [GEOIP_SIDECAR])];
  return {
    process,
    id,
    cpuArchitecture,
    interruptible,
    minTasks,
    maxTasks,
    reserved: {
      cpu: sidecars.reduce((sum, { cpu }) => sum + cpu, reservedCpu),
      memoryMiB: sidecars.reduce((sum, sidecar) => sum + sidecar.memoryReservationMiB, memoryReservationMiB),
    },
    single: single !== undefined,
  };
}
