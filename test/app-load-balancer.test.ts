import { Match, Template } from 'aws-cdk-lib/assertions';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AppAccess, AppLoadBalancer, ClientAddress, EndpointGroup, PostHogProcess, TrustedProxies } from '../lib';
import { CloudFormationTemplate } from '../cli/alb/template';
import { ingressesOf } from '../cli/template/template-ingress';
import { environmentOf, newPostHog, newStack } from './helpers/stack';
import {
  LOAD_BALANCER,
  RECORD,
  LIVE,
  Resource,
  publicZone,
  privateZone,
  given,
  define,
  ingressOf,
  answers,
  PATHS,
} from './helpers/app-load-balancer';

describe('with an internal load balancer of the app', () => {
  const { posthog, template, stack } = define(() => ({ products: LIVE }));

  test('there is a public and an internal one, each in subnets of its own', () => {
    const found = Object.values(template.findResources(LOAD_BALANCER)) as Resource[];
    expect(found.map(({ Properties: { Scheme: scheme } }) => scheme)).toEqual(['internet-facing', 'internal']);
    const ids = posthog.appIngress!.subnets.map(({ subnetId }) => stack.resolve(subnetId) as unknown);
    expect(found[1].Properties.Subnets).toEqual(ids);
    expect(ids).toHaveLength(2);
    expect(posthog.appIngress!.subnets.map(({ ipv4CidrBlock }) => ipv4CidrBlock.split('/')[1])).toEqual(['27', '27']);
    expect(posthog.network!.vpc.selectSubnets(posthog.network!.appLoadBalancerSubnets).subnets).toEqual(posthog.appIngress!.subnets);
  });

  test('the public one serves SDK endpoints and refuses the app', () => {
    expect(answers(template, 'internet-facing', PATHS)).toEqual([
      'refused (403)',
      'refused (403)',
      'capture',
      'feature-flags',
      'web',
      'refused (403)',
      'refused (403)',
    ]);
  });

  test('the internal one serves the app, live events and SDK endpoints', () => {
    expect(answers(template, 'internal', PATHS)).toEqual(['web', 'web', 'capture', 'feature-flags', 'web', 'livestream', 'refused (403)']);
  });

  test('each target group belongs to one of them, and each service has one for each that forwards to it', () => {
    const model = template.toJSON() as CloudFormationTemplate;
    const groups = new Map(
      ingressesOf({ file: 'a template', template: model }).map(({ scheme, rules }) => [
        scheme,
        new Set(rules.flatMap(({ actions }) => actions).flatMap(({ targetGroup }) => targetGroup ?? [])),
      ]),
    );
    const [ofPublic, ofInternal] = [groups.get('internet-facing')!, groups.get('internal')!];
    expect([...ofPublic].filter((group) => ofInternal.has(group))).toEqual([]);
    const web = posthog.service(PostHogProcess.WEB);
    expect(web.targetGroups).toHaveLength(2);
    expect(web.targetGroup).toBe(web.targetGroups[0]);
    expect(ofPublic.has(stack.getLogicalId(web.targetGroups[0].node.defaultChild as never))).toBe(true);
    expect(ofInternal.has(stack.getLogicalId(web.targetGroups[1].node.defaultChild as never))).toBe(true);
    expect(posthog.service(PostHogProcess.LIVESTREAM).targetGroups).toHaveLength(1);
    const counts = Object.values(template.findResources('AWS::ECS::Service')).map(
      (service) => ((service as Resource).Properties.LoadBalancers as unknown[]).length,
    );
    expect(Math.max(...counts)).toBe(2);
  });

  test('tasks scale on the requests of each', () => {
    template.resourcePropertiesCountIs(
      'AWS::ApplicationAutoScaling::ScalingPolicy',
      {
        TargetTrackingScalingPolicyConfiguration: { PredefinedMetricSpecification: { PredefinedMetricType: 'ALBRequestCountPerTarget' } },
        PolicyName: Match.stringLikeRegexp('Web.*Requests'),
      },
      2,
    );
  });

  test('Django trusts exactly the addresses of both', () => {
    const subnets = [...posthog.appIngress!.subnets, ...posthog.ingress.subnets];
    const { TRUSTED_PROXIES } = environmentOf(template, 'web');
    expect(String(TRUSTED_PROXIES).split(',').sort()).toEqual([...TrustedProxies.fromSubnets(subnets).addresses].sort());
  });

  test('security groups allow both to reach the tasks', () => {
    for (const { connections } of [posthog.ingress, posthog.appIngress!]) {
      const SourceSecurityGroupId: unknown = stack.resolve(connections.securityGroups[0].securityGroupId);
      template.hasResourceProperties('AWS::EC2::SecurityGroup', {
        GroupDescription: 'PostHog django: tasks',
        SecurityGroupIngress: Match.arrayWith([Match.objectLike({ FromPort: 8000, SourceSecurityGroupId })]),
      });
    }
  });

  test('no task is in the subnets of either', () => {
    const taken = [...posthog.appIngress!.subnets, ...posthog.ingress.subnets].map(({ subnetId }) => JSON.stringify(stack.resolve(subnetId)));
    const used = Object.values(template.findResources('AWS::ECS::Service')).flatMap((service) => {
      const { AwsvpcConfiguration } = (service as Resource).Properties.NetworkConfiguration as { AwsvpcConfiguration: { Subnets: unknown[] } };
      return AwsvpcConfiguration.Subnets.map((subnet) => JSON.stringify(subnet));
    });
    expect(used.filter((subnet) => taken.includes(subnet))).toEqual([]);
  });

  test('both are protected against deletion, and have the metrics of a load balancer', () => {
    for (const resource of Object.values(template.findResources(LOAD_BALANCER)) as Resource[]) {
      expect(resource.Properties.LoadBalancerAttributes).toContainEqual({ Key: 'deletion_protection.enabled', Value: 'true' });
    }
    const name = (ingress: typeof posthog.ingress) => JSON.stringify(stack.resolve(ingress.metricRequestCount().dimensions));
    expect(name(posthog.appIngress!)).not.toBe(name(posthog.ingress));
  });

  test('the check at the end of a deployment sends events only: it cannot connect to the app', () => {
    template.hasResourceProperties('Custom::PostHogDeploymentCheck', { Checks: ['capture'], DomainName: 'posthog.example.com' });
  });

  test('the URL is that of the app', () => {
    expect(posthog.url).toBe('https://posthog.example.com');
    expect(environmentOf(template, 'web').SITE_URL).toBe('https://posthog.example.com');
  });
});

