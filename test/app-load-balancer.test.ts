import { App, Stack } from 'aws-cdk-lib/core';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Certificate, ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { HostedZone, IHostedZone, PrivateHostedZone } from 'aws-cdk-lib/aws-route53';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import {
  AppAccess,
  AppLoadBalancer,
  ClientAddress,
  EndpointGroup,
  InternalLoadBalancerOptions,
  NatMode,
  PostHogFirewall,
  PostHogNetwork,
  PostHogProcess,
  PostHogProps,
  PostHogStores,
  Product,
  TrustedProxies,
} from '../lib';
import { jointProxyEnvironment } from '../lib/ingress/app-load-balancer';
import { CloudFormationTemplate } from '../cli/alb/template';
import { IngressModel, Scheme } from '../cli/ingress/ingress-model';
import { trace } from '../cli/ingress/request-trace';
import { answerOf } from '../cli/routes/routes';
import { ingressesOf } from '../cli/template/template-ingress';
import { environmentOf, FEW, newPostHog, newStack } from './helpers/stack';

const LOAD_BALANCER = 'AWS::ElasticLoadBalancingV2::LoadBalancer';
const RECORD = 'AWS::Route53::RecordSet';
const LIVE = [...FEW, Product.LIVE_EVENTS];

interface Resource {
  readonly Properties: Readonly<Record<string, unknown>>;
}

function publicZone(stack: Stack, zoneName = 'example.com'): IHostedZone {
  const known = stack.node.tryFindChild(`Public-${zoneName}`) as IHostedZone | undefined;
  return known ?? HostedZone.fromHostedZoneAttributes(stack, `Public-${zoneName}`, { hostedZoneId: 'ZPUBLIC', zoneName });
}

function privateZone(stack: Stack): IHostedZone {
  return PrivateHostedZone.fromHostedZoneAttributes(stack, 'Private', { hostedZoneId: 'ZPRIVATE', zoneName: 'example.com' });
}

function given(stack: Stack): ICertificate {
  return Certificate.fromCertificateArn(stack, 'App', 'arn:aws:acm:eu-central-1:111122223333:certificate/app');
}

function define(props: (stack: Stack) => Partial<PostHogProps> = () => ({}), internal: (stack: Stack) => InternalLoadBalancerOptions = () => ({})) {
  const stack = newStack();
  const posthog = newPostHog(stack, { appLoadBalancer: AppLoadBalancer.internal(internal(stack)), ...props(stack) });
  return { stack, posthog, template: Template.fromStack(stack) };
}

/** The ingress with a scheme. */
function ingressOf(template: Template, scheme: Scheme): IngressModel {
  const found = ingressesOf({ file: 'a template', template: template.toJSON() as CloudFormationTemplate });
  return found.find((one) => one.scheme === scheme)!;
}

/** The answers of a load balancer to requests of a client. */
function answers(template: Template, scheme: Scheme, targets: readonly string[], sourceIp = '192.0.2.1', host = 'posthog.example.com'): string[] {
  const ingress = ingressOf(template, scheme);
  return targets.map((target) => answerOf(trace(ingress, { scheme: 'https', method: 'GET', host, target, sourceIp, headers: [] }).outcome));
}

const PATHS = ['/login', '/api/projects/', '/e/', '/flags/', '/static/array.js', '/livestream/events', '/_stats'];

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

describe('the environment for two load balancers', () => {
  const app = { ALLOWED_HOSTS: 'a,web', TRUSTED_PROXIES: '10.0.0.4', SITE_URL: 'https://a', EXTRA_CSRF_TRUSTED_ORIGINS: 'https://b' };

  test('has the names and the proxies of both, and the URL of the app', () => {
    expect(jointProxyEnvironment(app, { ALLOWED_HOSTS: 'a,t,web', TRUSTED_PROXIES: '10.0.1.4', SITE_URL: 'https://t' })).toEqual({
      ...app,
      ALLOWED_HOSTS: 'a,web,t',
      TRUSTED_PROXIES: '10.0.0.4,10.0.1.4',
    });
  });

  test('trusts every proxy if one of them does', () => {
    const all = { ALLOWED_HOSTS: 'a', TRUST_ALL_PROXIES: 'True', SITE_URL: 'https://t' };
    expect(jointProxyEnvironment(app, all)).toMatchObject({ TRUST_ALL_PROXIES: 'True' });
    expect(jointProxyEnvironment(app, all)).not.toHaveProperty('TRUSTED_PROXIES');
  });
});

