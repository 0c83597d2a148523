import { ALWAYS_PUBLIC, EndpointGroup } from './endpoint-group';
import { EndpointTraits, Reach } from './endpoint-reach';
import { PostHogProcess } from '../../catalog/posthog-process';
import { Rewrite, withoutPath } from './url-rewrite';

const { EXACT, EXACT_AND_BELOW, BELOW, ONE_BELOW, EXACT_AND_ONE_BELOW, FILES } = Reach;
const { WEB, CAPTURE, REPLAY_CAPTURE, CAPTURE_AI, CAPTURE_LOGS, FEATURE_FLAGS, HYPERCACHE_SERVER, PLUGINS, LIVESTREAM } = PostHogProcess;
const { INGESTION, SDK, SHARED_CONTENT, END_USER_PAGES, INBOUND_WEBHOOKS, OAUTH, SDK_API, LIVE_EVENTS } = EndpointGroup;

/**
 * An endpoint of PostHog that must be reachable without signing in to the app.
 *
 * The constants are the table of all endpoints: each row has a path and the process that answers it. The listener rules are derived from it, so
 * a new endpoint is one new row. A `*` in a path matches one id.
 *
 * Sources: PostHog's proxy table (docker-compose.base.yml of PostHog/posthog), posthog/urls.py, the routers in rust/capture,
 * rust/capture-logs, rust/feature-flags and rust/hypercache-server, nodejs/src/cdp/cdp-api.ts, livestream/main.go, all as of July 2026; PostHog's
 * published list (posthog.com, running-behind-proxy.mdx); a newer posthog/urls.py for push subscriptions; and the requests
 * of posthog-js 1.449.2 and posthog-node 5.70.0.
 */
export class PublicEndpoint {
  // -- Ingestion, served by the Rust services: Django serves none of these paths any more --------------------------------------

  /** Events of current SDKs (`/i/v0/e`). */
  public static readonly EVENTS = new PublicEndpoint('/i/v0', BELOW, CAPTURE, INGESTION, 'Events', 'Events of current SDKs, `/i/v0/e`', {
    documented: true,
  });
  /** Events of posthog-js. */
  public static readonly E = new PublicEndpoint('/e', EXACT_AND_BELOW, CAPTURE, INGESTION, 'Events', 'Events of posthog-js', { documented: true });
  /** Batches of events. */
  public static readonly BATCH = new PublicEndpoint(
    '/batch',
    EXACT_AND_BELOW,
    CAPTURE,
    INGESTION,
    'Events',
    'Batches of events, from servers and mobile apps',
    { documented: true },
  );
  /** Session recordings. */
  public static readonly RECORDINGS = new PublicEndpoint('/s', EXACT_AND_BELOW, REPLAY_CAPTURE, INGESTION, 'Recordings', 'Session recordings', {
    documented: true,
  });
  /** Events of the newest SDKs and of PostHog's own processes. */
  public static readonly ANALYTICS = new PublicEndpoint(
    '/i/v1/analytics',
    BELOW,
    CAPTURE,
    INGESTION,
    'Captures',
    'Events of the newest SDKs, `/i/v1/analytics/events`',
  );
  /** Single events. */
  public static readonly CAPTURE = new PublicEndpoint('/capture', EXACT_AND_BELOW, CAPTURE, INGESTION, 'Captures', 'Single events', {
    documented: true,
    legacy: true,
  });
  /** Events of very old SDKs. */
  public static readonly TRACK = new PublicEndpoint('/track', EXACT_AND_BELOW, CAPTURE, INGESTION, 'Captures', 'Events of very old SDKs', {
    documented: true,
    legacy: true,
  });
  /** Person properties of very old SDKs. */
  public static readonly ENGAGE = new PublicEndpoint('/engage', EXACT_AND_BELOW, CAPTURE, INGESTION, 'Engage', 'Person properties of very old SDKs', {
    documented: true,
    legacy: true,
  });
  /** Large AI events. Refused without `Product.AI`: the newer versions of capture know these paths in its mode alone. */
  public static readonly AI = new PublicEndpoint(
    '/i/v0/ai',
    EXACT_AND_BELOW,
    CAPTURE_AI,
    INGESTION,
    'Ai',
    'Large AI events, of `captureAi()` and OpenTelemetry',
  );
  /** Large AI events of the newest SDKs. Refused without `Product.AI`, too. */
  public static readonly AI_V1 = new PublicEndpoint(
    '/i/v1/ai',
    BELOW,
    CAPTURE_AI,
    INGESTION,
    'Ai',
    'Large AI events of the newest SDKs, `/i/v1/ai/events`',
  );
  /** Logs, over OpenTelemetry. */
  public static readonly LOGS = new PublicEndpoint('/i/v1/logs', EXACT_AND_BELOW, CAPTURE_LOGS, INGESTION, 'Logs', 'Logs, over OpenTelemetry');
  /** Traces, over OpenTelemetry. */
  public static readonly TRACES = new PublicEndpoint('/i/v1/traces', EXACT_AND_BELOW, CAPTURE_LOGS, INGESTION, 'Logs', 'Traces, over OpenTelemetry');

