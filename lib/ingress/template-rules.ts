import { CLIENT_ADDRESS_CONTAINER } from './nginx-config';
import { ListenerRule, RuleCondition } from './rule-evaluator';

/** What a rule of a template does with a request. */
export interface TemplateAction {
  readonly type: 'forward' | 'fixed-response' | 'redirect' | 'authenticate-oidc' | 'authenticate-cognito';
  /** The logical id of the target group that a request is forwarded to. */
  readonly targetGroup?: string;
  /** The status that a request is answered with. */
  readonly statusCode?: string;
}

/** A synthesised CloudFormation template, as far as it matters here. */
export interface CloudFormationTemplate {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties?: unknown }>>;
}

interface ListenerProperties {
  readonly Port: number;
  readonly DefaultActions: ActionProperties[];
}

interface RuleProperties {
  readonly ListenerArn: unknown;
  readonly Priority: number;
  readonly Conditions: ConditionProperties[];
  readonly Actions: ActionProperties[];
}

interface ActionProperties {
  readonly Type: TemplateAction['type'];
  readonly Order?: number;
  readonly TargetGroupArn?: unknown;
  readonly ForwardConfig?: { readonly TargetGroups: { readonly TargetGroupArn: unknown }[] };
  readonly FixedResponseConfig?: { readonly StatusCode: string };
  readonly RedirectConfig?: { readonly StatusCode: string };
}

interface ConditionProperties {
  readonly Field: RuleCondition['field'];
  readonly Values?: string[];
  readonly PathPatternConfig?: { readonly Values?: string[]; readonly RegexValues?: string[] };
  readonly HostHeaderConfig?: { readonly Values?: string[]; readonly RegexValues?: string[] };
  readonly HttpHeaderConfig?: { readonly HttpHeaderName: string; readonly Values?: string[]; readonly RegexValues?: string[] };
  readonly HttpRequestMethodConfig?: { readonly Values: string[] };
  readonly SourceIpConfig?: { readonly Values: string[] };
  readonly QueryStringConfig?: { readonly Values: { readonly Key?: string; readonly Value: string }[] };
}

interface ServiceProperties {
  readonly TaskDefinition?: unknown;
  readonly LoadBalancers?: { readonly TargetGroupArn: unknown; readonly ContainerName: string }[];
}

interface TaskProperties {
  readonly ContainerDefinitions: { readonly Name: string }[];
}

const LISTENER = 'AWS::ElasticLoadBalancingV2::Listener';
const LISTENER_RULE = 'AWS::ElasticLoadBalancingV2::ListenerRule';
const SERVICE = 'AWS::ECS::Service';
const TASK_DEFINITION = 'AWS::ECS::TaskDefinition';

/**
 * The rules of a template's listener, its default action as the last of them.
 *
 * @param template the synthesised template
 * @param port the port of the listener
 */
export function rulesOf(template: CloudFormationTemplate, port = 443): ListenerRule<TemplateAction>[] {
  const listeners = ofType<ListenerProperties>(template, LISTENER).filter(([, listener]) => listener.Port === port);
  if (listeners.length !== 1) {
    throw new Error(`the template must have one listener on port ${port}, got: ${listeners.length}`);
  }
  const [[listenerId, listener]] = listeners;
  const rules = ofType<RuleProperties>(template, LISTENER_RULE)
    .filter(([, rule]) => logicalId(rule.ListenerArn) === listenerId)
    .map(([, rule]) => ({ priority: rule.Priority, conditions: rule.Conditions.map(conditionOf), actions: actionsOf(rule.Actions) }));
  return [...rules, { conditions: [], actions: actionsOf(listener.DefaultActions) }];
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
  if (others.length !== 1) {
    throw new Error(`the task must have one container besides ${CLIENT_ADDRESS_CONTAINER}, got: ${others.join(', ') || 'none'}`);
  }
  return others[0];
}

function ofType<Properties>(template: CloudFormationTemplate, type: string): [id: string, properties: Properties][] {
  return Object.entries(template.Resources)
    .filter(([, resource]) => resource.Type === type)
    .map(([id, resource]) => [id, (resource.Properties ?? {}) as Properties]);
}

function actionsOf(actions: ActionProperties[]): TemplateAction[] {
  return [...actions].sort((a, b) => (a.Order ?? 0) - (b.Order ?? 0)).map((action) => ({
    type: action.Type,
    targetGroup: logicalId(action.TargetGroupArn ?? action.ForwardConfig?.TargetGroups[0]?.TargetGroupArn),
    statusCode: action.FixedResponseConfig?.StatusCode ?? action.RedirectConfig?.StatusCode,
  }));
}

function conditionOf(condition: ConditionProperties): RuleCondition {
  const config = condition.PathPatternConfig ?? condition.HostHeaderConfig ?? condition.HttpHeaderConfig;
  return {
    field: condition.Field,
    values: condition.Values ?? config?.Values ?? condition.HttpRequestMethodConfig?.Values ?? condition.SourceIpConfig?.Values,
    regexValues: config?.RegexValues,
    headerName: condition.HttpHeaderConfig?.HttpHeaderName,
    pairs: condition.QueryStringConfig?.Values.map(({ Key, Value }) => ({ key: Key, value: Value })),
  };
}

function logicalId(reference: unknown): string | undefined {
  if (typeof reference !== 'object' || reference === null) {
    return undefined;
  }
  const { Ref: ref, 'Fn::GetAtt': getAtt } = reference as { 'Ref'?: string; 'Fn::GetAtt'?: string[] };
  return ref ?? getAtt?.[0];
}
