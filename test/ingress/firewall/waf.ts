import { MANAGED_GROUPS, ManagedRule } from '../../../lib/ingress/firewall/managed-rules';
import { blockList } from '../../../cli/alb/addresses';

/** A request as AWS WAF sees it. */
export interface WafRequest {
  readonly method?: string;
  /** The path with its query string, as the client sends it. */
  readonly path: string;
  /** Header names are in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The size of the body, if only that is known. */
  readonly bodyBytes?: number;
  /** The address that connects. */
  readonly address?: string;
}

/** Yes, no, or for AWS to decide: the patterns of its rules are not public. */
type Answer = boolean | 'aws';

/** The evaluation of a request by a web ACL. */
export interface Evaluation {
  readonly outcome: 'allowed' | 'blocked' | 'aws decides';
  /** The rule that ended the evaluation; undefined for the default action. */
  readonly rule?: string;
  /** The rules of the web ACL that may block, each with the managed rules that decide it. */
  readonly deciding: Readonly<Record<string, readonly string[]>>;
  /** The managed rules that inspect the request and can count it. */
  readonly counting: readonly string[];
}

type Json = Readonly<Record<string, unknown>>;
export type Statement = Readonly<Record<string, Json>>;

export interface Rule {
  readonly Name: string;
  readonly Priority: number;
  readonly Action?: Readonly<Record<string, Json>>;
  readonly OverrideAction?: Readonly<Record<string, Json>>;
  readonly Statement: Statement;
}

interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties?: unknown }>>;
}

/** What a rule sees besides the request. */
interface Context {
  readonly request: WafRequest;
  /** The managed rules whose groups were evaluated, by their labels. */
  readonly labels: Map<string, { readonly rule: ManagedRule; readonly answer: Answer }>;
  /** The managed rules that the last answer depends on. */
  readonly asked: Set<string>;
}

const decode = (text: string) => text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));

/** https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-transformation.html */
const TRANSFORMATIONS: Readonly<Record<string, (text: string) => string>> = {
  NONE: (text) => text,
  LOWERCASE: (text) => text.toLowerCase(),
  URL_DECODE: decode,
  NORMALIZE_PATH: (text) => {
    const parts: string[] = [];
    for (const part of text.split('/')) {
      if (part === '..') {
        parts.pop();
      } else if (part !== '.' && part !== '') {
        parts.push(part);
      }
    }
    return `/${parts.join('/')}${parts.length > 0 && /\/\.{0,2}$/.test(text) ? '/' : ''}`;
  },
};

/** An evaluator of a web ACL of a template. It keeps the requests that rate limits count, and no time passes. */
export class Waf {
  public readonly rules: readonly Rule[];
  private readonly counted = new Map<string, number>();

  public constructor(private readonly template: Template) {
    const acls = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::WAFv2::WebACL');
    if (acls.length !== 1) {
      throw new Error(`the template has ${acls.length} web ACLs`);
    }
    this.rules = [...(acls[0].Properties as { Rules: Rule[] }).Rules].sort((a, b) => a.Priority - b.Priority);
  }

  /** Evaluates a request. */
  public evaluate(request: WafRequest): Evaluation {
    const labels: Context['labels'] = new Map();
    const deciding: Record<string, string[]> = {};
    for (const rule of this.rules) {
      const context: Context = { request, labels, asked: new Set() };
      const answer = this.holds(rule.Statement, context, rule);
      if (answer === false) {
        continue;
      }
      const blocks = rule.Action?.Block !== undefined || rule.OverrideAction?.None !== undefined;
      if (answer === 'aws') {
        Object.assign(deciding, blocks ? { [rule.Name]: [...context.asked] } : {});
        continue;
      }
      if (rule.Action?.Allow || rule.Action?.Block) {
        const outcome = rule.Action.Block ? 'blocked' : Object.keys(deciding).length > 0 ? 'aws decides' : 'allowed';
        return { outcome, rule: rule.Name, deciding, counting: counting(labels) };
      }
    }
    return { outcome: Object.keys(deciding).length > 0 ? 'aws decides' : 'allowed', deciding, counting: counting(labels) };
  }

  private holds(statement: Statement, context: Context, rule: Rule): Answer {
    const [[kind, value]] = Object.entries(statement);
    const inner = (one: unknown) => this.holds(one as Statement, context, rule);
    switch (kind) {
      case 'AndStatement':
        return every((value.Statements as Statement[]).map(inner));
      case 'OrStatement':
        return some((value.Statements as Statement[]).map(inner));
      case 'NotStatement':
        return negated(inner(value.Statement));
      case 'RegexMatchStatement':
        return new RegExp(value.RegexString as string).test(transformed(value, context.request));
      case 'IPSetReferenceStatement':
        return this.isIn(value, context.request);
      case 'RateBasedStatement':
        return inner(value.ScopeDownStatement) === true && this.isTooMany(rule.Name, value, context.request);
      case 'LabelMatchStatement':
        return labelled(value.Key as string, context);
      case 'ManagedRuleGroupStatement':
        return managed(value, context);
      default:
        throw new Error(`${kind} is not evaluated`);
    }
  }

