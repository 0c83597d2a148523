import { Connections, IConnectable, ISecurityGroup, Port } from 'aws-cdk-lib/aws-ec2';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct, IConstruct } from 'constructs';
import { checkPort } from './endpoint-checks';
import { at } from '../private/errors';
import { checkWholeText } from '../private/secrets';

const DEFAULT_PORT = 5432;

/**
 * A PostgreSQL server that PostHog keeps its own records in.
 */
export interface IPostgres extends IConstruct, IConnectable {
  /** The secret whose text is the connection URL of PostHog's database. */
  readonly urlSecret: ISecret;
  /** The secret whose text is the connection URL of the database of persons. */
  readonly personsUrlSecret: ISecret;
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
 * PostgreSQL.
 */
export class Postgres {
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

  private constructor() {}
}

class ImportedPostgres extends Construct implements IPostgres {
  public readonly urlSecret: ISecret;
  public readonly personsUrlSecret: ISecret;
  public readonly clientPorts: number[];
  public readonly connections: Connections;

  public constructor(scope: Construct, id: string, attrs: PostgresAttributes) {
    super(scope, id);
    this.urlSecret = attrs.urlSecret;
    this.personsUrlSecret = attrs.personsUrlSecret ?? attrs.urlSecret;
    const port = attrs.port ?? DEFAULT_PORT;
    at(this, () => {
      checkPort('port', port);
      checkWholeText('urlSecret', attrs.urlSecret);
      checkWholeText('personsUrlSecret', this.personsUrlSecret);
    });
    this.clientPorts = [port];
    this.connections = new Connections({ securityGroups: attrs.securityGroups, defaultPort: Port.tcp(port) });
  }
}
