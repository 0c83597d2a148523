import { App, CfnParameter, Duration, Fn, Stack } from 'aws-cdk-lib/core';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import {
  ApplicationListener,
  ApplicationLoadBalancer,
  IApplicationListener,
  IApplicationLoadBalancer,
  IpAddressType,
  ListenerAction,
  SslPolicy,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AppAccess, EndpointGroup, PostHogIngress, PostHogIngressProps, PostHogProcess, TrustedProxies } from '../../../lib';
import { LIMITS } from '../../../lib/catalog/endpoints/rule-limits';
import { evaluate, ListenerRule, Request } from '../../../cli/alb/evaluate';
import { RuleAction } from '../../../cli/alb/listener-rule';
import { listenersOf } from '../../../cli/alb/template';
import { newTargets, newVpc, OIDC, templateOf, zone } from '../fixtures';
import { certificate, FEATURE_FLAGS, newPostHog, newStack } from '../../helpers/stack';

const LISTENER_ARN = 'arn:aws:elasticloadbalancing:eu-central-1:111122223333:listener/app/platform/0123456789abcdef/0123456789abcdef';
const LOAD_BALANCER_ARN = 'arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/app/platform/0123456789abcdef';
const BASE = 4000;
const SHARED_PROXIES = TrustedProxies.fromAddresses(['10.0.0.4', '10.0.0.5']);

/** An imported load balancer and listener. */
function imported(stack: Stack): { listener: IApplicationListener; loadBalancer: IApplicationLoadBalancer } {
  const securityGroup = SecurityGroup.fromSecurityGroupId(stack, 'PlatformGroup', 'sg-0123456789abcdef0');
  return {
    listener: ApplicationListener.fromApplicationListenerAttributes(stack, 'PlatformListener', { listenerArn: LISTENER_ARN, securityGroup }),
    loadBalancer: ApplicationLoadBalancer.fromApplicationLoadBalancerAttributes(stack, 'PlatformLoadBalancer', {
      loadBalancerArn: LOAD_BALANCER_ARN,
      securityGroupId: 'sg-0123456789abcdef0',
      loadBalancerDnsName: 'platform.example.com',
      loadBalancerCanonicalHostedZoneId: 'Z215JYRZR1TBD5',
    }),
  };
}

/** A load balancer and a listener of the same app. */
function owned(stack: Stack): { listener: ApplicationListener; loadBalancer: ApplicationLoadBalancer; vpc: Vpc } {
  const vpc = newVpc(stack, 'PlatformVpc') as Vpc;
  const loadBalancer = new ApplicationLoadBalancer(stack, 'Platform', { vpc, internetFacing: true });
  const listener = loadBalancer.addListener('Https', {
    port: 443,
    certificates: [certificate(stack)],
    defaultAction: ListenerAction.fixedResponse(404),
  });
  return { listener, loadBalancer, vpc };
}

function newIngress(stack: Stack, props: Partial<PostHogIngressProps> = {}, id = 'Ingress'): PostHogIngress {
  return new PostHogIngress(stack, id, {
    vpc: newVpc(stack, `${id}Vpc`),
    domainName: 'posthog.example.com',
    rulePriorityBase: BASE,
    trustedProxies: SHARED_PROXIES,
    ...imported(stack),
    ...props,
  });
}

/** The outcome of a request on the listener with the rules of a stack, by the construct id of the target group. */
function answering(stack: Stack): { rules: readonly ListenerRule<RuleAction>[]; answer: (request: Request) => string } {
  const [{ rules }] = listenersOf(templateOf(stack)).filter(({ port }) => port !== 80);
  const answer = (request: Request): string => {
    const [action] = evaluate(rules, { host: 'posthog.example.com', sourceIp: '192.0.2.1', ...request })?.actions ?? [];
    return action?.targetGroup?.replace(/[0-9A-F]{8}$/, '') ?? (action ? (action.statusCode ?? action.type) : 'nothing of ours');
  };
  return { rules, answer };
}

