import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { ApplicationLoadBalancer, IpAddressType, ListenerAction } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { AppAccess, PostHogProps, Product, TrustedProxies } from '../../../lib';
import { certificate, newPostHog, newStack, only } from '../../helpers/stack';

const TYPE = 'Custom::PostHogDeploymentCheck';

function build(overrides: Partial<PostHogProps> = {}) {
  const stack = newStack();
  const posthog = newPostHog(stack, overrides);
  return { stack, posthog, template: Template.fromStack(stack) };
}

describe('the deployment check', () => {
  const { stack, posthog, template } = build();

  test('requests capture with an event, and the readiness of the app', () => {
    expect(only(template, TYPE)).toMatchObject({
      LoadBalancerDnsName: stack.resolve(posthog.ingress.loadBalancer.loadBalancerDnsName) as unknown,
      DomainName: 'posthog.example.com',
      Checks: ['capture', 'app'],
      ExpectsRoute: 'true',
      ServiceTimeout: '900',
    });
    expect(stack.resolve(posthog.deploymentCheck!.result)).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^PostHogDeploymentCheck/), 'Result'] });
    expect(stack.resolve(posthog.deploymentCheck!.resource.ref)).toEqual({ Ref: expect.stringMatching(/^PostHogDeploymentCheck/) as string });
    expect(stack.resolve(posthog.deploymentCheck!.logGroup.logGroupName)).toEqual({
      Ref: expect.stringMatching(/^CustomPostHogDeploymentCheck/) as string,
    });
  });

  test('runs after every service, and again whenever a task definition changes', () => {
    const [{ DependsOn }] = Object.values(template.findResources(TYPE)) as { DependsOn: string[] }[];
    const services = Object.keys(template.findResources('AWS::ECS::Service'));
    expect(services.length).toBeGreaterThan(5);
    expect([...DependsOn].sort()).toEqual([...services].sort());
    const running = Object.values(template.findResources('AWS::ECS::Service')) as { Properties: { TaskDefinition: unknown } }[];
    expect(only(template, TYPE).TaskDefinitions).toEqual(expect.arrayContaining(running.map(({ Properties }) => Properties.TaskDefinition)));
  });

  test('has a function that can describe its own stack only', () => {
    const roles = Object.entries(template.findResources('AWS::IAM::Role')).filter(([id]) => id.startsWith('CustomPostHogDeploymentCheck'));
    expect(roles).toHaveLength(1);
    const { Policies } = (roles[0][1] as { Properties: { Policies: { PolicyDocument: { Statement: unknown[] } }[] } }).Properties;
    expect(Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement)).toEqual([
      { Effect: 'Allow', Action: 'cloudformation:DescribeStacks', Resource: { Ref: 'AWS::StackId' } },
      { Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: expect.anything() as unknown },
    ]);
  });
});

test('the deployment check requests the app only if it is open to everyone', () => {
  expect(only(build({ appAccess: AppAccess.nobody() }).template, TYPE).Checks).toEqual(['capture']);
  expect(only(build({ products: [Product.FEATURE_FLAGS] }).template, TYPE).Checks).toEqual(['app']);
});

test('the deployment check is not created without checks, or with `checkDeployment: false`', () => {
  const closed = build({ products: [Product.FEATURE_FLAGS], appAccess: AppAccess.nobody() });
  closed.template.resourceCountIs(TYPE, 0);
  expect(closed.posthog.deploymentCheck).toBeUndefined();
  build({ checkDeployment: false }).template.resourceCountIs(TYPE, 0);
});

test.each<[string, Partial<PostHogProps>]>([
  ['an internal load balancer', { publicLoadBalancer: false }],
  ['a load balancer without `openListener`', { openListener: false }],
  ['a load balancer without public IPv4 addresses', { ipAddressType: IpAddressType.DUAL_STACK_WITHOUT_PUBLIC_IPV4 }],
])('%s is not checked, with a message', (_, overrides) => {
  const { stack, template, posthog } = build(overrides);
  template.resourceCountIs(TYPE, 0);
  expect(posthog.deploymentCheck).toBeUndefined();
  Annotations.fromStack(stack).hasInfo('/Stack/PostHog', Match.stringLikeRegexp('deployments are not checked'));
});

test('the deployment check requests an existing load balancer', () => {
  const stack = newStack();
  const vpc = new Vpc(stack, 'Vpc');
  const loadBalancer = new ApplicationLoadBalancer(stack, 'Platform', { vpc, internetFacing: true });
  const listener = loadBalancer.addListener('Https', {
    port: 443,
    certificates: [certificate(stack)],
    defaultAction: ListenerAction.fixedResponse(404),
  });
  newPostHog(stack, { vpc, listener, rulePriorityBase: 0, certificate: undefined, trustedProxies: TrustedProxies.fromAddresses(['10.0.0.4']) });
  expect(only(Template.fromStack(stack), TYPE)).toMatchObject({ ExpectsRoute: 'false' });
});