  // -- SDK endpoints --------------------------------------------------------------------------------------------------------

  /** Feature flags and their definitions. */
  public static readonly FLAGS = new PublicEndpoint(
    '/flags',
    EXACT_AND_BELOW,
    FEATURE_FLAGS,
    SDK,
    'Flags',
    'Feature flags, and their definitions for local evaluation',
    { documented: true },
  );
  /** Feature flags for older SDKs. */
  public static readonly DECIDE = new PublicEndpoint(
    '/decide',
    EXACT_AND_BELOW,
    FEATURE_FLAGS,
    SDK,
    'Flags',
    'Feature flags of older SDKs; their other settings only with a header that a load balancer cannot add',
    { documented: true, legacy: true },
  );
  /** Flag definitions for older server SDKs. */
  public static readonly LOCAL_EVALUATION = new PublicEndpoint(
    '/api/feature_flag/local_evaluation',
    EXACT_AND_BELOW,
    FEATURE_FLAGS,
    SDK,
    'FlagDefinitions',
    'Flag definitions of older server SDKs',
    { legacy: true },
  );
  /** The payload of a remote-config flag. */
  public static readonly FLAG_REMOTE_CONFIG = new PublicEndpoint(
    '/api/projects/*/feature_flags/*/remote_config',
    EXACT,
    FEATURE_FLAGS,
    SDK,
    'FlagDefinitions',
    'Payloads of remote-config flags',
  );
  /** The SDK's configuration. */
  public static readonly REMOTE_CONFIG = new PublicEndpoint(
    '/array',
    BELOW,
    HYPERCACHE_SERVER,
    SDK,
    'RemoteConfig',
    "The SDK's configuration, `/array/<token>/config.js`",
  );
  /** Surveys to show. */
  public static readonly SURVEYS = new PublicEndpoint('/api/surveys', EXACT, HYPERCACHE_SERVER, SDK, 'RemoteConfig', 'Surveys to show');
  /** Surveys to show, at their short path. */
  public static readonly SURVEYS_SHORT = new PublicEndpoint(
    '/surveys',
    EXACT,
    HYPERCACHE_SERVER,
    SDK,
    'RemoteConfig',
    'Surveys to show, at their short path',
  );
  /** Early access features. */
  public static readonly EARLY_ACCESS_FEATURES = new PublicEndpoint('/api/early_access_features', EXACT, WEB, SDK, 'AppSdk', 'Early access features');
  /** No-code experiments. */
  public static readonly WEB_EXPERIMENTS = new PublicEndpoint('/api/web_experiments', EXACT, WEB, SDK, 'AppSdk', 'No-code experiments');
  /** Product tours. */
  public static readonly PRODUCT_TOURS = new PublicEndpoint('/api/product_tours', EXACT, WEB, SDK, 'AppReports', 'Product tours');
  /** Reports of content security policies. */
  public static readonly CSP_REPORTS = new PublicEndpoint(
    '/report',
    EXACT,
    WEB,
    SDK,
    'AppReports',
    'Reports of content security policies, sent by browsers',
  );
  /** The SDK's scripts. */
  public static readonly STATIC = new PublicEndpoint(
    '/static',
    FILES,
    WEB,
    SDK,
    'SdkFiles',
    "The SDK's scripts, `/static/array.js` and those it loads later",
    { documented: true },
  );
  /** Registrations for push notifications. */
  public static readonly PUSH_SUBSCRIPTIONS = new PublicEndpoint(
    '/api/push_subscriptions',
    EXACT,
    WEB,
    SDK,
    'SdkFiles',
    'Registrations for push notifications, from mobile apps',
  );
  /** Site apps. */
  public static readonly SITE_APPS = new PublicEndpoint('/site_app', BELOW, WEB, SDK, 'SdkFiles', 'Site apps');
  /** The support widget. */
  public static readonly CONVERSATIONS_WIDGET = new PublicEndpoint('/api/conversations/v1/widget', BELOW, WEB, SDK, 'SdkFiles', 'The support widget');

