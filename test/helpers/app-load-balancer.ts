import { Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { Certificate, ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { HostedZone, IHostedZone, PrivateHostedZone } from 'aws-cdk-lib/aws-route53';
import { AppLoadBalancer, InternalLoadBalancerOptions, PostHogProps, Product } from '../../lib';
import { CloudFormationTemplate } from '../../cli/alb/template';
import { IngressModel, Scheme } from '../../cli/ingress/ingress-model';
import { trace } from '../../cli/ingress/request-trace';
import { answerOf } from '../../cli/routes/routes';
import { ingressesOf } from '../../cli/template/template-ingress';
import { FEW, newPostHog, newStack } from './stack';

export const LOAD_BALANCER = 'AWS::ElasticLoadBalancingV2::LoadBalancer';
export const RECORD = 'AWS::Route53::RecordSet';
export const LIVE = [...FEW, Product.LIVE_EVENTS];

export interface Resource {
  readonly Properties: Readonly<Record<string, unknown>>;
}

export function publicZone(stack: Stack, zoneName = 'example.com'): IHostedZone {
  const known = stack.node.tryFindChild(`Public-${zoneName}`) as IHostedZone | undefined;
  return known ?? HostedZone.fromHostedZoneAttributes(stack, `Public-${zoneName}`, { hostedZoneId: 'ZPUBLIC', zoneName });
}

export function privateZone(stack: Stack): IHostedZone {
  return PrivateHostedZone.fromHostedZoneAttributes(stack, 'Private', { hostedZoneId: 'ZPRIVATE', zoneName: 'example.com' });
}

export function given(stack: Stack): ICertificate {
  return Certificate.fromCertificateArn(stack, 'App', 'arn:aws:acm:eu-central-1:111122223333:certificate/app');
}

export function define(
  props: (stack: Stack) => Partial<PostHogProps> = () => ({}),
  internal: (stack: Stack) => InternalLoadBalancerOptions = () => ({}),
) {
  const stack = newStack();
  const posthog = newPostHog(stack, { appLoadBalancer: AppLoadBalancer.internal(internal(stack)), ...props(stack) });
  return { stack, posthog, template: Template.fromStack(stack) };
}

/** The ingress with a scheme. */
export function ingressOf(template: Template, scheme: Scheme): IngressModel {
  const found = ingressesOf({ file: 'a template', template: template.toJSON() as CloudFormationTemplate });
  return found.find((one) => one.scheme === scheme)!;
}

/** The answers of a load balancer to requests of a client. */
export function answers(
  template: Template,
  scheme: Scheme,
  targets: readonly string[],
  sourceIp = '192.0.2.1',
  host = 'posthog.example.com',
): string[] {
  const ingress = ingressOf(template, scheme);
  return targets.map((target) => answerOf(trace(ingress, { scheme: 'https', method: 'GET', host, target, sourceIp, headers: [] }).outcome));
}

export const PATHS = ['/login', '/api/projects/', '/e/', '/flags/', '/static/array.js', '/livestream/events', '/_stats'];
