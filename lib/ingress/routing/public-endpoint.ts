import { ENDPOINTS, EndpointName } from '../../catalog/endpoints';
import { Endpoint, PathMatch, TrailingSlash } from '../../catalog/endpoints/endpoint';
import { ALWAYS_PUBLIC, EndpointGroup } from '../../catalog/endpoints/endpoint-group';
import { EndpointRuleName } from '../../catalog/endpoints/rule-priorities';
import { PostHogProcess } from '../../catalog/posthog-process';

const { EXACT, EXACT_OR_BELOW, CHILD, EXACT_OR_CHILD, FILES } = PathMatch;

/**
 * An endpoint of PostHog that must be reachable without signing in to the app.
 *
 * The constants are all endpoints: each has a path, and the process that answers it. A `*` in a path matches one id.
 */
export class PublicEndpoint {
  /** Events of current SDKs (`/i/v0/e`). */
  public static readonly EVENTS = new PublicEndpoint('EVENTS');
  /** Events of posthog-js. */
  public static readonly E = new PublicEndpoint('E');
  /** Batches of events. */
  public static readonly BATCH = new PublicEndpoint('BATCH');
  /** Session recordings. */
  public static readonly RECORDINGS = new PublicEndpoint('RECORDINGS');
  /** Events of the newest SDKs and of PostHog's own processes. */
  public static readonly ANALYTICS = new PublicEndpoint('ANALYTICS');
  /** Single events. */
  public static readonly CAPTURE = new PublicEndpoint('CAPTURE');
  /** Events of very old SDKs. */
  public static readonly TRACK = new PublicEndpoint('TRACK');
  /** Person properties of very old SDKs. */
  public static readonly ENGAGE = new PublicEndpoint('ENGAGE');
  /** Large AI events. Refused without `Product.AI`: the newer versions of capture know these paths in its mode alone. */
  public static readonly AI = new PublicEndpoint('AI');
  /** Large AI events of the newest SDKs. Refused without `Product.AI`, too. */
  public static readonly AI_V1 = new PublicEndpoint('AI_V1');
  /** Logs, over OpenTelemetry. */
  public static readonly LOGS = new PublicEndpoint('LOGS');
  /** Traces, over OpenTelemetry. */
  public static readonly TRACES = new PublicEndpoint('TRACES');

  /** Feature flags and their definitions. */
  public static readonly FLAGS = new PublicEndpoint('FLAGS');
  /** Feature flags for older SDKs. */
  public static readonly DECIDE = new PublicEndpoint('DECIDE');
  /** Flag definitions for older server SDKs. */
  public static readonly LOCAL_EVALUATION = new PublicEndpoint('LOCAL_EVALUATION');
  /** The payload of a remote-config flag. */
  public static readonly FLAG_REMOTE_CONFIG = new PublicEndpoint('FLAG_REMOTE_CONFIG');
  /** The SDK's configuration. */
  public static readonly REMOTE_CONFIG = new PublicEndpoint('REMOTE_CONFIG');
  /** Surveys to show. */
  public static readonly SURVEYS = new PublicEndpoint('SURVEYS');
  /** Surveys to show, at their short path. */
  public static readonly SURVEYS_SHORT = new PublicEndpoint('SURVEYS_SHORT');
  /** Early access features. */
  public static readonly EARLY_ACCESS_FEATURES = new PublicEndpoint('EARLY_ACCESS_FEATURES');
  /** No-code experiments. */
  public static readonly WEB_EXPERIMENTS = new PublicEndpoint('WEB_EXPERIMENTS');
  /** Product tours. */
  public static readonly PRODUCT_TOURS = new PublicEndpoint('PRODUCT_TOURS');
  /** Reports of content security policies. */
  public static readonly CSP_REPORTS = new PublicEndpoint('CSP_REPORTS');
  /** The SDK's scripts. */
  public static readonly STATIC = new PublicEndpoint('STATIC');
  /** Registrations for push notifications. */
  public static readonly PUSH_SUBSCRIPTIONS = new PublicEndpoint('PUSH_SUBSCRIPTIONS');
  /** Site apps. */
  public static readonly SITE_APPS = new PublicEndpoint('SITE_APPS');
  /** The support widget. */
  public static readonly CONVERSATIONS_WIDGET = new PublicEndpoint('CONVERSATIONS_WIDGET');

