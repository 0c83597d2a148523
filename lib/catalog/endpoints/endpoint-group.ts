/**
 * Groups of public endpoints by purpose. A group is opened or closed as a whole.
 */
export enum EndpointGroup {
  /** Endpoints that receive events, recordings and logs. Always public. */
  INGESTION = 'ingestion',
  /** Scripts, configuration, flags and surveys that SDKs load. Always public. */
  SDK = 'sdk',
  /**
   * Pages of dashboards and insights that a user of PostHog shares or embeds, as they were last computed. The app's API, from which such a page
   * loads fresh results and recordings, stays closed. Open when the app is open to everyone, or on demand.
   */
  SHARED_CONTENT = 'shared-content',
  /**
   * Pages for the customers' end users: hosted surveys, unsubscribe pages, uploaded pictures. Open when the app is open to everyone, or on
   * demand.
   */
  END_USER_PAGES = 'end-user-pages',
  /**
   * Calls from other systems, each with its own authentication: GitHub, Slack, SCIM, webhooks. Open when the app is open to everyone, or on
   * demand.
   */
  INBOUND_WEBHOOKS = 'inbound-webhooks',
  /**
   * The OAuth provider for the toolbar, MCP clients and OAuth apps. Its signing key is generated unless you pass one. Open when the app is open
   * to everyone, or on demand.
   */
  OAUTH = 'oauth',
  /**
   * Calls that SDKs make at run time with a personal API key or a project's secret key: prompts, and e-mails with their preferences. The key is
   * checked by the app, and limited to its scopes. Open when the app is open to everyone, or on demand.
   */
  SDK_API = 'sdk-api',
  /**
   * Live events, which pages of the app load with a token of their own. Open to the clients that can open the app, or on demand to everyone. In that
   * case only the token protects it, which is valid for seven days (posthog/api/team.py).
   */
  LIVE_EVENTS = 'live-events',
}

/** The groups that are always public: closing them would lose data or break the sites that PostHog is installed on. */
export const ALWAYS_PUBLIC: readonly EndpointGroup[] = [EndpointGroup.INGESTION, EndpointGroup.SDK];

/** Groups that are parts of the app, answered by another process: only clients that can open the app reach them, unless they are public. */
export const PART_OF_THE_APP: readonly EndpointGroup[] = [EndpointGroup.LIVE_EVENTS];
