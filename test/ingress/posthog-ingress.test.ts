import { App, CfnElement, CfnParameter, Stack } from 'aws-cdk-lib/core';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import {
  ApplicationListener,
  ApplicationLoadBalancer,
  ApplicationTargetGroup,
  HttpCodeElb,
  HttpCodeTarget,
  IpAddressType,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { AppAccess, EndpointGroup, PostHogIngress, PostHogIngressProps, PostHogProcess, PublicEndpoint, TrustedProxies } from '../../lib';
import { ALWAYS_PUBLIC } from '../../lib/catalog/endpoints/endpoint-group';
import { rulesFor } from '../../lib/ingress/routing/listener-rules';
import { evaluate, ListenerRule } from '../../cli/alb/evaluate';
import { RuleAction } from '../../cli/alb/listener-rule';
import { newIngress, newTargets, newVpc, ROUTED, templateOf, zone, OIDC } from './fixtures';
import { samplesOf } from '../../cli/ingress/probes';
import { rulesOf } from '../helpers/listener-rules';
import { newStack } from '../helpers/stack';

const WARNING = 'cdk-posthog:PostHogIngress.trustAllProxies';
const REFUSED: RuleAction = { type: 'fixed-response', statusCode: '403', response: { contentType: 'text/plain', body: 'Forbidden' } };

interface Routed {
  readonly rules: readonly ListenerRule<RuleAction>[];
  /** The process that a request reaches, or `refused`. */
  readonly answering: (target: string) => string;
}

function route(processes: readonly PostHogProcess[], props: Partial<PostHogIngressProps> = {}): Routed {
  const stack = newStack();
  const vpc = newVpc(stack);
  const ingress = newIngress(stack, { ...props, vpc });
  const owners = new Map<string, string>();
  for (const process of processes) {
    const targets = newTargets(stack, process, vpc);
    ingress.route(process, targets);
    owners.set(stack.getLogicalId(targets.node.defaultChild as never), process);
  }
  const rules = rulesOf(templateOf(stack));
  return {
    rules,
    answering: (target) =>
      evaluate(rules, { target, host: 'posthog.example.com' })!
        .actions.map(({ type, targetGroup }) => (type === 'forward' ? owners.get(targetGroup!) : 'refused'))
        .join(', then '),
  };
}

describe('public properties', () => {
  const stack = newStack();
  const ingress = newIngress(stack);
  ingress.route(PostHogProcess.WEB, newTargets(stack, 'Web', ingress.loadBalancer.vpc!));

  test('have the URL that clients use', () => {
    expect(ingress.url).toBe('https://posthog.example.com');
  });

  test('have the load balancer, its listener and its connections', () => {
    const template = Template.fromStack(stack);
    const [loadBalancer] = Object.keys(template.findResources('AWS::ElasticLoadBalancingV2::LoadBalancer'));
    const [https] = Object.keys(template.findResources('AWS::ElasticLoadBalancingV2::Listener', { Properties: { Port: 443 } }));
    expect(stack.resolve(ingress.loadBalancer.loadBalancerArn)).toEqual({ Ref: loadBalancer });
    expect(stack.resolve(ingress.listener.listenerArn)).toEqual({ Ref: https });
    expect(ingress.connections.securityGroups).toEqual(ingress.loadBalancer.connections.securityGroups);
    expect(ingress.connections.defaultPort?.toString()).toBe('443');
  });

  test('have the environment variables of Django', () => {
    expect(ingress.proxyEnvironment).toEqual({
      IS_BEHIND_PROXY: 'True',
      DISABLE_SECURE_SSL_REDIRECT: 'True',
      ALLOWED_HOSTS: 'posthog.example.com',
      SITE_URL: 'https://posthog.example.com',
      TRUSTED_PROXIES: ingress.trustedProxies.addresses.join(','),
    });
  });

  test("have the trusted proxies: every address of the load balancer's subnets", () => {
    expect(ingress.trustedProxies.addresses).toEqual(TrustedProxies.fromSubnets(ingress.loadBalancer.vpc!.publicSubnets).addresses);
    expect(ingress.trustedProxies.addresses).toHaveLength(54);
  });

  test('add no warning', () => {
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });
});

describe('everything that is created', () => {
  test('can be reached', () => {
    const stack = newStack();
    const ingress = newIngress(stack, { appAccess: AppAccess.nobody(), domainZone: zone(stack), ipAddressType: IpAddressType.DUAL_STACK });
    const template = Template.fromStack(stack);
    const idsOf = (type: string, properties = {}) => Object.keys(template.findResources(type, { Properties: properties }));
    expect(stack.resolve(ingress.certificate?.certificateArn)).toEqual({ Ref: idsOf('AWS::CertificateManager::Certificate')[0] });
    expect(stack.resolve(ingress.redirectListener?.listenerArn)).toEqual({
      Ref: idsOf('AWS::ElasticLoadBalancingV2::Listener', { Port: 80 })[0],
    });
    expect(ingress.records.map(({ node }) => stack.getLogicalId(node.defaultChild as CfnElement)).sort()).toEqual(idsOf('AWS::Route53::RecordSet'));
    expect(stack.resolve(ingress.connections.securityGroups[0].securityGroupId)).toEqual({
      'Fn::GetAtt': [idsOf('AWS::EC2::SecurityGroup')[0], 'GroupId'],
    });
  });

  test('has no records without a hosted zone', () => {
    const { records, certificate } = newIngress(newStack(), { appAccess: AppAccess.nobody() });
    expect(records).toEqual([]);
    expect(certificate).toBeDefined();
  });
});

describe('metrics', () => {
  const METRICS: [name: string, statistic: string, metric: (ingress: PostHogIngress, props?: MetricOptions) => Metric][] = [
    ['RequestCount', 'Sum', (ingress, props) => ingress.metricRequestCount(props)],
    ['TargetResponseTime', 'Average', (ingress, props) => ingress.metricTargetResponseTime(props)],
    ['HTTPCode_Target_5XX_Count', 'Sum', (ingress, props) => ingress.metricHttpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, props)],
    ['HTTPCode_ELB_4XX_Count', 'Sum', (ingress, props) => ingress.metricHttpCodeElb(HttpCodeElb.ELB_4XX_COUNT, props)],
    ['HTTPCode_ELB_5XX_Count', 'Sum', (ingress, props) => ingress.metricHttpCodeElb(HttpCodeElb.ELB_5XX_COUNT, props)],
    ['RejectedConnectionCount', 'Sum', (ingress, props) => ingress.metricRejectedConnectionCount(props)],
    ['ProcessedBytes', 'Average', (ingress, props) => ingress.metric('ProcessedBytes', props)],
  ];
  const stack = newStack();
  const vpc = newVpc(stack);
  const own = newIngress(stack, { vpc, appAccess: AppAccess.nobody() });
  const shared = newIngress(
    stack,
    {
      vpc,
      appAccess: AppAccess.nobody(),
      certificate: undefined,
      rulePriorityBase: 0,
      listener: ApplicationListener.fromApplicationListenerAttributes(stack, 'Listener', {
        listenerArn: 'arn:aws:elasticloadbalancing:eu-central-1:111122223333:listener/app/shared/1/2',
        securityGroup: SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1'),
      }),
      loadBalancer: ApplicationLoadBalancer.fromApplicationLoadBalancerAttributes(stack, 'LoadBalancer', {
        loadBalancerArn: 'arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/app/shared/1',
        securityGroupId: 'sg-1',
      }),
    },
    'Shared',
  );

  test.each(METRICS)('%s has the statistic %s and the dimension of the load balancer', (metricName, statistic, metricOf) => {
    const [owned, existing] = [own, shared].map((ingress) => metricOf(ingress));
    expect(owned).toMatchObject({ namespace: 'AWS/ApplicationELB', metricName, statistic });
    expect(stack.resolve(owned.dimensions)).toEqual({
      LoadBalancer: stack.resolve((own.loadBalancer as ApplicationLoadBalancer).loadBalancerFullName) as unknown,
    });
    expect(existing).toMatchObject({ namespace: 'AWS/ApplicationELB', metricName, statistic, dimensions: { LoadBalancer: 'app/shared/1' } });
    expect(metricOf(own, { statistic: 'p99' }).statistic).toBe('p99');
  });
});

