/**
 * The priority of every listener rule, by its name, which is part of its logical id.
 *
 * The gaps leave room: a new rule gets a number of its own and moves no other. AWS does not bill the first ten rules that a request
 * is evaluated against, so events and recordings come first, then the endpoints that SDKs call on every page. There are no rules for
 * processes of the table that are not deployed.
 */
export const PRIORITIES = {
  // More specific than Events, and therefore before it: it refuses if no process answers them.
  Ai: 90,
  Events: 100,
  Recordings: 110,
  Captures: 120,
  Engage: 130,
  Flags: 140,
  FlagDefinitions: 150,
  RemoteConfig: 160,
  AppSdk: 170,
  AppReports: 180,
  SdkFiles: 190,
  Logs: 192,
  DenyEvasions: 200,
  DenyInternal: 210,
  SharedContent: 300,
  SharedQueries: 310,
  EndUserPages: 320,
  Unsubscribe: 330,
  MessageTracking: 340,
  OAuth: 350,
  Webhooks: 360,
  ApiWebhooks: 370,
  Conversations: 380,
  WebhookSources: 390,
  SdkPrompts: 400,
  SdkEmails: 410,
  // With an IP allow-list, there is one for every few CIDR blocks.
  LiveEvents: 900,
} as const satisfies Readonly<Record<string, number>>;

/** The name of a rule, which has a priority. */
export type RuleName = keyof typeof PRIORITIES;

/** The name of a rule that always refuses. */
export type DenyRuleName = Extract<RuleName, `Deny${string}`>;

/** The name of a rule that forwards requests for endpoints. */
export type EndpointRuleName = Exclude<RuleName, DenyRuleName>;
