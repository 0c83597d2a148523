import { CfnDeletionPolicy, Token } from 'aws-cdk-lib/core';
import { IApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import { FIREWALL_CHECKS, FirewallOptions } from './firewall-options';
import { PostHogWebAcl } from './posthog-web-acl';
import { checkStruct, construct } from '../../private/checks/check';
import { anyText } from '../../private/checks/values';
import { invalidValue } from '../../private/errors';

/** The ARN of a web ACL of AWS WAF for resources of a region. */
const REGIONAL_WEB_ACL = /^arn:aws[a-z-]*:wafv2:[a-z0-9-]+:\d{12}:regional\/webacl\/[^/]+\/[0-9a-f-]+$/;

const webAclCheck = construct('a PostHogWebAcl', ['webAclArn', 'forCloudFront'], 'use fromWebAclArn() for any other web ACL');

/**
 * The web application firewall in front of a PostHog: AWS WAF, associated with its load balancer.
 *
 * @example
 * new PostHog(stack, 'PostHog', {
 *   domainName: 'posthog.example.com',
 *   domainZone: zone,
 *   // Blocks attacks, but only counts what the common rules find; the office is always allowed.
 *   firewall: PostHogFirewall.managed({ countOnly: [FirewallGroup.COMMON], allowedCidrs: ['203.0.113.0/24'] }),
 * });
 */
export class PostHogFirewall {
  /**
   * Creates a web ACL whose rules know PostHog's requests.
   *
   * @param options the options of its rules
   */
  public static managed(options: FirewallOptions = {}): PostHogFirewall {
    checkStruct('options', options, FIREWALL_CHECKS);
    return new PostHogFirewall(options);
  }

  /**
   * Uses a web ACL that is defined in this app, which several PostHogs can share.
   *
   * Throws if it is for CloudFront: associate that one with the distribution.
   *
   * @param webAcl the web ACL
   */
  public static fromWebAcl(webAcl: PostHogWebAcl): PostHogFirewall {
    webAclCheck('webAcl', webAcl);
    if (webAcl.forCloudFront) {
      throw invalidValue('webAcl', 'must not be for CloudFront', webAcl, 'associate it with the distribution, and leave `firewall` out');
    }
    return new PostHogFirewall(undefined, webAcl.webAclArn, webAcl);
  }

  /**
   * Uses an existing web ACL of the region of the load balancer, of AWS WAF and not of AWS WAF Classic.
   *
   * Its rules decide. The usual ones block recordings, events and queries: see docs/firewall.md.
   *
   * @param webAclArn the ARN of the web ACL
   */
  public static fromWebAclArn(webAclArn: string): PostHogFirewall {
    anyText('webAclArn', webAclArn);
    if (!Token.isUnresolved(webAclArn) && !REGIONAL_WEB_ACL.test(webAclArn)) {
      throw invalidValue('webAclArn', 'must be the ARN of a regional web ACL', webAclArn, 'copy it from `aws wafv2 list-web-acls --scope REGIONAL`');
    }
    return new PostHogFirewall(undefined, webAclArn);
  }

  private constructor(
    private readonly options?: FirewallOptions,
    private readonly webAclArn?: string,
    private readonly webAcl?: PostHogWebAcl,
  ) {}

  /**
   * Associates the web ACL with a load balancer, and returns it if it is a `PostHogWebAcl`.
   *
   * A load balancer has one web ACL. To associate another one, CloudFormation creates a new association and then deletes the old one, which
   * removes the association of the load balancer altogether (pulumi/pulumi-aws, issue 4782). So an old one is forgotten instead of deleted.
   *
   * @internal
   */
  public _protect(scope: Construct, loadBalancer: IApplicationLoadBalancer): PostHogWebAcl | undefined {
    const webAcl = this.options ? new PostHogWebAcl(scope, 'WebAcl', this.options) : this.webAcl;
    const association = new CfnWebACLAssociation(scope, 'WebAclAssociation', {
      resourceArn: loadBalancer.loadBalancerArn,
      webAclArn: webAcl?.webAclArn ?? this.webAclArn!,
    });
    association.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
    return webAcl;
  }
}