describe('internal host names', () => {
  test('are allowed hosts of the app, after the domain name', () => {
    const { proxyEnvironment } = newIngress(newStack(), { appAccess: AppAccess.nobody(), internalHostNames: ['web.posthog.internal', 'web'] });
    expect(proxyEnvironment.ALLOWED_HOSTS).toBe('posthog.example.com,web.posthog.internal,web');
  });

  test.each(['*', 'http://web', 'web:8000', '.internal', 'Web', ''])('refuses %j in `internalHostNames`', (name) => {
    expect(() => newIngress(newStack(), { internalHostNames: [name] })).toThrow(
      `[Stack/Ingress] \`internalHostNames\` must be host names in lower case, without scheme, port and wildcard, got: '${name}'`,
    );
  });
});

describe('trusted proxies', () => {
  test('can be named', () => {
    const stack = newStack();
    const ingress = newIngress(stack, { appAccess: AppAccess.nobody(), trustedProxies: TrustedProxies.fromAddresses(['192.0.2.4']) });
    expect(ingress.proxyEnvironment).toMatchObject({ TRUSTED_PROXIES: '192.0.2.4' });
    expect(ingress.proxyEnvironment).not.toHaveProperty('TRUST_ALL_PROXIES');
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  test('can be every proxy, which adds a warning', () => {
    const stack = newStack();
    const ingress = newIngress(stack, { trustedProxies: TrustedProxies.all() });
    expect(ingress.proxyEnvironment).toMatchObject({ TRUST_ALL_PROXIES: 'True' });
    expect(ingress.proxyEnvironment).not.toHaveProperty('TRUSTED_PROXIES');
    const said = ingress.node.metadata.filter(({ type }) => type === 'aws:cdk:warning').map(({ data }) => String(data));
    expect(said).toEqual([expect.stringContaining('TrustedProxies.all() lets every client choose the IP address that PostHog sees')]);
    expect(said[0]).toContain(WARNING);
  });
});

describe('with the app open to anyone, which is the default', () => {
  const { rules, answering } = route([PostHogProcess.WEB, PostHogProcess.CAPTURE]);

  test('requests that match no rule reach the app', () => {
    expect(['/', '/login', '/signup', '/project/1', '/api/projects/', '/embedded/x'].map(answering)).toEqual(Array.from({ length: 6 }, () => 'web'));
    expect(rules.at(-1)!.priority).toBeUndefined();
  });

  test('events reach capture', () => {
    expect(['/e', '/e/', '/i/v0/e/', '/batch/', '/track/'].map(answering)).toEqual(Array.from({ length: 5 }, () => 'capture'));
  });

  test('internal paths and other spellings are refused', () => {
    expect(['/internal/x', '/api/internal/x', '/_stats', '//login', '/x/../login', '/%6cogin'].map(answering)).toEqual(
      Array.from({ length: 6 }, () => 'refused'),
    );
  });

  test('fails at synthesis when nothing answers the app', () => {
    const stack = newStack();
    newIngress(stack);
    expect(() => (stack.node.root as App).synth()).toThrow(
      /\[Stack\/Ingress\] the app is open, but no process answers it; call route\(PostHogProcess\.WEB, \.\.\.\), or set `appAccess: AppAccess\.nobody\(\)`/,
    );
  });
});

describe('with the app closed', () => {
  test('no process needs to answer it', () => {
    const stack = newStack();
    newIngress(stack, { appAccess: AppAccess.nobody() });
    expect(() => (stack.node.root as App).synth()).not.toThrow();
  });

  test('requests that match no rule are refused', () => {
    const { rules, answering } = route([PostHogProcess.WEB, PostHogProcess.CAPTURE], { appAccess: AppAccess.nobody() });
    expect(rules.at(-1)).toEqual({ conditions: [], actions: [REFUSED] });
    expect(['/', '/login', '/embedded/x', '/api/projects/'].map(answering)).toEqual(Array.from({ length: 4 }, () => 'refused'));
    expect(['/static/array.js', '/report', '/e'].map(answering)).toEqual(['web', 'web', 'capture']);
  });

  test('the refusal is a plain-text 403', () => {
    const stack = newStack();
    newIngress(stack, { appAccess: AppAccess.nobody() });
    Template.fromStack(stack).hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
      Port: 443,
      DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '403', ContentType: 'text/plain', MessageBody: 'Forbidden' } }],
    });
  });

  test('an endpoint whose process is not routed is refused', () => {
    const { answering } = route([PostHogProcess.WEB], { appAccess: AppAccess.nobody() });
    expect(['/e', '/s', '/flags', '/array/t/config.js', '/i/v1/logs'].map(answering)).toEqual(Array.from({ length: 5 }, () => 'refused'));
  });
});

