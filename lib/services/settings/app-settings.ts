import { Secret } from 'aws-cdk-lib/aws-ecs';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { ProcessSettings } from '../../private/process-settings';
import { invalidProp } from '../../private/errors';
import { numberText } from '../../private/values';
import { checkWholeText } from '../../private/secrets';

/**
 * The encryption of the connection to a mail server.
 */
export enum EmailEncryption {
  /** The connection begins in plain text and is encrypted before mail is sent; usually on port 587. */
  STARTTLS = 'starttls',
  /** The connection is encrypted from the beginning; usually on port 465. */
  TLS = 'tls',
  /** The connection is not encrypted. */
  NONE = 'none',
}

/**
 * The mail server that PostHog sends invitations, subscriptions and alerts through, such as the SMTP interface of Amazon SES.
 */
export interface EmailOptions {
  /** The host name of the server, such as `email-smtp.eu-central-1.amazonaws.com`. */
  readonly host: string;
  /** The sender address. */
  readonly fromAddress: string;
  /**
   * The port.
   *
   * @default 587
   */
  readonly port?: number;
  /**
   * The encryption of the connection.
   *
   * @default EmailEncryption.STARTTLS
   */
  readonly encryption?: EmailEncryption;
  /**
   * The credentials for the mail server: a secret with the keys `username` and `password`.
   *
   * @default - no authentication
   */
  readonly credentials?: ISecret;
  /**
   * The reply-to address.
   *
   * @default - `fromAddress`
   */
  readonly replyTo?: string;
}

/**
 * An OAuth application that you registered with a provider.
 */
export interface OAuthClient {
  /** The client id. */
  readonly clientId: string;
  /** The client secret. The value is the whole secret string. */
  readonly clientSecret: ISecret;
}

/**
 * Identity providers that users can sign in with, in addition to passwords. The redirect URL is
 * `https://<domainName>/complete/<google-oauth2, github or gitlab>/`.
 */
export interface SingleSignOnOptions {
  /**
   * Google. PostHog requires a licence for it.
   *
   * @default - not offered
   */
  readonly google?: OAuthClient;
  /**
   * GitHub.
   *
   * @default - not offered
   */
  readonly github?: OAuthClient;
  /**
   * GitLab.
   *
   * @default - not offered
   */
  readonly gitlab?: OAuthClient;
  /**
   * The URL of a self-managed GitLab.
   *
   * @default - gitlab.com
   */
  readonly gitlabUrl?: string;
}

/**
 * The API keys for PostHog's AI features. The value is the whole secret string.
 */
export interface AiKeys {
  /**
   * The key for Anthropic.
   *
   * @default - none
   */
  readonly anthropicApiKey?: ISecret;
  /**
   * The key for OpenAI.
   *
   * @default - none
   */
  readonly openAiApiKey?: ISecret;
  /**
   * The key for Google's Gemini.
   *
   * @default - none
   */
  readonly geminiApiKey?: ISecret;
}

/**
 * A Slack app that sends alerts and subscriptions to Slack.
 */
export interface SlackApp extends OAuthClient {
  /** The secret that Slack signs its requests with. The value is the whole secret string. */
  readonly signingSecret: ISecret;
}

/**
 * Settings of the app: mail, single sign-on, AI and Slack.
 */
export interface AppSettingsOptions {
  /**
   * The mail server.
   *
   * @default - PostHog sends no mail
   */
  readonly email?: EmailOptions;
  /**
   * Identity providers that users can sign in with.
   *
   * @default - passwords only
   */
  readonly singleSignOn?: SingleSignOnOptions;
  /**
   * The API keys of AI providers. With any of them, `temporal-django-worker` serves the queue of AI chats, so chats need `Product.EXPORTS`.
   *
   * @default - none; AI features are off
   */
  readonly aiKeys?: AiKeys;
  /**
   * The Slack app.
   *
   * @default - none
   */
  readonly slackApp?: SlackApp;
}

const EMAIL_DEFAULTS = { port: 587, encryption: EmailEncryption.STARTTLS };

