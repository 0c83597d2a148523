import { Duration, SecretValue, Stack, Token } from 'aws-cdk-lib/core';
import { IUserPool, IUserPoolClient, IUserPoolDomain } from 'aws-cdk-lib/aws-cognito';
import { ListenerAction, UnauthenticatedAction } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { AuthenticateCognitoAction } from 'aws-cdk-lib/aws-elasticloadbalancingv2-actions';
import { IConstruct } from 'constructs';
import { knownSeconds } from '../../private/quantities';
import { invalidProp, invalidValue } from '../../private/errors';

/**
 * An identity provider that speaks OpenID Connect.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
 */
export interface OidcOptions {
  /** The provider's issuer identifier, an `https://` URL. */
  readonly issuer: string;
  /** The authorization endpoint of the provider, an `https://` URL. */
  readonly authorizationEndpoint: string;
  /** The token endpoint of the provider, an `https://` URL that the load balancer can reach. */
  readonly tokenEndpoint: string;
  /** The user info endpoint of the provider, an `https://` URL that the load balancer can reach. */
  readonly userInfoEndpoint: string;
  /**
   * The client that is registered with the provider. Its redirect URI is `https://<domain>/oauth2/idpresponse`.
   */
  readonly clientId: string;
  /**
   * The client's secret, from Secrets Manager. A value in clear text is refused.
   */
  readonly clientSecret: SecretValue;
  /**
   * The scope that the load balancer requests from the provider.
   *
   * @default 'openid'
   */
  readonly scope?: string;
  /**
   * The duration of a session at the load balancer, from one second to seven days.
   *
   * @default Duration.hours(12)
   */
  readonly sessionTimeout?: Duration;
}

/**
 * A Cognito user pool.
 */
export interface CognitoOptions {
  /** The user pool. */
  readonly userPool: IUserPool;
  /** The user pool's client, with a secret. Its callback URL is `https://<domain>/oauth2/idpresponse`. */
  readonly userPoolClient: IUserPoolClient;
  /** The user pool's domain. */
  readonly userPoolDomain: IUserPoolDomain;
  /**
   * The duration of a session at the load balancer, from one second to seven days.
   *
   * @default Duration.hours(12)
   */
  readonly sessionTimeout?: Duration;
}

const DEFAULT_SCOPE = 'openid';
const DEFAULT_SESSION_TIMEOUT = Duration.hours(12);
const MAX_SESSION_TIMEOUT = Duration.days(7);
const OIDC_URLS = ['issuer', 'authorizationEndpoint', 'tokenEndpoint', 'userInfoEndpoint'] as const;

/** Checks the duration of a session. */
export function checkSessionTimeout(timeout: Duration | undefined): void {
  const seconds = knownSeconds('sessionTimeout', timeout);
  if (seconds !== undefined && (seconds < 1 || seconds > MAX_SESSION_TIMEOUT.toSeconds())) {
    throw invalidValue('sessionTimeout', 'must be from one second to seven days', timeout);
  }
}

/** Returns the action that signs users in with a Cognito user pool. The default of `onUnauthenticatedRequest` redirects to the sign-in page. */
export function authenticateCognito(options: CognitoOptions, next: ListenerAction, onUnauthenticatedRequest?: UnauthenticatedAction): ListenerAction {
  return new AuthenticateCognitoAction({
    ...options,
    sessionTimeout: options.sessionTimeout ?? DEFAULT_SESSION_TIMEOUT,
    onUnauthenticatedRequest,
    next,
  });
}

/** Returns the action that signs users in with OpenID Connect. The default of `onUnauthenticatedRequest` redirects to the sign-in page. */
export function authenticateOidc(
  scope: IConstruct,
  options: OidcOptions,
  next: ListenerAction,
  onUnauthenticatedRequest?: UnauthenticatedAction,
): ListenerAction {
  const secret: unknown = Stack.of(scope).resolve(options.clientSecret.unsafeUnwrap());
  if (typeof secret === 'string' && !secret.startsWith('{{resolve:secretsmanager:')) {
    // Without the value: a message must not show a secret.
    throw invalidProp(
      'clientSecret',
      'must come from Secrets Manager, because CloudFormation resolves no other reference here, and a value in clear text would be in the template',
      'use SecretValue.secretsManager(...) or secret.secretValue',
    );
  }
  return ListenerAction.authenticateOidc({
    ...options,
    scope: options.scope ?? DEFAULT_SCOPE,
    sessionTimeout: options.sessionTimeout ?? DEFAULT_SESSION_TIMEOUT,
    onUnauthenticatedRequest,
    next,
  });
}

/** Checks the options as far as that is possible without a construct. */
export function checkOidc(oidc: OidcOptions): void {
  for (const name of OIDC_URLS) {
    const url = oidc[name];
    if (!Token.isUnresolved(url) && !/^https:\/\/[^\s/]+/.test(url ?? '')) {
      throw invalidValue(name, 'must be an https:// URL', url);
    }
  }
  if (!oidc.clientId) {
    throw invalidProp('clientId', 'is required: the client that is registered with the identity provider');
  }
  if (!oidc.clientSecret) {
    throw invalidProp('clientSecret', "is required: the client's secret, as a SecretValue");
  }
}