/** A path that belongs to an endpoint. */
function example(endpoint: PublicEndpoint): string {
  return samplesOf(endpoint)[0];
}

describe('a host name that PostHog does not know', () => {
  const OTHERS = ['', 'www.example.com', 'posthog.example.com.evil.example', '203.0.113.1', 'internal-lb-1.eu-central-1.elb.amazonaws.com'];

  test.each([
    ['anyone', AppAccess.anyone()],
    ['some networks', AppAccess.fromCidrs(['203.0.113.0/24'])],
    ['users who sign in', AppAccess.oidc(OIDC)],
    ['nobody', AppAccess.nobody()],
  ])('is refused for everything that the app answers, with the app open to %s', (_, appAccess) => {
    const { rules } = route(ROUTED, { appAccess, publicEndpointGroups: appAccess._isOpen ? undefined : [EndpointGroup.SHARED_CONTENT] });
    const targets = ['/', '/login', '/api/projects/1', '/static/array.js', '/report', '/shared/x', '/livestream/events'];
    const wrong = OTHERS.flatMap((host) =>
      targets
        .filter((target) => evaluate(rules, { target, host, sourceIp: '203.0.113.9' })!.actions[0].type !== 'fixed-response')
        .map((target) => [host, target]),
    );
    expect(wrong).toEqual([]);
  });

  test('does not matter for events and flags, whose processes compare none', () => {
    const { rules } = route(ROUTED);
    const types = ['/e/', '/s/', '/flags/', '/array/t/config.js'].map((target) => evaluate(rules, { target, host: OTHERS[1] })!.actions[0].type);
    expect(types).toEqual(['forward', 'forward', 'forward', 'forward']);
  });
});

