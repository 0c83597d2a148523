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
import { at } from '../../private/errors';

/**
 * A PostgreSQL server that PostHog keeps its own records in.
 */
export interface IPostgres extends IConstruct, IConnectable {
  /** The secret whose text is the connection URL of PostHog's database. */
  readonly urlSecret: ISecret;
  /** The secret whose text is the connection URL of the database of persons. */
  readonly personsUrlSecret: ISecret;
  /** The secret whose text is the connection URL of PostHog's database for Node processes, which read `sslmode` in a way of their own. */
  readonly nodeUrlSecret: ISecret;
  /** The secret whose text is the connection URL of the database of persons for Node processes. */
  readonly nodePersonsUrlSecret: ISecret;
  /**
   * The secret whose text is the connection URL of the database `cyclotron_node`, which data pipelines keep their jobs in. Not known of a server
   * that you run unless you say it.
   */
  readonly cyclotronUrlSecret?: ISecret;
  /** The secret whose text is the connection URL of the database `cyclotron_node` for Node processes. Not known where `cyclotronUrlSecret` is not. */
  readonly nodeCyclotronUrlSecret?: ISecret;
  /** The secret with `username` and `password`, for what takes no URL. Not known of a server that you run unless you say it. */
  readonly credentials?: ISecret;
  /** The host name of the server, for what takes no URL. Not known of a server that you run unless you say it. */
  readonly host?: string;
  /** The port that the server listens on. */
  readonly port: number;
  /** Whether the server speaks TLS, for what takes no URL. */
  readonly tls: boolean;
  /** The ports that processes connect to. */
  readonly clientPorts: number[];
}

/**
 * PostgreSQL on RDS, encrypted, backed up, reachable with TLS only, and by nobody until a process is let in.
 *
 * It defines the server, its group of parameters, a security group that admits nobody, and the secrets of its credentials and connection
 * URLs. For Aurora, see `AuroraPostgres`.
 */
export class Postgres extends Construct implements IPostgres {
  /**
   * Use a PostgreSQL server that you run. PostHog tests with version 15.
   *
   * @param scope where to define it
   * @param id its construct id
   * @param attrs what PostHog must know about it
   */
  public static fromPostgresAttributes(scope: Construct, id: string, attrs: PostgresAttributes): IPostgres {
    return new ImportedPostgres(scope, id, attrs);
  }

  /** The server. */
  public readonly instance: IDatabaseInstance;
  /** The secret with the master user's `username` and `password`, and with `host` and `port`. It is always there. */
  public readonly credentials?: ISecret;
  public readonly urlSecret: ISecret;
  public readonly personsUrlSecret: ISecret;
  public readonly nodeUrlSecret: ISecret;
  public readonly nodePersonsUrlSecret: ISecret;
  /** The host name of the server. It is always there. */
  public readonly host?: string;
  public readonly port = POSTGRES_PORT;
  public readonly tls = true;
  public readonly clientPorts = [POSTGRES_PORT];
  public readonly connections: Connections;

  private readonly urls: UrlSecrets;

  public constructor(scope: Construct, id: string, props: PostgresProps) {
    super(scope, id);
    at(this, () => checkPostgresProps(props));
    const { username = POSTGRES_DEFAULTS.username, databaseName = POSTGRES_DEFAULTS.databaseName, removalPolicy = POSTGRES_DEFAULTS.removalPolicy } = props;
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', { vpc: props.vpc, description: 'PostgreSQL of PostHog', allowAllOutbound: false });
    this.connections = new Connections({ securityGroups: [securityGroup], defaultPort: Port.tcp(POSTGRES_PORT) });
    const credentials = defineCredentials(this, username, removalPolicy);
    const instance = at(this, () => definePostgresInstance(this, props, credentials, securityGroup));
    const host = instance.dbInstanceEndpointAddress;
    this.urls = new UrlSecrets(this, credentials, { username, host, port: this.port }, databaseName, removalPolicy);
    this.credentials = credentials;
    this.instance = instance;
    this.host = host;
    this.urlSecret = this.urls.posthog;
    this.nodeUrlSecret = this.urls.nodePosthog;
    // One database for both, as PostHog's own single-host installation has it (docker-compose.hobby.yml).
    this.personsUrlSecret = this.urlSecret;
    this.nodePersonsUrlSecret = this.nodeUrlSecret;
    retainDependencies(this, removalPolicy);
    warnOfSnapshot(this, props.snapshotIdentifier);
  }

  /** It is always there, and made when it is first asked for. */
  public get cyclotronUrlSecret(): ISecret | undefined {
    return this.urls.cyclotron;
  }

  /** It is always there, and made when it is first asked for. */
  public get nodeCyclotronUrlSecret(): ISecret | undefined {
    return this.urls.nodeCyclotron;
  }
}

/** Says, for as long as it can be said, what must not be taken away. */
export function warnOfSnapshot(store: Construct, snapshotIdentifier?: string): void {
  if (snapshotIdentifier !== undefined) {
    Annotations.of(store).addWarningV2('cdk-posthog:Postgres.snapshotIdentifier',
      'leave `snapshotIdentifier` as it is for as long as this server lives: where it is removed, CloudFormation makes an empty server in its place, and ' +
      'where it is changed, one from the other snapshot; `username` likewise: a change makes a password that the server does not know');
  }
}
