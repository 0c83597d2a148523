/** The settings of the canary's function, in the environment variable `CANARY`. */
export interface CanarySettings {
  readonly installation: string;
  /** The host name that clients use, and its port. */
  readonly host: string;
  readonly port: number;
  /** The ARN of the secret whose whole string is the project token. */
  readonly tokenSecret: string;
  readonly flags: boolean;
  readonly recordings: boolean;
  readonly clickHouse: {
    readonly host: string;
    readonly port: number;
    readonly tls: boolean;
    readonly verifyCertificate: boolean;
    readonly database: string;
    /** The ARN of the secret with the keys `username` and `password`. */
    readonly secret: string;
  };
  /** The time that an event may take until ClickHouse has it, in milliseconds. */
  readonly patienceMs: number;
  /** The pause between two queries, in milliseconds. */
  readonly pollMs: number;
}

/** The name of the environment variable. */
export const CANARY_VARIABLE = 'CANARY';
