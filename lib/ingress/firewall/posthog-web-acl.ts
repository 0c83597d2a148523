import { Annotations, ArnFormat, Names, Stack, Token } from 'aws-cdk-lib/core';
import { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnIPSet, CfnLoggingConfiguration, CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import { PostHogWebAclProps, WEB_ACL_CHECKS } from './firewall-options';
import { rulesOf, visibility } from './firewall-rules';
import { INCLUDED_CAPACITY, MAX_CAPACITY } from './managed-rules';
import { checkProps } from '../../private/checks/check';
import { invalidProp, invalidValue, withPath } from '../../private/errors';
import { parseCidr } from '../../private/ip';
import { defineLogGroup } from '../../private/log-group';

const DEFAULTS = { signInLimit: 100, apiLimit: 10_000, logs: true, forCloudFront: false };

/** The region of web ACLs for CloudFront. */
const CLOUDFRONT_REGION = 'us-east-1';

/** The headers whose values are not logged. */
const REDACTED_HEADERS = ['cookie', 'authorization'];

/** AWS requires this prefix (https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html). */
const LOG_GROUP_PREFIX = 'aws-waf-logs-';

/**
 * A web ACL of AWS WAF whose rules know PostHog's requests.
 *
 * SDK endpoints have no rules but AWS's IP reputation list, because their bodies look like attacks. In the app, AWS's managed rule groups look for
 * attacks, and the firewall blocks only where no request of PostHog looks like one. See docs/firewall.md.
 *
 * `firewall` of `PostHog` and `PostHogIngress` creates one and associates it. Alone, it is for a load balancer or a distribution of your own.
 *
 * @example
 * const webAcl = new PostHogWebAcl(stack, 'WebAcl', { hostNames: ['posthog.example.com'] });
 * const blockedSignIns = webAcl.metricBlockedRequests('SignInRate');
 */
export class PostHogWebAcl extends Construct {
  /** The ARN of the web ACL. */
  public readonly webAclArn: string;
  /** The web ACL. */
  public readonly webAcl: CfnWebACL;
  /** The log group of blocked and counted requests; undefined without logs. */
  public readonly logGroup?: ILogGroup;
  /** The sets of the addresses that are always allowed, one for IPv4 and one for IPv6. */
  public readonly allowedAddresses: CfnIPSet[];
  /** The web ACL capacity units that the rules take, by the documentation of AWS. The price of a web ACL includes 1,500. */
  public readonly capacity: number;
  /** Indicates whether it is for CloudFront distributions. */
  public readonly forCloudFront: boolean;

  private readonly metricName: string;

  public constructor(scope: Construct, id: string, props: PostHogWebAclProps = {}) {
    super(scope, id);
    checkProps(this, props, WEB_ACL_CHECKS);
    this.forCloudFront = props.forCloudFront ?? DEFAULTS.forCloudFront;
    const { region } = Stack.of(this);
    if (this.forCloudFront && !Token.isUnresolved(region) && region !== CLOUDFRONT_REGION) {
      withPath(this, () => {
        throw invalidValue(
          'forCloudFront',
          `needs a stack in ${CLOUDFRONT_REGION}, not in ${region}`,
          true,
          'define the web ACL in a stack of its own',
        );
      });
    }
    this.allowedAddresses = this.defineAddresses(props.allowedCidrs ?? []);
    const { rules, capacity } = rulesOf({
      countOnly: props.countOnly ?? [],
      countedRules: props.countedRules ?? [],
      allowedAddresses: this.allowedAddresses.map(({ attrArn }) => attrArn),
      hostNames: props.hostNames ?? [],
      signInLimit: props.signInLimit ?? DEFAULTS.signInLimit,
      apiLimit: props.apiLimit ?? DEFAULTS.apiLimit,
      sdkLimit: props.sdkLimit,
      clientAddressHeader: props.clientAddressHeader,
    });
    this.capacity = capacity;
    if (capacity > MAX_CAPACITY) {
      withPath(this, () => {
        throw invalidProp('hostNames', `take ${capacity} capacity units with the other rules, and a web ACL has ${MAX_CAPACITY}`, 'name fewer');
      });
    }
    this.metricName = Names.uniqueResourceName(this, { maxLength: 128, allowedSpecialCharacters: '-_' });
    this.webAcl = new CfnWebACL(this, 'Resource', {
      scope: this.wafScope,
      description: 'PostHog ingress: web application firewall',
      defaultAction: { allow: {} },
      rules,
      visibilityConfig: visibility(this.metricName),
    });
    this.webAclArn = this.webAcl.attrArn;
    this.logGroup = (props.logs ?? DEFAULTS.logs) ? this.defineLogs(props) : undefined;
    if (capacity > INCLUDED_CAPACITY) {
      Annotations.of(this).addWarningV2(
        'cdk-posthog:PostHogWebAcl.capacity',
        `the rules take ${capacity} capacity units; AWS charges more for each request above ${INCLUDED_CAPACITY}`,
      );
    }
  }

  /**
   * Returns the metric of the number of requests that a rule blocked, by default the sum over five minutes.
   *
   * @param rule the name of the rule, such as `SignInRate`; by default all rules
   * @param props the properties of the metric
   */
  public metricBlockedRequests(rule?: string, props?: MetricOptions): Metric {
    return this.metric('BlockedRequests', rule, props);
  }

  /**
   * Returns the metric of the number of requests that a rule counted, by default the sum over five minutes.
   *
   * @param rule the name of the rule, such as `Common`; by default all rules
   * @param props the properties of the metric
   */
  public metricCountedRequests(rule?: string, props?: MetricOptions): Metric {
    return this.metric('CountedRequests', rule, props);
  }

  private metric(metricName: string, rule = 'ALL', props: MetricOptions = {}): Metric {
    const { region } = Stack.of(this);
    return new Metric({
      namespace: 'AWS/WAFV2',
      metricName,
      dimensionsMap: { WebACL: this.metricName, Rule: rule, ...(this.forCloudFront ? {} : { Region: region }) },
      statistic: 'Sum',
      ...props,
    });
  }

  private get wafScope(): string {
    return this.forCloudFront ? 'CLOUDFRONT' : 'REGIONAL';
  }

  private defineAddresses(cidrs: readonly string[]): CfnIPSet[] {
    return ([4, 6] as const).flatMap((family) => {
      const addresses = cidrs.filter((cidr) => parseCidr(cidr)?.family === family);
      return addresses.length === 0
        ? []
        : [
            new CfnIPSet(this, `AllowedIpv${family}`, {
              scope: this.wafScope,
              description: 'PostHog ingress: allowed addresses',
              ipAddressVersion: `IPV${family}`,
              addresses,
            }),
          ];
    });
  }

  /** Logs what is blocked and counted. Requests that are only allowed, those of SDKs among them, would cost as much as everything else. */
  private defineLogs({ logRetention: retention, removalPolicy }: PostHogWebAclProps): ILogGroup {
    const logGroupName = LOG_GROUP_PREFIX + Names.uniqueResourceName(this, { maxLength: 100 });
    const logs = defineLogGroup(this, 'Logs', { logGroupName, retention, removalPolicy });
    // The ARN of the CDK ends with `:*`, which AWS WAF does not accept.
    const arn = Stack.of(this).formatArn({
      service: 'logs',
      resource: 'log-group',
      resourceName: logs.logGroupName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    new CfnLoggingConfiguration(this, 'Logging', {
      resourceArn: this.webAclArn,
      logDestinationConfigs: [arn],
      redactedFields: REDACTED_HEADERS.map((Name) => ({ singleHeader: { Name } })),
      loggingFilter: {
        DefaultBehavior: 'DROP',
        Filters: [
          {
            Behavior: 'KEEP',
            Requirement: 'MEETS_ANY',
            Conditions: ['BLOCK', 'COUNT'].map((Action) => ({ ActionCondition: { Action } })),
          },
        ],
      },
    });
    return logs;
  }
}