describe('the network', () => {
  const blocks = (props: ConstructorParameters<typeof PostHogNetwork>[2]) => {
    const stack = newStack();
    new PostHogNetwork(stack, 'Network', props);
    return Object.entries(Template.fromStack(stack).findResources('AWS::EC2::Subnet')).map(
      ([id, resource]) => `${id} ${String((resource as Resource).Properties.CidrBlock)}`,
    );
  };

  test.each([NatMode.SINGLE, NatMode.NONE])('gets two private /27 subnets for it with NAT %s, and no other subnet moves', (nat) => {
    const [before, after] = [blocks({ nat }), blocks({ nat, appLoadBalancer: true })];
    expect(after.filter((one) => before.includes(one))).toEqual(before);
    const added = after.filter((one) => !before.includes(one));
    expect(added).toHaveLength(2);
    expect(added.filter((one) => !/AppLoadBalancerSubnet\d.*\/27$/.test(one))).toEqual([]);
  });

  test('of stores must have its subnets', () => {
    const app = newStack().node.root as App;
    const data = new Stack(app, 'Data');
    const stores = new PostHogStores(data, 'Stores');
    const appLoadBalancer = AppLoadBalancer.internal();
    const attempt = () => newPostHog(new Stack(app, 'Services'), { ...withoutStores, stores, appLoadBalancer });
    expect(attempt).toThrow(
      '[Services/PostHog] `appLoadBalancer` needs subnets of its own, and Data/Stores/Network has none; set `appLoadBalancer: true` for that PostHogNetwork, ' +
        'or pass `loadBalancerSubnets` to AppLoadBalancer.internal()',
    );
  });

  const withoutStores = { postgres: undefined, cache: undefined, kafka: undefined, clickHouse: undefined, objectStorage: undefined };

  test('of stores can have them', () => {
    const app = newStack().node.root as App;
    const data = new Stack(app, 'Data');
    const network = new PostHogNetwork(data, 'Network', { appLoadBalancer: true });
    const stores = new PostHogStores(data, 'Stores', { network });
    const posthog = newPostHog(new Stack(app, 'Services'), { ...withoutStores, stores, appLoadBalancer: AppLoadBalancer.internal() });
    expect(posthog.appIngress!.subnets).toEqual(network.vpc.selectSubnets(network.appLoadBalancerSubnets).subnets);
  });
});

describe('refuses', () => {
  const wrong: [string, (stack: Stack) => Partial<PostHogProps>, (stack: Stack) => InternalLoadBalancerOptions, string][] = [
    [
      'an internal load balancer for ingestion as well',
      () => ({ publicLoadBalancer: false }),
      () => ({}),
      '`publicLoadBalancer` must not be false with `appLoadBalancer`: both load balancers would be internal, got: false',
    ],
    [
      'a public load balancer without a name',
      () => ({ certificate: undefined }),
      (stack) => ({ certificate: given(stack) }),
      '`ingestionDomainNames` or `domainZone` or `certificate` is required with `appLoadBalancer`: the public load balancer needs a name',
    ],
    [
      'the same zone for both',
      (stack) => ({ domainZone: publicZone(stack) }),
      (stack) => ({ domainZone: publicZone(stack) }),
      '`appLoadBalancer` needs another `domainZone` than that of the PostHog',
    ],
    [
      'a name for ingestion without a zone and a certificate, if the app has no public name',
      () => ({ certificate: undefined, ingestionDomainNames: [{ domainName: 't.example.com' }] }),
      (stack) => ({ certificate: given(stack) }),
      '`ingestionDomainNames[0]` needs `domainZone` or `certificate`, because the load balancer terminates TLS',
    ],
    [
      'a zone that does not contain the name',
      () => ({}),
      (stack) => ({ domainZone: publicZone(stack, 'example.org') }),
      "`domainName` must be in the `domainZone` of `appLoadBalancer`, example.org, got: 'posthog.example.com'",
    ],
    [
      'an app without a certificate',
      (stack) => ({ certificate: undefined, ingestionDomainNames: [{ domainName: 't.example.com', domainZone: publicZone(stack) }] }),
      () => ({}),
      '`appLoadBalancer` needs a `certificate` for `domainName`, because the load balancer terminates TLS',
    ],
    [
      'a name in two lists',
      () => ({ additionalDomainNames: [{ domainName: 't.example.com' }], ingestionDomainNames: [{ domainName: 't.example.com' }] }),
      () => ({}),
      '`ingestionDomainNames[0].domainName` must be a name that no other prop has',
    ],
  ];

  test.each(wrong)('%s', (_, props, internal, message) => {
    expect(() => define(props, internal)).toThrow(`[Stack/PostHog] ${message}`);
  });

  test('no zones whose look-ups are pending, which have the same id', () => {
    const stack = newStack({ env: { account: '111122223333', region: 'eu-central-1' } });
    const zoneOf = (id: string, isPrivate: boolean) => HostedZone.fromLookup(stack, id, { domainName: 'example.com', privateZone: isPrivate });
    const appLoadBalancer = AppLoadBalancer.internal({ domainZone: zoneOf('Private', true) });
    expect(() => newPostHog(stack, { domainZone: zoneOf('Public', false), appLoadBalancer })).not.toThrow();
  });

  test('another object', () => {
    expect(() => newPostHog(newStack(), { appLoadBalancer: {} as AppLoadBalancer })).toThrow(
      '[Stack/PostHog] `appLoadBalancer` must be an AppLoadBalancer',
    );
  });
});

test('each load balancer has a firewall of its own', () => {
  const associated = (firewall?: PostHogFirewall, internal?: PostHogFirewall) => {
    const { template } = define(
      () => ({ firewall }),
      () => ({ firewall: internal }),
    );
    const found = template.findResources('AWS::WAFv2::WebACLAssociation') as Record<string, Resource>;
    return Object.values(found).map(({ Properties }) => {
      const { Scheme: scheme } = (template.findResources(LOAD_BALANCER) as Record<string, Resource>)[(Properties.ResourceArn as { Ref: string }).Ref]
        .Properties;
      return scheme;
    });
  };
  expect(associated(PostHogFirewall.managed())).toEqual(['internet-facing']);
  expect(associated(undefined, PostHogFirewall.managed())).toEqual(['internal']);
  expect(associated(PostHogFirewall.managed(), PostHogFirewall.managed()).sort()).toEqual(['internal', 'internet-facing']);
});
