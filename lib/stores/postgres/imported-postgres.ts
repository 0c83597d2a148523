import { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { host, UnsupportedEndpoint } from '../endpoint-checks';
import { PostgresBase, PostgresLoginCredentials } from './postgres-base';
import { POSTGRES_PORT } from './postgres-props';
import { secret, securityGroups } from '../../private/checks/cdk';
import { checkProps, Checks, required } from '../../private/checks/check';
import { boolean, port, text } from '../../private/checks/values';
import { invalidProp, withPath } from '../../private/errors';
import { checkKeys, checkWholeText } from '../../private/secrets';

/**
 * An existing PostgreSQL server.
 */
export interface PostgresAttributes {
  /**
   * The secret whose whole string is the connection URL, `postgres://user:password@host:5432/posthog?sslmode=require`.
   *
   * User and password in it must be percent-encoded. The role must own the database, unless migrations have a role of their own (`ownerUrlSecret`);
   * PostHog creates extensions and, for some products, further databases.
   */
  readonly urlSecret: ISecret;
  /**
   * The secret whose whole string is the connection URL of the persons database.
   *
   * @default - the same database, as in PostHog's own single-host installation
   */
  readonly personsUrlSecret?: ISecret;
  /**
   * The secret whose whole string is the connection URL for migrations, of the role that owns the database. The role of `urlSecret` then needs
   * `SELECT`, `INSERT`, `UPDATE` and `DELETE` on its tables, also on those that later migrations create (`ALTER DEFAULT PRIVILEGES`).
   *
   * @default - `urlSecret`
   */
  readonly ownerUrlSecret?: ISecret;
  /**
   * The secret whose whole string is the connection URL of the persons database for migrations, of the role that owns it.
   *
   * @default - `personsUrlSecret`, or `ownerUrlSecret` without it
   */
  readonly personsOwnerUrlSecret?: ISecret;
  /**
   * The secret whose whole string is the connection URL for feature-flags: a role that may read all tables, update the column `last_used_at` of
   * `posthog_personalapikey` and `posthog_projectsecretapikey`, and insert into `posthog_featureflaghashkeyoverride`.
   *
   * @default - `urlSecret`
   */
  readonly readerUrlSecret?: ISecret;
  /**
   * The secret whose whole string is the connection URL of the persons database for feature-flags.
   *
   * @default - `personsUrlSecret`, or `readerUrlSecret` without it
   */
  readonly personsReaderUrlSecret?: ISecret;
  /**
   * The secret whose whole string is the connection URL for Node processes. With `sslmode=require` they verify the server's certificate and
   * reject that of RDS; use `sslmode=no-verify` for RDS.
   *
   * @default - `urlSecret`
   */
  readonly nodeUrlSecret?: ISecret;
  /**
   * The secret whose whole string is the connection URL of the persons database for Node processes.
   *
   * @default - `personsUrlSecret`, or `nodeUrlSecret` without it
   */
  readonly nodePersonsUrlSecret?: ISecret;
  /**
   * The secret whose whole string is the connection URL of the database `cyclotron_node`, for the jobs of data pipelines:
   * `postgres://user:password@host:5432/cyclotron_node?sslmode=require`. PostHog's migrations create the database.
   *
   * @default - none; data pipelines cannot be deployed
   */
  readonly cyclotronUrlSecret?: ISecret;
  /**
   * The secret whose whole string is the connection URL of the database `cyclotron_node` for Node processes, with `sslmode=no-verify` on RDS.
   *
   * @default - `cyclotronUrlSecret`
   */
  readonly nodeCyclotronUrlSecret?: ISecret;
  /**
   * The secret with the keys `username` and `password`, of a role with CREATEDB: Temporal does not support URLs, and creates `temporal` and
   * `temporal_visibility`.
   *
   * @default - none; Temporal cannot be deployed
   */
  readonly credentials?: ISecret;
  /**
   * The host name of the server, for Temporal.
   *
   * @default - none; Temporal cannot be deployed
   */
  readonly host?: string;
  /**
   * The port that the server listens on.
   *
   * @default 5432
   */
  readonly port?: number;
  /**
   * Indicates whether the server supports TLS, for Temporal. URLs have `sslmode`.
   *
   * @default true
   */
  readonly tls?: boolean;
  /**
   * The security groups of the server. Rules for the processes that use it are added to them.
   *
   * @default - none; allow connections from PostHog's processes yourself
   */
  readonly securityGroups?: ISecurityGroup[];
  /**
   * The identifier of the RDS instance, in the account and the region of the stack. With it, `metric*` work, and migrations check the age of its
   * latest backup.
   *
   * @default - none; no metrics, and migrations do not check backups
   */
  readonly instanceIdentifier?: string;
  /**
   * The identifier of the Aurora cluster, instead of `instanceIdentifier`. With it, `metric*` work, and migrations check the age of its latest
   * backup.
   *
   * @default - none; no metrics, and migrations do not check backups
   */
  readonly clusterIdentifier?: string;
}

const UNSUPPORTED: readonly UnsupportedEndpoint[] = [
  { pattern: /\.cluster-ro-[^.]+\./, reason: 'this is a reader endpoint, and PostHog writes; use the writer endpoint' },
];

const URL_SECRETS = [
  'urlSecret',
  'personsUrlSecret',
  'ownerUrlSecret',
  'personsOwnerUrlSecret',
  'readerUrlSecret',
  'personsReaderUrlSecret',
  'nodeUrlSecret',
  'nodePersonsUrlSecret',
  'cyclotronUrlSecret',
  'nodeCyclotronUrlSecret',
] as const;

/** @see https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html (DBInstanceIdentifier) */
const identifier = text(/^[A-Za-z][A-Za-z0-9-]{0,62}$/, 'must be an identifier of RDS: up to 63 letters, digits and hyphens, not an ARN');

const CHECKS: Checks<PostgresAttributes> = {
  urlSecret: required(secret, 'the secret whose whole string is the connection URL'),
  personsUrlSecret: secret,
  ownerUrlSecret: secret,
  personsOwnerUrlSecret: secret,
  readerUrlSecret: secret,
  personsReaderUrlSecret: secret,
  nodeUrlSecret: secret,
  nodePersonsUrlSecret: secret,
  cyclotronUrlSecret: secret,
  nodeCyclotronUrlSecret: secret,
  credentials: secret,
  host: host(UNSUPPORTED),
  port,
  tls: boolean,
  securityGroups,
  instanceIdentifier: identifier,
  clusterIdentifier: identifier,
};

/** An imported PostgreSQL server. */
export class ImportedPostgres extends PostgresBase {
  public readonly urlSecret: ISecret;
  public readonly personsUrlSecret: ISecret;
  public readonly ownerUrlSecret?: ISecret;
  public readonly personsOwnerUrlSecret?: ISecret;
  public readonly readerUrlSecret?: ISecret;
  public readonly personsReaderUrlSecret?: ISecret;
  public readonly nodeUrlSecret: ISecret;
  public readonly nodePersonsUrlSecret: ISecret;
  public readonly cyclotronUrlSecret?: ISecret;
  public readonly nodeCyclotronUrlSecret?: ISecret;
  public readonly credentials?: ISecret;
  /** Always undefined: the logins of an imported server are yours. */
  public readonly loginCredentials?: PostgresLoginCredentials = undefined;
  public readonly host?: string;
  public readonly tls: boolean;
  public readonly instanceIdentifier?: string;
  public readonly clusterIdentifier?: string;

  public constructor(scope: Construct, id: string, attrs: PostgresAttributes) {
    super(scope, id, attrs?.port ?? POSTGRES_PORT);
    checkProps(this, attrs, CHECKS);
    withPath(this, () => check(attrs));
    this.urlSecret = attrs.urlSecret;
    this.personsUrlSecret = attrs.personsUrlSecret ?? attrs.urlSecret;
    this.ownerUrlSecret = attrs.ownerUrlSecret;
    this.personsOwnerUrlSecret = attrs.personsOwnerUrlSecret ?? (attrs.personsUrlSecret ? undefined : attrs.ownerUrlSecret);
    this.readerUrlSecret = attrs.readerUrlSecret;
    this.personsReaderUrlSecret = attrs.personsReaderUrlSecret ?? (attrs.personsUrlSecret ? undefined : attrs.readerUrlSecret);
    this.nodeUrlSecret = attrs.nodeUrlSecret ?? attrs.urlSecret;
    this.nodePersonsUrlSecret = attrs.nodePersonsUrlSecret ?? attrs.personsUrlSecret ?? this.nodeUrlSecret;
    this.cyclotronUrlSecret = attrs.cyclotronUrlSecret;
    this.nodeCyclotronUrlSecret = attrs.nodeCyclotronUrlSecret ?? attrs.cyclotronUrlSecret;
    this.credentials = attrs.credentials;
    this.host = attrs.host;
    this.tls = attrs.tls ?? true;
    this.instanceIdentifier = attrs.instanceIdentifier;
    this.clusterIdentifier = attrs.clusterIdentifier;
    this.connections.addSecurityGroup(...(attrs.securityGroups ?? []));
  }
}

function check(attrs: PostgresAttributes): void {
  if (attrs.instanceIdentifier !== undefined && attrs.clusterIdentifier !== undefined) {
    throw invalidProp('instanceIdentifier', 'cannot be combined with `clusterIdentifier`', 'a server is either an RDS instance or an Aurora cluster');
  }
  for (const name of URL_SECRETS) {
    const secret = attrs[name];
    if (secret) {
      checkWholeText(name, secret);
    }
  }
  if (attrs.credentials) {
    checkKeys('credentials', attrs.credentials, ['username', 'password']);
  }
}
