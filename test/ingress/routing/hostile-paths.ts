/**
 * Request targets that are no public endpoint of the app, or resemble one.
 *
 * Each list is one way to bypass a careless rule. They are sent unchanged: not decoded, not normalised.
 */

/** Public namespaces of the app, always or on demand. A path that escapes from one of them would reach the app. */
const NAMESPACES = [
  '/static', '/site_app', '/api/conversations/v1/widget', '/shared', '/shared_dashboard', '/embedded', '/exporter', '/interview', '/external_surveys', '/messaging-preferences', '/uploaded_media',
  '/oauth', '/.well-known', '/toolbar_oauth', '/api/oauth', '/webhooks', '/slack', '/scim/v2', '/api/customer_analytics/external', '/api/conversations/v1/slack',
];

/** Exact endpoints of the app. */
const EXACT = ['/report', '/api/early_access_features', '/api/web_experiments', '/api/product_tours', '/render_query', '/api/unsubscribe', '/unsubscribe', '/auth.md', '/api/alerts/github'];

/** Real pages and calls of the app (posthog/urls.py and the routes of its frontend, July 2026). */
const APP = [
  '/', '/login', '/login/', '/login/google-oauth2/', '/logout', '/signup', '/sign-up', '/reset', '/preflight', '/_preflight', '/_preflight/', '/_health', '/_system_status', '/admin', '/admin/',
  '/admin/login/', '/admin/redisvalues', '/settings', '/settings/user', '/project/1', '/project/1/settings', '/insights', '/dashboard/1', '/events', '/engineering', '/experiments', '/errors',
  '/sessions', '/sql', '/support', '/startups', '/subscriptions', '/setup', '/savedinsights', '/batch_exports', '/billing', '/data-management/events', '/exports', '/early_access_features',
  '/feature_flags', '/flag', '/capture_settings', '/tracking', '/engagement', '/decision', '/arrays', '/survey', '/surveyor', '/verify_email', '/organization/billing/subscribed', '/account/two_factor/',
  '/complete/github-link/', '/integrations/connect/slack/', '/authorize_and_redirect/', '/demo', '/robots.txt', '/favicon.ico', '/sitemap.xml', '/.env', '/.git/config', '/phpmyadmin', '/wp-login.php',
  '/api', '/api/', '/api/schema/', '/api/schema/swagger-ui/', '/api/users/@me/', '/api/user', '/api/login', '/api/login/precheck', '/api/signup', '/api/signup/precheck', '/api/social_signup',
  '/api/organizations/@current/', '/api/projects/', '/api/projects/1', '/api/projects/@current/', '/api/projects/1/query/', '/api/projects/1/insights/', '/api/projects/1/persons/',
  '/api/projects/1/feature_flags/', '/api/projects/1/feature_flags/2', '/api/projects/1/feature_flags/2/', '/api/projects/1/feature_flags/2/activity/', '/api/projects/1/feature_flags/my_flags/',
  '/api/projects/1/surveys/', '/api/projects/1/early_access_feature/', '/api/projects/1/web_experiments/', '/api/projects/1/messaging/', '/api/projects/1/exports/', '/api/environments/1/events/',
  '/api/event/', '/api/person/', '/api/personal_api_keys/', '/api/feature_flag/', '/api/feature_flag', '/api/feature_flag/my_flags/', '/api/feature_flag/local', '/api/revoke_leaked_key',
  '/api/user_interviews/', '/api/legal_documents/', '/api/conversations/', '/api/conversations/v1/', '/api/customer_analytics/', '/api/setup_test/x/', '/scim', '/scim/v1/x', '/public', '/public/m2',
];

