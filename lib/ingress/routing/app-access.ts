import { Token } from 'aws-cdk-lib/core';
import { ListenerAction, ListenerCondition, UnauthenticatedAction } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { IConstruct } from 'constructs';
import { authenticateCognito, authenticateOidc, COGNITO_CHECKS, CognitoOptions, OIDC_CHECKS, OidcOptions } from './app-authentication';
import { PathCondition } from './ingress-rules';
import { APP_PRIORITY, RuleSpec } from './listener-rules';
import { valuesOf } from './path-pattern';
import { combinations, numbered } from './rule-placement';
import { LIMITS } from '../../catalog/endpoints/rule-limits';
import { checkStruct, listOf } from '../../private/checks/check';
import { anyText } from '../../private/checks/values';
import { invalidProp, invalidValue } from '../../private/errors';
import { checkCidrs } from '../../private/ip';

/**
 * The target of requests from clients that can open the app.
 *
 * @internal
 */
export interface AppRoute {
  /** The action that forwards a request there. */
  readonly forward: ListenerAction;
  /** The host names of the app, one or more. */
  readonly hosts: readonly string[];
  /** The part of the app, if another process answers it; undefined for the app itself. */
  readonly part?: RuleSpec;
}

/**
 * A rule that forwards to the app, or to a part of it.
 *
 * @internal
 */
export interface AppRule {
  readonly name: string;
  readonly priority: number;
  /** The host names that the rule is limited to. */
  readonly hosts: readonly string[];
  readonly conditions: ListenerCondition[];
  readonly action: ListenerAction;
}

/**
 * Access to the app: everyone, an IP allow-list, users of an identity provider, or no one.
 *
 * The endpoints that SDKs call are always public; everything else is restricted. The load balancer enforces it, because PostHog's own
 * allow-list runs the request first and hides the response afterwards (posthog/middleware.py).
 */
export abstract class AppAccess {
  /**
   * Opens the app to everyone, who then see its sign-in page.
   */
  public static anyone(): AppAccess {
    return new Anyone();
  }

  /**
   * Opens the app to clients in these CIDR blocks; all others are refused.
   *
   * The address is the one that connects to the load balancer: the client's, or that of a proxy in front. Programs that use the app's private API
   * (the toolbar on your sites, posthog-cli in CI, scripts with a personal API key) must connect from one of these blocks too.
   *
   * Throws if a block is malformed, has host bits, is named twice, or contains every address; and if there are none or more than 100. A list that
   * is an unresolved token must resolve to at most four blocks, or three with live events.
   *
   * @param cidrs IPv4 and IPv6 CIDR blocks
   */
  public static fromCidrs(cidrs: string[]): AppAccess {
    listOf(anyText, { duplicates: true })('cidrs', cidrs);
    return new FromCidrs(cidrs);
  }

  /**
   * Opens the app to users who sign in with OpenID Connect at the load balancer. They then see its own sign-in page.
   *
   * Programs that use the app's private API (the toolbar, posthog-cli, scripts with a personal API key) cannot sign in; they are refused.
   *
   * The load balancer calls the identity provider, so an internal load balancer needs a route to it.
   *
   * @param options the identity provider
   */
  public static oidc(options: OidcOptions): AppAccess {
    checkStruct('options', options, OIDC_CHECKS);
    return new SignIn((scope, next, onUnauthenticatedRequest) => authenticateOidc(scope, options, next, onUnauthenticatedRequest));
  }

  /**
   * Opens the app to users who sign in with a Cognito user pool at the load balancer. They then see its own sign-in page.
   *
   * Programs that use the app's private API (the toolbar, posthog-cli, scripts with a personal API key) cannot sign in; they are refused.
   *
   * @param options the user pool
   */
  public static cognito(options: CognitoOptions): AppAccess {
    checkStruct('options', options, COGNITO_CHECKS);
    return new SignIn((_scope, next, onUnauthenticatedRequest) => authenticateCognito(options, next, onUnauthenticatedRequest));
  }

  /**
   * Closes the app to everyone: the load balancer serves SDK endpoints only.
   */
  public static nobody(): AppAccess {
    return new Nobody();
  }

  /**
   * Indicates whether requests that match no other rule are forwarded to the app.
   *
   * @internal
   */
  public get _isOpen(): boolean {
    return false;
  }

  /**
   * Indicates whether any client can reach the app, so that a process must answer it.
   *
   * @internal
   */
  public get _needsApp(): boolean {
    return true;
  }

