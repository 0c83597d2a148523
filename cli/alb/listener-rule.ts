import { ListenerRule, RuleCondition } from './evaluate';
import { Rewrite, Rewrites } from './url-rewrite';

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
  readonly Transforms?: readonly TransformShape[];
}

/** A change to a request in the words that the API and CloudFormation share. */
export interface TransformShape {
  readonly Type?: string;
  readonly UrlRewriteConfig?: RewritesShape;
  readonly HostHeaderRewriteConfig?: RewritesShape;
}

interface RewritesShape {
  /** AWS takes one. */
  readonly Rewrites?: readonly { readonly Regex?: string; readonly Replace?: string }[];
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

/** Values as they were written: texts, or in a template what is known at deployment only, be it one of them or the whole list. */
type Values = readonly unknown[] | object;

interface Patterns {
  readonly Values?: Values;
  readonly RegexValues?: Values;
}

/** A condition in the words that the API and CloudFormation share. */
export interface ConditionShape {
  readonly Field?: string;
  readonly Values?: Values;
  readonly PathPatternConfig?: Patterns;
  readonly HostHeaderConfig?: Patterns;
  readonly HttpHeaderConfig?: Patterns & { readonly HttpHeaderName?: string };
  readonly HttpRequestMethodConfig?: Patterns;
  readonly SourceIpConfig?: Patterns;
  readonly QueryStringConfig?: { readonly Values?: Values };
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
  const rewrites = rewritesOf(shape.Transforms ?? []);
  return {
    id, priority, conditions: (shape.Conditions ?? []).map(conditionOf), actions: actionsOf(shape.Actions ?? [], nameOf), ...(rewrites ? { rewrites } : {}),
  };
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

function rewritesOf(transforms: readonly TransformShape[]): Rewrites | undefined {
  const url = transforms.map(({ UrlRewriteConfig }) => rewriteOf(UrlRewriteConfig)).find((found) => found !== undefined);
  const host = transforms.map(({ HostHeaderRewriteConfig }) => rewriteOf(HostHeaderRewriteConfig)).find((found) => found !== undefined);
  return url || host ? { url, host } : undefined;
}

function rewriteOf({ Rewrites: [first] = [] }: RewritesShape = {}): Rewrite | undefined {
  return first && { regex: first.Regex ?? '', replace: first.Replace ?? '' };
}

function conditionOf(condition: ConditionShape): RuleCondition {
  const { PathPatternConfig, HostHeaderConfig, HttpHeaderConfig, HttpRequestMethodConfig, SourceIpConfig, QueryStringConfig } = condition;
  const config = PathPatternConfig ?? HostHeaderConfig ?? HttpHeaderConfig ?? HttpRequestMethodConfig ?? SourceIpConfig;
  // The API tells values twice, and an empty list where there are none.
  const values = [nonEmpty(config?.Values), nonEmpty(condition.Values)].find((found) => found !== undefined);
  const regexValues = nonEmpty(config?.RegexValues);
  const pairs = QueryStringConfig && pairsOf(nonEmpty(QueryStringConfig.Values));
  const written = [values, regexValues, nonEmpty(QueryStringConfig?.Values)].flatMap((list) => list ?? []);
  return {
    field: condition.Field as RuleCondition['field'],
    values: values?.filter(isText),
    regexValues: regexValues?.filter(isText),
    headerName: HttpHeaderConfig?.HttpHeaderName,
    pairs,
    ...(written.every((value) => isText(value) || isPair(value)) ? {} : { hasUnknown: true }),
  };
}

/** The values, of which a list that is known at deployment only is one. */
function nonEmpty(values: Values | undefined): readonly unknown[] | undefined {
  const list = values === undefined || Array.isArray(values) ? (values as readonly unknown[] | undefined) : [values];
  return list && list.length > 0 ? list : undefined;
}

function pairsOf(values: readonly unknown[] = []): RuleCondition['pairs'] {
  return values.filter(isPair).map(({ Key, Value }) => ({ key: Key, value: Value ?? '' }));
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isPair(value: unknown): value is { readonly Key?: string; readonly Value?: string } {
  const { Key, Value } = value as { Key?: unknown; Value?: unknown };
  return (Key !== undefined || Value !== undefined) && [Key, Value].every((text) => text === undefined || isText(text));
}