/** Names that only begin like an endpoint, or differ in case. */
const NEIGHBOURS = [
  '/e2', '/ee', '/eX/', '/e.', '/e-', '/e_', '/e~', '/e,', '/e:', '/e@', '/e+x', '/e=1', '/e&x', '/E', '/E/', '/S', '/S/', '/s3', '/s3/', '/s.html', '/sx/y', '/batchx', '/batches/', '/BATCH', '/Batch/',
  '/captured', '/capturex/', '/Capture', '/tracks', '/trackers/', '/engages', '/Engage/', '/flags-admin', '/flagship', '/flags.json', '/Flags', '/FLAGS/', '/decided', '/decide2', '/DECIDE', '/i', '/i/',
  '/i/v0', '/i/v1', '/i/v1/', '/i/v2/e', '/i/v00/e', '/I/v0/e', '/i/V0/e', '/iv0/e', '/i/v1/analytics', '/i/v1/analyticsx', '/i/v1/logsx', '/i/v1/ai', '/array', '/arrayx/t/config.js', '/Array/t/config.js',
  '/api/surveysx', '/api/surveys/1', '/api/surveys2/', '/API/surveys/', '/Api/Surveys', '/surveys/1', '/surveysx', '/Surveys', '/api/early_access_features/1', '/api/early_access_featuresx',
  '/api/web_experimentsx', '/api/web_experiments/1', '/api/product_tours/1/', '/api/product_toursx', '/reports', '/report.json', '/report/x', '/REPORT', '/static', '/static/', '/staticx', '/statics/array.js',
  '/static.js', '/Static/array.js', '/STATIC/array.js', '/site_app', '/site_app/', '/site_apps/1', '/site-app/1', '/api/conversations/v1/widget', '/api/conversations/v1/widgets/x', '/api/conversations/v2/widget/x',
  '/api/feature_flag/local_evaluations', '/api/feature_flag/local_evaluationx', '/api/feature_flags/local_evaluation', '/api/projects/1/feature_flags/2/remote_configs', '/api/projects/1/feature_flag/2/remote_config',
  '/embedded', '/embedded/', '/embeddedx/y', '/shared', '/shared/', '/sharedx/y', '/shared-dashboard/y', '/exporters', '/exporterx/y', '/interviews/y', '/oauth', '/oauth2/authorize', '/well-known/x', '/.well-knownx/y', '/..well-known/y',
];

/** Paths that escape from a namespace. */
const ESCAPES = [
  '/../login', '/../../login', '/..', '/../', '/./../login', '/.', '/./', '/%2e%2e/login', '/%2E%2E/login', '/.%2e/login', '/%2e./login', '/..%2flogin', '/..%2Flogin', '/%2e%2e%2flogin',
  '/%252e%252e/login', '/%252e%252e%252flogin', '/%25252e%25252e/login', '/..%252flogin', '/..%5clogin', '/..\\login', '/%5c..%5clogin', '/x/../../login', '/x/y/../../../login', '/x/..%2f..%2flogin',
  '//../login', '/x//../../../login', '/..;/login', '/.;/../login', '/..%3b/login', '/..%00/login', '/..%0d%0a/login', '/.%00./login', '/%c0%ae%c0%ae/login', '/%u002e%u002e/login', '/％2e％2e/login',
  '/..%c0%aflogin', '/..／login', '/．．/login', '/..%09/login', '/..\t/login', '/%20../login', '/.. /login',
];

/** Suffixes that some servers ignore or decode, so that they read an endpoint of the app. */
const ODD_SPELLINGS = [
  '%2e', '%2f', '%2F', '%5c', '%00', '%0a', '%0d%0a', '%09', '%20', '%3f', '%3F/x', '%23', '%23/x', '%3b', '%26', '%ff', '%c0%af', '%', '%2', '%zz', '%u0000', ';', ';x=1', ';/x', '\\', '\\x', '//', '///',
  '/.', '/..', '/%2e', '/;', '/\\', ' ', '\t', '#', '#/x', '#x?y', '*', '|', '^', '`', '"', '<', '{x}', 'é', '/é', '\u200b', '\u2215x', '\u2044x', '\uff0fx', '\u202e', '\ud83d\ude00', '\u0000', '\r\nHost: x',
];

