import { Annotations } from 'aws-cdk-lib/core';
import { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct, IDependable } from 'constructs';
import { PostgresBase, PostgresLoginCredentials } from './postgres-base';
import { checkPostgresOptions, POSTGRES_DEFAULTS, POSTGRES_PORT, PostgresLogins, PostgresOptions } from './postgres-props';
import { defineCredentials, defineLoginSecrets, defineUrlSecrets, LoginSecrets, UrlSecrets } from './postgres-secrets';
import { retainDependencies } from '../removal';
import { PostgresContext } from '../../catalog/process-context';
import { checkProps, Checks } from '../../private/checks/check';
import { encryptWith } from '../../private/encryption-key';
import { withPath } from '../../private/errors';
import { InlineSecurityGroup } from '../../private/security-group';

/**
 * The common implementation of servers on RDS and Aurora: the security group and the secrets with the credentials and the connection URLs.
 *
 * @internal
 */
export abstract class RdsPostgres extends PostgresBase {
  /** The security group of the server, to which rules are added for the processes that use it. */
  public readonly securityGroup: ISecurityGroup;
  /** The secret with the master user's `username` and `password`, and with `host` and `port`. Always defined. */
  public readonly credentials?: ISecret;
  public readonly tls: boolean = true;

  private readonly options: PostgresOptions;
  private urls?: UrlSecrets;
  private logins?: LoginSecrets;
  private hostName?: string;

  /** The checks include those of the props that a subclass adds to the options. */
  public constructor(scope: Construct, id: string, options: PostgresOptions, checks: Checks<PostgresOptions>) {
    super(scope, id, POSTGRES_PORT);
    checkProps(this, options, checks);
    encryptWith(this, options.encryptionKey);
    withPath(this, () => checkPostgresOptions(options));
    this.options = options;
    this.securityGroup = new InlineSecurityGroup(this, 'SecurityGroup', {
      vpc: options.vpc,
      description: 'PostHog Postgres: database',
      allowAllOutbound: false,
    });
    this.connections.addSecurityGroup(this.securityGroup);
    this.credentials = defineCredentials(
      this,
      options.username ?? POSTGRES_DEFAULTS.username,
      options.removalPolicy ?? POSTGRES_DEFAULTS.removalPolicy,
    );
  }

  /** The host name of the server; with Aurora, that of the writer. Always defined. */
  public get host(): string | undefined {
    return this.hostName;
  }

  public get urlSecret(): ISecret {
    return (this.logins ?? this.urls!).posthog;
  }

  /** The same secret as `urlSecret`: persons are in PostHog's database, as in PostHog's own single-host installation (docker-compose.hobby.yml). */
  public get personsUrlSecret(): ISecret {
    return this.urlSecret;
  }

  /** The secret with the connection URL of the master user. Undefined with a single login, whose URL is in `urlSecret`. */
  public get ownerUrlSecret(): ISecret | undefined {
    return this.logins && this.urls!.posthog;
  }

  /** The same secret as `ownerUrlSecret`: persons are in PostHog's database. */
  public get personsOwnerUrlSecret(): ISecret | undefined {
    return this.ownerUrlSecret;
  }

  public get readerUrlSecret(): ISecret | undefined {
    return this.logins?.reader;
  }

  /** The same secret as `readerUrlSecret`: persons are in PostHog's database. */
  public get personsReaderUrlSecret(): ISecret | undefined {
    return this.readerUrlSecret;
  }

  public get nodeUrlSecret(): ISecret {
    return (this.logins ?? this.urls!).nodePosthog;
  }

  /** The same secret as `nodeUrlSecret`: persons are in PostHog's database. */
  public get nodePersonsUrlSecret(): ISecret {
    return this.nodeUrlSecret;
  }

  /** The secret with the connection URL of the database `cyclotron_node`. Always defined. */
  public get cyclotronUrlSecret(): ISecret | undefined {
    return this.urls!.cyclotron;
  }

  /** The secret with the connection URL of the database `cyclotron_node` for Node processes. Always defined. */
  public get nodeCyclotronUrlSecret(): ISecret | undefined {
    return (this.logins ?? this.urls!).nodeCyclotron;
  }

  public get loginCredentials(): PostgresLoginCredentials | undefined {
    return this.logins?.credentials;
  }

  /**
   * The server with the login that every process had before it had one of its own; undefined with a single login.
   *
   * @internal
   */
  public get _singleLogin(): PostgresContext | undefined {
    const { port, tls, host, credentials } = this;
    const { posthog, nodePosthog, cyclotron, nodeCyclotron } = this.urls!;
    return (
      this.logins && {
        port,
        tls,
        host,
        credentials,
        urlSecret: posthog,
        personsUrlSecret: posthog,
        nodeUrlSecret: nodePosthog,
        nodePersonsUrlSecret: nodePosthog,
        cyclotronUrlSecret: cyclotron,
        nodeCyclotronUrlSecret: nodeCyclotron,
      }
    );
  }

  /**
   * Completes the construct once its server is defined.
   *
   * @param host the host name of the server
   * @param ready what must be deployed before the server accepts connections
   *
   * @internal
   */
  protected _serverDefined(host: string, ready?: IDependable): void {
    const {
      username = POSTGRES_DEFAULTS.username,
      databaseName = POSTGRES_DEFAULTS.databaseName,
      removalPolicy = POSTGRES_DEFAULTS.removalPolicy,
      logins = POSTGRES_DEFAULTS.logins,
    } = this.options;
    this.hostName = host;
    const server = { username, host, port: this.port, databaseName };
    this.urls = defineUrlSecrets(this, { credentials: this.credentials!, server, removalPolicy, ready });
    this.logins = logins === PostgresLogins.BY_PURPOSE ? defineLoginSecrets(this, { server, removalPolicy, ready }) : undefined;
    retainDependencies(this, removalPolicy);
    if (this.options.snapshotIdentifier !== undefined) {
      Annotations.of(this).addWarningV2(
        'cdk-posthog:Postgres.snapshotIdentifier',
        'do not change `snapshotIdentifier` as long as this server exists: if it is removed, CloudFormation replaces the server with an empty one, and ' +
          'if it is changed, with one from the other snapshot; do not change `username` either, which would generate a password that the server does not have',
      );
    }
  }
}
