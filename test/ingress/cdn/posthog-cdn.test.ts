import { App, Duration, Stack, Token } from 'aws-cdk-lib/core';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { CfnCertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { HttpVersion, PriceClass, SecurityPolicyProtocol } from 'aws-cdk-lib/aws-cloudfront';
import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { ApplicationListener, ApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AppAccess, Cdn, ClientAddress, PostHogCdnProps, PostHogIngressProps, PostHogProcess } from '../../../lib';
import { FEATURE_FLAGS, newPostHog, newStack } from '../../helpers/stack';
import { addressProxyOf, ofType } from '../../helpers/template';
import { newIngress, newVpc, zone } from '../fixtures';
import { cdnCertificate, newCdn } from './fixtures';

interface Behavior {
  PathPattern?: string;
  AllowedMethods: string[];
  CachePolicyId: unknown;
  Compress: boolean;
  OriginRequestPolicyId: string;
  ViewerProtocolPolicy: string;
}

interface Config {
  Aliases: string[];
  CacheBehaviors: Behavior[];
  DefaultCacheBehavior: Behavior;
  CustomErrorResponses: { ErrorCode: number; ErrorCachingMinTTL: number }[];
  Origins: Record<string, unknown>[];
}

/** The managed policies of CloudFront, as its documentation has them. */
const CACHING_DISABLED = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
const ALL_VIEWER = '216adef6-5c7f-47e4-b989-5492eafa07d3';

function synth(props: Partial<PostHogCdnProps> = {}, ingressProps: Partial<PostHogIngressProps> = {}): Template {
  const stack = newStack();
  newCdn(stack, props, ingressProps);
  return Template.fromStack(stack);
}

function configOf(template: Template): Config {
  const [[, { Properties }]] = ofType<{ DistributionConfig: Config }>(template, 'AWS::CloudFront::Distribution');
  return Properties.DistributionConfig;
}

/** Returns the functions that look up the prefix list. */
function lookups(of: Template): unknown[] {
  return Object.keys(of.findResources('AWS::Lambda::Function', { Properties: { Description: 'PostHog CDN: prefix list of CloudFront' } }));
}

const template = synth();

describe('the distribution', () => {
  test('has the domain name of the ingress and the certificate, for TLS 1.2 and HTTP/2 and 3', () => {
    expect(configOf(template)).toMatchObject({
      Aliases: ['posthog.example.com'],
      Enabled: true,
      HttpVersion: 'http2and3',
      IPV6Enabled: true,
      PriceClass: 'PriceClass_All',
      ViewerCertificate: {
        AcmCertificateArn: expect.stringContaining(':us-east-1:') as string,
        MinimumProtocolVersion: 'TLSv1.2_2021',
        SslSupportMethod: 'sni-only',
      },
    });
    expect(configOf(template)).not.toHaveProperty('Logging');
    expect(configOf(template)).not.toHaveProperty('WebACLId');
  });

  test('forwards all methods, headers, cookies and query strings, and caches and compresses nothing', () => {
    expect(configOf(template).DefaultCacheBehavior).toMatchObject({
      AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'],
      CachePolicyId: CACHING_DISABLED,
      OriginRequestPolicyId: ALL_VIEWER,
      Compress: false,
      ViewerProtocolPolicy: 'redirect-to-https',
    });
  });

  test('caches the files of /static and /array only, for as long as their own headers say, and not by cookies', () => {
    const { CacheBehaviors } = configOf(template);
    expect(
      CacheBehaviors.map(({ PathPattern, OriginRequestPolicyId, AllowedMethods }) => [PathPattern, OriginRequestPolicyId, AllowedMethods.length]),
    ).toEqual([
      ['/static/*', ALL_VIEWER, 7],
      ['/array/*', ALL_VIEWER, 7],
    ]);
    const policies = ofType<{ CachePolicyConfig: Record<string, unknown> }>(template, 'AWS::CloudFront::CachePolicy').map(
      ([, { Properties }]) => Properties.CachePolicyConfig,
    );
    const parameters = (headers: string[]) => ({
      CookiesConfig: { CookieBehavior: 'none' },
      HeadersConfig: { HeaderBehavior: 'whitelist', Headers: headers },
      QueryStringsConfig: { QueryStringBehavior: 'all' },
      EnableAcceptEncodingBrotli: true,
      EnableAcceptEncodingGzip: true,
    });
    expect(policies).toEqual([
      expect.objectContaining({
        MinTTL: 0,
        DefaultTTL: 0,
        MaxTTL: 31_536_000,
        ParametersInCacheKeyAndForwardedToOrigin: parameters(['Host', 'Origin']),
      }),
      expect.objectContaining({ MinTTL: 0, DefaultTTL: 0, ParametersInCacheKeyAndForwardedToOrigin: parameters(['Host', 'Origin', 'Referer']) }),
    ]);
  });

  test('caches no error, which would be the response of other clients', () => {
    const errors = configOf(template).CustomErrorResponses;
    expect(errors.map(({ ErrorCode }) => ErrorCode)).toEqual([400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504]);
    expect(new Set(errors.map(({ ErrorCachingMinTTL }) => ErrorCachingMinTTL))).toEqual(new Set([0]));
  });

  test('has the web ACL, the logs, and the other props', () => {
    const webAclArn = 'arn:aws:wafv2:us-east-1:111122223333:global/webacl/posthog/1a2b3c4d';
    const stack = newStack();
    newCdn(stack, {
      webAclArn,
      accessLogsBucket: Bucket.fromBucketName(stack, 'Logs', 'logs'),
      accessLogsPrefix: 'cdn',
      priceClass: PriceClass.PRICE_CLASS_100,
      httpVersion: HttpVersion.HTTP2,
      minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2019,
      enableIpv6: false,
      domainNames: ['posthog.example.com', 'e.example.com'],
    });
    expect(configOf(Template.fromStack(stack))).toMatchObject({
      Aliases: ['posthog.example.com', 'e.example.com'],
      WebACLId: webAclArn,
      Logging: { Prefix: 'cdn' },
      PriceClass: 'PriceClass_100',
      HttpVersion: 'http2',
      IPV6Enabled: false,
      ViewerCertificate: { MinimumProtocolVersion: 'TLSv1.2_2019' },
    });
  });

  test('has a URL and a metric, which CloudFront reports in us-east-1', () => {
    const stack = newStack();
    const cdn = newCdn(stack, { domainNames: ['e.example.com'] });
    expect(cdn.url).toBe('https://e.example.com');
    expect(stack.resolve(cdn.metric('Requests').toMetricConfig().metricStat)).toMatchObject({ region: 'us-east-1', metricName: 'Requests' });
  });
});

describe('the origin', () => {
  test('is in the VPC for an internal load balancer, over TLS, and each request is sent once', () => {
    template.hasResourceProperties('AWS::CloudFront::VpcOrigin', {
      VpcOriginEndpointConfig: { Arn: { Ref: Match.stringLikeRegexp('LoadBalancer') }, OriginProtocolPolicy: 'https-only' },
    });
    const [origin] = configOf(template).Origins;
    expect(origin).toMatchObject({
      ConnectionAttempts: 1,
      DomainName: { 'Fn::GetAtt': [expect.stringContaining('LoadBalancer'), 'DNSName'] },
      VpcOriginConfig: { OriginReadTimeout: 120, OriginKeepaliveTimeout: 60 },
    });
    expect(configOf(template).Origins).toHaveLength(1);
  });

  test('is the public name for a public load balancer, over TLS 1.2', () => {
    const open = synth({ responseTimeout: Duration.seconds(30) }, { publicLoadBalancer: true });
    open.resourceCountIs('AWS::CloudFront::VpcOrigin', 0);
    expect(configOf(open).Origins).toEqual([
      expect.objectContaining({
        CustomOriginConfig: {
          OriginProtocolPolicy: 'https-only',
          OriginSSLProtocols: ['TLSv1.2'],
          OriginReadTimeout: 30,
          OriginKeepaliveTimeout: 60,
        },
      }),
    ]);
  });

  test('can be in the VPC for a public load balancer', () => {
    synth({ vpcOrigin: true }, { publicLoadBalancer: true }).resourceCountIs('AWS::CloudFront::VpcOrigin', 1);
  });

  test('keeps its connections shorter than the load balancer', () => {
    const [origin] = configOf(template).Origins as { VpcOriginConfig: { OriginKeepaliveTimeout: number } }[];
    const [[, { Properties }]] = ofType<{ LoadBalancerAttributes: { Key: string; Value: string }[] }>(
      template,
      'AWS::ElasticLoadBalancingV2::LoadBalancer',
    );
    const idle = Properties.LoadBalancerAttributes.find(({ Key }) => Key === 'idle_timeout.timeout_seconds');
    expect(origin.VpcOriginConfig.OriginKeepaliveTimeout).toBeLessThan(Number(idle!.Value));
  });
});

describe('the security group of the load balancer', () => {
  test('allows the addresses of CloudFront on port 443 and no others, from a prefix list that is looked up at deployment', () => {
    template.hasResourceProperties('Custom::PostHogPrefixList', { Name: 'com.amazonaws.global.cloudfront.origin-facing' });
    const rules = ofType<Record<string, unknown>>(template, 'AWS::EC2::SecurityGroupIngress').map(([, { Properties }]) => Properties);
    expect(rules).toEqual([
      {
        Description: 'from CloudFront',
        FromPort: 443,
        ToPort: 443,
        IpProtocol: 'tcp',
        GroupId: { 'Fn::GetAtt': [expect.stringContaining('LoadBalancerSecurityGroup'), 'GroupId'] },
        SourcePrefixListId: { 'Fn::GetAtt': [expect.stringMatching(/^CdnOriginFacing/), 'PrefixListId'] },
      },
    ]);
    const groups = ofType<{ SecurityGroupIngress?: unknown[] }>(template, 'AWS::EC2::SecurityGroup');
    expect(groups.map(([, { Properties }]) => Properties.SecurityGroupIngress)).toEqual([undefined]);
  });

  test('allows the given prefix list, without a function', () => {
    const given = synth({ originPrefixListId: 'pl-3b927c52' });
    given.hasResourceProperties('AWS::EC2::SecurityGroupIngress', { SourcePrefixListId: 'pl-3b927c52' });
    expect(lookups(given)).toEqual([]);
  });

  test('the function can describe prefix lists, and nothing else', () => {
    template.hasResourceProperties('AWS::IAM::Role', {
      Policies: [
        {
          PolicyDocument: {
            Statement: [
              { Action: 'ec2:DescribeManagedPrefixLists', Effect: 'Allow', Resource: '*' },
              { Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Effect: 'Allow', Resource: Match.anyValue() },
            ],
          },
        },
      ],
    });
  });
});

describe('the records', () => {
  test('are an IPv4 and an IPv6 alias of each name in the zone', () => {
    const stack = newStack();
    const cdn = newCdn(stack, { domainZone: zone(stack), domainNames: ['posthog.example.com', 'e.example.com'] });
    const records = ofType<{ Name: string; Type: string }>(Template.fromStack(stack), 'AWS::Route53::RecordSet');
    expect(records.map(([, { Properties }]) => `${Properties.Type} ${Properties.Name}`).sort()).toEqual([
      'A e.example.com.',
      'A posthog.example.com.',
      'AAAA e.example.com.',
      'AAAA posthog.example.com.',
    ]);
    expect(cdn.records).toHaveLength(4);
  });

  test('are none without a zone, and IPv4 only without IPv6', () => {
    template.resourceCountIs('AWS::Route53::RecordSet', 0);
    const stack = newStack();
    newCdn(stack, { domainZone: zone(stack), enableIpv6: false });
    expect(ofType<{ Type: string }>(Template.fromStack(stack), 'AWS::Route53::RecordSet').map(([, { Properties }]) => Properties.Type)).toEqual([
      'A',
    ]);
  });
});

describe('in front of other ingresses', () => {
  test('of a PostHog, all processes trust CloudFront inside of the VPC', () => {
    const stack = newStack();
    const posthog = newPostHog(stack, {
      publicLoadBalancer: false,
      openListener: false,
      clientAddress: ClientAddress.verified({ cdn: Cdn.cloudFront() }),
    });
    newCdn(stack, { ingress: posthog.ingress });
    const whole = Template.fromStack(stack);
    const config = JSON.stringify(addressProxyOf(whole, 'capture'));
    expect(
      ['10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16'].filter((block) => !config.includes(`set_real_ip_from ${block};`)),
    ).toEqual([]);
    whole.resourceCountIs('AWS::CloudFront::Distribution', 1);
  });

  test('of another stack, its stack depends on the other one only', () => {
    const app = new App({ context: FEATURE_FLAGS, builtinCloudFormationValidation: false });
    const first = new Stack(app, 'First');
    const second = new Stack(app, 'Second');
    const ingress = newIngress(first, { publicLoadBalancer: false, openListener: false, appAccess: AppAccess.nobody() });
    newCdn(second, { ingress });
    app.synth();
    expect([first, second].map(({ dependencies }) => dependencies.map(({ node }) => node.id))).toEqual([[], ['First']]);
    Template.fromStack(second).resourceCountIs('AWS::EC2::SecurityGroupIngress', 1);
  });

  test('of an imported load balancer, `vpcOrigin` is required', () => {
    const stack = newStack();
    const vpc = newVpc(stack);
    const loadBalancer = ApplicationLoadBalancer.fromApplicationLoadBalancerAttributes(stack, 'LoadBalancer', {
      loadBalancerArn: 'arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/app/ours/0123456789abcdef',
      loadBalancerDnsName: 'ours.example.com',
      securityGroupId: 'sg-1',
    });
    const listener = ApplicationListener.fromApplicationListenerAttributes(stack, 'Listener', {
      listenerArn: 'arn:aws:elasticloadbalancing:eu-central-1:111122223333:listener/app/ours/0123456789abcdef/0123456789abcdef',
      securityGroup: SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1'),
    });
    const ingress = newIngress(stack, { vpc, loadBalancer, listener, rulePriorityBase: 1, certificate: undefined, appAccess: AppAccess.nobody() });
    expect(() => newCdn(stack, { ingress }, {}, 'Without')).toThrow(
      '[Stack/Without] `vpcOrigin` is required for an imported load balancer; write `vpcOrigin: true` for an internal one, and `false` for a public one',
    );
    newCdn(stack, { ingress, vpcOrigin: false, originPrefixListId: 'pl-1' });
    Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroupIngress', { GroupId: 'sg-1', SourcePrefixListId: 'pl-1' });
  });

  test('two in one stack share the function', () => {
    const stack = newStack();
    newCdn(stack);
    newCdn(stack, {}, { domainName: 'other.example.com' }, 'Other');
    const both = Template.fromStack(stack);
    both.resourceCountIs('AWS::CloudFront::Distribution', 2);
    expect(lookups(both)).toHaveLength(1);
  });
});

test('the ingress still routes its processes', () => {
  const stack = newStack();
  const ingress = newIngress(stack, { publicLoadBalancer: false, openListener: false, appAccess: AppAccess.nobody() });
  newCdn(stack, { ingress });
  expect(ingress._canReach(PostHogProcess.CAPTURE)).toBe(true);
  expect(Token.isUnresolved(ingress.loadBalancer.loadBalancerDnsName)).toBe(true);
});

describe('it refuses', () => {
  const cases: [string, (stack: Stack) => [Partial<PostHogCdnProps>, Partial<PostHogIngressProps>], string][] = [
    [
      'a load balancer that is open to every address',
      () => [{}, { publicLoadBalancer: true, openListener: true }],
      '`ingress` must not accept connections of every address',
    ],
    [
      'an ingress with records',
      (stack) => [{}, { domainZone: zone(stack) }],
      '`ingress` must have no records, because its domain name belongs to the distribution; leave `domainZone` out where the ingress is defined',
    ],
    [
      'a certificate of another region',
      (stack) => [{ certificate: cdnCertificate(stack, 'eu-central-1') }, {}],
      "`certificate` must be in us-east-1, as all certificates for CloudFront, got: 'eu-central-1'; request another one there",
    ],
    [
      '`vpcOrigin: false` for an internal load balancer',
      () => [{ vpcOrigin: false }, {}],
      '`vpcOrigin` must not be false for an internal load balancer',
    ],
    [
      'a name outside of the zone',
      (stack) => [{ domainZone: zone(stack, 'example.org') }, {}],
      '`domainName` must be in the hosted zone example.org',
    ],
    ['a prefix of access logs without a bucket', () => [{ accessLogsPrefix: 'cdn' }, {}], '`accessLogsPrefix` needs `accessLogsBucket`'],
    [
      'an id that is none of a prefix list',
      () => [{ originPrefixListId: 'sg-1' }, {}],
      "`originPrefixListId` must be the id of a prefix list, such as pl-3b927c52, got: 'sg-1'",
    ],
    [
      'a web ACL of another region',
      () => [{ webAclArn: 'arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/a/1' }, {}],
      '`webAclArn` must be the ARN of a web ACL for CloudFront',
    ],
    ['a response timeout of 121 seconds', () => [{ responseTimeout: Duration.seconds(121) }, {}], '`responseTimeout` must be from 1 to 120 seconds'],
  ];

  test.each(cases)('%s', (_, propsOf, message) => {
    const stack = newStack();
    const [props, ingressProps] = propsOf(stack);
    expect(() => newCdn(stack, props, ingressProps)).toThrow(message);
  });

  test('a certificate of another region that is defined in the app', () => {
    const app = new App();
    const elsewhere = new Stack(app, 'Elsewhere', { env: { account: '111122223333', region: 'eu-west-1' } });
    expect(new CfnCertificate(elsewhere, 'Raw', { domainName: 'posthog.example.com' }).ref).toBeDefined();
    const stack = new Stack(app, 'Stack', { env: { account: '111122223333', region: 'eu-central-1' } });
    expect(() => newCdn(stack, { certificate: cdnCertificate(elsewhere, 'eu-west-1') })).toThrow("got: 'eu-west-1'");
  });
});
