import { ListenerRule, RuleCondition } from './rule-evaluator';

/** What a rule does with a request. */
export interface RuleAction {
  readonly type: 'forward' | 'fixed-response' | 'redirect' | 'authenticate-oidc' | 'authenticate-cognito';
  /** The target group that a request is forwarded to: its logical id in a template, its ARN in an account. */
  readonly targetGroup?: string;
  /** The status that a request is answered with. */
  readonly statusCode?: string;
  /** What a fixed response says. */
  readonly response?: { readonly contentType?: string; readonly body?: string };
  /** Where a redirect leads; what is left out stays as it was in the request. */
  readonly redirect?: { readonly protocol?: string; readonly host?: string; readonly port?: string; readonly path?: string; readonly query?: string };
  /** Who signs users in. */
  readonly signIn?: string;
}

/** A rule in the words that the API and CloudFormation share. */
export interface RuleShape {
  /** A number in a template; in the API a text, `default` for the default rule. */
  readonly Priority?: number | string;
  readonly Conditions?: readonly ConditionShape[];
  readonly Actions?: readonly ActionShape[];
}

/** An action in the words that the API and CloudFormation share. */
export interface ActionShape {
  readonly Type?: string;
  readonly Order?: number;
  readonly TargetGroupArn?: unknown;
  readonly ForwardConfig?: { readonly TargetGroups?: readonly { readonly TargetGroupArn?: unknown }[] };
  readonly FixedResponseConfig?: { readonly StatusCode?: string; readonly ContentType?: string; readonly MessageBody?: string };
  readonly RedirectConfig?: RedirectShape;
  readonly AuthenticateOidcConfig?: { readonly AuthorizationEndpoint?: unknown };
  readonly AuthenticateCognitoConfig?: { readonly UserPoolDomain?: unknown };
}

interface RedirectShape {
  readonly StatusCode?: string;
  readonly Protocol?: string;
  readonly Host?: string;
  readonly Port?: string;
  readonly Path?: string;
  readonly Query?: string;
}

interface Patterns {
  readonly Values?: readonly string[];
  readonly RegexValues?: readonly string[];
}

/** A condition in the words that the API and CloudFormation share. */
export interface ConditionShape {
  readonly Field?: string;
  readonly Values?: readonly string[];
  readonly PathPatternConfig?: Patterns;
  readonly HostHeaderConfig?: Patterns;
  readonly HttpHeaderConfig?: Patterns & { readonly HttpHeaderName?: string };
  readonly HttpRequestMethodConfig?: { readonly Values?: readonly string[] };
  readonly SourceIpConfig?: { readonly Values?: readonly string[] };
  readonly QueryStringConfig?: { readonly Values?: readonly { readonly Key?: string; readonly Value?: string }[] };
}

/**
 * A rule as the evaluator takes it.
 *
 * @param shape the rule, in the words of the API or of a template
 * @param id what it is called where it stands
 * @param nameOf the name of what is referred to, or undefined where it is unknown
 */
export function ruleOf(shape: RuleShape, id: string | undefined, nameOf: (reference: unknown) => string | undefined): ListenerRule<RuleAction> {
  const priority = shape.Priority === undefined || shape.Priority === 'default' ? undefined : Number(shape.Priority);
  return { id, priority, conditions: (shape.Conditions ?? []).map(conditionOf), actions: actionsOf(shape.Actions ?? [], nameOf) };
}

/** What is done with a request, in the order in which it is done. */
export function actionsOf(actions: readonly ActionShape[], nameOf: (reference: unknown) => string | undefined): RuleAction[] {
  return [...actions].sort((a, b) => (a.Order ?? 0) - (b.Order ?? 0)).map((action) => ({
    type: action.Type as RuleAction['type'],
    targetGroup: nameOf(action.TargetGroupArn ?? action.ForwardConfig?.TargetGroups?.[0]?.TargetGroupArn),
    statusCode: action.FixedResponseConfig?.StatusCode ?? action.RedirectConfig?.StatusCode,
    response: action.FixedResponseConfig && { contentType: action.FixedResponseConfig.ContentType, body: action.FixedResponseConfig.MessageBody },
    redirect: action.RedirectConfig && redirectOf(action.RedirectConfig),
    signIn: signInOf(action),
  }));
}

function redirectOf({ Protocol, Host, Port, Path, Query }: RedirectShape): RuleAction['redirect'] {
  return { protocol: Protocol, host: Host, port: Port, path: Path, query: Query };
}

function signInOf({ AuthenticateOidcConfig: oidc, AuthenticateCognitoConfig: cognito }: ActionShape): string | undefined {
  const where: unknown = oidc?.AuthorizationEndpoint ?? cognito?.UserPoolDomain;
  if (!oidc && !cognito) {
    return undefined;
  }
  return typeof where === 'string' ? where : 'the identity provider';
}

function conditionOf(condition: ConditionShape): RuleCondition {
  const patterns = condition.PathPatternConfig ?? condition.HostHeaderConfig ?? condition.HttpHeaderConfig;
  return {
    field: condition.Field as RuleCondition['field'],
    values: nonEmpty(patterns?.Values ?? condition.HttpRequestMethodConfig?.Values ?? condition.SourceIpConfig?.Values) ?? nonEmpty(condition.Values),
    regexValues: nonEmpty(patterns?.RegexValues),
    headerName: condition.HttpHeaderConfig?.HttpHeaderName,
    pairs: condition.QueryStringConfig?.Values?.map(({ Key, Value }) => ({ key: Key, value: Value ?? '' })),
  };
}

/** The API tells values twice, and an empty list where there are none. */
function nonEmpty(values: readonly string[] | undefined): readonly string[] | undefined {
  return values && values.length > 0 ? values : undefined;
}
