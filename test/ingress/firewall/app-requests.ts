import { WafRequest } from './waf';

/** The cookie of posthog-js: the first page that a client saw, of which every part is up to others. */
const POSTHOG_JS = { distinct_id: '0199-a', $initial_person_info: { r: "http://10.0.0.1/?q=' OR 1=1", u: 'http://169.254.169.254/x' } };

/** Headers of a browser that is signed in, on a domain whose other sites use posthog-js. */
const BROWSER = {
  'host': 'posthog.example.com',
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  'accept': '*/*',
  'content-type': 'application/json',
  'x-csrftoken': 'mUgxyLHoHM1bVZWlrNFPdPLAyHNJZCRX',
  'cookie': [
    'csrftoken=mUgxyLHoHM1bVZWlrNFPdPLAyHNJZCRX',
    'sessionid=q1h3jr0x1a2b3c4d5e6f7g8h9i0j',
    `ph_phc_x_posthog=${encodeURIComponent(JSON.stringify(POSTHOG_JS))}`,
    `consent=${'x'.repeat(11_000)}`,
  ].join('; '),
};

/** A HogQL query as the SQL editor sends it. */
const HOGQL = "SELECT event, count() FROM events WHERE properties.$current_url LIKE '%/../%' OR 1=1 UNION ALL SELECT 'x', 1 -- all of it";
const PERSON_FILTER = [{ type: 'hogql', key: "person.properties.email LIKE '%@example.com' OR 1 = 1", value: null }];
const URL_FILTER = [
  { type: 'event', key: '$current_url', operator: 'icontains', value: ['http://192.168.0.5/<script>alert(1)</script>', '../../etc/passwd'] },
];
const RECORDING_FILTERS = Array.from({ length: 12 }, (_, i) => ({
  type: 'event',
  key: `$current_url_${i}`,
  operator: 'exact',
  value: [`https://shop.example.com/${i}`],
}));

function get(path: string, query: Readonly<Record<string, unknown>> = {}, headers: Readonly<Record<string, string>> = {}): WafRequest {
  const text = Object.entries(query).map(([key, value]) => `${key}=${encodeURIComponent(typeof value === 'string' ? value : JSON.stringify(value))}`);
  return { method: 'GET', path: [path, ...(text.length > 0 ? [text.join('&')] : [])].join('?'), headers: { ...BROWSER, ...headers } };
}

function send(method: string, path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): WafRequest {
  return { method, path, headers: { ...BROWSER, ...headers }, body: typeof body === 'string' ? body : JSON.stringify(body) };
}

const TILES = Array.from({ length: 60 }, (_, i) => ({
  id: i,
  layouts: { sm: { x: 0, y: i, w: 6, h: 5 } },
  insight: { name: `Tile ${i}`, query: { kind: 'HogQLQuery', query: HOGQL }, description: 'x'.repeat(3_200) },
}));

const MULTIPART = [
  '--b',
  'Content-Disposition: form-data; name="image"; filename="a.png"',
  'Content-Type: image/png',
  '',
  '\u0000'.repeat(300_000),
  '--b--',
].join('\r\n');

/**
 * Requests that the app and its users' scripts send, by what they are. Paths and bodies as in frontend/src/lib/api.ts, scenes/ and posthog/urls.py of
 * PostHog/posthog, July 2026.
 */
