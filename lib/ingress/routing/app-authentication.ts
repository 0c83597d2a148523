import { Duration, SecretValue, Stack } from 'aws-cdk-lib/core';
import { IUserPool, IUserPoolClient, IUserPoolDomain } from 'aws-cdk-lib/aws-cognito';
import { ListenerAction, UnauthenticatedAction } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { AuthenticateCognitoAction } from 'aws-cdk-lib/aws-elasticloadbalancingv2-actions';
import { IConstruct } from 'constructs';
import { Checks, construct, hasMembers, required } from '../../private/checks/check';
import { durationBetween, text } from '../../private/checks/values';
import { invalidProp } from '../../private/errors';

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
/** Checks a SecretValue. The message does not have the value: it may be the secret itself. */
function secretValue(prop: string, value: unknown): void {
  if (!hasMembers(value, ['unsafeUnwrap'])) {
    throw invalidProp(prop, 'must be a SecretValue', 'write SecretValue.secretsManager(...), or use `secretValue` of a secret');
  }
}

const sessionTimeout = durationBetween(Duration.seconds(1), Duration.days(7), 'from one second to seven days');
const url = text(/^https:\/\/[^\s/]+/, 'must be an https:// URL');

export const OIDC_CHECKS: Checks<OidcOptions> = {
  issuer: required(url, "the provider's issuer identifier, an https:// URL"),
  authorizationEndpoint: required(url, 'the authorization endpoint of the provider, an https:// URL'),
  tokenEndpoint: required(url, 'the token endpoint of the provider, an https:// URL'),
  userInfoEndpoint: required(url, 'the user info endpoint of the provider, an https:// URL'),
  clientId: required(text(), 'the client that is registered with the identity provider'),
  clientSecret: required(secretValue, "the client's secret, as a SecretValue"),
  scope: text(),
  sessionTimeout,
};

export const COGNITO_CHECKS: Checks<CognitoOptions> = {
  userPool: required(construct('a user pool', ['userPoolArn']), 'the user pool'),
  userPoolClient: required(construct("a user pool's client", ['userPoolClientId']), "the user pool's client"),
  userPoolDomain: required(construct("a user pool's domain", ['domainName']), "the user pool's domain"),
  sessionTimeout,
};

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