  /** Pages of shared insights and dashboards. */
  public static readonly SHARED = new PublicEndpoint('SHARED');
  /** Shared dashboards, at their old path. */
  public static readonly SHARED_DASHBOARD = new PublicEndpoint('SHARED_DASHBOARD');
  /** Pages of embedded insights and dashboards. */
  public static readonly EMBEDDED = new PublicEndpoint('EMBEDDED');
  /** Rendered exports. */
  public static readonly EXPORTER = new PublicEndpoint('EXPORTER');
  /** Shared user interviews. */
  public static readonly INTERVIEW = new PublicEndpoint('INTERVIEW');
  /** Rendered queries. */
  public static readonly RENDER_QUERY = new PublicEndpoint('RENDER_QUERY');

  /** Hosted surveys. */
  public static readonly HOSTED_SURVEYS = new PublicEndpoint('HOSTED_SURVEYS');
  /** Message preferences. */
  public static readonly MESSAGE_PREFERENCES = new PublicEndpoint('MESSAGE_PREFERENCES');
  /** Uploaded pictures. */
  public static readonly UPLOADED_MEDIA = new PublicEndpoint('UPLOADED_MEDIA');
  /** Unsubscribing from notifications. */
  public static readonly UNSUBSCRIBE = new PublicEndpoint('UNSUBSCRIBE');
  /** The unsubscribe page. */
  public static readonly UNSUBSCRIBE_PAGE = new PublicEndpoint('UNSUBSCRIBE_PAGE');
  /** Links and pictures in e-mails. */
  public static readonly MESSAGE_TRACKING = new PublicEndpoint('MESSAGE_TRACKING');

  /** The OAuth provider. */
  public static readonly OAUTH = new PublicEndpoint('OAUTH');
  /** Discovery documents of the OAuth provider. */
  public static readonly WELL_KNOWN = new PublicEndpoint('WELL_KNOWN');
  /** Signing in from the toolbar. */
  public static readonly TOOLBAR_OAUTH = new PublicEndpoint('TOOLBAR_OAUTH');
  /** Client metadata. */
  public static readonly OAUTH_API = new PublicEndpoint('OAUTH_API');
  /** Sign-in instructions for agents. */
  public static readonly AUTH_MD = new PublicEndpoint('AUTH_MD');

  /** GitHub and Vercel webhooks. */
  public static readonly WEBHOOKS = new PublicEndpoint('WEBHOOKS');
  /** Slack callbacks. */
  public static readonly SLACK = new PublicEndpoint('SLACK');
  /** Provisioning of users. */
  public static readonly SCIM = new PublicEndpoint('SCIM');
  /** Alerts about leaked keys. */
  public static readonly GITHUB_ALERTS = new PublicEndpoint('GITHUB_ALERTS');
  /** Signed legal documents. */
  public static readonly PANDADOC = new PublicEndpoint('PANDADOC');
  /** Customer.io webhooks. */
  public static readonly CUSTOMER_IO = new PublicEndpoint('CUSTOMER_IO');
  /** Customer.io webhooks, at their old path. */
  public static readonly CUSTOMER_IO_LEGACY = new PublicEndpoint('CUSTOMER_IO_LEGACY');
  /** Calls of user interviews. */
  public static readonly VAPI = new PublicEndpoint('VAPI');
  /** Starting the call of a user interview. */
  public static readonly VAPI_START = new PublicEndpoint('VAPI_START');
  /** Customer records from other systems. */
  public static readonly CUSTOMER_ANALYTICS = new PublicEndpoint('CUSTOMER_ANALYTICS');
  /** Support tickets from Slack. */
  public static readonly CONVERSATIONS_SLACK = new PublicEndpoint('CONVERSATIONS_SLACK');
  /** Support tickets from Teams. */
  public static readonly CONVERSATIONS_TEAMS = new PublicEndpoint('CONVERSATIONS_TEAMS');
  /** Support tickets from e-mail. */
  public static readonly CONVERSATIONS_EMAIL = new PublicEndpoint('CONVERSATIONS_EMAIL');
  /** Support tickets through an API key. */
  public static readonly CONVERSATIONS_API = new PublicEndpoint('CONVERSATIONS_API');
  /** Webhook sources. */
  public static readonly WEBHOOK_SOURCES = new PublicEndpoint('WEBHOOK_SOURCES');

  // -------

