import { ListenerRule } from './evaluate';
import { ActionShape, actionsOf, RuleAction, ruleOf, RuleShape } from './listener-rule';

/** A synthesised CloudFormation template: the parts that are read here. */
export interface CloudFormationTemplate {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties?: unknown; readonly Metadata?: unknown }>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value?: unknown; readonly Export?: { readonly Name?: unknown } }>>;
}

/** A listener with its rules in the template. */
export interface TemplateListener {
  /** Its logical id; undefined for an existing listener that only receives rules. */
  readonly id?: string;
  /** Its port; undefined for an existing listener. */
  readonly port?: number;
  /** The logical id of its load balancer, if that is in the template. */
  readonly loadBalancer?: string;
  /** Its attributes, by key. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Its rules, with its default action last if that is known. */
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

const LISTENER = 'AWS::ElasticLoadBalancingV2::Listener';
const LISTENER_RULE = 'AWS::ElasticLoadBalancingV2::ListenerRule';
const LOAD_BALANCER = 'AWS::ElasticLoadBalancingV2::LoadBalancer';

/**
 * Returns every listener that the template creates or adds rules to.
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

/** Returns the attributes of a load balancer, by key; none if it is not in the template. */
export function loadBalancerAttributes(template: CloudFormationTemplate, id: string | undefined): Readonly<Record<string, string>> {
  const found = ofType<{ LoadBalancerAttributes?: AttributeShape[] }>(template, LOAD_BALANCER).find(([loadBalancer]) => loadBalancer === id);
  return attributesOf(found?.[1].LoadBalancerAttributes);
}

/** Returns the resources of a type, by logical id. */
export function ofType<Properties>(template: CloudFormationTemplate, type: string): [id: string, properties: Properties][] {
  return Object.entries(template.Resources)
    .filter(([, resource]) => resource.Type === type)
    .map(([id, resource]) => [id, (resource.Properties ?? {}) as Properties]);
}

/** Returns the properties of the resource of a type that a reference names; undefined if it is not in the template. */
export function referenced<Properties>(template: CloudFormationTemplate, type: string, reference: unknown): Properties | undefined {
  const id = logicalId(reference);
  return ofType<Properties>(template, type).find(([other]) => other === id)?.[1];
}

/** Returns the logical id in a reference, or undefined if there is none. */
export function logicalId(reference: unknown): string | undefined {
  if (typeof reference !== 'object' || reference === null) {
    return undefined;
  }
  const { 'Ref': ref, 'Fn::GetAtt': getAtt } = reference as { 'Ref'?: string; 'Fn::GetAtt'?: string[] };
  return ref ?? getAtt?.[0];
}

/** Returns a number of a template; undefined if it is missing or known at deployment only. */
export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' || (typeof value === 'string' && /^\d+(\.\d+)?$/.test(value)) ? Number(value) : undefined;
}

function attributesOf(attributes: readonly AttributeShape[] = []): Record<string, string> {
  return Object.fromEntries(attributes.map(({ Key, Value }) => [Key, Value]));
}
