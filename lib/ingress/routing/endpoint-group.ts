/**
 * What a public endpoint is for, and so who decides whether it is open.
 */
export enum EndpointGroup {
  /** Events, recordings and logs come in here. Always public. */
  INGESTION = 'ingestion',
  /** What SDKs load or ask for: scripts, configuration, flags, surveys. Always public. */
  SDK = 'sdk',
  /**
   * Pages of dashboards and insights that a user of PostHog shares or embeds, as they were last computed. What such a page asks the app's API
   * for (fresh results, recordings) stays closed. Open when the app is, or on demand.
   */
  SHARED_CONTENT = 'shared-content',
  /** Pages that the customers' end users open: hosted surveys, unsubscribe pages, uploaded pictures. Open when the app is, or on demand. */
  END_USER_PAGES = 'end-user-pages',
  /** Calls from other systems, each with a check of its own: GitHub, Slack, SCIM, webhooks. Open when the app is, or on demand. */
  INBOUND_WEBHOOKS = 'inbound-webhooks',
  /**
   * The OAuth provider, which the toolbar, MCP clients and OAuth apps sign in with. The key that it signs with is made where none is given. Open
   * when the app is, or on demand.
   */
  OAUTH = 'oauth',
  /**
   * Calls that SDKs make at run time with a personal API key or a project's secret key: prompts, and e-mails with their preferences. The key is
   * checked by the app, and may do what its scopes allow. Open when the app is, or on demand.
   */
  SDK_API = 'sdk-api',
  /**
   * Events as they arrive, which pages of the app ask for with a token of their own. Open to whom the app is open. On demand to everybody: then that
   * token alone protects it, which is valid for seven days (posthog/api/team.py).
   */
  LIVE_EVENTS = 'live-events',
}

/** Closing these would lose data or break the sites that PostHog is installed on. */
export const ALWAYS_PUBLIC: readonly EndpointGroup[] = [EndpointGroup.INGESTION, EndpointGroup.SDK];

/** Parts of the app that another process answers: whoever can open the app reaches them, and nobody else does unavailable. */
export const PART_OF_THE_APP: readonly EndpointGroup[] = [EndpointGroup.LIVE_EVENTS];
