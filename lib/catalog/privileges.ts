/** The Linux capabilities that Docker gives to containers; a container on Fargate can drop them, and add none of them. */
const DEFAULT_CAPABILITIES = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'NET_RAW',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
] as const;

/** A Linux capability of containers. */
export type LinuxCapability = (typeof DEFAULT_CAPABILITIES)[number];

/** The privileges of the containers of an image. */
export interface Privileges {
  /** The capabilities that they keep; all others are dropped. */
  readonly keeps: readonly LinuxCapability[] | 'all';
  /** The user, if it is not that of the image. */
  readonly user?: string;
  /** Indicates whether they run with a read-only file system. */
  readonly readOnly?: boolean;
  /** The reason, with its source in upstream's Dockerfile or start script. */
  readonly reason: string;
}

/**
 * Returns the capabilities that containers drop: `ALL` if they keep none.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_KernelCapabilities.html (tasks on Fargate can only add SYS_PTRACE)
 */
export function droppedCapabilities({ keeps }: Privileges): readonly (LinuxCapability | 'ALL')[] {
  if (keeps === 'all') {
    return [];
  }
  return keeps.length === 0 ? ['ALL'] : DEFAULT_CAPABILITIES.filter((capability) => !keeps.includes(capability));
}