export const APP_REQUESTS: Readonly<Record<string, WafRequest>> = {
  'a HogQL query': send('POST', '/api/environments/1/query/', { query: { kind: 'HogQLQuery', query: HOGQL }, async: true }),
  'an insight with filters': send('POST', '/api/environments/1/query/', {
    query: { kind: 'TrendsQuery', properties: [...URL_FILTER, ...PERSON_FILTER] },
  }),
  'a dashboard of 200 KB': send('PATCH', '/api/environments/1/dashboards/12/', { tiles: TILES }),
  'a survey with HTML': send('POST', '/api/projects/1/surveys/', {
    name: 'NPS',
    appearance: { thankYouMessageDescription: '<img src=x onerror="alert(1)"><script>document.title</script>' },
  }),
  'a site app with JavaScript': send('POST', '/api/environments/1/hog_functions/', {
    hog: "fetch('http://169.254.169.254/latest/meta-data')",
    type: 'site_app',
  }),
  'a notebook with a file path': send('PATCH', '/api/projects/1/notebooks/abc/', {
    content: { text: 'see ../../../../etc/passwd and ${jndi:ldap://x/a}' },
  }),
  'an uploaded picture': send('POST', '/api/projects/1/uploaded_media/', MULTIPART, { 'content-type': 'multipart/form-data; boundary=b' }),
  'a source map': send('POST', '/api/environments/1/error_tracking/symbol_sets/', 'x'.repeat(2_000_000), {
    'content-type': 'application/octet-stream',
  }),
  'the events of a filter': get('/api/environments/1/events/', {
    properties: URL_FILTER,
    where: ["properties.$lib = 'web' OR 1=1"],
    select: ['*', 'event'],
  }),
  'persons by a HogQL filter': get('/api/environments/1/persons/', { properties: PERSON_FILTER, search: "o'brien" }),
  'recordings by many filters': get('/api/environments/1/session_recordings/', { having_predicates: RECORDING_FILTERS, events: RECORDING_FILTERS }),
  'values of a property': get('/api/event/values', { key: '$current_url', value: 'http://192.168.0.5/config.ini' }),
  'a link to the SQL editor': get('/project/1/sql', { open_query: HOGQL }),
  'a link to recordings': get('/project/1/replay/home', { filters: { filter_group: { values: RECORDING_FILTERS } } }),
  'the sign-in page for such a link': get('/login', { next: `/project/1/sql?open_query=${encodeURIComponent(HOGQL)}` }),
  'the page of a person': get("/project/1/person/o'brien%40example.com"),
  'the page of a person with a long distinct id': get(`/project/1/person/${'%3A'.repeat(400)}`),
  'a CLI that signs in': get('/oauth/authorize/', {
    redirect_uri: 'http://127.0.0.1:8239/callback',
    client_id: 'a',
    response_type: 'code',
    state: 'x',
  }),
  'an OAuth token': send('POST', '/oauth/token/', 'grant_type=authorization_code&code=x&redirect_uri=http%3A%2F%2F127.0.0.1%3A8239%2Fcallback', {
    'content-type': 'application/x-www-form-urlencoded',
  }),
  'the toolbar on a local site': get('/toolbar_oauth/authorize/', { redirect: 'http://192.168.0.5:3000/' }),
  'single sign-on by SAML': send('POST', '/complete/saml/', `SAMLResponse=${'QUJD'.repeat(4_000)}`, {
    'content-type': 'application/x-www-form-urlencoded',
    'origin': 'https://idp.example.com',
  }),
  'single sign-on by Google': get('/complete/google-oauth2/', {
    state: 'a1',
    code: '4/0Ab',
    scope: 'email https://www.googleapis.com/auth/userinfo.email',
  }),
  'a script without a User-Agent': { method: 'GET', path: '/api/projects/1/insights/?limit=1', headers: { authorization: 'Bearer phx_x' } },
  'a webhook of GitHub': send(
    'POST',
    '/webhooks/github/pr',
    { body: 'DROP TABLE events; <script>x</script>' },
    { 'user-agent': 'GitHub-Hookshot/1' },
  ),
  'a stream of live events': get('/livestream/events', { columns: '$current_url' }, { accept: 'text/event-stream' }),
  'a preflight request of the toolbar': {
    method: 'OPTIONS',
    path: '/api/projects/@current/feature_flags/',
    headers: { 'user-agent': 'Mozilla/5.0', 'origin': 'https://shop.example.com' },
  },
  'a shared dashboard': get('/shared/5dYb1dXy', { refresh: 'true' }),
  'the start page': get('/'),
};

/** Requests to sign in, to sign up and to reset a password, as frontend/src/scenes/authentication sends them. */
export const SIGN_IN_REQUESTS: Readonly<Record<string, WafRequest>> = {
  'the check before a sign-in': send('POST', '/api/login/precheck', { email: 'ada@example.com' }),
  'a sign-in': send('POST', '/api/login', { email: 'ada@example.com', password: 'correct horse battery staple', next: '/project/1/dashboard/12' }),
  'a second factor': send('POST', '/api/login/token', { token: '123456' }),
  'a sign-up': send('POST', '/api/signup/', {
    first_name: 'Ada',
    email: 'ada@example.com',
    password: 'correct horse battery staple',
    organization_name: 'Engines',
  }),
  'an invitation': get('/api/signup/0199-a/'),
  'a reset': send('POST', '/api/reset/', { email: 'ada@example.com' }),
  'the link of a reset': get('/api/reset/0199-a/', { token: 'c5x-0123456789abcdef' }),
  'a passkey': send('POST', '/api/webauthn/login/complete/', { response: { attestationObject: 'o2NmbXRk'.repeat(1_200) } }),
};
