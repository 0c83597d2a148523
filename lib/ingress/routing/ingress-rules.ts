import {
  ApplicationListenerRule,
  CfnListenerRule,
  IApplicationListener,
  ListenerAction,
  ListenerCondition,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import { RuleSpec } from './listener-rules';
import { PathPatterns, Rewrite } from './path-pattern';
import { DEFAULT_RULE_PRIORITY, hostsFor, INGESTION_RULE_PRIORITY, place, RulePlacement } from './rule-placement';
import { LIMITS } from '../../catalog/endpoints/rule-limits';

/** A condition on the path. The CDK's own condition supports patterns, but no regular expressions yet. */
export class PathCondition extends ListenerCondition {
  public constructor(private readonly patterns: PathPatterns) {
    super();
  }

  public renderRawCondition(): unknown {
    return { field: 'path-pattern', pathPatternConfig: { values: this.patterns.globs, regexValues: this.patterns.regexes } };
  }
}

/** A listener rule with its conditions and action for the CDK. */
export interface IngressRule {
  readonly name: string;
  readonly priority: number;
  /** The host names that the rule is limited to; none for every host name. */
  readonly hosts: readonly string[];
  readonly conditions: ListenerCondition[];
  readonly action: ListenerAction;
  readonly rewrite?: Rewrite;
}

/** The listener rules of an ingress. Each is defined below the ingress, or below the construct that is given for it. */
export class IngressRules {
  private defined = 0;
  private readonly scopes = new Map<Construct, Construct>();

  public constructor(
    private readonly ingress: Construct,
    private readonly listener: IApplicationListener,
    private readonly placement: RulePlacement,
  ) {}

  /** The number of rules. */
  public get count(): number {
    return this.defined;
  }

  /** Indicates whether the listener has rules of others. */
  public get isShared(): boolean {
    return this.placement.isShared;
  }

  /** The host names of the app. */
  public get appHosts(): readonly string[] {
    return hostsFor('app', this.placement);
  }

  /** Adds the rules for the paths of a spec. */
  public addPaths(spec: RuleSpec, action: ListenerAction, scope?: Construct): void {
    for (const { patterns, ...rule } of place(spec, this.placement)) {
      this.define({ ...rule, conditions: [new PathCondition(patterns)], action }, scope);
    }
  }

  /** Adds the rule for every other path of the app's host names. Unknown host names get the listener's default action. */
  public addDefault(action: ListenerAction, scope?: Construct): void {
    this.add({ name: 'Rest', priority: DEFAULT_RULE_PRIORITY, hosts: this.appHosts, conditions: [], action }, scope);
  }

  /** Adds the rule that refuses every other path of the host names of ingestion, which only a shared listener needs. */
  public addIngestionDefault(): void {
    const { isShared, hosts } = this.placement;
    if (isShared && hosts.ingestion.length > 0) {
      this.add({ name: 'RestOfIngestion', priority: INGESTION_RULE_PRIORITY, hosts: hosts.ingestion, conditions: [], action: refusal() });
    }
  }

  /** Adds a rule, whose priority is that on a listener of its own. */
  public add(rule: IngressRule, scope?: Construct): void {
    this.define({ ...rule, priority: this.placement.base + rule.priority }, scope);
  }

  private define({ name, priority, hosts, conditions, action, rewrite }: IngressRule, scope?: Construct): void {
    const rule = new ApplicationListenerRule(scope ? this.below(scope) : this.ingress, `${name}Rule`, {
      listener: this.listener,
      priority,
      conditions: [...(hosts.length === 0 ? [] : [ListenerCondition.hostHeaders([...hosts])]), ...conditions],
      action,
    });
    if (rewrite) {
      // The L2 construct of a rule does not support transforms yet.
      (rule.node.defaultChild as CfnListenerRule).transforms = [{ type: 'url-rewrite', urlRewriteConfig: { rewrites: [rewrite] } }];
    }
    this.defined += 1;
  }

  /** Returns the construct for rules of this ingress in a scope, which can have those of another ingress, too. */
  private below(scope: Construct): Construct {
    const id = `${this.ingress.node.id}Rules`;
    const own = this.scopes.get(scope) ?? new Construct(scope, scope.node.tryFindChild(id) ? `${id}${this.ingress.node.addr}` : id);
    this.scopes.set(scope, own);
    return own;
  }
}

/** Returns the action that refuses a request. */
export function refusal(): ListenerAction {
  return ListenerAction.fixedResponse(403, { contentType: 'text/plain', messageBody: 'Forbidden' });
}

/** Returns the action for an endpoint whose process is not deployed. */
export function notDeployed(): ListenerAction {
  return ListenerAction.fixedResponse(404, { contentType: 'text/plain', messageBody: 'Not Found' });
}

/** Returns the error if the rules of the ingresses on one listener are more than a load balancer supports; an empty list if not. */
export function tooManyRules(all: readonly IngressRules[]): string[] {
  const count = all.reduce((sum, rules) => sum + rules.count, 0);
  const [who, way] = all.some(({ isShared }) => isShared)
    ? ['the PostHogs on this listener have', ', or leave `listener` out for a load balancer of its own']
    : ['this ingress has', ', or use AppAccess.oidc() or AppAccess.cognito()'];
  return count > LIMITS.rulesPerLoadBalancer
    ? [`${who} ${count} rules, and a load balancer supports ${LIMITS.rulesPerLoadBalancer}; merge blocks of AppAccess.fromCidrs()${way}`]
    : [];
}
