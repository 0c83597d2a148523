import { Template } from 'aws-cdk-lib/assertions';
import { ApplicationListener } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { AppAccess, PostHogFirewall, PostHogWebAcl } from '../../../lib';
import { newPostHog, newStack, only } from '../../helpers/stack';
import { newIngress } from '../fixtures';
import { protectedIngress } from './fixtures';

const ARN = 'arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/own/11111111-2222-3333-4444-555555555555';
const ASSOCIATION = 'AWS::WAFv2::WebACLAssociation';
const CLOSED = { appAccess: AppAccess.nobody() };

test('without `firewall`, there is nothing of AWS WAF', () => {
  const stack = newStack();
  const ingress = newIngress(stack, CLOSED);
  expect(
    Object.values(Template.fromStack(stack).toJSON().Resources as object).filter(({ Type }: { Type: string }) => Type.startsWith('AWS::WAFv2')),
  ).toEqual([]);
  expect(ingress.webAcl).toBeUndefined();
});

test('managed() creates a web ACL and associates it with the load balancer', () => {
  const { ingress, stack } = protectedIngress({ signInLimit: 20 });
  const template = Template.fromStack(stack);
  expect(only(template, ASSOCIATION)).toEqual({
    ResourceArn: stack.resolve(ingress.loadBalancer.loadBalancerArn) as unknown,
    WebACLArn: stack.resolve(ingress.webAcl!.webAclArn) as unknown,
  });
  expect(JSON.stringify(only(template, 'AWS::WAFv2::WebACL'))).toContain('"Limit":20');
});

test('an association that is replaced is not deleted, which would remove the new one as well', () => {
  const template = Template.fromStack(protectedIngress().stack);
  expect(Object.values(template.findResources(ASSOCIATION))).toMatchObject([{ UpdateReplacePolicy: 'Retain' }]);
  expect(Object.values(template.findResources(ASSOCIATION))[0]).not.toHaveProperty('DeletionPolicy');
});

test('its one line works for PostHog', () => {
  const stack = newStack();
  const posthog = newPostHog(stack, { firewall: PostHogFirewall.managed() });
  Template.fromStack(stack).resourceCountIs(ASSOCIATION, 1);
  expect(posthog.ingress.webAcl).toBeInstanceOf(PostHogWebAcl);
});

test('two ingresses can share a web ACL', () => {
  const stack = newStack();
  const webAcl = new PostHogWebAcl(stack, 'WebAcl');
  const firewall = PostHogFirewall.fromWebAcl(webAcl);
  const ingresses = ['One', 'Other'].map((id) => newIngress(stack, { ...CLOSED, firewall }, id));
  expect(ingresses.map((ingress) => ingress.webAcl)).toEqual([webAcl, webAcl]);
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::WAFv2::WebACL', 1);
  template.resourceCountIs(ASSOCIATION, 2);
});

test('fromWebAclArn() associates an existing web ACL', () => {
  const stack = newStack();
  const ingress = newIngress(stack, { ...CLOSED, firewall: PostHogFirewall.fromWebAclArn(ARN) });
  expect(only(Template.fromStack(stack), ASSOCIATION).WebACLArn).toBe(ARN);
  expect(ingress.webAcl).toBeUndefined();
});

test('the association keeps its logical id when the web ACL changes to an existing one', () => {
  const idOf = (firewall: PostHogFirewall) => {
    const stack = newStack();
    newIngress(stack, { ...CLOSED, firewall });
    return Object.keys(Template.fromStack(stack).findResources(ASSOCIATION));
  };
  expect(idOf(PostHogFirewall.managed())).toEqual(idOf(PostHogFirewall.fromWebAclArn(ARN)));
});

test.each([
  ['an ARN of AWS WAF Classic', 'arn:aws:waf-regional:eu-central-1:111122223333:webacl/1234'],
  ['a web ACL of CloudFront', ARN.replace('regional/', 'global/')],
  ['a name', 'own'],
])('fromWebAclArn() refuses %s', (_, arn) => {
  expect(() => PostHogFirewall.fromWebAclArn(arn)).toThrow('`webAclArn` must be the ARN of a regional web ACL');
});

test('fromWebAcl() refuses one for CloudFront', () => {
  const webAcl = new PostHogWebAcl(newStack({ env: { region: 'us-east-1' } }), 'WebAcl', { forCloudFront: true });
  expect(() => PostHogFirewall.fromWebAcl(webAcl)).toThrow('`webAcl` must not be for CloudFront');
});

test('refuses `firewall` with `listener`, whose load balancer belongs to someone else', () => {
  const stack = newStack();
  const listener = ApplicationListener.fromApplicationListenerAttributes(stack, 'Listener', {
    listenerArn: 'arn:aws:elasticloadbalancing:eu-central-1:111122223333:listener/app/shared/0123456789abcdef/0123456789abcdef',
    securityGroup: newIngress(stack, {}, 'Other').loadBalancer.connections.securityGroups[0],
  });
  expect(() => newIngress(stack, { certificate: undefined, listener, rulePriorityBase: 2000, firewall: PostHogFirewall.managed() })).toThrow(
    '`firewall` cannot be set with `listener`',
  );
});

test('refuses options that do not exist, by name', () => {
  expect(() => PostHogFirewall.managed({ apiLimit: 1 })).toThrow('`apiLimit` must be a whole number from 10');
});
