import { InstanceContainer } from './instance-container';
import { invalidValue } from '../../private/errors';

/** The settings of the scripts in boot/. */
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

/** A reference to a secret in a script. */
export interface SecretReference {
  readonly arn: string;
  readonly field?: string;
}

/**
 * Returns the files of an instance except its scripts, by path in its asset: settings, Docker's arguments, and below host/ the files of the
 * container.
 */
export function instanceFiles(
  settings: InstanceSettings,
  container: InstanceContainer,
  secrets: Readonly<Record<string, SecretReference>>,
): Record<string, string> {
  checkContainer(container, settings.mountPoint);
  return {
    'settings': lines(
      Object.entries({
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
        REGISTRY_SECRET: container.registryCredentials?.secretArn ?? '',
        PORT: container.port,
        STOP_TIMEOUT: container.stopTimeout,
        ZONE_ID_VARIABLE: container.zoneIdVariable ?? '',
      }).map(([name, value]) => `${name}=${value}`),
    ),
    'container/arguments': lines(dockerArguments(container, settings)),
    'container/environment': lines(Object.entries(container.environment).map(([name, value]) => `${name}=${value}`)),
    'container/secrets': lines(Object.entries(secrets).map(([name, { arn, field }]) => [name, arn, field ?? ''].join('\t'))),
    'container/folders': lines(Object.keys(container.mounts).filter((path) => path.startsWith(`${settings.mountPoint}/`))),
    'container/prepare': container.prepare ?? '',
    'container/after-start': container.afterStart ?? '',
    'container/while-running': container.whileRunning ?? '',
    ...Object.fromEntries(Object.entries(container.files).map(([path, content]) => [`host${path}`, content])),
  };
}

/** Returns the arguments of `docker run`, one per line. boot/run.sh prepends those that differ between starts. */
function dockerArguments(container: InstanceContainer, { region, logGroup }: InstanceSettings): string[] {
  return [
    `--name=${container.name}`,
    // No NAT between the service and its clients, and within the hop limit of the metadata service.
    '--network=host',
    ...Object.entries(container.ulimits ?? {}).map(([name, limit]) => `--ulimit=${name}=${limit}`),
    ...Object.keys(container.files).map((path) => `--volume=${path}:${path}:ro`),
    ...Object.entries(container.mounts).map(([host, path]) => `--volume=${host}:${path}`),
    '--log-driver=awslogs',
    `--log-opt=awslogs-region=${region}`,
    `--log-opt=awslogs-group=${logGroup}`,
    // A failing log service must not stop a data store.
    '--log-opt=mode=non-blocking',
    '--log-opt=max-buffer-size=8m',
    container.image,
    ...(container.command ?? []),
  ];
}

/** Returns a text as one word for a shell. */
export function shellQuoted(text: string): string {
  return `'${text.replace(/'/g, "'\\''")}'`;
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}

function checkContainer(container: InstanceContainer, mountPoint: string): void {
  const oneLine = [
    ...Object.entries(container.environment).map(([name, value]) => [`environment.${name}`, value]),
    ...(container.command ?? []).map((word) => ['command', word]),
  ];
  for (const [prop, value] of oneLine) {
    if (/[\r\n]/.test(value)) {
      throw invalidValue(prop, 'must be one line', value);
    }
  }
  for (const path of [mountPoint, ...Object.keys(container.files), ...Object.keys(container.mounts)]) {
    if (!/^(\/[A-Za-z0-9._-]+)+$/.test(path) || path.split('/').includes('..')) {
      throw invalidValue('files and mounts', 'must be at absolute paths of letters, digits and . _ -', path);
    }
  }
  const hidden = Object.keys(container.files).find((path) => path.startsWith(`${mountPoint}/`));
  if (hidden) {
    throw invalidValue('files', `must be outside ${mountPoint}, where the volume is mounted over them`, hidden);
  }
}