test('without it, there is one load balancer and no ingress of the app', () => {
  const stack = newStack();
  const posthog = newPostHog(stack);
  Template.fromStack(stack).resourceCountIs(LOAD_BALANCER, 1);
  expect(posthog.appIngress).toBeUndefined();
  expect(posthog.service(PostHogProcess.WEB).targetGroups).toHaveLength(1);
});

describe('access to the app', () => {
  test('is that of the internal load balancer, and groups of endpoints are open on both', () => {
    const { template } = define(() => ({
      appAccess: AppAccess.fromCidrs(['10.8.0.0/16']),
      publicEndpointGroups: [EndpointGroup.SHARED_CONTENT],
    }));
    expect(answers(template, 'internal', ['/login', '/shared/x'], '10.8.0.1')).toEqual(['web', 'web']);
    expect(answers(template, 'internal', ['/login', '/shared/x'])).toEqual(['refused (403)', 'web']);
    expect(answers(template, 'internet-facing', ['/login', '/shared/x'], '10.8.0.1')).toEqual(['refused (403)', 'web']);
  });
});

describe('records and certificates', () => {
  test('the name has a record in the public zone for SDKs, and one in the private zone for the app', () => {
    const { template, posthog } = define(
      (stack) => ({ domainZone: publicZone(stack), certificate: undefined }),
      (stack) => ({ domainZone: privateZone(stack) }),
    );
    const found = Object.values(template.findResources(RECORD)).map((resource) => (resource as Resource).Properties);
    expect(found.map(({ Name, HostedZoneId }) => [Name, HostedZoneId])).toEqual([
      ['posthog.example.com.', 'ZPUBLIC'],
      ['posthog.example.com.', 'ZPRIVATE'],
    ]);
    expect(JSON.stringify(found[0].AliasTarget)).not.toBe(JSON.stringify(found[1].AliasTarget));
    // One certificate is for the name on both.
    template.resourceCountIs('AWS::CertificateManager::Certificate', 1);
    expect(posthog.appIngress!.certificate).toBe(posthog.ingress.certificate);
  });

  test('the app can have a certificate of its own', () => {
    const { posthog } = define(undefined, (stack) => ({ certificate: given(stack) }));
    expect(posthog.appIngress!.certificate!.certificateArn).toBe('arn:aws:acm:eu-central-1:111122223333:certificate/app');
    expect(posthog.ingress.certificate!.certificateArn).not.toBe(posthog.appIngress!.certificate!.certificateArn);
  });

  test('without a public name of the app, the public load balancer has the names for ingestion only', () => {
    const { template, posthog } = define(
      (stack) => ({
        certificate: undefined,
        ingestionDomainNames: ['t', 'u'].map((name) => ({ domainName: `${name}.example.com`, domainZone: publicZone(stack) })),
      }),
      (stack) => ({ domainZone: privateZone(stack), certificate: given(stack) }),
    );
    expect(ingressOf(template, 'internet-facing').hosts).not.toContain('posthog.example.com');
    expect(posthog.url).toBe('https://posthog.example.com');
    expect(posthog.ingress.url).toBe('https://t.example.com');
    const names = Object.values(template.findResources(RECORD)).map((resource) => (resource as Resource).Properties.Name);
    expect([...names].sort()).toEqual(['posthog.example.com.', 't.example.com.', 'u.example.com.']);
    expect(environmentOf(template, 'web').ALLOWED_HOSTS).toMatch(/^posthog\.example\.com,(web\..*,)?t\.example\.com,u\.example\.com$/);
    expect(answers(template, 'internet-facing', ['/e/', '/login'], '192.0.2.1', 't.example.com')).toEqual(['capture', 'refused (403)']);
    template.hasResourceProperties('Custom::PostHogDeploymentCheck', { DomainName: 't.example.com' });
  });

  test('further names of the app are those of the internal load balancer', () => {
    const { template } = define(
      (stack) => ({
        certificate: undefined,
        domainZone: publicZone(stack),
        additionalDomainNames: [{ domainName: 'a.example.com', certificate: given(stack) }],
      }),
      (stack) => ({ domainZone: privateZone(stack) }),
    );
    const found = Object.values(template.findResources(RECORD)).map((resource) => (resource as Resource).Properties);
    expect(found.filter(({ Name }) => Name === 'a.example.com.').map(({ HostedZoneId }) => HostedZoneId)).toEqual(['ZPRIVATE']);
    expect(environmentOf(template, 'web')).toMatchObject({ EXTRA_CSRF_TRUSTED_ORIGINS: 'https://a.example.com' });
  });
});

