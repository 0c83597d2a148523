import { Annotations } from 'aws-cdk-lib/core';
import { Connections, IConnectable, ISecurityGroup, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { IDatabaseInstance } from 'aws-cdk-lib/aws-rds';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct, IConstruct } from 'constructs';
import { checkPort } from './endpoint-checks';
import { definePostgresInstance } from './postgres-instance';
import { POSTGRES_DEFAULTS, POSTGRES_PORT } from './postgres-options';
import { checkPostgresProps, PostgresProps } from './postgres-props';
import { defineCredentials, defineUrlSecret } from './postgres-secrets';
import { PostgresClient } from './postgres-url';
import { retainSurroundings } from './removal';
import { at } from '../private/errors';
import { checkWholeText } from '../private/secrets';

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
  /** The ports that processes connect to. */
  readonly clientPorts: number[];
}

/**
 * A PostgreSQL server that you run.
 */
export interface PostgresAttributes {
  /**
   * The secret whose whole text is the connection URL, `postgres://user:password@host:5432/posthog?sslmode=require`.
   *
   * User and password in it must be percent-encoded. The role must own the database; PostHog creates extensions and, for some
   * products, further databases.
   */
  readonly urlSecret: ISecret;
  /**
   * The secret whose whole text is the connection URL of the database of persons.
   *
   * @default - the same database, as PostHog's own single-host installation does
   */
  readonly personsUrlSecret?: ISecret;
  /**
   * The secret whose whole text is the connection URL for Node processes. Under `sslmode=require` they verify the server's certificate, and
   * refuse that of RDS; write `sslmode=no-verify` there.
   *
   * @default - `urlSecret`
   */
  readonly nodeUrlSecret?: ISecret;
  /**
   * The secret whose whole text is the connection URL of the database of persons for Node processes.
   *
   * @default - `personsUrlSecret` where that is given, `nodeUrlSecret` where it is not
   */
  readonly nodePersonsUrlSecret?: ISecret;
  /**
   * The port that the server listens on.
   *
   * @default 5432
   */
  readonly port?: number;
  /**
   * The server's security groups. They are made to admit the processes that use it.
   *
   * @default - none; admit PostHog's processes yourself
   */
  readonly securityGroups?: ISecurityGroup[];
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
  /** The secret with the master user's `username` and `password`, and with `host` and `port`. */
  public readonly credentials: ISecret;
  public readonly urlSecret: ISecret;
  public readonly personsUrlSecret: ISecret;
  public readonly nodeUrlSecret: ISecret;
  public readonly nodePersonsUrlSecret: ISecret;
  public readonly clientPorts = [POSTGRES_PORT];
  public readonly connections: Connections;

  public constructor(scope: Construct, id: string, props: PostgresProps) {
    super(scope, id);
    at(this, () => checkPostgresProps(props));
    const { username = POSTGRES_DEFAULTS.username, databaseName = POSTGRES_DEFAULTS.databaseName, removalPolicy = POSTGRES_DEFAULTS.removalPolicy } = props;
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', { vpc: props.vpc, description: 'PostgreSQL of PostHog', allowAllOutbound: false });
    this.connections = new Connections({ securityGroups: [securityGroup], defaultPort: Port.tcp(POSTGRES_PORT) });
    this.credentials = defineCredentials(this, username, removalPolicy);
    this.instance = at(this, () => definePostgresInstance(this, props, this.credentials, securityGroup));
    const parts = { username, host: this.instance.dbInstanceEndpointAddress, port: POSTGRES_PORT, databaseName };
    this.urlSecret = defineUrlSecret(this, 'Url', PostgresClient.LIBPQ, this.credentials, parts, removalPolicy);
    this.nodeUrlSecret = defineUrlSecret(this, 'NodeUrl', PostgresClient.NODE, this.credentials, parts, removalPolicy);
    // One database for both, as PostHog's own single-host installation has it (docker-compose.hobby.yml).
    this.personsUrlSecret = this.urlSecret;
    this.nodePersonsUrlSecret = this.nodeUrlSecret;
    retainSurroundings(this, removalPolicy);
    warnOfSnapshot(this, props.snapshotIdentifier);
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

class ImportedPostgres extends Construct implements IPostgres {
  public readonly urlSecret: ISecret;
  public readonly personsUrlSecret: ISecret;
  public readonly nodeUrlSecret: ISecret;
  public readonly nodePersonsUrlSecret: ISecret;
  public readonly clientPorts: number[];
  public readonly connections: Connections;

  public constructor(scope: Construct, id: string, attrs: PostgresAttributes) {
    super(scope, id);
    this.urlSecret = attrs.urlSecret;
    this.personsUrlSecret = attrs.personsUrlSecret ?? attrs.urlSecret;
    this.nodeUrlSecret = attrs.nodeUrlSecret ?? attrs.urlSecret;
    this.nodePersonsUrlSecret = attrs.nodePersonsUrlSecret ?? attrs.personsUrlSecret ?? this.nodeUrlSecret;
    const port = attrs.port ?? POSTGRES_PORT;
    at(this, () => {
      checkPort('port', port);
      for (const name of ['urlSecret', 'personsUrlSecret', 'nodeUrlSecret', 'nodePersonsUrlSecret'] as const) {
        checkWholeText(name, this[name]);
      }
    });
    this.clientPorts = [port];
    this.connections = new Connections({ securityGroups: attrs.securityGroups, defaultPort: Port.tcp(port) });
  }
}
