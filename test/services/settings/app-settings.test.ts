import { Stack } from 'aws-cdk-lib/core';
import { ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { AppSettingsOptions, EmailEncryption, Product } from '../../../lib';
import { appSettings } from '../../../lib/services/settings/app-settings';
import { APP_SETTINGS_CHECKS } from '../../../lib/services/settings/app-settings-checks';
import { checkStruct } from '../../../lib/private/checks/check';
import { environmentOf, FEW, newPostHog, newStack } from '../../helpers/stack';
import { Template } from 'aws-cdk-lib/assertions';

let stack: Stack;

beforeEach(() => {
  stack = newStack();
});

const named = (name: string): ISecret => Secret.fromSecretNameV2(stack, name, name);
const secretNames = (props: AppSettingsOptions) => Object.keys(appSettings(props).secrets).sort();

test('sets nothing without props', () => {
  expect(appSettings({})).toEqual({ environment: {}, secrets: {} });
});

test('sends mail with STARTTLS on port 587 by default', () => {
  expect(appSettings({ email: { host: 'mail.example.com', fromAddress: 'posthog@example.com' } })).toEqual({
    environment: {
      EMAIL_ENABLED: 'true',
      EMAIL_HOST: 'mail.example.com',
      EMAIL_PORT: '587',
      EMAIL_USE_TLS: 'true',
      EMAIL_USE_SSL: 'false',
      EMAIL_DEFAULT_FROM: 'posthog@example.com',
    },
    secrets: {},
  });
});

test.each([
  [EmailEncryption.TLS, 'false', 'true'],
  [EmailEncryption.NONE, 'false', 'false'],
  [EmailEncryption.STARTTLS, 'true', 'false'],
])('encryption %s sets EMAIL_USE_TLS to %s and EMAIL_USE_SSL to %s', (encryption, tls, ssl) => {
  const { environment } = appSettings({
    email: { host: 'mail', fromAddress: 'PostHog <posthog@example.com>', port: 465, encryption, replyTo: 'help@example.com' },
  });
  expect(environment).toMatchObject({
    EMAIL_PORT: '465',
    EMAIL_USE_TLS: tls,
    EMAIL_USE_SSL: ssl,
    EMAIL_REPLY_TO: 'help@example.com',
    EMAIL_DEFAULT_FROM: 'PostHog <posthog@example.com>',
  });
});

test('keeps the credentials of the mail server in secrets', () => {
  expect(secretNames({ email: { host: 'mail', fromAddress: 'a@b', credentials: named('smtp') } })).toEqual([
    'EMAIL_HOST_PASSWORD',
    'EMAIL_HOST_USER',
  ]);
});

test('configures each identity provider with its client id, and with its client secret as a secret', () => {
  const props = {
    singleSignOn: {
      google: { clientId: 'g', clientSecret: named('g') },
      github: { clientId: 'h', clientSecret: named('h') },
      gitlab: { clientId: 'l', clientSecret: named('l') },
      gitlabUrl: 'https://gitlab.example.com',
    },
  };
  expect(appSettings(props).environment).toEqual({
    SOCIAL_AUTH_GOOGLE_OAUTH2_KEY: 'g',
    SOCIAL_AUTH_GITHUB_KEY: 'h',
    SOCIAL_AUTH_GITLAB_KEY: 'l',
    SOCIAL_AUTH_GITLAB_API_URL: 'https://gitlab.example.com',
  });
  expect(secretNames(props)).toEqual(['SOCIAL_AUTH_GITHUB_SECRET', 'SOCIAL_AUTH_GITLAB_SECRET', 'SOCIAL_AUTH_GOOGLE_OAUTH2_SECRET']);
});

test('keeps the keys of AI providers and Slack in secrets', () => {
  const props = {
    aiKeys: { anthropicApiKey: named('a'), openAiApiKey: named('o'), geminiApiKey: named('g') },
    slackApp: { clientId: 'slack', clientSecret: named('s'), signingSecret: named('sign') },
  };
  expect(appSettings(props).environment).toEqual({ SLACK_APP_CLIENT_ID: 'slack' });
  expect(secretNames(props)).toEqual([
    'ANTHROPIC_API_KEY',
    'GEMINI_API_KEY',
    'OPENAI_API_KEY',
    'SLACK_APP_CLIENT_SECRET',
    'SLACK_APP_SIGNING_SECRET',
  ]);
});

test('refuses a secret whose value is part of a JSON text, and names its prop', () => {
  const pair = new Secret(stack, 'Pair', { generateSecretString: { secretStringTemplate: '{"username":"x"}', generateStringKey: 'password' } });
  const [clientId, other] = ['id', named('other')];
  expect(() => appSettings({ aiKeys: { openAiApiKey: pair } })).toThrow('`aiKeys.openAiApiKey` must be a secret whose whole text is the value');
  expect(() => appSettings({ slackApp: { clientId, clientSecret: pair, signingSecret: other } })).toThrow('`slackApp.clientSecret` must');
  expect(() => appSettings({ slackApp: { clientId, clientSecret: other, signingSecret: pair } })).toThrow('`slackApp.signingSecret` must');
  expect(() => appSettings({ singleSignOn: { github: { clientId, clientSecret: pair } } })).toThrow('`singleSignOn.github.clientSecret` must');
});

test.each<[AppSettingsOptions, string]>([
  [{ email: { host: 'mail:25', fromAddress: 'a@b' } }, "`email.host` must be the host name of a mail server, without a port, got: 'mail:25'"],
  [{ email: { host: 'mail', fromAddress: 'nobody' } }, "`email.fromAddress` must be an email address such as posthog@example.com, got: 'nobody'"],
  [{ email: { host: 'mail', fromAddress: 'a@b', replyTo: '' } }, "`email.replyTo` must be an email address such as posthog@example.com, got: ''"],
  [{ email: { host: 'mail', fromAddress: 'a@b', port: 0 } }, '`email.port` must be a port from 1 to 65535, got: 0'],
  [
    { email: { host: 'mail', fromAddress: 'a@b', encryption: 'ssl' as EmailEncryption } },
    "`email.encryption` must be one of starttls, tls, none, got: 'ssl'",
  ],
  [{ singleSignOn: { gitlabUrl: 'https://gitlab.example.com' } }, '`singleSignOn.gitlabUrl` requires `singleSignOn.gitlab`'],
])('refuses %j', (props, message) => {
  expect(() => {
    checkStruct('props', props, APP_SETTINGS_CHECKS);
    appSettings(props);
  }).toThrow(message);
});

test('refuses a GitLab without TLS', () => {
  const props: AppSettingsOptions = { singleSignOn: { gitlab: { clientId: 'l', clientSecret: named('l') }, gitlabUrl: 'http://gitlab' } };
  expect(() => checkStruct('props', props, APP_SETTINGS_CHECKS)).toThrow('`singleSignOn.gitlabUrl` must be a URL that begins with https://');
});

test('sets the variables of `email` in every Django process, and refuses them in `environment`', () => {
  const email = { host: 'mail.example.com', fromAddress: 'posthog@example.com' };
  newPostHog(stack, { email, products: [...FEW, Product.EXPORTS] });
  const template = Template.fromStack(stack);
  for (const process of ['web', 'worker', 'temporal-django-worker', 'temporal-batch-exports-worker']) {
    expect(environmentOf(template, process)).toMatchObject({ EMAIL_HOST: 'mail.example.com' });
  }
  expect(() => newPostHog(newStack(), { email, environment: { EMAIL_HOST: 'other' } })).toThrow(
    "`environment` must not set a variable that the library manages, got: 'EMAIL_HOST'",
  );
});
