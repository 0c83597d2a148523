import { PostHogProps } from '../../../lib';
import { Access } from '../../../cli/ingress/access';
import { Container, Deployment, Listener, Service, Subnet } from '../../../cli/doctor/deployment/deployment';
import { isUnavailable } from '../../../cli/aws/loaded';
import { NamedCheckResult, CheckStatus } from '../../../cli/doctor/check';
import { runDoctor } from '../../../cli/doctor/run-checks';
import { ListenerRule } from '../../../cli/alb/evaluate';
import { RuleAction } from '../../../cli/alb/listener-rule';
import { CloudFormationTemplate, listenersOf, loadBalancerAttributes, logicalId, ofType, TemplateListener } from '../../../cli/alb/template';
import { templateOfPostHog } from '../fixtures';

export const DOMAIN = 'posthog.example.com';
export const NOW = new Date('2026-11-24T12:00:00Z');
export const ELB = 'arn:aws:elasticloadbalancing:eu-central-1:111122223333';
export const CERTIFICATE = 'arn:aws:acm:eu-central-1:111122223333:certificate/11111111-2222-3333-4444-555555555555';

export interface ContainerShape {
  readonly Name: string;
  readonly Image: unknown;
  readonly Environment?: readonly { readonly Name: string; readonly Value: unknown }[];
  readonly Secrets?: readonly { readonly Name: string }[];
}

export interface DefinitionShape {
  readonly ContainerDefinitions: readonly ContainerShape[];
}

export interface ServiceShape {
  readonly TaskDefinition: unknown;
  readonly LoadBalancers?: { readonly TargetGroupArn: unknown; readonly ContainerName: string }[];
}

/** A healthy deployment of a template, as AWS describes it. */
export function deploymentOf(props: Partial<PostHogProps> = {}, live = false): Deployment {
  const template = templateOfPostHog(props, live);
  const found = listenersOf(template);
  return {
    region: 'eu-central-1',
    stack: 'PostHog',
    loadBalancer: {
      arn: `${ELB}:loadbalancer/app/PostHo-Ingre-1/1`,
      name: 'PostHo-Ingre-1',
      dnsName: 'posthog-1.eu-central-1.elb.amazonaws.com',
      state: 'active',
    },
    attributes: loadBalancerAttributes(template, found.find(({ loadBalancer }) => loadBalancer)?.loadBalancer),
    listeners: found.map(listenerOf),
    targetGroups: ofType<{ HealthCheckPath: string }>(template, 'AWS::ElasticLoadBalancingV2::TargetGroup').map(([id, { HealthCheckPath }]) => ({
      arn: groupArn(id),
      name: id,
      healthCheck: `HTTP ${HealthCheckPath}`,
      targets: [
        { target: '10.0.1.10:8000', state: 'healthy' },
        { target: '10.0.2.10:8000', state: 'healthy' },
      ],
    })),
    subnets: subnetsOf(template),
    services: servicesOf(template),
    certificates: [{ arn: CERTIFICATE, details: { status: 'ISSUED', names: [DOMAIN], notAfter: new Date('2027-06-01T00:00:00Z'), renewable: true } }],
  };
}

function listenerOf({ port = 443, attributes, rules }: TemplateListener): Listener {
  const tls = port === 443;
  return {
    arn: `${ELB}:listener/app/PostHo-Ingre-1/1/${port}`,
    port,
    protocol: tls ? 'HTTPS' : 'HTTP',
    tlsPolicy: tls ? 'ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09' : undefined,
    attributes,
    certificates: tls ? [CERTIFICATE] : [],
    rules: rules.map((rule) => ({
      ...rule,
      id: undefined,
      actions: rule.actions.map((action) => ({ ...action, targetGroup: action.targetGroup && groupArn(action.targetGroup) })),
    })),
  };
}