const ALL = [
  PostHogProcess.WEB,
  PostHogProcess.CAPTURE,
  PostHogProcess.REPLAY_CAPTURE,
  PostHogProcess.FEATURE_FLAGS,
  PostHogProcess.HYPERCACHE_SERVER,
];

function routed(props: Partial<PostHogIngressProps> = {}): ReturnType<typeof answering> & { stack: Stack } {
  const stack = newStack();
  const ingress = newIngress(stack, props);
  ALL.forEach((process) => ingress.route(process, newTargets(stack, process, newVpc(stack, `${process}Vpc`))));
  return { stack, ...answering(stack) };
}

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

describe('two PostHogs on one listener', () => {
  test('do not affect each other', () => {
    const stack = newStack();
    const { listener, loadBalancer, vpc } = owned(stack);
    for (const [name, rulePriorityBase] of [
      ['one', 0],
      ['two', 2000],
    ] as const) {
      const ingress = new PostHogIngress(stack, name, { vpc, domainName: `${name}.example.com`, listener, loadBalancer, rulePriorityBase });
      ALL.forEach((process) => ingress.route(process, newTargets(stack, `${name}-${process}-`, vpc)));
    }
    const { rules, answer } = answering(stack);
    expect(new Set(rules.map(({ priority }) => priority)).size).toBe(rules.length);
    expect(['one', 'two'].map((name) => answer({ target: '/e', host: `${name}.example.com` }))).toEqual(['onecapture', 'twocapture']);
    expect(['one', 'two'].map((name) => answer({ target: '/settings', host: `${name}.example.com` }))).toEqual(['oneweb', 'twoweb']);
    expect(answer({ target: '/e', host: 'three.example.com' })).toBe('404');
  });

  test('cannot have the same priorities', () => {
    const stack = newStack();
    const { listener, vpc } = owned(stack);
    new PostHogIngress(stack, 'One', { vpc, domainName: 'one.example.com', listener, rulePriorityBase: 0 });
    expect(() => new PostHogIngress(stack, 'Two', { vpc, domainName: 'two.example.com', listener, rulePriorityBase: 1999 })).toThrow(
      '[Stack/Two] `rulePriorityBase` must be 2000 or more away from that of another PostHog on the same listener (Stack/One has 0), got: 1999',
    );
  });

  test('fail with more rules than the quota of a load balancer', () => {
    const app = new App({ context: FEATURE_FLAGS, builtinCloudFormationValidation: false });
    const stack = new Stack(app, 'Stack');
    const { listener, vpc } = owned(stack);
    const cidrs = Array.from({ length: 100 }, (_, i) => `10.${i}.0.0/16`);
    for (const i of [0, 1, 2, 3]) {
      new PostHogIngress(stack, `Ingress${i}`, {
        vpc,
        domainName: `p${i}.example.com`,
        listener,
        rulePriorityBase: i * 2000,
        appAccess: AppAccess.fromCidrs(cidrs),
      }).route(PostHogProcess.WEB, newTargets(stack, `Web${i}`, vpc));
    }
    expect(() => app.synth()).toThrow(
      /the PostHogs on this listener have 1\d\d rules, and a load balancer supports 100; merge blocks of AppAccess.fromCidrs\(\)/,
    );
  });
});