  /** Prompts of an environment. */
  public static readonly PROMPTS = new PublicEndpoint('PROMPTS');
  /** One prompt of an environment. */
  public static readonly PROMPT = new PublicEndpoint('PROMPT');
  /** Prompts of a project. */
  public static readonly PROJECT_PROMPTS = new PublicEndpoint('PROJECT_PROMPTS');
  /** One prompt of a project. */
  public static readonly PROJECT_PROMPT = new PublicEndpoint('PROJECT_PROMPT');
  /** Sending an e-mail. */
  public static readonly EMAILS_SEND = new PublicEndpoint('EMAILS_SEND');
  /** Attachments of e-mails. */
  public static readonly EMAIL_UPLOADS = new PublicEndpoint('EMAIL_UPLOADS');
  /** Delivery status of an e-mail. */
  public static readonly EMAILS = new PublicEndpoint('EMAILS');
  /** Preferences of a recipient. */
  public static readonly EMAIL_PREFERENCES = new PublicEndpoint('EMAIL_PREFERENCES');

  /** Live events. */
  public static readonly LIVE_EVENTS = new PublicEndpoint('LIVE_EVENTS');

  /**
   * Returns every endpoint, in the order of the table.
   */
  public static all(): PublicEndpoint[] {
    return (Object.keys(ENDPOINTS) as EndpointName[]).map((name) => CONSTANTS[name]);
  }

  /**
   * Returns the endpoints of one process.
   *
   * @param process the process
   */
  public static answeredBy(process: PostHogProcess): PublicEndpoint[] {
    return PublicEndpoint.all().filter((endpoint) => endpoint.process === process);
  }

  /** The path, without a trailing slash. A `*` matches one id. */
  public readonly path: string;
  /** The process that answers. */
  public readonly process: PostHogProcess;
  /** The group, with which it is opened or closed. */
  public readonly group: EndpointGroup;
  /** The purpose, as a phrase. */
  public readonly purpose: string;
  /** Indicates whether PostHog documents the endpoint for proxies. */
  public readonly documented: boolean;
  /** Indicates whether only older clients call it. */
  public readonly legacy: boolean;
  /** Indicates whether SDKs call it although PostHog does not document it. */
  public readonly sdkOnly: boolean;

  private readonly row: Endpoint;

  private constructor(name: EndpointName) {
    this.row = ENDPOINTS[name];
    ({ path: this.path, process: this.process, group: this.group, purpose: this.purpose } = this.row);
    this.documented = this.row.documented ?? false;
    this.legacy = this.row.legacy ?? false;
    this.sdkOnly = !this.documented && ALWAYS_PUBLIC.includes(this.group);
  }

  /**
   * Indicates whether the path itself is part of the endpoint.
   *
   * @internal
   */
  public get _matchesPath(): boolean {
    return [EXACT, EXACT_OR_BELOW, EXACT_OR_CHILD].includes(this.row.match);
  }

  /**
   * Indicates whether sub-paths are part of the endpoint.
   *
   * @internal
   */
  public get _matchesSubpaths(): boolean {
    return this.row.match !== EXACT;
  }

  /**
   * Indicates whether sub-paths are limited to one segment.
   *
   * @internal
   */
  public get _childrenOnly(): boolean {
    return this.row.match === CHILD || this.row.match === EXACT_OR_CHILD;
  }

  /**
   * Indicates whether only files below the path are part of the endpoint.
   *
   * @internal
   */
  public get _filesOnly(): boolean {
    return this.row.match === FILES;
  }

  /**
   * The paths below the path, if only those are part of the endpoint, with their placeholders.
   *
   * @internal
   */
  public get _listed(): readonly string[] | undefined {
    return this.row.match === PathMatch.LISTED ? this.row.below : undefined;
  }

  /**
   * The slash at the end of the paths.
   *
   * @internal
   */
  public get _trailingSlash(): TrailingSlash {
    return this.row.trailingSlash ?? TrailingSlash.OPTIONAL;
  }

  /**
   * Indicates whether the load balancer strips the path before the process gets the request.
   *
   * @internal
   */
  public get _stripPrefix(): boolean {
    return this.row.stripPrefix ?? false;
  }

  /**
   * Returns the listener rule of the endpoint if a process answers it; undefined for other processes.
   *
   * @internal
   */
  public _ruleFor(process: PostHogProcess): EndpointRuleName | undefined {
    return process === this.process ? this.row.rule : undefined;
  }

  /** Returns the path patterns for display: `/e, /e/*`. */
  public toString(): string {
    if (this._listed) {
      return this._listed.map((listed) => `${this.path}/${listed.replace('/?', '')}`).join(', ');
    }
    const forms = [...(this._matchesPath ? [this.path] : []), ...(this._matchesSubpaths ? [`${this.path}/*`] : [])];
    return forms.join(', ');
  }
}

/** The constants by the names of their rows: a row without a constant does not compile, and neither does a constant without a row. */
const CONSTANTS: Readonly<Record<EndpointName, PublicEndpoint>> = PublicEndpoint;
