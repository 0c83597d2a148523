import { Annotations } from 'aws-cdk-lib/core';
import { Connections, IConnectable, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { IDatabaseInstance } from 'aws-cdk-lib/aws-rds';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct, IConstruct } from 'constructs';
import { ImportedPostgres, PostgresAttributes } from './postgres-import';
import { definePostgresInstance } from './postgres-instance';
import { POSTGRES_DEFAULTS, POSTGRES_PORT } from './postgres-options';
import { checkPostgresProps, PostgresProps } from './postgres-props';
import { defineCredentials, UrlSecrets } from './postgres-secrets';
import { retainDependencies } from '../removal';
import { withPath } from '../../private/errors';

/**
 * A PostgreSQL server for PostHog's application data.
 */
export interface IPostgres extends IConstruct, IConnectable {
  /** The secret whose whole string is the connection URL of PostHog's database. */
  readonly urlSecret: ISecret;
  /** The secret whose whole string is the connection URL of the persons database. */
  readonly personsUrlSecret: ISecret;
  /** The secret whose whole string is the connection URL of PostHog's database for Node processes, which interpret `sslmode` differently. */
  readonly nodeUrlSecret: ISecret;
  /** The secret whose whole string is the connection URL of the persons database for Node processes. */
  readonly nodePersonsUrlSecret: ISecret;
  /**
   * The secret whose whole string is the connection URL of the database `cyclotron_node`, for the jobs of data pipelines. Optional for an imported
   * server.
   */
  readonly cyclotronUrlSecret?: ISecret;
  /** The secret whose whole string is the URL of the database `cyclotron_node` for Node processes. Undefined without `cyclotronUrlSecret`. */
  readonly nodeCyclotronUrlSecret?: ISecret;
  /** The secret with `username` and `password`, for clients without URL support. Optional for an imported server. */
  readonly credentials?: ISecret;
  /** The host name of the server, for clients without URL support. Optional for an imported server. */
  readonly host?: string;
  /** The port that the server listens on. */
  readonly port: number;
  /** Indicates whether the server supports TLS, for clients without URL support. */
  readonly tls: boolean;
  /** The ports that processes connect to. */
  readonly clientPorts: number[];
}

/**
 * PostgreSQL on RDS: encrypted, with backups, reachable with TLS only.
 *
 * It defines the server, its parameter group, a security group, to which rules are added for the processes that use it, and the secrets with its
 * credentials and connection URLs. For Aurora, see `AuroraPostgres`.
 */
export class Postgres extends Construct implements IPostgres {
  /**
   * Imports an existing PostgreSQL server. PostHog tests with version 15.
   *
   * @param scope the scope
   * @param id the construct id
   * @param attrs the attributes of the server
   */
  public static fromPostgresAttributes(scope: Construct, id: string, attrs: PostgresAttributes): IPostgres {
    return new ImportedPostgres(scope, id, attrs);
  }

  /** The server. */
  public readonly instance: IDatabaseInstance;
  /** The secret with the master user's `username` and `password`, and with `host` and `port`. Always defined. */
  public readonly credentials?: ISecret;
  public readonly urlSecret: ISecret;
  public readonly personsUrlSecret: ISecret;
  public readonly nodeUrlSecret: ISecret;
  public readonly nodePersonsUrlSecret: ISecret;
  /** The host name of the server. Always defined. */
  public readonly host?: string;
  public readonly port = POSTGRES_PORT;
  public readonly tls = true;
  public readonly clientPorts = [POSTGRES_PORT];
  public readonly connections: Connections;

  private readonly urls: UrlSecrets;

  public constructor(scope: Construct, id: string, props: PostgresProps) {
    super(scope, id);
    withPath(this, () => checkPostgresProps(props));
    const {
      username = POSTGRES_DEFAULTS.username,
      databaseName = POSTGRES_DEFAULTS.databaseName,
      removalPolicy = POSTGRES_DEFAULTS.removalPolicy,
    } = props;
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc: props.vpc,
      description: 'PostHog Postgres: database',
      allowAllOutbound: false,
    });
    this.connections = new Connections({ securityGroups: [securityGroup], defaultPort: Port.tcp(POSTGRES_PORT) });
    const credentials = defineCredentials(this, username, removalPolicy);
    const instance = withPath(this, () => definePostgresInstance(this, props, credentials, securityGroup));
    const host = instance.dbInstanceEndpointAddress;
    this.urls = new UrlSecrets(this, credentials, { username, host, port: this.port }, databaseName, removalPolicy);
    this.credentials = credentials;
    this.instance = instance;
    this.host = host;
    this.urlSecret = this.urls.posthog;
    this.nodeUrlSecret = this.urls.nodePosthog;
    // One database for both, as in PostHog's own single-host installation (docker-compose.hobby.yml).
    this.personsUrlSecret = this.urlSecret;
    this.nodePersonsUrlSecret = this.nodeUrlSecret;
    retainDependencies(this, removalPolicy);
    warnOfSnapshot(this, props.snapshotIdentifier);
  }

  /** The secret with the connection URL of the database `cyclotron_node`. Always defined; created on first access. */
  public get cyclotronUrlSecret(): ISecret | undefined {
    return this.urls.cyclotron;
  }

  /** The secret with the connection URL of the database `cyclotron_node` for Node processes. Always defined; created on first access. */
  public get nodeCyclotronUrlSecret(): ISecret | undefined {
    return this.urls.nodeCyclotron;
  }
}

/** Warns that the snapshot of a server must not change. */
export function warnOfSnapshot(store: Construct, snapshotIdentifier?: string): void {
  if (snapshotIdentifier !== undefined) {
    Annotations.of(store).addWarningV2(
      'cdk-posthog:Postgres.snapshotIdentifier',
      'do not change `snapshotIdentifier` as long as this server exists: if it is removed, CloudFormation replaces the server with an empty one, and ' +
        'if it is changed, with one from the other snapshot; do not change `username` either, which would generate a password that the server does not have',
    );
  }
}