describe('the props for an existing listener', () => {
  const wrong: [string, (stack: Stack) => Partial<PostHogIngressProps>, string][] = [
    [
      'no priority base',
      () => ({ rulePriorityBase: undefined }),
      '`rulePriorityBase` is required with `listener`; name the first of 2000 priorities',
    ],
    ['a priority base that is too high', () => ({ rulePriorityBase: 48_500 }), '`rulePriorityBase` must be a whole number from 0 to 48001'],
    ['no load balancer', () => ({ loadBalancer: undefined }), '`loadBalancer` is required with an imported listener'],
    [
      'a load balancer without a listener',
      () => ({ listener: undefined, rulePriorityBase: undefined }),
      '`loadBalancer` needs `listener`, got: Stack/PlatformLoadBalancer',
    ],
    ['a base without a listener', () => ({ listener: undefined, loadBalancer: undefined }), '`rulePriorityBase` needs `listener`, got: 4000'],
    [
      'a certificate',
      (stack) => ({ certificate: certificate(stack) }),
      '`certificate` cannot be set with `listener`, because it belongs to the existing load balancer; set it where that load balancer is defined',
    ],
    ['subnets', () => ({ loadBalancerSubnets: {} }), '`loadBalancerSubnets` cannot be set with `listener`'],
    ['a kind', () => ({ publicLoadBalancer: false }), '`publicLoadBalancer` cannot be set with `listener`'],
    ['a TLS policy', () => ({ sslPolicy: SslPolicy.TLS12 }), '`sslPolicy` cannot be set with `listener`'],
    ['an idle timeout', () => ({ idleTimeout: Duration.minutes(1) }), '`idleTimeout` cannot be set with `listener`'],
    ['HSTS', () => ({ strictTransportSecurity: Duration.days(1) }), '`strictTransportSecurity` cannot be set with `listener`'],
    ['an open listener', () => ({ openListener: false }), '`openListener` cannot be set with `listener`'],
    [
      'a security group',
      (stack) => ({ securityGroup: SecurityGroup.fromSecurityGroupId(stack, 'Own', 'sg-1') }),
      '`securityGroup` cannot be set with `listener`',
    ],
    [
      'access logs',
      (stack) => ({ accessLogsBucket: Bucket.fromBucketName(stack, 'Logs', 'logs') }),
      '`accessLogsBucket` cannot be set with `listener`',
    ],
    ['a domain outside of the zone', (stack) => ({ domainZone: zone(stack, 'example.org') }), '`domainName` must be in the hosted zone example.org'],
  ];

  test.each(wrong)('fail with %s', (_, props, message) => {
    const stack = newStack();
    expect(() => newIngress(stack, props(stack))).toThrow(message);
  });

  test('fail for a whole PostHog without the VPC of the load balancer', () => {
    const stack = newStack();
    expect(() => newPostHog(stack, { ...imported(stack), rulePriorityBase: 0, certificate: undefined })).toThrow(
      '`vpc` or `cluster` is required with `listener`',
    );
  });
});

test('looks up the subnets of the load balancer if the VPC does not have all of them', () => {
  const stack = newStack();
  const { listener, loadBalancer, vpc } = owned(stack);
  const attributes = { vpcId: vpc.vpcId, availabilityZones: ['a'], privateSubnetIds: ['subnet-1'] };
  const some = Vpc.fromVpcAttributes(stack, 'Some', {
    ...attributes,
    publicSubnetIds: [vpc.publicSubnets[0].subnetId],
    publicSubnetIpv4CidrBlocks: ['10.0.0.0/27'],
  });
  const ingress = newIngress(stack, { listener, loadBalancer, vpc: some, trustedProxies: undefined });
  expect(ingress.subnets).toEqual([]);
  expect(JSON.stringify(stack.resolve(ingress.proxyEnvironment))).toContain('TrustedAddresses');
});

describe('tokens', () => {
  test('are accepted as a domain name and a listener', () => {
    const stack = newStack();
    const securityGroup = SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1');
    const listener = ApplicationListener.fromApplicationListenerAttributes(stack, 'Listener', {
      listenerArn: Fn.importValue('Listener'),
      securityGroup,
    });
    expect(() => newIngress(stack, { listener, domainName: Fn.importValue('Domain'), rulePriorityBase: 4000 })).not.toThrow();
  });

  test('are refused as a priority base', () => {
    const stack = newStack();
    const base = new CfnParameter(stack, 'Base', { type: 'Number' });
    expect(() => newIngress(stack, { rulePriorityBase: base.valueAsNumber })).toThrow(
      '`rulePriorityBase` must be known at synthesis, because CloudFormation cannot add to it',
    );
  });
});