describe('groups of endpoints', () => {
  const optional = Object.values(EndpointGroup).filter((group) => !ALWAYS_PUBLIC.includes(group));

  test.each(optional)('%s opens its own endpoints and no other', (group) => {
    const { answering } = route(ROUTED, { appAccess: AppAccess.nobody(), publicEndpointGroups: [group] });
    const expected = (endpoint: PublicEndpoint) =>
      endpoint.group === group || ALWAYS_PUBLIC.includes(endpoint.group) ? String(endpoint.process) : 'refused';
    expect(PublicEndpoint.all().filter((endpoint) => answering(example(endpoint)) !== expected(endpoint))).toEqual([]);
  });

  test('stay closed by default', () => {
    const { answering } = route(ROUTED, { appAccess: AppAccess.nobody() });
    const open = PublicEndpoint.all().filter((endpoint) => answering(example(endpoint)) !== 'refused');
    expect(open).toEqual(PublicEndpoint.all().filter(({ group }) => ALWAYS_PUBLIC.includes(group)));
  });

  test('are all open with the app, each at the process that answers it', () => {
    const { answering } = route(ROUTED);
    expect(PublicEndpoint.all().filter((endpoint) => answering(example(endpoint)) !== String(endpoint.process))).toEqual([]);
  });

  test.each(ALWAYS_PUBLIC)('refuses %s, which is always public', (group) => {
    expect(() => newIngress(newStack(), { publicEndpointGroups: [EndpointGroup.OAUTH, group] })).toThrow(
      `[Stack/Ingress] \`publicEndpointGroups\` must not contain a group that is always public, got: '${group}'; leave it out`,
    );
  });
});

describe('a process that is not deployed', () => {
  const own = (process: PostHogProcess): number[] => rulesFor(process, new Set(Object.values(EndpointGroup))).map(({ priority }) => priority);
  const everything = route(ROUTED).rules.map(({ priority }) => priority);

  test.each(ROUTED.filter((process) => process !== PostHogProcess.WEB))('leaves no rule: %s', (process) => {
    const { rules, answering } = route(ROUTED.filter((other) => other !== process));
    expect(rules.map(({ priority }) => priority).sort()).toEqual(everything.filter((priority) => !own(process).includes(priority!)).sort());
    const answers = PublicEndpoint.answeredBy(process).map((endpoint) => answering(example(endpoint)));
    // `/i/v0/ai` is below `/i/v0` as well. `PostHog` refuses both where capture-ai is not deployed; an ingress alone does not know what is.
    expect([...new Set(answers)]).toEqual(process === PostHogProcess.CAPTURE_AI ? ['capture', 'web'] : ['web']);
  });
});