  private isIn({ ARN, Arn, IPSetForwardedIPConfig: forwarded }: Json, request: WafRequest): boolean {
    const id = ((Arn ?? ARN) as { 'Fn::GetAtt': string[] })['Fn::GetAtt'][0];
    const { Addresses } = this.template.Resources[id].Properties as { Addresses: string[] };
    const address = clientOf(request, forwarded as Json | undefined);
    return address !== undefined && blockList(Addresses).check(address, address.includes(':') ? 'ipv6' : 'ipv4');
  }

  private isTooMany(name: string, { Limit, ForwardedIPConfig: forwarded }: Json, request: WafRequest): boolean {
    const address = clientOf(request, forwarded as Json | undefined);
    if (address === undefined) {
      return false;
    }
    const count = (this.counted.get(`${name} ${address}`) ?? 0) + 1;
    this.counted.set(`${name} ${address}`, count);
    return count > (Limit as number);
  }
}

/** The address of the client: without its header, AWS WAF does not apply the statement. */
function clientOf(request: WafRequest, forwarded?: Json): string | undefined {
  if (!forwarded) {
    return request.address ?? '203.0.113.9';
  }
  return request.headers?.[(forwarded.HeaderName as string).toLowerCase()]?.split(',')[0].trim();
}

function transformed({ FieldToMatch, TextTransformations }: Json, request: WafRequest): string {
  const [[field, value]] = Object.entries(FieldToMatch as Json);
  const texts: Readonly<Record<string, string>> = {
    UriPath: request.path.split('?')[0],
    Method: request.method ?? 'GET',
    SingleHeader: request.headers?.[((value as Json).Name as string) ?? ''] ?? '',
  };
  const order = [...(TextTransformations as { Type: string; Priority: number }[])].sort((a, b) => a.Priority - b.Priority);
  return order.reduce((text, { Type }) => TRANSFORMATIONS[Type](text), texts[field]);
}

function managed({ Name }: Json, { request, labels, asked }: Context): Answer {
  const group = MANAGED_GROUPS.find(({ name }) => name === Name);
  if (!group) {
    // A list of addresses.
    asked.add(Name as string);
    return 'aws';
  }
  for (const rule of group.rules) {
    labels.set(`${group.labels}${rule.label}`, { rule, answer: matches(rule, request) });
  }
  return 'aws';
}

/** Returns whether a managed rule matches, where its documentation says it all: by size, header or method, and with nothing to inspect. */
function matches({ name, inspects, size }: ManagedRule, request: WafRequest): Answer {
  const { text, bytes } = inspected(inspects, request);
  if (size !== undefined) {
    return bytes > size;
  }
  switch (name) {
    case 'NoUserAgent_HEADER':
      return !request.headers?.['user-agent'];
    case 'PROPFIND_METHOD':
      return request.method === 'PROPFIND';
    case 'Host_localhost_HEADER':
      return (request.headers?.host ?? '').includes('localhost');
    default:
      return (text ?? '') === '' && bytes === 0 ? false : 'aws';
  }
}

/** The part of a request that a rule inspects. */
export function inspected(part: ManagedRule['inspects'], request: WafRequest): { readonly text?: string; readonly bytes: number } {
  const [path, ...query] = request.path.split('?');
  const texts: Readonly<Record<ManagedRule['inspects'], string | undefined>> = {
    body: request.body,
    query: query.join('?'),
    cookie: request.headers?.cookie ?? '',
    path,
    header: Object.entries(request.headers ?? {})
      .filter(([name]) => name !== 'cookie')
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n'),
    method: request.method ?? 'GET',
  };
  const text = texts[part];
  return { text, bytes: part === 'body' ? (request.bodyBytes ?? Buffer.byteLength(text ?? '')) : Buffer.byteLength(text ?? '') };
}

function labelled(key: string, { labels, asked }: Context): Answer {
  const found = labels.get(key);
  if (found && found.answer !== false) {
    asked.add(found.rule.name);
  }
  return found?.answer ?? false;
}

function counting(labels: Context['labels']): string[] {
  return [...labels.values()].filter(({ answer }) => answer !== false).map(({ rule }) => rule.name);
}

function every(answers: readonly Answer[]): Answer {
  return answers.includes(false) ? false : answers.includes('aws') ? 'aws' : true;
}

function some(answers: readonly Answer[]): Answer {
  return answers.includes(true) ? true : answers.includes('aws') ? 'aws' : false;
}

function negated(answer: Answer): Answer {
  return answer === 'aws' ? 'aws' : !answer;
}
