import { Match, Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { IpAddressType } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { AppAccess, EndpointGroup, PostHogIngress, PostHogProcess, TrustedProxies } from '../../../lib';
import { LIMITS } from '../../../lib/catalog/endpoints/rule-limits';
import { newTargets, OIDC, zone } from '../fixtures';
import { newPostHog, newStack } from '../../helpers/stack';
import { LISTENER_ARN, LOAD_BALANCER_ARN, BASE, SHARED_PROXIES, imported, owned, newIngress, routed } from './existing-listener-fixtures';

describe('on an imported listener', () => {
  const { stack, rules, answer } = routed();
  const template = Template.fromStack(stack);

  test('creates rules and nothing else', () => {
    for (const type of ['LoadBalancer', 'Listener', 'ListenerCertificate']) {
      template.resourceCountIs(`AWS::ElasticLoadBalancingV2::${type}`, 0);
    }
    template.resourceCountIs('AWS::CertificateManager::Certificate', 0);
    template.resourceCountIs('AWS::Route53::RecordSet', 0);
    template.allResourcesProperties('AWS::ElasticLoadBalancingV2::ListenerRule', { ListenerArn: LISTENER_ARN });
  });

  test('limits every rule to the domain name', () => {
    expect(rules.length).toBeGreaterThan(12);
    expect(
      rules.filter(({ conditions }) => !conditions.some(({ field, values }) => field === 'host-header' && values?.join() === 'posthog.example.com')),
    ).toEqual([]);
    expect(answer({ target: '/e/', host: 'www.example.com' })).toBe('nothing of ours');
    expect(answer({ target: '/', host: 'www.example.com' })).toBe('nothing of ours');
  });

  test('creates no rule with more values than AWS allows, including the host name', () => {
    const counts = rules.map(({ conditions }) =>
      conditions.reduce((sum, { values = [], regexValues = [] }) => sum + values.length + regexValues.length, 0),
    );
    expect(Math.max(...counts)).toBe(LIMITS.valuesPerRule);
  });

  test('creates every rule with a unique priority of the span', () => {
    const priorities = rules.map(({ priority }) => priority!);
    expect(Math.min(...priorities)).toBeGreaterThanOrEqual(BASE);
    expect(Math.max(...priorities)).toBe(BASE + 1999);
    expect(new Set(priorities).size).toBe(priorities.length);
  });

  test('forwards each path to its process', () => {
    const targets: [target: string, expected: string][] = [
      ['/e/', 'capture'],
      ['/i/v0/e/', 'capture'],
      ['/batch/', 'capture'],
      ['/s/', 'replaycapture'],
      ['/flags/?v=2', 'featureflags'],
      ['/array/x/config.js', 'hypercacheserver'],
      ['/static/array.js', 'web'],
      ['/', 'web'],
      ['/login', 'web'],
      ['/embedded/x', 'web'],
      ['/_stats', '403'],
      ['/api/projects/1/internal/x', '403'],
      ['/static/../login', '403'],
    ];
    expect(targets.map(([target]) => [target, answer({ target })])).toEqual(targets);
  });

  test('allows the load balancer to reach the targets', () => {
    const whole = newStack();
    newPostHog(whole, {
      ...imported(whole),
      rulePriorityBase: 0,
      trustedProxies: SHARED_PROXIES,
      vpc: new Vpc(whole, 'AppVpc', { natGateways: 1 }),
      certificate: undefined,
    });
    Template.fromStack(whole).hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      FromPort: 3000,
      SourceSecurityGroupId: 'sg-0123456789abcdef0',
    });
    // Tasks scale on the requests that the imported load balancer counts.
    Template.fromStack(whole).hasResourceProperties('AWS::ApplicationAutoScaling::ScalingPolicy', {
      TargetTrackingScalingPolicyConfiguration: {
        PredefinedMetricSpecification: { ResourceLabel: Match.objectLike({ 'Fn::Join': ['', Match.arrayWith(['app/platform/0123456789abcdef/'])] }) },
      },
    });
  });
});

