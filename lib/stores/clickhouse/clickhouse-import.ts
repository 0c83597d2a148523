import { Connections, ISecurityGroup, Port } from 'aws-cdk-lib/aws-ec2';
import { IRole } from 'aws-cdk-lib/aws-iam';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { IClickHouse } from './clickhouse';
import { checkHost, UnsupportedEndpoint } from '../endpoint-checks';
import { withPath } from '../../private/errors';

/** ClickHouse's default ports. PostHog uses both protocols and has no settings for the ports (posthog/clickhouse/client/connection.py). */
const PORTS = { tls: { native: 9440, http: 8443 }, plain: { native: 9000, http: 8123 } };

/**
 * An existing ClickHouse server.
 */
export interface ClickHouseAttributes {
  /** The host name. */
  readonly host: string;
  /** The secret with the keys `username` and `password`. */
  readonly credentials: ISecret;
  /**
   * The secret with the keys `username` and `password` of a user with only the SELECT privilege on the database. PostHog writes both into the
   * dictionaries that it creates, and every backup of the server contains them.
   *
   * @default - dictionaries contain `credentials`
   */
  readonly dictReaderCredentials?: ISecret;
  /**
   * The database.
   *
   * @default 'posthog'
   */
  readonly database?: string;
  /**
   * Indicates whether connections use TLS: ports 9440 and 8443 if so, 9000 and 8123 if not.
   *
   * @default true
   */
  readonly tls?: boolean;
  /**
   * Indicates whether the server's certificate is verified.
   *
   * @default true
   */
  readonly verifyCertificate?: boolean;
  /**
   * The security groups of the server. Rules for the processes that use it are added to them.
   *
   * @default - none; allow connections from PostHog's processes yourself
   */
  readonly securityGroups?: ISecurityGroup[];
  /**
   * The IAM roles of the servers, for example those of their EC2 instances. They are granted the access to the bucket that batch exports and the
   * data warehouse need; the server's `s3` configuration must enable `use_environment_credentials`.
   *
   * @default - none; grant access yourself, see docs/clickhouse.md
   */
  readonly serverRoles?: IRole[];
}

const UNSUPPORTED: readonly UnsupportedEndpoint[] = [
  {
    pattern: /\.clickhouse\.cloud$/i,
    reason: "ClickHouse Cloud lacks the clusters, macros, Kafka tables and functions that PostHog's migrations need; run ClickHouse on EC2",
  },
];

/** An imported ClickHouse server. */
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
    withPath(this, () => checkHost('host', attrs.host, UNSUPPORTED));
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
    this.serverRoles = [...(attrs.serverRoles ?? [])];
    this.connections = new Connections({ securityGroups: attrs.securityGroups, defaultPort: Port.tcp(this.nativePort) });
  }
}