/** Encoded public endpoints, which only a decoding server recognises. */
const DISGUISES = [
  '/%73tatic/array.js', '/stati%63/array.js', '/%53TATIC/array.js', '/static%2farray.js', '/static%2Farray.js', '%2fstatic/array.js', '/%2fstatic/array.js', '//static/array.js', '///static/array.js',
  '/./static/array.js', '/x/../static/array.js', '/login/../static/array.js', '/static//array.js', '/static/./array.js', '/static/x/../array.js', '/static\\array.js', '\\static\\array.js', '/static;/array.js',
  '/static/array.js;x', '/static/array%2ejs', '/%2573tatic/array.js', '/repor%74', '//report', '/./report', '/api//web_experiments', '/api/%77eb_experiments', '/api%2fweb_experiments/', '/api/./product_tours/',
  '/api/x/../early_access_features/', '/.%77ell-known/x', '/%2ewell-known/x', '/%2Ewell-known/x', '/oauth%2ftoken/', '/o%61uth/token/', '/webhooks%2fgithub',
];

/** Targets without a path, or that are not a path. */
const ODD_TARGETS = [
  '', '*', '?', '?x=1', '?/static/array.js', '??', '#', '#/static/array.js', '/?', '/?x=/static/array.js', '/#/static/array.js', '/??', 'static/array.js', 'e', 'report', '.', '..', '../static/array.js', './report',
  'http://posthog.example.com/', 'http://posthog.example.com/login', 'https://posthog.example.com/static/array.js', 'http://evil.example/static/../login', 'HTTP://evil.example/report', 'http:///static/array.js',
  'http:/report', 'file:///etc/passwd', 'javascript:alert(1)', 'posthog.example.com:443', 'posthog.example.com:443/report', '@evil.example/', '//evil.example/static/array.js', '/@evil.example', '/\\evil.example',
  '\\', '\\\\evil.example\\static', '%', '%2f', '%2e%2e', '\u0000', '/\u0000', '\r\n', '/login?next=/static/array.js', '/login#/static/array.js', '/login;/static/array.js', '/login%3f/static/array.js', '/login%23/static/x',
  '/login/static/array.js', '/x/static/array.js', '/api/static/array.js', '/api/projects/1/static/array.js', '/login/report', '/x/report', '/project/1/report', '/api/projects/static/array.js', '/admin/static/admin.js',
];

/** Endpoints for the app's own processes. */
const INTERNAL = [
  '/internal', '/internal/x', '/internal/tasks/runs/1/agent-proxy-callback/', '/api/internal/x', '/api/projects/1/internal/x', '/api/environments/1/internal/x', '/_stats', '/_stats/', '/_metrics',
  '/%69nternal/x', '/internal%2fx', '//internal/x', '/static/../internal/x', '/static/..%2finternal/x', '/metrics', '/_readiness', '/_liveness', '/_livez', '/_readyz', '/_readyz?role=web',
];

/** Long targets: at the limit of a pattern, at that of small buffers, and beyond. */
const LONG = [128, 2048, 8000].flatMap((length) => [
  `/${'a'.repeat(length - 1)}`,
  '/'.repeat(length),
  `/e${'e'.repeat(length - 2)}`,
  `/static${'/..'.repeat(length / 4)}/login`,
  `/static/${'a/'.repeat(length / 2)}${'../'.repeat(length / 2)}../login`,
  `/static/${'%2e%2e/'.repeat(length / 8)}login`,
  `/static${'/.'.repeat(length / 2)}`,
  `/static/${'a'.repeat(length)}%2f..%2f..%2flogin`,
  `/api/surveys${'x'.repeat(length)}`,
  `/${'%25'.repeat(length / 4)}2e%2e/login`,
  `/api/projects/${'1'.repeat(length)}/feature_flags/2/`,
]);

/** Every hostile or neighbouring target. */
export const HOSTILE_PATHS: readonly string[] = [
  ...APP,
  ...NEIGHBOURS,
  ...NAMESPACES.flatMap((namespace) => ESCAPES.map((escape) => namespace + escape)),
  ...NAMESPACES.map((namespace) => `${namespace}/x/../y`),
  ...NAMESPACES.map((namespace) => `/x/..${namespace}/y`),
  ...EXACT.flatMap((path) => ODD_SPELLINGS.map((odd) => path + odd)),
  ...EXACT.map((path) => `${path}/../login`),
  ...['/e', '/s', '/flags', '/batch'].flatMap((path) => ODD_SPELLINGS.map((odd) => path + odd)),
  ...DISGUISES,
  ...ODD_TARGETS,
  ...INTERNAL,
  ...LONG,
];
