import { ListenerRule, RuleCondition } from './evaluate';
import { Rewrite, Rewrites } from './url-rewrite';

/** An action of a listener rule. */
export interface RuleAction {
  readonly type: 'forward' | 'fixed-response' | 'redirect' | 'authenticate-oidc' | 'authenticate-cognito';
  /** The target group that a request is forwarded to: its logical id in a template, its ARN in an account. */
  readonly targetGroup?: string;
  /** The status of a fixed response or a redirect. */
  readonly statusCode?: string;
  /** The content of a fixed response. */
  readonly response?: { readonly contentType?: string; readonly body?: string };
  /** The target of a redirect. Parts that are left out keep their value from the request. */
  readonly redirect?: { readonly protocol?: string; readonly host?: string; readonly port?: string; readonly path?: string; readonly query?: string };
  /** The identity provider that users sign in with. */
  readonly signIn?: string;
}

/** A rule in the shape that the API and CloudFormation share. */
export interface RuleShape {
  /** A number in a template. In the API a string, `default` for the default rule. */
  readonly Priority?: number | string;
  readonly Conditions?: readonly ConditionShape[];
  readonly Actions?: readonly ActionShape[];
  readonly Transforms?: readonly TransformShape[];
}

/** A transform in the shape that the API and CloudFormation share. */
export interface TransformShape {
  readonly Type?: string;
  readonly UrlRewriteConfig?: RewritesShape;
  readonly HostHeaderRewriteConfig?: RewritesShape;
}

interface RewritesShape {
  /** AWS allows one. */
  readonly Rewrites?: readonly { readonly Regex?: string; readonly Replace?: string }[];
}

/** An action in the shape that the API and CloudFormation share. */
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

/** Values as they were written: strings, or in a template intrinsic functions, for a single value or for the whole list. */
type Values = readonly unknown[] | object;

interface Patterns {
  readonly Values?: Values;
  readonly RegexValues?: Values;
}

/** A condition in the shape that the API and CloudFormation share. */
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
 * Converts a rule for the evaluator.
 *
 * @param shape the rule, as in the API or in a template
 * @param id its logical id or ARN
 * @param nameOf returns the name of a referenced resource, or undefined if it is unknown
 */
export function ruleOf(shape: RuleShape, id: string | undefined, nameOf: (reference: unknown) => string | undefined): ListenerRule<RuleAction> {
  const priority = shape.Priority === undefined || shape.Priority === 'default' ? undefined : Number(shape.Priority);
  const rewrites = rewritesOf(shape.Transforms ?? []);
  return {
    id,
    priority,
    conditions: (shape.Conditions ?? []).map(conditionOf),
    actions: actionsOf(shape.Actions ?? [], nameOf),
    ...(rewrites ? { rewrites } : {}),
  };
}

/** Converts the actions of a rule, in the order in which they are carried out. */
export function actionsOf(actions: readonly ActionShape[], nameOf: (reference: unknown) => string | undefined): RuleAction[] {
  return [...actions]
    .sort((a, b) => (a.Order ?? 0) - (b.Order ?? 0))
    .map((action) => ({
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
  // The API returns values twice, and an empty list if there are none.
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

/** Returns the values as a list. A list that is known at deployment only counts as one value. */
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
