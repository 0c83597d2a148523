import { Stack } from 'aws-cdk-lib/core';
import { FirewallOptions, PostHogFirewall, PostHogIngress, PostHogWebAcl, PostHogWebAclProps } from '../../../lib';
import { newStack } from '../../helpers/stack';
import { newIngress, newTargets, newVpc, ROUTED, templateOf } from '../fixtures';
import { Waf } from './waf';

/** A web ACL of its own, and its template. */
export function webAclOf(props: PostHogWebAclProps = {}): { readonly webAcl: PostHogWebAcl; readonly stack: Stack } {
  const stack = newStack();
  return { webAcl: new PostHogWebAcl(stack, 'WebAcl', props), stack };
}

/** The evaluator of a web ACL with the options of a test. */
export function wafOf(props: PostHogWebAclProps = {}): Waf {
  return new Waf(templateOf(webAclOf(props).stack));
}

/** An ingress with a firewall, every process routed. */
export function protectedIngress(options: FirewallOptions = {}): { readonly ingress: PostHogIngress; readonly stack: Stack } {
  const stack = newStack();
  const vpc = newVpc(stack);
  const ingress = newIngress(stack, { vpc, firewall: PostHogFirewall.managed(options) });
  ROUTED.forEach((process) => ingress.route(process, newTargets(stack, `Targets-${process}`, vpc)));
  return { ingress, stack };
}
