import { Stack } from 'aws-cdk-lib/core';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import {
  ApplicationListener,
  ApplicationLoadBalancer,
  IApplicationListener,
  IApplicationLoadBalancer,
  ListenerAction,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { PostHogIngress, PostHogIngressProps, PostHogProcess, TrustedProxies } from '../../../lib';
import { evaluate, ListenerRule, Request } from '../../../cli/alb/evaluate';
import { RuleAction } from '../../../cli/alb/listener-rule';
import { listenersOf } from '../../../cli/alb/template';
import { newTargets, newVpc, templateOf } from '../fixtures';
import { certificate, newStack } from '../../helpers/stack';

export const LISTENER_ARN = 'arn:aws:elasticloadbalancing:eu-central-1:111122223333:listener/app/platform/0123456789abcdef/0123456789abcdef';
export const LOAD_BALANCER_ARN = 'arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/app/platform/0123456789abcdef';
export const BASE = 4000;
export const SHARED_PROXIES = TrustedProxies.fromAddresses(['10.0.0.4', '10.0.0.5']);

/** An imported load balancer and listener. */
export function imported(stack: Stack): { listener: IApplicationListener; loadBalancer: IApplicationLoadBalancer } {
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
export function owned(stack: Stack): { listener: ApplicationListener; loadBalancer: ApplicationLoadBalancer; vpc: Vpc } {
  const vpc = newVpc(stack, 'PlatformVpc') as Vpc;
  const loadBalancer = new ApplicationLoadBalancer(stack, 'Platform', { vpc, internetFacing: true });
  const listener = loadBalancer.addListener('Https', {
    port: 443,
    certificates: [certificate(stack)],
    defaultAction: ListenerAction.fixedResponse(404),
  });
  return { listener, loadBalancer, vpc };
}

export function newIngress(stack: Stack, props: Partial<PostHogIngressProps> = {}, id = 'Ingress'): PostHogIngress {
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
export function answering(stack: Stack): { rules: readonly ListenerRule<RuleAction>[]; answer: (request: Request) => string } {
  const [{ rules }] = listenersOf(templateOf(stack)).filter(({ port }) => port !== 80);
  const answer = (request: Request): string => {
    const [action] = evaluate(rules, { host: 'posthog.example.com', sourceIp: '192.0.2.1', ...request })?.actions ?? [];
    return action?.targetGroup?.replace(/[0-9A-F]{8}$/, '') ?? (action ? (action.statusCode ?? action.type) : 'nothing of ours');
  };
  return { rules, answer };
}

export const ALL = [
  PostHogProcess.WEB,
  PostHogProcess.CAPTURE,
  PostHogProcess.REPLAY_CAPTURE,
  PostHogProcess.FEATURE_FLAGS,
  PostHogProcess.HYPERCACHE_SERVER,
];

export function routed(props: Partial<PostHogIngressProps> = {}): ReturnType<typeof answering> & { stack: Stack } {
  const stack = newStack();
  const ingress = newIngress(stack, props);
  ALL.forEach((process) => ingress.route(process, newTargets(stack, process, newVpc(stack, `${process}Vpc`))));
  return { stack, ...answering(stack) };
}
