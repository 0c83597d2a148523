import { IDatabaseInstance } from 'aws-cdk-lib/aws-rds';
import { Construct } from 'constructs';
import { ImportedPostgres, PostgresAttributes } from './imported-postgres';
import { connectionsOfInstance } from './max-connections';
import { IPostgres } from './postgres-base';
import { definePostgresInstance } from './postgres-instance';
import { checkPostgresProps, INSTANCE_DEFAULTS, POSTGRES_CHECKS, PostgresProps } from './postgres-props';
import { RdsPostgres } from './rds-postgres';
import { withPath } from '../../private/errors';

/**
 * PostgreSQL on RDS: encrypted, with backups, reachable with TLS only.
 *
 * It defines the server, its parameter group, a security group, to which rules are added for the processes that use it, and the secrets with its
 * credentials and connection URLs. For Aurora, see `AuroraPostgres`.
 */
export class Postgres extends RdsPostgres {
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
  /** The identifier of the server. Always defined. */
  public readonly instanceIdentifier?: string;
  /** Always undefined: this is no Aurora cluster. */
  public readonly clusterIdentifier?: string = undefined;
  /**
   * The maximum number of connections, estimated from the memory of the server if no number is set; undefined if it is not known.
   *
   * @internal
   */
  public readonly _maxConnections?: number;

  public constructor(scope: Construct, id: string, props: PostgresProps) {
    super(scope, id, props, POSTGRES_CHECKS);
    withPath(this, () => checkPostgresProps(props));
    this.instance = withPath(this, () => definePostgresInstance(this, props, this.credentials!, this.securityGroup));
    this.instanceIdentifier = this.instance.instanceIdentifier;
    this._maxConnections = connectionsOfInstance(props.maxConnections, props.instanceType ?? INSTANCE_DEFAULTS.instanceType);
    this._serverDefined(this.instance.dbInstanceEndpointAddress);
  }
}
