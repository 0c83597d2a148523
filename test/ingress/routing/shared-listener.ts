import { Stack } from 'aws-cdk-lib/core';
import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { ApplicationListener, ApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { PostHogIngress, PostHogIngressProps, TrustedProxies } from '../../../lib';
import { newVpc } from '../fixtures';

/** An ingress on an imported listener. */
export function sharedListener(stack: Stack, props: Partial<PostHogIngressProps> = {}): PostHogIngress {
  const securityGroup = SecurityGroup.fromSecurityGroupId(stack, 'PlatformGroup', 'sg-0123456789abcdef0');
  return new PostHogIngress(stack, 'Ingress', {
    vpc: props.vpc ?? newVpc(stack),
    domainName: 'posthog.example.com',
    rulePriorityBase: 4000,
    trustedProxies: TrustedProxies.fromAddresses(['10.0.0.4']),
    listener: ApplicationListener.fromApplicationListenerAttributes(stack, 'PlatformListener', {
      listenerArn: 'arn:aws:elasticloadbalancing:eu-central-1:111122223333:listener/app/platform/0123456789abcdef/0123456789abcdef',
      securityGroup,
    }),
    loadBalancer: ApplicationLoadBalancer.fromApplicationLoadBalancerAttributes(stack, 'PlatformLoadBalancer', {
      loadBalancerArn: 'arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/app/platform/0123456789abcdef',
      securityGroupId: 'sg-0123456789abcdef0',
      loadBalancerDnsName: 'platform.example.com',
      loadBalancerCanonicalHostedZoneId: 'Z215JYRZR1TBD5',
    }),
    ...props,
  });
}
