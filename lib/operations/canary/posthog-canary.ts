import { Duration, Stack } from 'aws-cdk-lib/core';
import { Metric, MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { ISubnet, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct, IConstruct } from 'constructs';
import { CANARY_OPTION_CHECKS, PostHogCanaryOptions } from './canary-options';
import { CANARY_DISTINCT_ID } from './canary-requests';
import { CANARY_VARIABLE, CanarySettings } from './canary-settings';
import { CustomMetricName } from '../custom-metrics';
import { customMetric, installationName } from '../installation';
import { ScheduledFunction } from '../scheduled-function';
import { subnetSelection, vpc } from '../../private/checks/cdk';
import { Checks, checkProps, required } from '../../private/checks/check';
import { boolean, domainName, text } from '../../private/checks/values';
import { invalidProp, invalidValue, withPath } from '../../private/errors';
import { selectSubnets } from '../../private/subnets';
import { admit } from '../../services/service/security-groups';
import { IClickHouse } from '../../stores/clickhouse/clickhouse-base';
import { CLICKHOUSE } from '../../stores/store-checks';

/**
 * Properties for `PostHogCanary`.
 */
export interface PostHogCanaryProps extends PostHogCanaryOptions {
  /** The domain name that clients send events to. Its certificate must be one that Node.js trusts. */
  readonly domainName: string;
  /** The ClickHouse server, with `readerCredentials`. */
  readonly clickHouse: IClickHouse;
  /** The VPC of the function, from which it reaches ClickHouse, the domain name and the API of Secrets Manager. */
  readonly vpc: IVpc;
  /**
   * The subnets of the function.
   *
   * @default - the VPC's private subnets with egress
   */
  readonly vpcSubnets?: SubnetSelection;
  /**
   * Indicates whether to evaluate feature flags.
   *
   * @default true
   */
  readonly flags?: boolean;
  /**
   * Indicates whether to send a chunk of a recording.
   *
   * @default true
   */
  readonly recordings?: boolean;
  /**
   * The value of the dimension `Installation` of its metrics.
   *
   * @default - from the names of the stack and the construct
   */
  readonly installation?: string;
}

/**
 * A canary of a PostHog.
 */
export interface IPostHogCanary extends IConstruct {
  /** The function. */
  readonly function: IFunction;
  /** The log group of the function, which names each step that failed. */
  readonly logGroup: ILogGroup;
  /** The distinct id of everything that the canary sends. */
  readonly distinctId: string;
  /**
   * Returns the metric of the steps that failed in a run: event, flags, recording, query.
   *
   * @param props options of the metric; by default the maximum over 5 minutes
   */
  metricFailures(props?: MetricOptions): Metric;
  /**
   * Returns the metric of the seconds until ClickHouse has an event.
   *
   * @param props options of the metric; by default the maximum over 5 minutes
   */
  metricEventDelay(props?: MetricOptions): Metric;
}

const DEFAULTS = { interval: Duration.minutes(5), maxDelay: Duration.minutes(2) };

/** The time of a run in addition to `maxDelay`: the requests, which may take 40 seconds, and a last query. */
const OVERHEAD = Duration.seconds(80);

const POLL = Duration.seconds(2);

const CHECKS: Checks<PostHogCanaryProps> = {
  ...CANARY_OPTION_CHECKS,
  domainName: required(domainName, 'the domain name that clients send events to'),
  clickHouse: required(CLICKHOUSE, 'the ClickHouse server that stores events'),
  vpc: required(vpc, 'the VPC of the function'),
  vpcSubnets: subnetSelection,
  flags: boolean,
  recordings: boolean,
  installation: text(/^[\w-]{1,64}$/, 'must have up to 64 letters, digits, hyphens and underscores'),
};

/**
 * A function that uses PostHog as a client does: it sends an event, evaluates flags, sends a chunk of a recording, and waits until ClickHouse has the
 * event, which it reads with a read-only login.
 *
 * It publishes the metrics `CanaryFailures` and `CanaryEventDelay`.
 */
export class PostHogCanary extends Construct implements IPostHogCanary {
  public readonly function: IFunction;
  public readonly logGroup: ILogGroup;
  public readonly distinctId: string = CANARY_DISTINCT_ID;
  /**
   * The metrics that the function publishes.
   *
   * @internal
   */
  public readonly _metrics: readonly CustomMetricName[] = ['CanaryEventDelay', 'CanaryFailures'];

  private readonly installation: string;

  public constructor(scope: Construct, id: string, props: PostHogCanaryProps) {
    super(scope, id);
    checkProps(this, props, CHECKS);
    this.installation = props.installation ?? installationName(this);
    const { interval = DEFAULTS.interval, maxDelay = DEFAULTS.maxDelay, clickHouse } = props;
    const subnets = withPath(this, () => {
      checkDurations(interval, maxDelay);
      return functionSubnets(props);
    });
    const reader = withPath(this, () => readerOf(clickHouse));
    const settings: CanarySettings = {
      installation: this.installation,
      host: props.domainName,
      port: 443,
      tokenSecret: props.projectToken.secretArn,
      flags: props.flags ?? true,
      recordings: props.recordings ?? true,
      clickHouse: {
        host: clickHouse.host,
        port: clickHouse.httpPort,
        tls: clickHouse.tls,
        verifyCertificate: clickHouse.verifyCertificate,
        database: clickHouse.database,
        secret: reader.secretArn,
      },
      patienceMs: maxDelay.toMilliseconds(),
      pollMs: POLL.toMilliseconds(),
    };
    const program = new ScheduledFunction(this, 'Function', {
      program: 'canary',
      description: 'PostHog canary: sends an event and waits until ClickHouse has it',
      securityGroupDescription: 'PostHog canary: function',
      schedule: ScheduleExpression.rate(interval),
      timeout: maxDelay.plus(OVERHEAD),
      environment: { [CANARY_VARIABLE]: Stack.of(this).toJsonString(settings) },
      vpc: props.vpc,
      subnets,
    });
    [props.projectToken, reader].forEach((one) => one.grantRead(program.function));
    admit({ connections: clickHouse.connections, clientPorts: [clickHouse.httpPort] }, program, 'from PostHog canary');
    program.allowTo(clickHouse.httpPort, 'to ClickHouse');
    this.function = program.function;
    this.logGroup = program.logGroup;
  }

  public metricFailures(props?: MetricOptions): Metric {
    return customMetric(this, this.installation, 'CanaryFailures', { statistic: Stats.MAXIMUM, ...props });
  }

  public metricEventDelay(props?: MetricOptions): Metric {
    return customMetric(this, this.installation, 'CanaryEventDelay', { statistic: Stats.MAXIMUM, ...props });
  }
}

function checkDurations(interval: Duration, maxDelay: Duration): void {
  if (maxDelay.isUnresolved() || interval.isUnresolved()) {
    throw invalidProp(maxDelay.isUnresolved() ? 'maxDelay' : 'interval', 'must be known at synthesis', 'use a literal value, not a token');
  }
  if (interval.toSeconds() % 60 !== 0) {
    throw invalidValue('interval', 'must be whole minutes', interval, 'EventBridge Scheduler has no shorter ones');
  }
}

function functionSubnets({ vpc: network, vpcSubnets }: PostHogCanaryProps): ISubnet[] {
  return selectSubnets(network, vpcSubnets, { prop: 'vpcSubnets', known: 'number', byDefault: ({ privateSubnets }) => privateSubnets });
}

/** Returns the login of ClickHouse. That of PostHog itself can do everything, which a canary must not. */
function readerOf({ readerCredentials }: IClickHouse): ISecret {
  if (readerCredentials === undefined) {
    throw invalidProp(
      'clickHouse',
      'must have `readerCredentials`, a login that can read events only, for a canary',
      'set `reader: true` of ClickHouse, `clickHouseReader: true` of PostHogStores, or `readerCredentials` of an imported server',
    );
  }
  return readerCredentials;
}
