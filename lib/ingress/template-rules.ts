import { CLIENT_ADDRESS_CONTAINER } from './nginx-config';
import { isProcess } from '../catalog/posthog-process';
import { ListenerRule } from './rule-evaluator';
import { ActionShape, actionsOf, RuleAction, ruleOf, RuleShape } from './rule-shapes';

/** A synthesised CloudFormation template, as far as it matters here. */
export interface CloudFormationTemplate {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties?: unknown }>>;
}

/** A listener, with the rules that the template gives it. */
export interface TemplateListener {
  /** Its logical id; undefined where the listener stands elsewhere and only gets rules. */
  readonly id?: string;
  /** Its port; undefined where the listener stands elsewhere. */
  readonly port?: number;
  /** The logical id of its load balancer, where that is in the template. */
  readonly loadBalancer?: string;
  /** Its attributes, by key. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Its rules, its default action as the last of them where that is known. */
  readonly rules: readonly ListenerRule<RuleAction>[];
}

interface ListenerProperties {
  readonly Port: number;
  readonly DefaultActions: ActionShape[];
  readonly LoadBalancerArn?: unknown;
  readonly ListenerAttributes?: AttributeShape[];
}

interface AttributeShape {
  readonly Key: string;
  readonly Value: string;
}

type RuleProperties = RuleShape & { readonly ListenerArn: unknown };

interface ServiceProperties {
  readonly TaskDefinition?: unknown;
  readonly LoadBalancers?: { readonly TargetGroupArn: unknown; readonly ContainerName: string }[];
}

interface TaskProperties {
  readonly ContainerDefinitions: { readonly Name: string }[];
}

const LISTENER = 'AWS::ElasticLoadBalancingV2::Listener';
const LISTENER_RULE = 'AWS::ElasticLoadBalancingV2::ListenerRule';
const LOAD_BALANCER = 'AWS::ElasticLoadBalancingV2::LoadBalancer';
const SERVICE = 'AWS::ECS::Service';
const TASK_DEFINITION = 'AWS::ECS::TaskDefinition';

/**
 * Every listener that the template makes or gives rules to.
 *
 * @param template the synthesised template
 */
export function listenersOf(template: CloudFormationTemplate): TemplateListener[] {
  const rules = ofType<RuleProperties>(template, LISTENER_RULE);
  const own = ofType<ListenerProperties>(template, LISTENER).map(([id, listener]): TemplateListener => ({
    id,
    port: listener.Port,
    loadBalancer: logicalId(listener.LoadBalancerArn),
    attributes: attributesOf(listener.ListenerAttributes),
    rules: [
      ...rules.filter(([, rule]) => logicalId(rule.ListenerArn) === id).map(([ruleId, rule]) => ruleOf(rule, ruleId, logicalId)),
      { conditions: [], actions: actionsOf(listener.DefaultActions, logicalId) },
    ],
  }));
  const elsewhere = new Map<string, ListenerRule<RuleAction>[]>();
  for (const [id, rule] of rules.filter(([, { ListenerArn }]) => !own.some((listener) => listener.id === logicalId(ListenerArn)))) {
    const key = JSON.stringify(rule.ListenerArn);
    elsewhere.set(key, [...(elsewhere.get(key) ?? []), ruleOf(rule, id, logicalId)]);
  }
  return [...own, ...[...elsewhere.values()].map((found) => ({ attributes: {}, rules: found }))];
}

/**
 * The names of the containers that answer for each target group, by the target group's logical id. Of the nginx that verifies
 * addresses, it is the container that stands behind it.
 *
 * @param template the synthesised template
 */
export function containersByTargetGroup(template: CloudFormationTemplate): Record<string, string> {
  const services = ofType<ServiceProperties>(template, SERVICE);
  const targets = services.flatMap(([, service]) => (service.LoadBalancers ?? []).map((target) => ({ service, target })));
  return Object.fromEntries(targets.map(({ service, target }): [string, string] => [
    String(logicalId(target.TargetGroupArn)),
    target.ContainerName === CLIENT_ADDRESS_CONTAINER ? containerBehind(template, service) : target.ContainerName,
  ]));
}

function containerBehind(template: CloudFormationTemplate, service: ServiceProperties): string {
  const task = ofType<TaskProperties>(template, TASK_DEFINITION).find(([id]) => id === logicalId(service.TaskDefinition));
  const others = (task?.[1].ContainerDefinitions ?? []).map(({ Name }) => Name).filter((name) => name !== CLIENT_ADDRESS_CONTAINER);
  // Beside a process may stand what only serves it, such as a log router.
  const processes = others.filter(isProcess);
  const candidates = processes.length > 0 ? processes : others;
  if (candidates.length !== 1) {
    throw new Error(`the task must have one process of PostHog besides ${CLIENT_ADDRESS_CONTAINER}, or one container, got: ${candidates.join(', ') || 'none'}`);
  }
  return candidates[0];
}

/** The attributes of a load balancer, by key; none where it is not in the template. */
export function loadBalancerAttributes(template: CloudFormationTemplate, id: string | undefined): Readonly<Record<string, string>> {
  const found = ofType<{ LoadBalancerAttributes?: AttributeShape[] }>(template, LOAD_BALANCER).find(([loadBalancer]) => loadBalancer === id);
  return attributesOf(found?.[1].LoadBalancerAttributes);
}

/** The resources of a type, by logical id. */
export function ofType<Properties>(template: CloudFormationTemplate, type: string): [id: string, properties: Properties][] {
  return Object.entries(template.Resources)
    .filter(([, resource]) => resource.Type === type)
    .map(([id, resource]) => [id, (resource.Properties ?? {}) as Properties]);
}

/** The logical id that a reference names, or undefined where it names none. */
export function logicalId(reference: unknown): string | undefined {
  if (typeof reference !== 'object' || reference === null) {
    return undefined;
  }
  const { Ref: ref, 'Fn::GetAtt': getAtt } = reference as { 'Ref'?: string; 'Fn::GetAtt'?: string[] };
  return ref ?? getAtt?.[0];
}

function attributesOf(attributes: readonly AttributeShape[] = []): Record<string, string> {
  return Object.fromEntries(attributes.map(({ Key, Value }) => [Key, Value]));
}
