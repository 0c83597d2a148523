import { PostHogProcess } from '../posthog-process';
import { Endpoint, PathMatch } from './endpoint';
import { EndpointGroup } from './endpoint-group';

const { EXACT, EXACT_OR_BELOW, LISTED } = PathMatch;
const { WEB, PLUGINS } = PostHogProcess;
const { INBOUND_WEBHOOKS } = EndpointGroup;

/**
 * Calls from other systems, each with a check of its own (posthog/urls.py, ee/urls.py, products/conversations/backend/api/urls.py,
 * products/customer_analytics/backend/presentation/views/urls.py). The same namespaces have pages of the app's own API, for users who are signed in:
 * those stay as closed as the app.
 */
export const WEBHOOKS_ENDPOINTS = {
  WEBHOOKS: {
    path: '/webhooks',
    match: LISTED,
    // The last two are of a newer posthog/urls.py.
    below: ['github/?', 'github/pr/?', 'vercel', 'stamphog/github/?', 'workflows/ses-events/?'],
    process: WEB,
    group: INBOUND_WEBHOOKS,
    rule: 'Webhooks',
    purpose: 'GitHub and Vercel webhooks, signed',
  },
  SLACK: {
    path: '/slack',
    match: LISTED,
    below: ['interactivity-callback/?', 'event-callback/?', 'command-callback/?', 'workspace/claims/?'],
    process: WEB,
    group: INBOUND_WEBHOOKS,
    rule: 'Webhooks',
    purpose: 'Slack callbacks, signed',
  },
  SCIM: {
    path: '/scim/v2',
    match: LISTED,
    below: [
      '<uuid>/Users',
      '<uuid>/Users/<int>',
      '<uuid>/Groups',
      '<uuid>/Groups/<uuid>',
      '<uuid>/ServiceProviderConfig',
      '<uuid>/ResourceTypes',
      '<uuid>/Schemas',
    ],
    process: WEB,
    group: INBOUND_WEBHOOKS,
    rule: 'Webhooks',
    purpose: 'Provisioning of users from an identity provider',
  },
  GITHUB_ALERTS: {
    path: '/api/alerts/github',
    match: EXACT,
    process: WEB,
    group: INBOUND_WEBHOOKS,
    rule: 'Webhooks',
    purpose: "GitHub's alerts about leaked keys, signed",
  },
  PANDADOC: {
    path: '/api/legal_documents/pandadoc',
    match: EXACT,
    process: WEB,
    group: INBOUND_WEBHOOKS,
    rule: 'Webhooks',
    purpose: 'Signed legal documents',
  },
  CUSTOMER_IO: {
    path: '/api/projects/*/messaging/customerio/webhook',
    match: EXACT,
    process: WEB,
    group: INBOUND_WEBHOOKS,
    rule: 'ApiWebhooks',
    purpose: 'Customer.io webhooks',
  },
  CUSTOMER_IO_LEGACY: {
    path: '/api/environments/*/messaging/customerio/webhook',
    match: EXACT,
    process: WEB,
    group: INBOUND_WEBHOOKS,
    rule: 'ApiWebhooks',
    purpose: 'Customer.io webhooks, at their old path',
    legacy: true,
  },
  VAPI: {
    path: '/api/user_interviews/vapi_webhook',
    match: EXACT,
    process: WEB,
    group: INBOUND_WEBHOOKS,
    rule: 'ApiWebhooks',
    purpose: 'Calls of user interviews',
  },
  VAPI_START: {
    path: '/api/user_interviews/share/*/start_call',
    match: EXACT,
    process: WEB,
    group: INBOUND_WEBHOOKS,
    rule: 'ApiWebhooks',
    purpose: 'Starting the call of a user interview',
  },
  CUSTOMER_ANALYTICS: {
    path: '/api/customer_analytics/external',
    match: LISTED,
    below: ['account', 'account/custom_property_values'],
    process: WEB,
    group: INBOUND_WEBHOOKS,
    rule: 'ApiWebhooks',
    purpose: 'Customer records from other systems',
  },
  CONVERSATIONS_SLACK: {
    path: '/api/conversations/v1/slack',
    match: LISTED,
    below: ['events/?', 'interactivity/?'],
    process: WEB,
    group: INBOUND_WEBHOOKS,
    rule: 'Conversations',
    purpose: 'Support tickets from Slack, signed',
  },
  CONVERSATIONS_TEAMS: {
    path: '/api/conversations/v1/teams',
    match: LISTED,
    below: ['events/?'],
    process: WEB,
    group: INBOUND_WEBHOOKS,
    rule: 'Conversations',
    purpose: 'Support tickets from Teams, signed',
  },
  CONVERSATIONS_EMAIL: {
    path: '/api/conversations/v1/email',
    match: LISTED,
    below: ['inbound/?'],
    process: WEB,
    group: INBOUND_WEBHOOKS,
    rule: 'Conversations',
    purpose: 'Support tickets from e-mail, signed',
  },
  CONVERSATIONS_API: {
    path: '/api/conversations/external/ticket',
    match: LISTED,
    below: ['<uuid>'],
    process: WEB,
    group: INBOUND_WEBHOOKS,
    rule: 'Conversations',
    purpose: 'Support tickets through an API key',
  },
  WEBHOOK_SOURCES: {
    path: '/public/webhooks',
    match: EXACT_OR_BELOW,
    process: PLUGINS,
    group: INBOUND_WEBHOOKS,
    rule: 'WebhookSources',
    purpose: 'Webhook sources of data pipelines',
  },
} as const satisfies Readonly<Record<string, Endpoint>>;
