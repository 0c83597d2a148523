import { InstanceContainer } from './instance-container';
import { rejected } from '../../private/errors';

/** What the scripts in boot/ ask for by name. */
export interface InstanceSettings {
  readonly region: string;
  readonly stack: string;
  /** The logical id of the Auto Scaling group. */
  readonly group: string;
  readonly logGroup: string;
  readonly volumeTag: string;
  readonly mountPoint: string;
  readonly owner: string;
  readonly zone: string;
  readonly hostName: string;
  readonly signalTimeoutSeconds: number;
}

/** A secret as a script asks for it. */
export interface SecretReference {
  readonly arn: string;
  readonly field?: string;
}

/**
 * The files of an instance but for its scripts, by path in its asset: settings, what Docker is told, and below host/ the files that the container
 * reads.
 */
export function instanceFiles(settings: InstanceSettings, container: InstanceContainer, secrets: Readonly<Record<string, SecretReference>>): Record<string, string> {
  checkContainer(container, settings.mountPoint);
  return {
    'settings': lines(Object.entries({
      REGION: settings.region,
      STACK: settings.stack,
      GROUP: settings.group,
      LOG_GROUP: settings.logGroup,
      VOLUME_TAG: settings.volumeTag,
      MOUNT_POINT: settings.mountPoint,
      OWNER: settings.owner,
      ZONE: settings.zone,
      HOST_NAME: settings.hostName,
      SIGNAL_TIMEOUT: settings.signalTimeoutSeconds,
      NAME: container.name,
      IMAGE: container.image,
      PORT: container.port,
      STOP_TIMEOUT: container.stopTimeout,
    }).map(([name, value]) => `${name}=${value}`)),
    'container/arguments': lines(dockerArguments(container, settings)),
    'container/environment': lines(Object.entries(container.environment).map(([name, value]) => `${name}=${value}`)),
    'container/secrets': lines(Object.entries(secrets).map(([name, { arn, field }]) => [name, arn, field ?? ''].join('\t'))),
    'container/folders': lines(Object.keys(container.mounts).filter((path) => path.startsWith(`${settings.mountPoint}/`))),
    'container/prepare': container.prepare ?? '',
    'container/after-start': container.afterStart ?? '',
    ...Object.fromEntries(Object.entries(container.files).map(([path, content]) => [`host${path}`, content])),
  };
}

/** What follows `docker run`, one argument a line. boot/run.sh puts in front what differs between two starts. */
function dockerArguments(container: InstanceContainer, { region, logGroup }: InstanceSettings): string[] {
  return [
    `--name=${container.name}`,
    // No address translation between the service and its clients, and the one hop to the metadata service that is allowed.
    '--network=host',
    ...Object.entries(container.ulimits ?? {}).map(([name, limit]) => `--ulimit=${name}=${limit}`),
    ...Object.keys(container.files).map((path) => `--volume=${path}:${path}:ro`),
    ...Object.entries(container.mounts).map(([host, path]) => `--volume=${host}:${path}`),
    '--log-driver=awslogs',
    `--log-opt=awslogs-region=${region}`,
    `--log-opt=awslogs-group=${logGroup}`,
    // A log service that falters must not stop a store.
    '--log-opt=mode=non-blocking',
    '--log-opt=max-buffer-size=8m',
    container.image,
    ...(container.command ?? []),
  ];
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}

function checkContainer(container: InstanceContainer, mountPoint: string): void {
  const oneLine = [...Object.entries(container.environment).map(([name, value]) => [`environment.${name}`, value]), ...(container.command ?? []).map((word) => ['command', word])];
  for (const [prop, value] of oneLine) {
    if (/[\r\n]/.test(value)) {
      throw rejected(prop, 'must be one line', value);
    }
  }
  for (const path of [mountPoint, ...Object.keys(container.files), ...Object.keys(container.mounts)]) {
    if (!/^(\/[A-Za-z0-9._-]+)+$/.test(path) || path.split('/').includes('..')) {
      throw rejected('files and mounts', 'must be at absolute paths of letters, digits and . _ -', path);
    }
  }
  const hidden = Object.keys(container.files).find((path) => path.startsWith(`${mountPoint}/`));
  if (hidden) {
    throw rejected('files', `must be outside ${mountPoint}, where the volume is mounted over them`, hidden);
  }
}