describe('its options', () => {
  test('select its subnets, its security group and its clients', () => {
    const stack = newStack();
    const vpc = new Vpc(stack, 'Vpc', {
      subnetConfiguration: [
        { name: 'Public', subnetType: 'Public' as never, cidrMask: 27 },
        { name: 'Apps', subnetType: 'Private' as never, cidrMask: 24 },
        { name: 'Internal', subnetType: 'Private' as never, cidrMask: 27 },
      ],
    });
    const securityGroup = new SecurityGroup(stack, 'Group', { vpc });
    const options = { loadBalancerSubnets: { subnetGroupName: 'Internal' }, securityGroup, openListener: false };
    const posthog = newPostHog(stack, { vpc, appLoadBalancer: AppLoadBalancer.internal(options) });
    expect(posthog.appIngress!.subnets).toEqual(vpc.selectSubnets({ subnetGroupName: 'Internal' }).subnets);
    expect(posthog.appIngress!.connections.securityGroups).toEqual([securityGroup]);
    Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroup', {
      GroupDescription: 'Stack/Group',
      SecurityGroupIngress: Match.absent(),
    });
  });

  test('may trust other proxies', () => {
    const { template } = define(
      () => ({ trustedProxies: TrustedProxies.fromAddresses(['10.9.0.4']) }),
      () => ({ trustedProxies: TrustedProxies.fromAddresses(['10.8.0.4', '10.9.0.4']) }),
    );
    expect(environmentOf(template, 'web').TRUSTED_PROXIES).toBe('10.8.0.4,10.9.0.4');
  });

  test('write the access logs of both to one bucket', () => {
    const stack = newStack({ env: { account: '111122223333', region: 'eu-central-1' } });
    const accessLogsBucket = new Bucket(stack, 'AccessLogs');
    newPostHog(stack, { accessLogsBucket, appLoadBalancer: AppLoadBalancer.internal() });
    const logged = Object.values(Template.fromStack(stack).findResources(LOAD_BALANCER)).filter((resource) =>
      JSON.stringify((resource as Resource).Properties.LoadBalancerAttributes).includes('access_logs.s3.enabled'),
    );
    expect(logged).toHaveLength(2);
  });
});

test('sidecars that verify client addresses trust the subnets of both load balancers', () => {
  const { posthog, template } = define(() => ({ clientAddress: ClientAddress.verified() }));
  const configuration = String(environmentOf(template, 'client-address').NGINX_CONF);
  const blocks = [...posthog.ingress.subnets, ...posthog.appIngress!.subnets].map(({ ipv4CidrBlock }) => ipv4CidrBlock);
  expect(blocks.filter((block) => !configuration.includes(`set_real_ip_from ${block};`))).toEqual([]);
  expect(environmentOf(template, 'web').TRUSTED_PROXIES).toBe('127.0.0.1');
});