  // -- Shared and embedded content ----------------------------------------------------------------------------------------------

  /** Pages of shared insights and dashboards. */
  public static readonly SHARED = new PublicEndpoint(
    '/shared',
    ONE_BELOW,
    WEB,
    SHARED_CONTENT,
    'SharedContent',
    'Pages of shared insights and dashboards',
  );
  /** Shared dashboards, at their old path. */
  public static readonly SHARED_DASHBOARD = new PublicEndpoint(
    '/shared_dashboard',
    ONE_BELOW,
    WEB,
    SHARED_CONTENT,
    'SharedContent',
    'Shared dashboards, at their old path',
    { legacy: true },
  );
  /** Pages of embedded insights and dashboards. */
  public static readonly EMBEDDED = new PublicEndpoint(
    '/embedded',
    ONE_BELOW,
    WEB,
    SHARED_CONTENT,
    'SharedContent',
    'Pages of embedded insights and dashboards',
  );
  /** Rendered exports. */
  public static readonly EXPORTER = new PublicEndpoint('/exporter', EXACT_AND_ONE_BELOW, WEB, SHARED_CONTENT, 'SharedContent', 'Rendered exports');
  /** Shared user interviews. */
  public static readonly INTERVIEW = new PublicEndpoint('/interview', ONE_BELOW, WEB, SHARED_CONTENT, 'SharedContent', 'Shared user interviews');
  /** Rendered queries. */
  public static readonly RENDER_QUERY = new PublicEndpoint('/render_query', EXACT, WEB, SHARED_CONTENT, 'SharedQueries', 'Rendered queries');

  // -- Pages for the customers' end users ---------------------------------------------------------------------------------------

  /** Hosted surveys. */
  public static readonly HOSTED_SURVEYS = new PublicEndpoint('/external_surveys', ONE_BELOW, WEB, END_USER_PAGES, 'EndUserPages', 'Hosted surveys');
  /** Message preferences. */
  public static readonly MESSAGE_PREFERENCES = new PublicEndpoint(
    '/messaging-preferences',
    ONE_BELOW,
    WEB,
    END_USER_PAGES,
    'EndUserPages',
    'Message preferences, linked from e-mails',
  );
  /** Uploaded pictures. */
  public static readonly UPLOADED_MEDIA = new PublicEndpoint(
    '/uploaded_media',
    ONE_BELOW,
    WEB,
    END_USER_PAGES,
    'EndUserPages',
    'Pictures uploaded for surveys, tours and e-mails',
  );
  /** Unsubscribing from notifications. */
  public static readonly UNSUBSCRIBE = new PublicEndpoint(
    '/api/unsubscribe',
    EXACT,
    WEB,
    END_USER_PAGES,
    'Unsubscribe',
    'Unsubscribing from notifications',
  );
  /** The unsubscribe page. */
  public static readonly UNSUBSCRIBE_PAGE = new PublicEndpoint(
    '/unsubscribe',
    EXACT,
    WEB,
    END_USER_PAGES,
    'Unsubscribe',
    'The page behind unsubscribe links',
  );
  /** Links and pictures in e-mails. */
  public static readonly MESSAGE_TRACKING = new PublicEndpoint(
    '/public/m',
    BELOW,
    PLUGINS,
    END_USER_PAGES,
    'MessageTracking',
    'Opened and clicked links of e-mails',
  );

