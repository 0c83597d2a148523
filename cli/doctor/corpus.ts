import { PublicEndpoint } from '../../lib/internal';

/**
 * Paths that are not public endpoints, and that a careless rule forwards. None of them is in the endpoint table.
 *
 * These are a few of each kind, for checking a deployment. The tests of the rules use them too, with thousands more.
 */

/** Names that begin like an endpoint, or differ from one in case or by a level. */
export const NEIGHBOURS: readonly string[] = [
  '/e2',
  '/embedded',
  '/events',
  '/engineering',
  '/engagement',
  '/E/',
  '/s3',
  '/shared',
  '/sessions',
  '/support',
  '/batch_exports',
  '/batchx',
  '/capture_settings',
  '/tracking',
  '/decision',
  '/flagship',
  '/flag',
  '/feature_flags',
  '/i/v0',
  '/i/v1',
  '/i/v2/e',
  '/i/x',
  '/arrays',
  '/array',
  '/surveyor',
  '/surveys/1',
  '/api/surveys/1',
  '/api/feature_flag/my_flags/',
  '/api/projects/1/feature_flags/2',
  '/api/early_access_features/1',
  '/api/product_tours/1/',
  '/api/web_experiments/1',
  '/reports',
  '/report/x',
  '/static',
  '/statics/array.js',
  '/site_app',
  '/api/conversations/v1/',
  '/embedded/x/y',
  '/shared/x/y',
  '/external_surveys',
  '/oauth2/authorize',
  '/webhooksx',
  '/scim/v1/x',
  '/public/x',
  '/livestreams',
  '/livestream.js',
  // Pages of the app: upstream looks for these words anywhere in a path.
  '/site_app/login',
  '/site_app/1/token/login',
  '/static/x/login.js',
  '/static/signup/x.js',
  '/shared/reset/',
  '/uploaded_media/login/',
  '/messaging-preferences/login',
  '/oauth/login',
  '/.well-known/login',
  '/toolbar_oauth/login',
  '/webhooks/login',
  '/slack/login',
  '/scim/v2/login',
  '/scim/v2/login/Users',
  // Parts of the app's own API, next to calls of other systems.
  '/api/oauth/connected-apps',
  '/api/conversations/v1/slack/authorize',
  '/api/conversations/v1/teams/channels',
  '/api/conversations/v1/email/connect',
];

/** The paths of all public endpoints, with an id where they have a wildcard. */
const ROOTS: readonly string[] = [...new Set(PublicEndpoint.all().map(({ path }) => path.replaceAll('*', '1')))];

/** Paths that the app's server may read differently from the load balancer: dot segments, encoded ones, doubled slashes. */
export const EVASIONS: readonly string[] = [
  '/static/../login',
  '/static/%2e%2e/login',
  '/static/..%2flogin',
  '/static//../admin/',
  '/site_app/x/../../login',
  '/embedded/../login',
  '/embedded/%2e%2e/api/users',
  '/report/../login',
  '//login',
  'http://posthog.example.com/login',
  // A proxy behind the load balancer may resolve what the process of an endpoint does not.
  ...ROOTS.flatMap((root) => [`${root}/../login`, `${root}/..%2flogin`, `${root}/%2e%2e/login`, `${root}//login`]),
];

/** Internal endpoints of PostHog, plain and obfuscated. Refused for every client. */
export const INTERNAL: readonly string[] = [
  '/_stats',
  '/_stats/',
  '/_metrics',
  '/_stats%3f',
  '/internal/x',
  '/api/internal/x',
  '/api/projects/1/internal/x',
  '/api/environments/1/internal/x',
  '//internal/x',
  '/internal%2fx',
  '/%69nternal/x',
  '/x/../internal/x',
  '/x/%2e%2e/_stats',
  '/api/projects/1/x/..%2finternal/x',
  '/livestream/metrics',
  '/livestream%2fmetrics/',
  '/livestream//metrics',
  '/_stats#',
  '/_metrics/#x',
  '/livestream/metrics#',
  'http://posthog.example.com/_stats',
  ...ROOTS.flatMap((root) => [`${root}/../_stats`, `${root}/..%2finternal/x`]),
];
