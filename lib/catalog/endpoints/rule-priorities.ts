/**
 * The priority of every listener rule, by its name, which is part of its logical id.
 *
 * Rules that refuse come before every rule that forwards: which process answers, or whether one proxy answers for all of them, is not known here.
 * AWS does not bill the first ten rules that a request is evaluated against ("The first 10 processed rules are free",
 * https://aws.amazon.com/elasticloadbalancing/pricing/), so the endpoints that SDKs call on every page come next. `DenyPages` refuses pages of the
 * app between its public files, unless everyone may open the app at that host name; it is the last of these, because only files of the app need it.
 *
 * The gaps leave room: a rule with more values than AWS allows is split, and its parts have the priorities after it. A new rule gets a number of its
 * own and moves no other. A rule that must move gets a number that no rule has ever had, including the parts of a split one: CloudFormation
 * creates and changes rules one by one and deletes last, and AWS refuses a priority that another rule has at that moment (PriorityInUse,
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetRulePriorities.html). Former numbers are in FORMER_PRIORITIES.
 */
export const PRIORITIES = {
  DenyEvasions: 10,
  DenyInternal: 30,
  // More specific than Events, and therefore before it.
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
  Logs: 192,
  DenyPages: 220,
  SdkFiles: 240,
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

/** Priorities that rules had in earlier versions. No other rule, and no part of one, may have one of them. */
export const FORMER_PRIORITIES = {
  SdkFiles: 190,
  DenyEvasions: 200,
  DenyInternal: 210,
} as const satisfies Partial<Record<RuleName, number>>;

/** The name of a rule, which has a priority. */
export type RuleName = keyof typeof PRIORITIES;

/** The name of a rule that always refuses. */
export type DenyRuleName = Extract<RuleName, `Deny${string}`>;

/** The name of a rule that forwards requests for endpoints. */
export type EndpointRuleName = Exclude<RuleName, DenyRuleName>;