  // -- OAuth --------------------------------------------------------------------------------------------------------------------

  /** The OAuth provider. */
  public static readonly OAUTH = new PublicEndpoint('/oauth', BELOW, WEB, OAUTH, 'OAuth', 'The OAuth provider');
  /** Discovery documents of the OAuth provider. */
  public static readonly WELL_KNOWN = new PublicEndpoint('/.well-known', BELOW, WEB, OAUTH, 'OAuth', 'Discovery documents of the OAuth provider');
  /** Signing in from the toolbar. */
  public static readonly TOOLBAR_OAUTH = new PublicEndpoint('/toolbar_oauth', BELOW, WEB, OAUTH, 'OAuth', 'Signing in from the toolbar');
  /** Client metadata. */
  public static readonly OAUTH_API = new PublicEndpoint('/api/oauth', BELOW, WEB, OAUTH, 'OAuth', "Metadata of PostHog's own OAuth clients");
  /** Sign-in instructions for agents. */
  public static readonly AUTH_MD = new PublicEndpoint('/auth.md', EXACT, WEB, OAUTH, 'OAuth', 'Sign-in instructions for agents');

  // -- Calls from other systems -------------------------------------------------------------------------------------------------

  /** GitHub and Vercel webhooks. */
  public static readonly WEBHOOKS = new PublicEndpoint('/webhooks', BELOW, WEB, INBOUND_WEBHOOKS, 'Webhooks', 'GitHub and Vercel webhooks, signed');
  /** Slack callbacks. */
  public static readonly SLACK = new PublicEndpoint('/slack', BELOW, WEB, INBOUND_WEBHOOKS, 'Webhooks', 'Slack callbacks, signed');
  /** Provisioning of users. */
  public static readonly SCIM = new PublicEndpoint(
    '/scim/v2',
    BELOW,
    WEB,
    INBOUND_WEBHOOKS,
    'Webhooks',
    'Provisioning of users from an identity provider',
  );
  /** Alerts about leaked keys. */
  public static readonly GITHUB_ALERTS = new PublicEndpoint(
    '/api/alerts/github',
    EXACT,
    WEB,
    INBOUND_WEBHOOKS,
    'Webhooks',
    "GitHub's alerts about leaked keys, signed",
  );
  /** Signed legal documents. */
  public static readonly PANDADOC = new PublicEndpoint(
    '/api/legal_documents/pandadoc',
    EXACT,
    WEB,
    INBOUND_WEBHOOKS,
    'Webhooks',
    'Signed legal documents',
  );
  /** Customer.io webhooks. */
  public static readonly CUSTOMER_IO = new PublicEndpoint(
    '/api/projects/*/messaging/customerio/webhook',
    EXACT,
    WEB,
    INBOUND_WEBHOOKS,
    'ApiWebhooks',
    'Customer.io webhooks',
  );
  /** Customer.io webhooks, at their old path. */
  public static readonly CUSTOMER_IO_LEGACY = new PublicEndpoint(
    '/api/environments/*/messaging/customerio/webhook',
    EXACT,
    WEB,
    INBOUND_WEBHOOKS,
    'ApiWebhooks',
    'Customer.io webhooks, at their old path',
    { legacy: true },
  );
  /** Calls of user interviews. */
  public static readonly VAPI = new PublicEndpoint(
    '/api/user_interviews/vapi_webhook',
    EXACT,
    WEB,
    INBOUND_WEBHOOKS,
    'ApiWebhooks',
    'Calls of user interviews',
  );
  /** Starting the call of a user interview. */
  public static readonly VAPI_START = new PublicEndpoint(
    '/api/user_interviews/share/*/start_call',
    EXACT,
    WEB,
    INBOUND_WEBHOOKS,
    'ApiWebhooks',
    'Starting the call of a user interview',
  );
  /** Customer records from other systems. */
  public static readonly CUSTOMER_ANALYTICS = new PublicEndpoint(
    '/api/customer_analytics/external',
    BELOW,
    WEB,
    INBOUND_WEBHOOKS,
    'ApiWebhooks',
    'Customer records from other systems',
  );
  /** Support tickets from Slack. */
  public static readonly CONVERSATIONS_SLACK = new PublicEndpoint(
    '/api/conversations/v1/slack',
    BELOW,
    WEB,
    INBOUND_WEBHOOKS,
    'Conversations',
    'Support tickets from Slack, signed',
  );
  /** Support tickets from Teams. */
  public static readonly CONVERSATIONS_TEAMS = new PublicEndpoint(
    '/api/conversations/v1/teams',
    BELOW,
    WEB,
    INBOUND_WEBHOOKS,
    'Conversations',
    'Support tickets from Teams',
  );
  /** Support tickets from e-mail. */
  public static readonly CONVERSATIONS_EMAIL = new PublicEndpoint(
    '/api/conversations/v1/email',
    BELOW,
    WEB,
    INBOUND_WEBHOOKS,
    'Conversations',
    'Support tickets from e-mail',
  );
  /** Support tickets through an API key. */
  public static readonly CONVERSATIONS_API = new PublicEndpoint(
    '/api/conversations/v1/external',
    BELOW,
    WEB,
    INBOUND_WEBHOOKS,
    'Conversations',
    'Support tickets through an API key',
  );
  /** Webhook sources. */
  public static readonly WEBHOOK_SOURCES = new PublicEndpoint(
    '/public/webhooks',
    EXACT_AND_BELOW,
    PLUGINS,
    INBOUND_WEBHOOKS,
    'WebhookSources',
    'Webhook sources of data pipelines',
  );

