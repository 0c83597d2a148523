import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';

/** A value of Secrets Manager that a container or its scripts need. */
export interface InstanceSecret {
  readonly secret: ISecret;
  /** A key of the JSON that the secret holds; left out where its whole text is the value. */
  readonly field?: string;
}

/** The one container of an instance. Docker runs it on the host's network, systemd restarts it, CloudWatch has its log. */
export interface InstanceContainer {
  /** Its name in Docker, and of its log streams. */
  readonly name: string;
  /** From a private ECR repository, the instance is allowed to pull it. */
  readonly image: string;
  /** What stands after the image. An argument may hold tokens, but no line break. */
  readonly command?: readonly string[];
  /** The TCP port that answers on the host once the service is up. A deployment waits for it. */
  readonly port: number;
  /** Values may hold tokens, but no line break. */
  readonly environment: Readonly<Record<string, string>>;
  /**
   * By the name of an environment variable, each asked for at every start. It is also a file of that name in SECRETS_DIR, in memory,
   * readable by root alone, for `prepare`.
   */
  readonly secrets: Readonly<Record<string, InstanceSecret>>;
  /** Content by absolute path, the same on the host and in the container, read-only and readable by all. It may hold tokens. */
  readonly files: Readonly<Record<string, string>>;
  /** Container path by host path. Host paths below the mount point are made, and belong to `owner`. */
  readonly mounts: Readonly<Record<string, string>>;
  /** By the names that Docker uses, `{ nofile: '262144:262144' }`. */
  readonly ulimits?: Readonly<Record<string, string>>;
  /** Seconds between the request to stop and the end. */
  readonly stopTimeout: number;
  /**
   * A bash script that root runs on the host before each start of the container, when the volume is mounted, files are written and
   * secrets are in SECRETS_DIR. IMAGE is the image, MOUNT_POINT the volume, OWNER its `uid:gid`. `bash "$LOG_IN" <image>` lets Docker into the
   * registry of another image, which the role must be allowed to pull. It may hold tokens.
   */
  readonly prepare?: string;
  /** A bash script that root runs on the host after each start, once `port` answers. It may hold tokens. */
  readonly afterStart?: string;
}
