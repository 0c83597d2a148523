import { AiKeys, AppSettingsOptions, EmailEncryption, EmailOptions, OAuthClient, SingleSignOnOptions, SlackApp } from './app-settings';
import { secret } from '../../private/checks/cdk';
import { Checks, required, struct } from '../../private/checks/check';
import { oneOf, port, text } from '../../private/checks/values';

/** An email address, with or without a name, as in `PostHog <posthog@example.com>`. */
const address = text(/^[^@\s<>]+@[^@\s<>]+$|^[^<>@]+<[^@\s<>]+@[^@\s<>]+>$/, 'must be an email address such as posthog@example.com');

const EMAIL: Checks<EmailOptions> = {
  host: required(text(/^[A-Za-z0-9.-]+$/, 'must be the host name of a mail server, without a port'), 'the host name of the mail server'),
  fromAddress: required(address, 'the sender address'),
  port,
  encryption: oneOf(EmailEncryption),
  credentials: secret,
  replyTo: address,
};

const OAUTH_CLIENT: Checks<OAuthClient> = {
  clientId: required(text(/^\S+$/, 'must be the client id, without white space'), 'the client id'),
  clientSecret: required(secret, 'the client secret'),
};

const SLACK_APP: Checks<SlackApp> = { ...OAUTH_CLIENT, signingSecret: required(secret, 'the secret that Slack signs its requests with') };

const SINGLE_SIGN_ON: Checks<SingleSignOnOptions> = {
  google: struct(OAUTH_CLIENT),
  github: struct(OAUTH_CLIENT),
  gitlab: struct(OAUTH_CLIENT),
  gitlabUrl: text(/^https:\/\/[^\s/]+(\/[^\s]*)?$/, 'must be a URL that begins with https://'),
};

const AI_KEYS: Checks<AiKeys> = { anthropicApiKey: secret, openAiApiKey: secret, geminiApiKey: secret };

export const APP_SETTINGS_CHECKS: Checks<AppSettingsOptions> = {
  email: struct(EMAIL),
  singleSignOn: struct(SINGLE_SIGN_ON),
  aiKeys: struct(AI_KEYS),
  slackApp: struct(SLACK_APP),
};
