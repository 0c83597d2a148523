import { Annotations, Duration, Token } from 'aws-cdk-lib/core';
import {
  CfnTaskDefinition,
  Compatibility,
  ContainerDefinition,
  ContainerDependencyCondition,
  ContainerImage,
  CpuArchitecture,
  FargateTaskDefinition,
  HealthCheck,
  LogDriver,
  NetworkMode,
  OperatingSystemFamily,
  Secret,
  TaskDefinition,
  TaskDefinitionProps,
} from 'aws-cdk-lib/aws-ecs';
import { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { logTo } from './service-logs';
import { ServiceRoles } from './service-roles';
import { ReservedSize } from './service-size';
import { APP_TASK_DISK_GIB, GEOIP_IMAGE, imageNamed, IMAGES } from '../../catalog/images';
import { droppedCapabilities, Privileges } from '../../catalog/privileges';
import { PROXY_VARIABLES } from '../../catalog/proxy-environment';
import { GEOIP_SIDECAR } from '../../catalog/sidecars';
import { DISCOURAGED_SETTINGS } from '../../catalog/settings/discouraged-settings';
import { containerImage } from '../../private/container-image';
import { invalidValue, withPath } from '../../private/errors';
import { linuxParameters } from '../../private/linux-parameters';
import { ProcessSettings } from '../../private/process-settings';
import { sidecarSize } from '../../private/sidecar-size';
import { PostHogProcess } from '../../catalog/posthog-process';
import { portOf, Probe, ProcessDefinition } from '../../catalog/process-definition';
import { CapacityProviderKind } from '../capacity/capacity-options';
import { CapacityPlan } from '../capacity/capacity-plan';

/** Additional settings from the user. */
export interface ExtraSettings {
  readonly environment?: Record<string, string>;
  readonly secrets?: Record<string, Secret>;
}

/** The task of a process. */
export interface ServiceTask {
  readonly definition: ProcessDefinition;
  readonly size: ReservedSize;
  readonly capacity: CapacityPlan;
  readonly cpuArchitecture: CpuArchitecture;
  readonly image: string;
  /** The image that holds the GeoIP database, for a process whose own image lacks it. */
  readonly geoIpImage?: string;
  /** The credentials for Docker Hub; undefined if images are pulled anonymously. */
  readonly registryCredentials?: ISecret;
  /** The settings of the library. */
  readonly settings: ProcessSettings;
  /** Additional settings of the user. */
  readonly extras: readonly ExtraSettings[];
  /** Indicates whether ECS checks the health of the container, because no load balancer does. */
  readonly probed: boolean;
  readonly roles: ServiceRoles;
  /** Indicates whether it accesses objects, for which its task needs its own role. */
  readonly opensObjects: boolean;
  readonly logGroup: ILogGroup;
  /** Indicates whether users can run commands in the container with ECS Exec, whose agent was not tried without privileges. */
  readonly execution: boolean;
}

/** The container health check, in seconds: an unhealthy task is replaced. */
const PROBE = { interval: 15, timeout: 10, retries: 5 };

/** Defines the task definition of a process, with its constructs in `scope`. */
export function defineTask(scope: Construct, task: ServiceTask): TaskDefinition {
  const { definition, size, settings, extras, image, geoIpImage, registryCredentials, logGroup } = task;
  const { cpu, memoryLimitMiB } = size;
  // Tuning divides the size, which is impossible for tokens.
  const tuning = Token.isUnresolved(cpu) || Token.isUnresolved(memoryLimitMiB) ? undefined : definition.tuning?.(size);
  const { environment, secrets } = withPath(scope, () => mergeSettings(settings, extras, tuning));
  warnOfSettings(scope, definition.process, environment);
  const taskDefinition = defineTaskDefinition(scope, task);
  const { process, entryPoint, command, probe, geoIpFolder } = definition;
  const port = portOf(definition);
  const { stopping, privileges: ofImage } = imageNamed(definition.image);
  const privileges = task.execution ? undefined : ofImage;
  const container = taskDefinition.addContainer(process, {
    image: containerImage(scope, 'Repository', image, registryCredentials),
    ...(task.capacity.memory === 'reserved' ? { cpu: size.reservedCpu, memoryReservationMiB: size.memoryReservationMiB, memoryLimitMiB } : {}),
    entryPoint: copyOf(entryPoint ?? stopping.entryPoint),
    command: copyOf(command),
    linuxParameters: linuxParameters(scope, 'LinuxParameters', { init: stopping.init, dropped: privileges ? droppedCapabilities(privileges) : [] }),
    user: privileges?.user,
    readonlyRootFilesystem: privileges?.readOnly,
    environment,
    secrets,
    stopTimeout: Duration.seconds(definition.stopTimeout),
    portMappings: port === undefined ? undefined : [{ containerPort: port }],
    healthCheck: probe && task.probed ? healthCheck(probe) : undefined,
    logging: logTo(logGroup, process),
  });
  if (geoIpFolder !== undefined) {
    addGeoIpFile(container, {
      image: containerImage(scope, 'GeoIpRepository', geoIpImage!, registryCredentials),
      folder: geoIpFolder,
      logging: logTo(logGroup, `${process}-geoip`),
    });
  }
  return taskDefinition;
}

/** Defines a task definition without containers. Its construct ids do not depend on the capacity, nor does its family. */
function defineTaskDefinition(scope: Construct, { definition, size, capacity, cpuArchitecture, roles, opensObjects }: ServiceTask): TaskDefinition {
  const common = { executionRole: roles.executionRoleOf(definition), taskRole: roles.taskRoleOf(scope, opensObjects) };
  const runtimePlatform = { operatingSystemFamily: OperatingSystemFamily.LINUX, cpuArchitecture };
  if (capacity.kind === undefined) {
    return new FargateTaskDefinition(scope, 'Task', {
      ...common,
      cpu: size.cpu,
      memoryLimitMiB: size.memoryLimitMiB,
      ephemeralStorageGiB: definition.image === 'app' ? APP_TASK_DISK_GIB : undefined,
      runtimePlatform,
    });
  }
  // A limit of the task would be the hard one: containers have reservations and limits instead, and their volumes are on the disk of the instance.
  const shared: Omit<TaskDefinitionProps, 'compatibility'> = { ...common, networkMode: NetworkMode.AWS_VPC };
  if (capacity.kind === CapacityProviderKind.MANAGED_INSTANCES) {
    return new TaskDefinition(scope, 'Task', { ...shared, compatibility: Compatibility.MANAGED_INSTANCES, runtimePlatform });
  }
  const taskDefinition = new TaskDefinition(scope, 'Task', { ...shared, compatibility: Compatibility.EC2 });
  // The CDK refuses it for EC2, for which ECS accepts it (RuntimePlatform of its API); the command line reads the architecture from it.
  (taskDefinition.node.defaultChild as CfnTaskDefinition).runtimePlatform = {
    operatingSystemFamily: runtimePlatform.operatingSystemFamily._operatingSystemFamily,
    cpuArchitecture: cpuArchitecture._cpuArchitecture,
  };
  return taskDefinition;
}

/** Warns about settings of the user that work, and cost more than they seem. */
function warnOfSettings(scope: Construct, process: PostHogProcess, environment: Readonly<Record<string, string>>): void {
  for (const { id, name, values, consequence } of DISCOURAGED_SETTINGS.filter((setting) => setting.process === process)) {
    if (values.includes(environment[name]?.toLowerCase())) {
      Annotations.of(scope).addWarningV2(`cdk-posthog:PostHog.${id}`, `${name}=${environment[name]} ${consequence}`);
    }
  }
}

/** Copies a read-only array: the CDK's props are mutable. */
function copyOf(words: readonly string[] | undefined): string[] | undefined {
  return words && [...words];
}

function healthCheck({ command, startPeriod }: Probe): HealthCheck {
  return {
    command: ['CMD-SHELL', `${command} || exit 1`],
    startPeriod: Duration.seconds(startPeriod),
    interval: Duration.seconds(PROBE.interval),
    timeout: Duration.seconds(PROBE.timeout),
    retries: PROBE.retries,
  };
}

/** Source and target of the GeoIP database. */
interface GeoIpFile {
  /** The image of a Rust service: each holds the file and is small. */
  readonly image: ContainerImage;
  /** The folder that the process reads it from. */
  readonly folder: string;
  readonly logging: LogDriver;
}

const GEOIP_VOLUME = 'geoip';

/** The privileges of its init container: it writes to a folder of a user that is not known. */
const GEOIP_PRIVILEGES: Privileges = { keeps: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER'], reason: 'copies a file into a new volume' };

/**
 * Adds the GeoIP database to the task of a process whose image lacks it: an init container copies it to a shared volume.
 *
 * The container runs as root, because a new volume initially belongs to root, and makes the file readable by all users.
 */
function addGeoIpFile(container: ContainerDefinition, { image, folder, logging }: GeoIpFile): void {
  const { taskDefinition } = container;
  taskDefinition.addVolume({ name: GEOIP_VOLUME });
  const copy = taskDefinition.addContainer('geoip', {
    image,
    ...sidecarSize(taskDefinition, GEOIP_SIDECAR),
    entryPoint: ['/bin/sh', '-c'],
    command: [`cp ${IMAGES[GEOIP_IMAGE].geoIpFile} ${folder}/ && chmod a+r ${folder}/*`],
    user: '0',
    linuxParameters: linuxParameters(taskDefinition, 'GeoIpLinuxParameters', { dropped: droppedCapabilities(GEOIP_PRIVILEGES) }),
    essential: false,
    logging,
  });
  copy.addMountPoints({ sourceVolume: GEOIP_VOLUME, containerPath: folder, readOnly: false });
  container.addMountPoints({ sourceVolume: GEOIP_VOLUME, containerPath: folder, readOnly: true });
  container.addContainerDependencies({ container: copy, condition: ContainerDependencyCondition.SUCCESS });
}

/** The advice for each variable of the ingress. */
const INGRESS_OWNED: Readonly<Record<string, string>> = PROXY_VARIABLES;

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Merges the settings of a process with those of the user, in a stable order.
 *
 * Throws if a name is invalid, is set by the library, or is set twice.
 *
 * @param managed the settings of the library
 * @param extras the user's settings, for all processes and then for this one
 * @param tuning environment variables that the user can override
 */
export function mergeSettings(
  managed: ProcessSettings,
  extras: readonly ExtraSettings[],
  tuning: Readonly<Record<string, string>> = {},
): ProcessSettings {
  const environment: Record<string, string> = {};
  const secrets: Record<string, Secret> = {};
  for (const extra of extras) {
    checkNames('environment', extra.environment, managed);
    checkNames('secrets', extra.secrets, managed);
    Object.assign(environment, extra.environment);
    Object.assign(secrets, extra.secrets);
  }
  const twice = Object.keys(environment).find((name) => Object.hasOwn(secrets, name));
  if (twice) {
    throw invalidValue('secrets', 'must not set a variable that `environment` sets', twice, 'remove one of the two');
  }
  const remaining = Object.entries(tuning).filter(([name]) => !Object.hasOwn(secrets, name));
  return {
    environment: sorted({ ...Object.fromEntries(remaining), ...environment, ...managed.environment }),
    secrets: sorted({ ...secrets, ...managed.secrets }),
  };
}

function checkNames(prop: string, values: Record<string, unknown> = {}, managed: ProcessSettings): void {
  for (const name of Object.keys(values)) {
    if (!NAME.test(name)) {
      throw invalidValue(prop, 'must name environment variables', name);
    }
    if (Object.hasOwn(INGRESS_OWNED, name.toUpperCase())) {
      throw invalidValue(prop, 'must not set a variable that the library manages', name, INGRESS_OWNED[name.toUpperCase()]);
    }
    if (Object.hasOwn(managed.environment, name) || Object.hasOwn(managed.secrets, name)) {
      throw invalidValue(prop, 'must not set a variable that the library manages', name, 'remove it; its value follows from other props');
    }
  }
}

function sorted<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
