/** Views that are none: what is refused as no part of the API, and the redirect to the page for signing in. */
export const NO_VIEW = ['api_not_found', 'home_with_region_redirect'];

/** The views that each row of the endpoint table is for, in the order of the table; none, where something else than a view answers. */
export const VIEWS: Record<string, string[]> = {
  '/api/early_access_features': ['early_access_features'],
  '/api/web_experiments': ['web_experiments'],
  '/api/product_tours': ['product_tours'],
  '/report': ['get_csp_event'],
  '/static': [],
  '/api/push_subscriptions': [],
  '/site_app': ['get_site_app'],
  '/api/conversations/v1/widget': [
    'WidgetMarkReadView',
    'WidgetMessageView',
    'WidgetMessagesView',
    'WidgetRestoreRedeemView',
    'WidgetRestoreRequestView',
    'WidgetTicketsView',
  ],
  '/shared': ['SharingViewerPageViewSet'],
  '/shared_dashboard': ['SharingViewerPageViewSet'],
  '/embedded': ['SharingViewerPageViewSet'],
  '/exporter': ['SharingViewerPageViewSet'],
  '/interview': ['SharingViewerPageViewSet'],
  '/render_query': ['render_query'],
  '/external_surveys': ['public_survey_page'],
  '/messaging-preferences': ['preferences_page', 'update_preferences'],
  '/uploaded_media': ['download'],
  '/api/unsubscribe': ['unsubscribe'],
  '/unsubscribe': ['home'],
  '/oauth': [
    'DynamicClientRegistrationView',
    'OAuthAuthorizationView',
    'OAuthIntrospectTokenView',
    'OAuthRevokeTokenView',
    'OAuthTokenView',
    'OAuthUserInfoView',
  ],
  '/.well-known': [
    'OAuthAuthorizationServerMetadataView',
    'OAuthConnectDiscoveryInfoView',
    'OAuthJwksInfoView',
    'OAuthProtectedResourceMetadataView',
    'security_txt',
  ],
  '/toolbar_oauth': ['toolbar_oauth_authorize', 'toolbar_oauth_callback', 'toolbar_oauth_check'],
  '/api/oauth': ['RaycastClientMetadataView', 'WizardClientMetadataView'],
  '/auth.md': ['OAuthClientManifestView'],
  '/webhooks': ['github_webhook', 'vercel_webhook'],
  '/slack': ['posthog_code_event_handler', 'posthog_code_interactivity_handler', 'slack_app_command_handler', 'slack_workspace_claims_view'],
  '/scim/v2': [
    'SCIMGroupDetailView',
    'SCIMGroupsView',
    'SCIMResourceTypesView',
    'SCIMSchemasView',
    'SCIMServiceProviderConfigView',
    'SCIMUserDetailView',
    'SCIMUsersView',
  ],
  '/api/alerts/github': ['SecretAlert'],
  '/api/legal_documents/pandadoc': ['legal_document_pandadoc_webhook'],
  '/api/projects/*/messaging/customerio/webhook': ['CustomerIOWebhookView'],
  '/api/environments/*/messaging/customerio/webhook': ['CustomerIOWebhookView'],
  '/api/user_interviews/vapi_webhook': ['vapi_webhook'],
  '/api/user_interviews/share/*/start_call': ['start_call'],
  '/api/customer_analytics/external': ['ExternalAccountCustomPropertiesView', 'ExternalAccountView'],
  '/api/conversations/v1/slack': ['supporthog_event_handler', 'supporthog_interactivity_handler'],
  '/api/conversations/v1/teams': ['teams_event_handler'],
  '/api/conversations/v1/email': ['email_inbound_handler'],
  '/api/conversations/v1/external': [],
  '/api/environments/*/llm_prompts': ['LLMPromptViewSet'],
  '/api/environments/*/llm_prompts/name': ['LLMPromptViewSet'],
  '/api/projects/*/llm_prompts': ['LLMPromptViewSet'],
  '/api/projects/*/llm_prompts/name': ['LLMPromptViewSet'],
  '/api/projects/*/messaging/send/email': [],
  '/api/projects/*/messaging/attachments/uploads': [],
  '/api/projects/*/messaging/emails': [],
  '/api/projects/*/messaging/preferences': [],
};

const EMAILS = 'newer than July: posthog 7.91.1 (emails.py) and posthog-node 5.70.0 (emails.js) call it';

/** Rows that no view answers, and why they are in the table. */
export const UNANSWERED: Record<string, string> = {
  '/static': "files, which the app's middleware serves (WhiteNoise)",
  '/api/push_subscriptions': 'a newer posthog/urls.py',
  '/api/conversations/v1/external': 'nothing: the real path is api/conversations/external/ticket/<uuid>',
  '/api/projects/*/messaging/send/email': EMAILS,
  '/api/projects/*/messaging/attachments/uploads': EMAILS,
  '/api/projects/*/messaging/emails': EMAILS,
  '/api/projects/*/messaging/preferences': EMAILS,
};

/** The app's own page, which unanchored routes of upstream answer wherever a path has a word such as `login` in it, without signing in. */
const APP = 'home';

/**
 * Rows that are wider than their views: what else they let through. A new row does not belong here: it names the paths of its views.
 */
export const WIDE_ROWS: Record<string, string[]> = {
  '/static': [APP],
  '/shared': [APP],
  '/shared_dashboard': [APP],
  '/embedded': [APP],
  '/exporter': [APP],
  '/interview': [APP],
  '/uploaded_media': [APP],
  '/site_app': [APP],
  '/messaging-preferences': [APP],
  '/oauth': [APP],
  '/.well-known': [APP],
  '/toolbar_oauth': [APP],
  '/webhooks': [APP],
  '/slack': [APP],
  '/scim/v2': [APP],
  // For users of the app who are signed in.
  '/api/oauth': ['ConnectedAppsViewSet'],
  '/api/conversations/v1/slack': ['SlackChannelsView', 'SupportSlackAuthorizeView', 'SupportSlackDisconnectView', 'support_slack_oauth_callback'],
  '/api/conversations/v1/teams': [
    'TeamsAuthorizeView',
    'TeamsChannelsView',
    'TeamsDisconnectView',
    'TeamsInstallAppView',
    'TeamsSelectChannelView',
    'TeamsTeamsView',
    'teams_oauth_callback',
  ],
  '/api/conversations/v1/email': ['EmailConnectView', 'EmailDisconnectView', 'EmailSendTestView', 'EmailStatusView', 'EmailVerifyDomainView'],
};