  // -- Calls of SDKs with a key of the API: posthog 7.91.1 (ai/prompts.py, emails.py), posthog-node 5.70.0 (emails.js); posthog/api/llm_prompt.py
  // -------

  /** Prompts of an environment. */
  public static readonly PROMPTS = new PublicEndpoint('/api/environments/*/llm_prompts', EXACT, WEB, SDK_API, 'SdkPrompts', 'Prompts, all of them');
  /** One prompt of an environment. */
  public static readonly PROMPT = new PublicEndpoint(
    '/api/environments/*/llm_prompts/name',
    ONE_BELOW,
    WEB,
    SDK_API,
    'SdkPrompts',
    'Prompts, by name',
  );
  /** Prompts of a project. */
  public static readonly PROJECT_PROMPTS = new PublicEndpoint(
    '/api/projects/*/llm_prompts',
    EXACT,
    WEB,
    SDK_API,
    'SdkPrompts',
    'Prompts, all of them, at their newer path',
  );
  /** One prompt of a project. */
  public static readonly PROJECT_PROMPT = new PublicEndpoint(
    '/api/projects/*/llm_prompts/name',
    ONE_BELOW,
    WEB,
    SDK_API,
    'SdkPrompts',
    'Prompts, by name, at their newer path',
  );
  /** Sending an e-mail. */
  public static readonly EMAILS_SEND = new PublicEndpoint(
    '/api/projects/*/messaging/send/email',
    EXACT,
    WEB,
    SDK_API,
    'SdkEmails',
    'Sending e-mails',
  );
  /** Attachments of e-mails. */
  public static readonly EMAIL_UPLOADS = new PublicEndpoint(
    '/api/projects/*/messaging/attachments/uploads',
    EXACT,
    WEB,
    SDK_API,
    'SdkEmails',
    'Attachments of e-mails',
  );
  /** Delivery status of an e-mail. */
  public static readonly EMAILS = new PublicEndpoint(
    '/api/projects/*/messaging/emails',
    ONE_BELOW,
    WEB,
    SDK_API,
    'SdkEmails',
    'Delivery status of an e-mail',
  );
  /** Preferences of a recipient. */
  public static readonly EMAIL_PREFERENCES = new PublicEndpoint(
    '/api/projects/*/messaging/preferences',
    EXACT,
    WEB,
    SDK_API,
    'SdkEmails',
    'Preferences of a recipient of e-mails',
  );

