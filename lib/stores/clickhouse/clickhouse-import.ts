import { Connections, ISecurityGroup, Port } from 'aws-cdk-lib/aws-ec2';
import { IRole } from 'aws-cdk-lib/aws-iam';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { IClickHouse } from './clickhouse';
import { checkHost, UnsupportedEndpoint } from '../endpoint-checks';
import { at } from '../../private/errors';

/** ClickHouse's own ports. PostHog uses both protocols and lets one choose neither port (posthog/clickhouse/client/connection.py). */
const PORTS = { tls: { native: 9440, http: 8443 }, plain: { native: 9000, http: 8123 } };

/**
 * A ClickHouse that you run.
 */
export interface ClickHouseAttributes {
  /** The host name. */
  readonly host: string;
  /** The secret with the keys `username` and `password`. */
  readonly credentials: ISecret;
  /**
   * The secret with the keys `username` and `password` of a user who may SELECT from the database and nothing else. PostHog writes both into the
   * dictionaries that it makes, and every backup of the server holds them.
   *
   * @default - dictionaries hold `credentials`
   */
  readonly dictReaderCredentials?: ISecret;
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
  /**
   * The IAM roles of the servers, for example those of their EC2 instances. They are granted what batch exports and the data warehouse need in
   * the bucket; the server's `s3` configuration must have `use_environment_credentials` on.
   *
   * @default - none; grant it yourself, see docs/clickhouse.md
   */
  readonly serverRoles?: IRole[];
}

const UNSUPPORTED: readonly UnsupportedEndpoint[] = [
  { pattern: /\.clickhouse\.cloud$/i, reason: 'ClickHouse Cloud lacks the clusters, macros, Kafka tables and functions that PostHog\'s migrations need; run ClickHouse on EC2' },
];

/** A ClickHouse that somebody runs. */
export class ImportedClickHouse extends Construct implements IClickHouse {
  public readonly host: string;
  public readonly database: string;
  public readonly tls: boolean;
  public readonly verifyCertificate: boolean;
  public readonly credentials: ISecret;
  public readonly dictReaderCredentials?: ISecret;
  public readonly nativePort: number;
  public readonly httpPort: number;
  public readonly clientPorts: number[];
  public readonly connections: Connections;
  public readonly serverRoles: IRole[];

  public constructor(scope: Construct, id: string, attrs: ClickHouseAttributes) {
    super(scope, id);
    at(this, () => checkHost('host', attrs.host, UNSUPPORTED));
    this.host = attrs.host;
    this.database = attrs.database ?? 'posthog';
    this.tls = attrs.tls ?? true;
    this.verifyCertificate = attrs.verifyCertificate ?? true;
    this.credentials = attrs.credentials;
    this.dictReaderCredentials = attrs.dictReaderCredentials;
    const ports = this.tls ? PORTS.tls : PORTS.plain;
    this.nativePort = ports.native;
    this.httpPort = ports.http;
    this.clientPorts = [this.nativePort, this.httpPort];
    this.serverRoles = [...attrs.serverRoles ?? []];
    this.connections = new Connections({ securityGroups: attrs.securityGroups, defaultPort: Port.tcp(this.nativePort) });
  }
}
