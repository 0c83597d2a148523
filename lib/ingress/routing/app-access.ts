import { ListenerAction, ListenerCondition, UnauthenticatedAction } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { IConstruct } from 'constructs';
import { cidrRules } from './app-access-cidrs';
import { authenticateCognito, authenticateOidc, checkOidc, checkSessionTimeout, CognitoOptions, OidcOptions } from './app-authentication';
import { APP_PRIORITY, RuleSpec } from './listener-rules';
import { PathCondition } from './path-condition';
import { valuesOf } from './path-pattern';
import { numbered } from './rule-placement';

/**
 * What leads whom the app is open to somewhere.
 *
 * @internal
 */
export interface AppRoute {
  /** Brings a request there. */
  readonly forward: ListenerAction;
  /** How many values a rule's conditions may have. */
  readonly valuesPerRule: number;
  /** The part of the app that it is, where another process answers that; left out, it is the app itself. */
  readonly part?: RuleSpec;
}

/**
 * A rule that leads to the app, or to a part of it.
 *
 * @internal
 */
export interface AppRule {
  readonly name: string;
  readonly priority: number;
  readonly conditions: ListenerCondition[];
  readonly action: ListenerAction;
}

/**
 * Who may open the app.
 *
 * Whatever is chosen, the endpoints that SDKs call stay public, and everything else is behind the choice. It is enforced at the
 * load balancer, because PostHog's own allow-list runs the request first and hides the answer afterwards (posthog/middleware.py).
 */
export abstract class AppAccess {
  /**
   * Everybody can open the app and sees its sign-in page.
   */
  public static anyone(): AppAccess {
    return new Anyone();
  }

  /**
   * Only these address blocks reach the app; everybody else is refused.
   *
   * The address is the one that connects to the load balancer: the visitor's, or that of a proxy in front. Whatever uses the app's private API
   * (the toolbar on your sites, posthog-cli in CI, scripts with a personal API key) must connect from one of them too.
   *
   * Throws where a block is malformed, has host bits, is named twice, or is everybody; and on none or more than 100. A list that is an
   * unresolved token must turn out to hold five at most, or four where live events run beside the app; one less on a listener that stands already.
   *
   * @param cidrs IPv4 and IPv6 CIDR blocks
   */
  public static fromCidrs(cidrs: string[]): AppAccess {
    return new FromCidrs(cidrs);
  }

  /**
   * Only users who sign in with OpenID Connect at the load balancer reach the app, and then its own sign-in page.
   *
   * Programs that use the app's private API (the toolbar, posthog-cli, scripts with a personal API key) cannot sign in; they are refused.
   *
   * The load balancer calls the identity provider, so it must reach it: an internal one needs a route to it.
   *
   * @param options the identity provider
   */
  public static oidc(options: OidcOptions): AppAccess {
    checkOidc(options);
    checkSessionTimeout(options.sessionTimeout);
    return new SignIn((scope, next, onUnauthenticatedRequest) => authenticateOidc(scope, options, next, onUnauthenticatedRequest));
  }

  /**
   * Only users who sign in with a Cognito user pool at the load balancer reach the app, and then its own sign-in page.
   *
   * Programs that use the app's private API (the toolbar, posthog-cli, scripts with a personal API key) cannot sign in; they are refused.
   *
   * @param options the user pool
   */
  public static cognito(options: CognitoOptions): AppAccess {
    checkSessionTimeout(options.sessionTimeout);
    return new SignIn((_scope, next, onUnauthenticatedRequest) => authenticateCognito(options, next, onUnauthenticatedRequest));
  }

  /**
   * Nobody reaches the app through this load balancer: it takes events and serves SDKs only.
   */
  public static nobody(): AppAccess {
    return new Nobody();
  }

  /**
   * Whether whatever no rule has taken leads to the app.
   *
   * @internal
   */
  public get _isOpen(): boolean {
    return false;
  }

  /**
   * Whether somebody can reach the app, so that something must answer it.
   *
   * @internal
   */
  public get _needsApp(): boolean {
    return true;
  }

  /**
   * The rules that lead in.
   *
   * @internal
   * @param scope the ingress
   * @param entrance where they lead
   */
  public abstract _rules(scope: IConstruct, entrance: AppRoute): AppRule[];
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
    cidrRules(cidrs);
  }

  public _rules(_scope: IConstruct, { forward, valuesPerRule, part }: AppRoute): AppRule[] {
    const paths = part ? [new PathCondition(part.patterns)] : [];
    return cidrRules(this.cidrs, valuesPerRule - (part ? valuesOf(part.patterns).length : 0)).map((cidrs, i) => ({
      name: part ? numbered(part.name, i) : `App${i + 1}`,
      priority: (part?.priority ?? APP_PRIORITY) + i,
      conditions: [ListenerCondition.sourceIps(cidrs), ...paths],
      action: forward,
    }));
  }
}

/** Returns the action that lets signed-in users through to the next one. */
type Authenticate = (scope: IConstruct, next: ListenerAction, onUnauthenticatedRequest?: UnauthenticatedAction) => ListenerAction;

class SignIn extends AppAccess {
  public constructor(private readonly authenticate: Authenticate) {
    super();
  }

  public _rules(scope: IConstruct, { forward, part }: AppRoute): AppRule[] {
    if (part) {
      // What a page's script asks cannot go to a sign-in page and come back, so it is told that nobody is signed in.
      return [{ ...part, conditions: [new PathCondition(part.patterns)], action: this.authenticate(scope, forward, UnauthenticatedAction.DENY) }];
    }
    return [{
      // The name that the first rule of fromCidrs() has too: one priority must never move from one rule to another in a deployment.
      name: 'App1',
      priority: APP_PRIORITY,
      conditions: [ListenerCondition.pathPatterns(['/*'])],
      action: this.authenticate(scope, forward),
    }];
  }
}
