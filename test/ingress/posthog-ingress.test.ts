import { CfnElement, CfnParameter, Stack } from 'aws-cdk-lib/core';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { ApplicationListener, ApplicationLoadBalancer, HttpCodeElb, HttpCodeTarget, IpAddressType } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { AppAccess, PostHogIngress, PostHogProcess, TrustedProxies } from '../../lib';
import { newIngress, newTargets, newVpc, zone } from './fixtures';
import { newStack } from '../helpers/stack';

const WARNING = 'cdk-posthog:PostHogIngress.trustAllProxies';

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