describe('access to the app', () => {
  test('refuses other paths of the host with nobody(), and does not affect other hosts', () => {
    const { answer } = routed({ appAccess: AppAccess.nobody() });
    expect(['/', '/login', '/embedded/x', '/static/array.js', '/e'].map((target) => answer({ target }))).toEqual([
      '403',
      '403',
      '403',
      'web',
      'capture',
    ]);
    expect(answer({ target: '/login', host: 'www.example.com' })).toBe('nothing of ours');
  });

  test('has four blocks per rule with fromCidrs()', () => {
    const cidrs = Array.from({ length: 9 }, (_, i) => `10.${i}.0.0/16`);
    const { rules, answer } = routed({ appAccess: AppAccess.fromCidrs(cidrs), publicEndpointGroups: [EndpointGroup.SHARED_CONTENT] });
    const blocks = rules
      .flatMap(({ conditions }) => conditions)
      .filter(({ field }) => field === 'source-ip')
      .map(({ values }) => values!.length);
    expect(blocks).toEqual([4, 4, 1]);
    expect(cidrs.map((_, i) => answer({ target: '/login', sourceIp: `10.${i}.0.1` }))).toEqual(cidrs.map(() => 'web'));
    expect(answer({ target: '/login' })).toBe('403');
    expect(answer({ target: '/shared/abc' })).toBe('web');
    expect(answer({ target: '/login', sourceIp: '10.0.0.1', host: 'www.example.com' })).toBe('nothing of ours');
  });

  test('authenticates with oidc()', () => {
    const { answer } = routed({ appAccess: AppAccess.oidc(OIDC) });
    expect(answer({ target: '/login' })).toBe('authenticate-oidc');
    expect(answer({ target: '/e' })).toBe('capture');
    expect(answer({ target: '/login', host: 'www.example.com' })).toBe('nothing of ours');
  });

  test('keeps the names and priorities of rules with every kind of access', () => {
    const ids = (appAccess: AppAccess) => new Map(routed({ appAccess }).rules.map(({ id, priority }) => [priority, id]));
    const [open, closed] = [ids(AppAccess.anyone()), ids(AppAccess.nobody())];
    const moved = [...open].filter(([priority, id]) => closed.has(priority) && closed.get(priority) !== id);
    expect(moved).toEqual([]);
    expect(closed.get(BASE + 1999)).toBe(open.get(BASE + 1999));
  });
});

describe('the addresses of the load balancer', () => {
  test('are looked up at deployment if it is imported', () => {
    const stack = newStack();
    const ingress = newIngress(stack, { trustedProxies: undefined, appAccess: AppAccess.nobody() });
    Template.fromStack(stack).hasResourceProperties('Custom::PostHogLoadBalancerAddresses', { LoadBalancerArn: LOAD_BALANCER_ARN });
    expect(ingress.subnets).toEqual([]);
    expect(JSON.stringify(stack.resolve(ingress.proxyEnvironment.TRUSTED_PROXIES))).toContain('Addresses');
  });

  test('can be set with `trustedProxies`', () => {
    const stack = newStack();
    expect(newIngress(stack, { appAccess: AppAccess.nobody() }).proxyEnvironment.TRUSTED_PROXIES).toBe('10.0.0.4,10.0.0.5');
    Template.fromStack(stack).resourceCountIs('Custom::PostHogLoadBalancerAddresses', 0);
  });
});

describe('on a listener of the same app', () => {
  test('finds the load balancer, its subnets and their addresses', () => {
    const stack = newStack();
    const { listener, loadBalancer, vpc } = owned(stack);
    const ingress = new PostHogIngress(stack, 'Ingress', {
      vpc,
      domainName: 'posthog.example.com',
      listener,
      rulePriorityBase: 0,
      appAccess: AppAccess.nobody(),
    });
    expect(ingress.loadBalancer).toBe(loadBalancer);
    expect(ingress.listener).toBe(listener);
    expect(ingress.subnets).toEqual(vpc.publicSubnets);
    expect(ingress.trustedProxies.addresses).toEqual(TrustedProxies.fromSubnets(vpc.publicSubnets).addresses);
    expect(ingress.connections.securityGroups).toEqual(loadBalancer.connections.securityGroups);
  });

  test('does not change its default action', () => {
    const stack = newStack();
    const { listener, vpc } = owned(stack);
    const ingress = new PostHogIngress(stack, 'Ingress', { vpc, domainName: 'posthog.example.com', listener, rulePriorityBase: 0 });
    ingress.route(PostHogProcess.WEB, newTargets(stack, 'Web', vpc));
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::ElasticLoadBalancingV2::Listener', 1);
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
      DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }],
    });
  });
});

describe('DNS records', () => {
  test('point to the existing load balancer', () => {
    const stack = newStack();
    newIngress(stack, { domainZone: zone(stack), appAccess: AppAccess.nobody() });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::CertificateManager::Certificate', 0);
    template.hasResourceProperties('AWS::Route53::RecordSet', {
      Name: 'posthog.example.com.',
      Type: 'A',
      AliasTarget: { DNSName: 'dualstack.platform.example.com' },
    });
  });

  test('are A and AAAA for a dual-stack load balancer', () => {
    const stack = newStack();
    newIngress(stack, { domainZone: zone(stack), ipAddressType: IpAddressType.DUAL_STACK, appAccess: AppAccess.nobody() });
    Template.fromStack(stack).resourceCountIs('AWS::Route53::RecordSet', 2);
  });
});
