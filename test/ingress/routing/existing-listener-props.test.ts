import { App, CfnParameter, Duration, Fn, Stack } from 'aws-cdk-lib/core';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { ApplicationListener, SslPolicy } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AppAccess, PostHogIngress, PostHogIngressProps, PostHogProcess } from '../../../lib';
import { newTargets, zone } from '../fixtures';
import { certificate, FEATURE_FLAGS, newPostHog, newStack } from '../../helpers/stack';
import { imported, owned, newIngress, answering, ALL } from './existing-listener-fixtures';

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
