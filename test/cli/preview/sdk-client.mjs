// Uses a real posthog-node against the address that is given, as an application would, and prints what it got.
import { PostHog } from 'posthog-node';

const errors = [];
const posthog = new PostHog('phc_0123456789abcdef', {
  host: process.argv[2],
  personalApiKey: 'phx_0123456789abcdef',
  flushAt: 100,
  flushInterval: 60_000,
  featureFlagsPollingInterval: 3_600_000,
});
posthog.on('error', (error) => errors.push(String(error)));

posthog.capture({ distinctId: 'user-1', event: 'bought', properties: { price: 10 } });
posthog.identify({ distinctId: 'user-1', properties: { plan: 'enterprise' } });
posthog.alias({ distinctId: 'user-1', alias: 'anonymous-1' });
posthog.groupIdentify({ groupType: 'company', groupKey: 'company-1', properties: { name: 'Company' } });
posthog.captureException(new Error('a sample'), 'user-1');
posthog.captureAi({ distinctId: 'user-1', event: '$ai_generation', properties: { $ai_model: 'a-model' } });
await posthog.captureImmediate({ distinctId: 'user-2', event: 'bought at once' });

await posthog.waitForLocalEvaluationReady();
const enterprise = { personProperties: { plan: 'enterprise' } };
const answers = {
  local: await posthog.getAllFlags('user-1', { ...enterprise, onlyEvaluateLocally: true }),
  payload: await posthog.getFeatureFlagPayload('preview-variant', 'user-1'),
  remoteConfig: await posthog.getRemoteConfigPayload('preview-config'),
};
const remote = new PostHog('phc_0123456789abcdef', { host: process.argv[2], flushAt: 100, flushInterval: 60_000 });
remote.on('error', (error) => errors.push(String(error)));
answers.remote = await remote.getAllFlags('user-1', enterprise);
answers.isEnabled = await remote.isFeatureEnabled('preview-enterprise', 'user-2');
const emails = new PostHog('phc_0123456789abcdef', {
  host: process.argv[2],
  appHost: process.argv[2],
  secretKey: 'phs_0123456789abcdef',
  enableLocalEvaluation: false,
});
const id = '01919f2e-0000-7000-8000-000000000000';
answers.emails = {
  sent: (await emails.emails.send({ to: 'a@example.com', templateId: id })).error,
  status: (await emails.emails.get(id)).data?.status,
  preferences: (await emails.emails.setPreferences({ to: 'a@example.com', allMarketing: false })).error,
};
await emails.shutdown();
await remote.shutdown();
await posthog.shutdown();
process.stdout.write(JSON.stringify({ answers, errors }));