describe('routing', () => {
  test('fails when a process is routed twice', () => {
    const stack = newStack();
    const ingress = newIngress(stack);
    const targets = newTargets(stack, 'Targets', ingress.loadBalancer.vpc!);
    ingress.route(PostHogProcess.WEB, targets);
    expect(() => ingress.route(PostHogProcess.WEB, targets)).toThrow(
      "[Stack/Ingress] `process` must not be routed twice, got: 'web'; remove the second call of `route()`",
    );
  });

  test('may forward all processes to one target group', () => {
    const stack = newStack();
    const ingress = newIngress(stack, { appAccess: AppAccess.nobody() });
    const targets = newTargets(stack, 'Proxy', ingress.loadBalancer.vpc!);
    ROUTED.forEach((process) => ingress.route(process, targets));
    const rules = rulesOf(templateOf(stack));
    expect(
      ['/e', '/s', '/flags', '/static/array.js', '/i/v1/logs'].map(
        (target) => evaluate(rules, { target, host: 'posthog.example.com' })!.actions[0].type,
      ),
    ).toEqual(Array.from({ length: 5 }, () => 'forward'));
  });

  test('accepts an imported target group', () => {
    const stack = newStack();
    const ingress = newIngress(stack, { appAccess: AppAccess.nobody() });
    const targetGroupArn = 'arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/proxy/0123456789abcdef';
    ingress.route(PostHogProcess.CAPTURE, ApplicationTargetGroup.fromTargetGroupAttributes(stack, 'Imported', { targetGroupArn }));
    // The CDK warns that it cannot change the security group of an imported target.
    const remarks = jest.spyOn(console, 'error').mockImplementation();
    Template.fromStack(stack).hasResourceProperties('AWS::ElasticLoadBalancingV2::ListenerRule', {
      Actions: [{ Type: 'forward', TargetGroupArn: targetGroupArn }],
    });
    remarks.mockRestore();
  });

  test('assigns a unique priority to every rule, in every order of calls', () => {
    const sorted = (rules: readonly ListenerRule<RuleAction>[]): unknown[] => rules.map(({ priority }) => priority).sort();
    const forward = route(ROUTED);
    const backward = route([...ROUTED].reverse());
    expect(new Set(sorted(forward.rules)).size).toBe(forward.rules.length);
    expect(sorted(backward.rules)).toEqual(sorted(forward.rules));
  });
});

describe('two ingresses in one stack', () => {
  test('do not disturb each other', () => {
    const stack = newStack();
    const vpc = newVpc(stack);
    for (const id of ['Blue', 'Green']) {
      const ingress: PostHogIngress = newIngress(stack, { vpc, domainName: `${id.toLowerCase()}.example.com` }, id);
      ingress.route(PostHogProcess.WEB, newTargets(stack, `${id}Web`, vpc));
    }
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::ElasticLoadBalancingV2::LoadBalancer', 2);
    template.resourceCountIs('AWS::ElasticLoadBalancingV2::Listener', 4);
  });

  test('may share an AppAccess', () => {
    const stack = newStack();
    const vpc = newVpc(stack);
    const appAccess = AppAccess.fromCidrs(['10.0.0.0/8']);
    for (const id of ['Blue', 'Green']) {
      newIngress(stack, { vpc, appAccess }, id).route(PostHogProcess.WEB, newTargets(stack, `${id}Web`, vpc));
    }
    const rules = Object.values(
      Template.fromStack(stack).findResources('AWS::ElasticLoadBalancingV2::ListenerRule', { Properties: { Priority: 1000 } }),
    );
    expect(rules).toHaveLength(2);
  });
});

test('a domain name that is a token is used in all resources', () => {
  const stack: Stack = newStack();
  const ingress = newIngress(stack, {
    domainName: new CfnParameter(stack, 'Name').valueAsString,
    domainZone: zone(stack),
    appAccess: AppAccess.nobody(),
  });
  expect(stack.resolve(ingress.url)).toEqual({ 'Fn::Join': ['', ['https://', { Ref: 'Name' }]] });
  expect(stack.resolve(ingress.proxyEnvironment)).toMatchObject({
    ALLOWED_HOSTS: { Ref: 'Name' },
    SITE_URL: { 'Fn::Join': ['', ['https://', { Ref: 'Name' }]] },
  });
});
