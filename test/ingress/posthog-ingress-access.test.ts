import { App } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { ApplicationTargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { AppAccess, EndpointGroup, PostHogProcess, PublicEndpoint } from '../../lib';
import { ALWAYS_PUBLIC } from '../../lib/catalog/endpoints/endpoint-group';
import { rulesFor } from '../../lib/ingress/routing/listener-rules';
import { evaluate, ListenerRule } from '../../cli/alb/evaluate';
import { RuleAction } from '../../cli/alb/listener-rule';
import { newIngress, newTargets, ROUTED, templateOf, OIDC } from './fixtures';
import { samplesOf } from '../../cli/ingress/probes';
import { rulesOf } from '../helpers/listener-rules';
import { newStack } from '../helpers/stack';
import { REFUSED, route } from './ingress-routes';

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
