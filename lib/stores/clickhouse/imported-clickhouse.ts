import { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { IRole } from 'aws-cdk-lib/aws-iam';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { ClickHouseAppFiles, ClickHouseBase } from './clickhouse-base';
import { databaseName } from './clickhouse-props';
import { host, UnsupportedEndpoint } from '../endpoint-checks';
import { IKafka } from '../kafka/kafka-base';
import { reporter } from '../metrics';
import { role, secret, securityGroups } from '../../private/checks/cdk';
import { checkProps, Checks, listOf, required } from '../../private/checks/check';
import { boolean, text } from '../../private/checks/values';
import { invalidProp, withPath } from '../../private/errors';

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
   * The secret with the keys `username` and `password` of a user with only the SELECT privilege on `events` and `sharded_events`, for
   * `PostHogCanary`.
   *
   * @default - none; no canary
   */
  readonly readerCredentials?: ISecret;
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
  /**
   * The id of the server's EC2 instance, in the account and the region of the stack. With it, `metric*` work.
   *
   * @default - none; no metrics without `autoScalingGroupName`
   */
  readonly instanceId?: string;
  /**
   * The name of the auto scaling group that the server's EC2 instance is alone in, instead of `instanceId`. With it, `metric*` work.
   *
   * @default - none; no metrics without `instanceId`
   */
  readonly autoScalingGroupName?: string;
}

const UNSUPPORTED: readonly UnsupportedEndpoint[] = [
  {
    pattern: /\.clickhouse\.cloud$/i,
    reason: "ClickHouse Cloud lacks the clusters, macros, Kafka tables and functions that PostHog's migrations need; run ClickHouse on EC2",
  },
];

const CHECKS: Checks<ClickHouseAttributes> = {
  host: required(host(UNSUPPORTED), 'the host name of the server'),
  credentials: required(secret, 'the secret with the keys `username` and `password`'),
  dictReaderCredentials: secret,
  readerCredentials: secret,
  database: databaseName,
  tls: boolean,
  verifyCertificate: boolean,
  securityGroups,
  serverRoles: listOf(role),
  instanceId: text(/^i-[0-9a-f]+$/, 'must be the id of an EC2 instance, such as i-0123456789abcdef0'),
  autoScalingGroupName: text(),
};

/** An imported ClickHouse server. */
export class ImportedClickHouse extends ClickHouseBase {
  public readonly host: string;
  public readonly database: string;
  public readonly verifyCertificate: boolean;
  public readonly credentials: ISecret;
  public readonly dictReaderCredentials?: ISecret;
  public readonly readerCredentials?: ISecret;
  public readonly serverRoles: IRole[];
  /** Always undefined: the functions and format schemas of an existing server are yours to install. */
  public readonly appFiles?: ClickHouseAppFiles = undefined;
  public readonly kafka?: IKafka = undefined;
  public readonly _hasMetrics: boolean;

  public constructor(
    scope: Construct,
    id: string,
    private readonly attrs: ClickHouseAttributes,
  ) {
    super(scope, id, attrs?.tls ?? true);
    checkProps(this, attrs, CHECKS);
    withPath(this, () => check(attrs));
    this.host = attrs.host;
    this.database = attrs.database ?? 'posthog';
    this.verifyCertificate = attrs.verifyCertificate ?? true;
    this.credentials = attrs.credentials;
    this.dictReaderCredentials = attrs.dictReaderCredentials;
    this.readerCredentials = attrs.readerCredentials;
    this.serverRoles = [...(attrs.serverRoles ?? [])];
    this._hasMetrics = (attrs.instanceId ?? attrs.autoScalingGroupName) !== undefined;
    this.connections.addSecurityGroup(...(attrs.securityGroups ?? []));
  }

  /** @internal */
  protected _instanceDimensions(): Record<string, string> {
    const { instanceId, autoScalingGroupName } = this.attrs;
    return autoScalingGroupName === undefined
      ? { InstanceId: reporter(this, 'instanceId', instanceId, 'ClickHouse.fromClickHouseAttributes') }
      : { AutoScalingGroupName: autoScalingGroupName };
  }
}

function check({ instanceId, autoScalingGroupName }: ClickHouseAttributes): void {
  if (instanceId !== undefined && autoScalingGroupName !== undefined) {
    throw invalidProp('instanceId', 'cannot be combined with `autoScalingGroupName`', 'leave one of them out');
  }
}
