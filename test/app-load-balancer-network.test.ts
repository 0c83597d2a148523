import { App, Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { AppLoadBalancer, InternalLoadBalancerOptions, NatMode, PostHogFirewall, PostHogNetwork, PostHogProps, PostHogStores } from '../lib';
import { jointProxyEnvironment } from '../lib/ingress/app-load-balancer';
import { newPostHog, newStack } from './helpers/stack';
import { LOAD_BALANCER, Resource, publicZone, given, define } from './helpers/app-load-balancer';

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
