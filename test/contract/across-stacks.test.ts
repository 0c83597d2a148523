import { App, Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { Cluster, ContainerImage, FargateService, FargateTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { ApplicationTargetGroup, ApplicationProtocol, TargetType } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { AppAccess, PostHogIngress, PostHogNetwork, PostHogProcess } from '../../lib';
import { certificate, FEATURE_FLAGS } from '../helpers/stack';
import { ofType } from '../helpers/template';

/** A network, an ingress and services, each in a stack of its own. */
function composed(
  appAccess: AppAccess,
  route: (ingress: PostHogIngress, process: PostHogProcess, targets: ApplicationTargetGroup, stack: Stack) => void,
) {
  const app = new App({ context: FEATURE_FLAGS, builtinCloudFormationValidation: false, treeMetadata: false });
  const network = new PostHogNetwork(new Stack(app, 'Network'), 'Network');
  const { vpc, loadBalancerSubnets, serviceSubnets } = network;
  const edge = new Stack(app, 'Edge');
  const ingress = new PostHogIngress(edge, 'Ingress', {
    domainName: 'posthog.example.com',
    certificate: certificate(edge),
    vpc,
    loadBalancerSubnets,
    appAccess,
  });
  const services = new Stack(app, 'Services');
  const cluster = new Cluster(services, 'Cluster', { vpc });
  for (const process of [PostHogProcess.WEB, PostHogProcess.CAPTURE]) {
    const taskDefinition = new FargateTaskDefinition(services, `${process}Task`);
    taskDefinition.addContainer('main', { image: ContainerImage.fromRegistry('image'), portMappings: [{ containerPort: 8000 }] });
    const service = new FargateService(services, process, { cluster, taskDefinition, vpcSubnets: serviceSubnets, minHealthyPercent: 100 });
    const targets = new ApplicationTargetGroup(services, `${process}Targets`, {
      vpc,
      port: 8000,
      protocol: ApplicationProtocol.HTTP,
      targetType: TargetType.IP,
    });
    targets.addTarget(service);
    route(ingress, process, targets, services);
  }
  return { app, edge, services };
}

test.each<[string, AppAccess]>([
  ['an open app', AppAccess.anyone()],
  ['an app for some addresses', AppAccess.fromCidrs(['203.0.113.0/24'])],
])('PostHogIngress routes %s to ECS services of another stack, in a VPC of a third one', (_, appAccess) => {
  const { app, edge, services } = composed(appAccess, (ingress, process, targets, stack) => ingress.route(process, targets, stack));
  app.synth();
  const rules = (stack: Stack) => ofType(Template.fromStack(stack), 'AWS::ElasticLoadBalancingV2::ListenerRule').map(([id]) => id);
  expect(rules(edge).filter((id) => /Capture|Events|Rest|Default/.test(id))).toEqual([]);
  expect(rules(services).every((id) => id.startsWith('IngressRules'))).toBe(true);
  const targets = ofType<{ Actions: { TargetGroupArn?: { Ref: string } }[]; Priority: number }>(
    Template.fromStack(services),
    'AWS::ElasticLoadBalancingV2::ListenerRule',
  ).flatMap(([, { Properties }]) => Properties.Actions.flatMap(({ TargetGroupArn }) => TargetGroupArn?.Ref ?? []));
  expect(new Set(targets.map((id) => /^(web|capture)/.exec(id)![0]))).toEqual(new Set(['web', 'capture']));
  // Tasks accept the load balancer only, by rules of their own stack.
  expect(Object.keys(Template.fromStack(services).findResources('AWS::EC2::SecurityGroupIngress'))).toHaveLength(2);
});

test('an open app of another stack is the last rule, and the listener itself refuses', () => {
  const { edge, services } = composed(AppAccess.anyone(), (ingress, process, targets, stack) => ingress.route(process, targets, stack));
  const rules = ofType<{ Priority: number; Conditions: unknown[]; Actions: { Type: string }[] }>(
    Template.fromStack(services),
    'AWS::ElasticLoadBalancingV2::ListenerRule',
  ).map(([, { Properties }]) => Properties);
  const last = rules.sort((a, b) => a.Priority - b.Priority).at(-1)!;
  expect(last).toMatchObject({
    Priority: 1999,
    Conditions: [{ Field: 'host-header', HostHeaderConfig: { Values: [expect.any(String)] } }],
    Actions: [{ Type: 'forward' }],
  });
  Template.fromStack(edge).hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
    Port: 443,
    DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '403' } }],
  });
});

test('two ingresses of the same id can have their rules in one scope', () => {
  let second: PostHogIngress | undefined;
  const { app, services } = composed(AppAccess.nobody(), (ingress, process, targets, stack) => {
    ingress.route(process, targets, stack);
    if (process === PostHogProcess.CAPTURE) {
      const { root } = stack.node;
      const other = new Stack(root, 'OtherEdge');
      const vpc = (root.node.findChild('Network').node.findChild('Network') as PostHogNetwork).vpc;
      const props = { vpc, domainName: 'other.example.com', certificate: certificate(other), appAccess: AppAccess.nobody() };
      second = new PostHogIngress(other, 'Ingress', { ...props, loadBalancerSubnets: { subnetGroupName: 'LoadBalancer' } });
      const others = new ApplicationTargetGroup(stack, 'OtherTargets', {
        vpc,
        port: 8000,
        protocol: ApplicationProtocol.HTTP,
        targetType: TargetType.IP,
      });
      second.route(process, others, stack);
    }
  });
  app.synth();
  const scopes = services.node.children.filter(({ node }) => node.id.startsWith('IngressRules')).map(({ node }) => node.id);
  expect(scopes).toEqual(['IngressRules', `IngressRules${second!.node.addr}`]);
});

test('PostHogIngress refuses a target group of another stack without a scope, and names it', () => {
  expect(() => composed(AppAccess.nobody(), (ingress, process, targets) => ingress.route(process, targets))).toThrow(
    '[Edge/Ingress] `scope` is required for Services/webTargets, which is in another stack than the ingress; pass a construct of the stack of its ECS ' +
      'service, where the listener rules are then defined; pass the ingress if nothing of that stack depends on them',
  );
});
