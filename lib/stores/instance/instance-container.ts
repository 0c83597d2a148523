import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';

/** A secret that a container or its scripts need. */
export interface InstanceSecret {
  readonly secret: ISecret;
  /** The JSON field of the secret; undefined if the value is its whole string. */
  readonly field?: string;
}

/** The one container of an instance. Docker runs it on the host's network, systemd restarts it, CloudWatch has its log. */
export interface InstanceContainer {
  /** The name of the container and of its log streams. */
  readonly name: string;
  /** The image. The instance is granted access to a private ECR repository. */
  readonly image: string;
  /** The command. An argument may contain tokens, but no line break. */
  readonly command?: readonly string[];
  /** The TCP port that accepts connections once the service is up. A deployment waits for it. */
  readonly port: number;
  /** The environment variables. Values may contain tokens, but no line break. */
  readonly environment: Readonly<Record<string, string>>;
  /**
   * The environment variable for the id of the instance's availability zone, such as `euc1-az2`, which the instance metadata service reports. It is
   * empty if that does not answer.
   */
  readonly zoneIdVariable?: string;
  /**
   * The secrets, by the name of an environment variable, fetched at every start. Each is also a file of that name in SECRETS_DIR, in memory,
   * readable by root only, for `prepare`.
   */
  readonly secrets: Readonly<Record<string, InstanceSecret>>;
  /** The content of files by absolute path, the same on the host and in the container, read-only for all users. It may contain tokens. */
  readonly files: Readonly<Record<string, string>>;
  /** The container paths by host path. Host paths below the mount point are created, with `owner` as their owner. */
  readonly mounts: Readonly<Record<string, string>>;
  /** The limits by their names in Docker, `{ nofile: '262144:262144' }`. */
  readonly ulimits?: Readonly<Record<string, string>>;
  /** The seconds between SIGTERM and SIGKILL. */
  readonly stopTimeout: number;
  /**
   * A bash script that root runs on the host before each start of the container, when the volume is mounted, files are written and
   * secrets are in SECRETS_DIR. IMAGE is the image, MOUNT_POINT the volume, OWNER its `uid:gid`. It may contain tokens.
   */
  readonly prepare?: string;
  /** A bash script that root runs on the host after each start, once `port` accepts connections. It may contain tokens. */
  readonly afterStart?: string;
  /**
   * A bash script that root runs on the host every half minute after `afterStart`, for as long as the container runs. NAME is the container, IMAGE,
   * MOUNT_POINT and OWNER are those of `prepare`, BOOT is the folder of the instance's scripts. It may contain tokens.
   */
  readonly whileRunning?: string;
  /** The secret with the fields `username` and `password` for the registry of `image`, unless that is ECR. */
  readonly registryCredentials?: ISecret;
}