/**
 * Returns the environment variables of every Django process for these props.
 *
 * Sources: posthog/settings/{dynamic_settings,web}.py and ee/settings.py of PostHog/posthog, July 2026.
 *
 * Throws if a value is invalid.
 */
export function appSettings({ email, singleSignOn = {}, aiKeys = {}, slackApp }: AppSettingsOptions): ProcessSettings {
  const parts = [
    email ? emailSettings(email) : NONE,
    clientSettings('google', 'SOCIAL_AUTH_GOOGLE_OAUTH2', singleSignOn.google),
    clientSettings('github', 'SOCIAL_AUTH_GITHUB', singleSignOn.github),
    clientSettings('gitlab', 'SOCIAL_AUTH_GITLAB', singleSignOn.gitlab),
    singleSignOn.gitlabUrl === undefined ? NONE : { environment: { SOCIAL_AUTH_GITLAB_API_URL: gitlabUrl(singleSignOn) }, secrets: {} },
    keySetting('aiKeys.anthropicApiKey', 'ANTHROPIC_API_KEY', aiKeys.anthropicApiKey),
    keySetting('aiKeys.openAiApiKey', 'OPENAI_API_KEY', aiKeys.openAiApiKey),
    keySetting('aiKeys.geminiApiKey', 'GEMINI_API_KEY', aiKeys.geminiApiKey),
    slackApp ? { environment: { SLACK_APP_CLIENT_ID: slackApp.clientId }, secrets: {} } : NONE,
    keySetting('slackApp.clientSecret', 'SLACK_APP_CLIENT_SECRET', slackApp?.clientSecret),
    keySetting('slackApp.signingSecret', 'SLACK_APP_SIGNING_SECRET', slackApp?.signingSecret),
  ];
  return {
    environment: Object.assign({}, ...parts.map(({ environment }) => environment)) as Record<string, string>,
    secrets: Object.assign({}, ...parts.map(({ secrets }) => secrets)) as Record<string, Secret>,
  };
}

const NONE: ProcessSettings = { environment: {}, secrets: {} };

function emailSettings({
  host,
  fromAddress,
  port = EMAIL_DEFAULTS.port,
  encryption = EMAIL_DEFAULTS.encryption,
  credentials,
  replyTo,
}: EmailOptions): ProcessSettings {
  return {
    environment: {
      EMAIL_ENABLED: 'true',
      EMAIL_HOST: host,
      EMAIL_PORT: numberText(port),
      EMAIL_USE_TLS: String(encryption === EmailEncryption.STARTTLS),
      EMAIL_USE_SSL: String(encryption === EmailEncryption.TLS),
      EMAIL_DEFAULT_FROM: fromAddress,
      ...(replyTo === undefined ? {} : { EMAIL_REPLY_TO: replyTo }),
    },
    secrets: credentials
      ? {
          EMAIL_HOST_USER: Secret.fromSecretsManager(credentials, 'username'),
          EMAIL_HOST_PASSWORD: Secret.fromSecretsManager(credentials, 'password'),
        }
      : {},
  };
}

function clientSettings(prop: string, prefix: string, client: OAuthClient | undefined): ProcessSettings {
  const { secrets } = keySetting(`singleSignOn.${prop}.clientSecret`, `${prefix}_SECRET`, client?.clientSecret);
  return { environment: client ? { [`${prefix}_KEY`]: client.clientId } : {}, secrets };
}

function gitlabUrl({ gitlab, gitlabUrl: url = '' }: SingleSignOnOptions): string {
  if (!gitlab) {
    throw invalidProp('singleSignOn.gitlabUrl', 'requires `singleSignOn.gitlab`');
  }
  return url;
}

/** Returns the setting of a variable whose value is a whole secret string; no setting if the secret is undefined. */
function keySetting(prop: string, variable: string, secret: ISecret | undefined): ProcessSettings {
  if (!secret) {
    return NONE;
  }
  checkWholeText(prop, secret);
  return { environment: {}, secrets: { [variable]: Secret.fromSecretsManager(secret) } };
}
