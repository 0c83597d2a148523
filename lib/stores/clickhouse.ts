import { Connections, IConnectable, ISecurityGroup, Port } from 'aws-cdk-lib/aws-ec2';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct, IConstruct } from 'constructs';
import { checkHost, KnownMisfit } from './endpoint-checks';
import { at } from '../private/errors';

/** ClickHouse's own ports. PostHog uses both protocols and lets one choose neither port (posthog/clickhouse/client/connection.py). */
const PORTS = { tls: { native: 9440, http: 8443 }, plain: { native: 9000, http: 8123 } };

/**
 * A ClickHouse that PostHog keeps events in.
 */
export interface IClickHouse extends IConstruct, IConnectable {
  /** The host name. */
  readonly host: string;
  /** The database. */
  readonly database: string;
  /** Whether connections use TLS. */
  readonly tls: boolean;
  /** Whether the server's certificate is verified. */
  readonly verifyCertificate: boolean;
  /** The secret with the keys `username` and `password`. */
  readonly credentials: ISecret;
  /** The port of the native protocol: 9440 with TLS, 9000 without. */
  readonly nativePort: number;
  /** The port of the HTTP interface: 8443 with TLS, 8123 without. */
  readonly httpPort: number;
  /** The ports that processes connect to. */
  readonly clientPorts: number[];
}

/**
 * A ClickHouse that you run.
 */
export interface ClickHouseAttributes {
  /** The host name. */
  readonly host: string;
  /** The secret with the keys `username` and `password`. */
  readonly credentials: ISecret;
  /**
   * The database.
   *
   * @default 'posthog'
   */
  readonly database?: string;
  /**
   * Whether connections use TLS: ports 9440 and 8443 if so, 9000 and 8123 if not.
   *
   * @default true
   */
  readonly tls?: boolean;
  /**
   * Whether the server's certificate is verified.
   *
   * @default true
   */
  readonly verifyCertificate?: boolean;
  /**
   * The server's security groups. They are made to admit the processes that use it.
   *
   * @default - none; admit PostHog's processes yourself
   */
  readonly securityGroups?: ISecurityGroup[];
}

const MISFITS: readonly KnownMisfit[] = [
  { pattern: /\.clickhouse\.cloud$/, reason: 'ClickHouse Cloud lacks the clusters, macros, Kafka tables and functions that PostHog\'s migrations need; run ClickHouse on EC2' },
];

/**
 * ClickHouse.
 */
export class ClickHouse {
  /**
   * Use a ClickHouse that you run, with the clusters, macros, named collections and functions of PostHog's own configuration
   * (docker/clickhouse in PostHog/posthog).
   *
   * Throws where the host is known not to work with PostHog.
   *
   * @param scope where to define it
   * @param id its construct id
   * @param attrs what PostHog must know about it
   */
  public static fromClickHouseAttributes(scope: Construct, id: string, attrs: ClickHouseAttributes): IClickHouse {
    return new ImportedClickHouse(scope, id, attrs);
  }

  private constructor() {}
}

class ImportedClickHouse extends Construct implements IClickHouse {
  public readonly host: string;
  public readonly database: string;
  public readonly tls: boolean;
  public readonly verifyCertificate: boolean;
  public readonly credentials: ISecret;
  public readonly nativePort: number;
  public readonly httpPort: number;
  public readonly clientPorts: number[];
  public readonly connections: Connections;

  public constructor(scope: Construct, id: string, attrs: ClickHouseAttributes) {
    super(scope, id);
    at(this, () => checkHost('host', attrs.host, MISFITS));
    this.host = attrs.host;
    this.database = attrs.database ?? 'posthog';
    this.tls = attrs.tls ?? true;
    this.verifyCertificate = attrs.verifyCertificate ?? true;
    this.credentials = attrs.credentials;
    const ports = this.tls ? PORTS.tls : PORTS.plain;
    this.nativePort = ports.native;
    this.httpPort = ports.http;
    this.clientPorts = [this.nativePort, this.httpPort];
    this.connections = new Connections({ securityGroups: attrs.securityGroups, defaultPort: Port.tcp(this.nativePort) });
  }
}