function subnetsOf(template: CloudFormationTemplate): Subnet[] {
  const [[, { Subnets = [] }] = ['', {}]] = ofType<{ Subnets?: unknown[] }>(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer');
  const all = new Map(ofType<{ CidrBlock: string }>(template, 'AWS::EC2::Subnet'));
  return Subnets.map((subnet, i) => ({ id: `subnet-${i + 1}`, cidr: all.get(logicalId(subnet)!)!.CidrBlock }));
}

function servicesOf(template: CloudFormationTemplate): Service[] {
  const definitions = new Map(ofType<DefinitionShape>(template, 'AWS::ECS::TaskDefinition'));
  return ofType<ServiceShape>(template, 'AWS::ECS::Service').map(([name, { TaskDefinition, LoadBalancers = [] }]) => {
    const definition = `${logicalId(TaskDefinition)}:1`;
    return {
      name,
      cluster: 'PostHog-Cluster',
      status: 'ACTIVE',
      desiredCount: 2,
      runningCount: 2,
      targets: LoadBalancers.map(({ TargetGroupArn, ContainerName }) => ({
        targetGroup: groupArn(logicalId(TargetGroupArn)!),
        container: ContainerName,
      })),
      rollouts: [
        {
          state: 'COMPLETED',
          runningCount: 2,
          definition,
          containers: definitions.get(logicalId(TaskDefinition)!)!.ContainerDefinitions.map(({ Name, Image, Environment = [], Secrets = [] }) => ({
            name: Name,
            image: String(Image),
            environment: Object.fromEntries(Environment.map((variable) => [variable.Name, String(variable.Value)])),
            secrets: Secrets.map((secret) => secret.Name),
            hasEnvironmentFiles: false,
          })),
        },
      ],
      newestDefinition: definition,
    };
  });
}

export function groupArn(logical: string): string {
  return `${ELB}:targetgroup/${logical}/1`;
}

/** What the doctor finds; all of it, or what one check does. */
export function resultsOf(
  deployment: Deployment,
  check?: string,
  intention: { domain?: string; access?: Access; now?: Date } = {},
): NamedCheckResult[] {
  return runDoctor(deployment, { now: NOW, ...intention }).results.filter((result) => check === undefined || result.check === check);
}

/** The texts of findings with a status. */
export function texts(found: readonly NamedCheckResult[], status: CheckStatus): string[] {
  return found.filter((result) => result.status === status).map(({ text }) => text);
}

/** The deployment, its listener on a port changed. */
export function withListener(deployment: Deployment, port: number, change: (listener: Listener) => Listener | undefined): Deployment {
  return { ...deployment, listeners: deployment.listeners.flatMap((listener) => (listener.port === port ? (change(listener) ?? []) : listener)) };
}

/** The deployment, the rules of its listener for https changed. */
export function withRules(
  deployment: Deployment,
  change: (rules: readonly ListenerRule<RuleAction>[]) => readonly ListenerRule<RuleAction>[],
): Deployment {
  return withListener(deployment, 443, (listener) => ({ ...listener, rules: change(listener.rules) }));
}

/** The deployment, one rule of its listener for https changed; the default rule where no priority is given. */
export function withRule(deployment: Deployment, priority: number | undefined, change: Partial<ListenerRule<RuleAction>>): Deployment {
  const changed = (rules: readonly ListenerRule<RuleAction>[]) => rules.map((rule) => (rule.priority === priority ? { ...rule, ...change } : rule));
  if (!deployment.listeners.some(({ rules }) => rules.some((rule) => rule.priority === priority))) {
    throw new Error(`there is no rule ${priority}`);
  }
  return withRules(deployment, changed);
}

/** The rule with a priority. */
export function ruleAt(deployment: Deployment, priority: number): ListenerRule<RuleAction> {
  return deployment.listeners.find(({ port }) => port === 443)!.rules.find((rule) => rule.priority === priority)!;
}

/** The services, where they were asked. */
export function known(deployment: Deployment): readonly Service[] {
  if (isUnavailable(deployment.services)) {
    throw new Error(deployment.services.unavailable);
  }
  return deployment.services;
}

/** The deployment, the service of a container changed. */
export function withService(deployment: Deployment, container: string, change: (service: Service) => Service): Deployment {
  return {
    ...deployment,
    services: known(deployment).map((service) => (containersOf(service).some(({ name }) => name === container) ? change(service) : service)),
  };
}

/** The deployment, a container changed. */
export function withContainer(deployment: Deployment, name: string, change: (container: Container) => Container): Deployment {
  return withService(deployment, name, (service) => ({
    ...service,
    rollouts: service.rollouts.map((rollout) => ({
      ...rollout,
      containers: containersOf(service).map((one) => (one.name === name ? change(one) : one)),
    })),
  }));
}

/** The deployment, variables of a container set, or removed where they are undefined. */
export function withEnvironment(deployment: Deployment, name: string, variables: Readonly<Record<string, string | undefined>>): Deployment {
  return withContainer(deployment, name, (container) => ({
    ...container,
    environment: Object.fromEntries(
      Object.entries({ ...container.environment, ...variables }).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
  }));
}

export function containersOf({ rollouts: [primary] }: Service): readonly Container[] {
  return isUnavailable(primary.containers) ? [] : primary.containers;
}