  /**
   * Returns the rules that forward to the app.
   *
   * @internal
   * @param scope the ingress
   * @param route the target of the requests
   */
  public abstract _rules(scope: IConstruct, route: AppRoute): AppRule[];
}

class Anyone extends AppAccess {
  public override get _isOpen(): boolean {
    return true;
  }

  public _rules(): AppRule[] {
    return [];
  }
}

class Nobody extends AppAccess {
  public override get _needsApp(): boolean {
    return false;
  }

  public _rules(): AppRule[] {
    return [];
  }
}

class FromCidrs extends AppAccess {
  public constructor(private readonly cidrs: readonly string[]) {
    super();
    checkAppCidrs(cidrs);
  }

  public _rules(_scope: IConstruct, { forward, hosts, part }: AppRoute): AppRule[] {
    const paths = part ? [new PathCondition(part.patterns)] : [];
    return cidrRules(this.cidrs, hosts, part ? valuesOf(part.patterns).length : 0).map((rule, i) => ({
      name: part ? numbered(part.name, i) : `App${i + 1}`,
      priority: (part?.priority ?? APP_PRIORITY) + i,
      hosts: rule.hosts,
      conditions: [ListenerCondition.sourceIps(rule.cidrs), ...paths],
      action: forward,
    }));
  }
}

/** A load balancer has a quota of 100 rules; this leaves most of them for endpoints and for other hosts on the same load balancer. */
export const MAX_APP_CIDRS = 100;

/** The host names and CIDR blocks of a rule that forwards to the app. */
export interface CidrRule {
  readonly hosts: readonly string[];
  readonly cidrs: string[];
}

/**
 * Returns the rules for CIDR blocks that can open the app, which are checked before.
 *
 * Blocks that are unresolved tokens are used as they are. The blocks of a list that is a token are in one rule for each host name.
 *
 * @param cidrs IPv4 and IPv6 CIDR blocks
 * @param hosts the host names of the app
 * @param taken the number of values that each rule has in addition
 */
export function cidrRules(cidrs: readonly string[], hosts: readonly string[], taken = 0): CidrRule[] {
  if (Token.isUnresolved(cidrs)) {
    // Their number is not known; CloudFormation refuses more than a rule supports.
    return hosts.map((host) => ({ hosts: [host], cidrs: [...cidrs] }));
  }
  return combinations(hosts, cidrs, taken).map((rule) => ({ hosts: rule.hosts, cidrs: rule.values }));
}

/** Checks the CIDR blocks that can open the app. A list that is a token, and blocks that are, are accepted. */
export function checkAppCidrs(cidrs: readonly string[]): void {
  if (Token.isUnresolved(cidrs)) {
    return;
  }
  if (cidrs.length === 0) {
    throw invalidValue('cidrs', 'must name at least one block', cidrs, 'use AppAccess.nobody() to close the app to everyone');
  }
  if (cidrs.length > MAX_APP_CIDRS) {
    throw invalidProp(
      'cidrs',
      `may contain at most ${MAX_APP_CIDRS} blocks, not ${cidrs.length}, because a listener rule has at most ${LIMITS.valuesPerRule}`,
      'merge adjacent blocks, or use AppAccess.oidc() or AppAccess.cognito()',
    );
  }
  checkCidrs(
    cidrs.filter((cidr) => !Token.isUnresolved(cidr)),
    'use AppAccess.anyone() to open the app to everyone',
  );
}

/** Returns the action that lets signed-in users through to the next one. */
type Authenticate = (scope: IConstruct, next: ListenerAction, onUnauthenticatedRequest?: UnauthenticatedAction) => ListenerAction;

class SignIn extends AppAccess {
  public constructor(private readonly authenticate: Authenticate) {
    super();
  }

  public _rules(scope: IConstruct, { forward, hosts, part }: AppRoute): AppRule[] {
    if (part) {
      // A script of a page cannot be redirected to a sign-in page and back, so its requests are denied without a session.
      const action = this.authenticate(scope, forward, UnauthenticatedAction.DENY);
      return [{ ...part, hosts, conditions: [new PathCondition(part.patterns)], action }];
    }
    return [
      {
        // The first rule of fromCidrs() has the same name: a priority must never move from one rule to another in a deployment.
        name: 'App1',
        priority: APP_PRIORITY,
        hosts,
        conditions: [ListenerCondition.pathPatterns(['/*'])],
        action: this.authenticate(scope, forward),
      },
    ];
  }
}