  // -- Endpoints of other processes for pages of the app ---------------------------------------------------------------------------------

  /** Live events. */
  public static readonly LIVE_EVENTS = new PublicEndpoint(
    '/livestream',
    EXACT_AND_BELOW,
    LIVESTREAM,
    LIVE_EVENTS,
    'LiveEvents',
    'Events and notifications as they arrive, for pages of the app',
    { stripped: true },
  );

  /**
   * Returns every endpoint of the table, in its order.
   */
  public static all(): PublicEndpoint[] {
    return Object.values(PublicEndpoint).filter((value) => value instanceof PublicEndpoint);
  }

  /**
   * Returns the endpoints of one process.
   *
   * @param process the process
   */
  public static answeredBy(process: PostHogProcess): PublicEndpoint[] {
    return PublicEndpoint.all().filter((endpoint) => endpoint.process === process);
  }

  /** Indicates whether PostHog documents the endpoint for proxies. */
  public readonly documented: boolean;
  /** Indicates whether only older clients call it. */
  public readonly legacy: boolean;
  /** Indicates whether SDKs call it although PostHog does not document it. */
  public readonly sdkOnly: boolean;

  private constructor(
    /** The path, without a trailing slash. A `*` matches one id. */
    public readonly path: string,
    private readonly reach: Reach,
    /** The process that answers. */
    public readonly process: PostHogProcess,
    /** The group, with which it is opened or closed. */
    public readonly group: EndpointGroup,
    private readonly rule: string,
    /** The purpose, as a phrase. */
    public readonly purpose: string,
    private readonly traits: EndpointTraits = {},
  ) {
    this.documented = traits.documented ?? false;
    this.legacy = traits.legacy ?? false;
    this.sdkOnly = !this.documented && ALWAYS_PUBLIC.includes(group);
  }

  /**
   * Indicates whether the path itself is part of the endpoint.
   *
   * @internal
   */
  public get _matchesPath(): boolean {
    return [EXACT, EXACT_AND_BELOW, EXACT_AND_ONE_BELOW].includes(this.reach);
  }

  /**
   * Indicates whether sub-paths are part of the endpoint.
   *
   * @internal
   */
  public get _matchesBelow(): boolean {
    return this.reach !== EXACT;
  }

  /**
   * Indicates whether sub-paths are limited to one segment.
   *
   * @internal
   */
  public get _oneBelow(): boolean {
    return this.reach === ONE_BELOW || this.reach === EXACT_AND_ONE_BELOW;
  }

  /**
   * Indicates whether only files below the path are part of the endpoint.
   *
   * @internal
   */
  public get _filesOnly(): boolean {
    return this.reach === FILES;
  }

  /**
   * The rewrite of the URL by the load balancer; undefined if it does not change the URL.
   *
   * @internal
   */
  public get _rewrite(): Rewrite | undefined {
    return this.traits.stripped ? withoutPath(this.path) : undefined;
  }

  /**
   * Returns the listener rule of the endpoint if a process answers it; undefined for other processes.
   *
   * @internal
   */
  public _ruleFor(process: PostHogProcess): string | undefined {
    return process === this.process ? this.rule : undefined;
  }

  /** Returns the path patterns for display: `/e, /e/*`. */
  public toString(): string {
    const forms = [...(this._matchesPath ? [this.path] : []), ...(this._matchesBelow ? [`${this.path}/*`] : [])];
    return forms.join(', ');
  }
}
