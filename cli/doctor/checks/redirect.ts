import { CheckContext } from '../check-context';
import { CheckResult, pass, fail } from '../check-result';
import { plainListener } from '../deployed-ingress';
import { answerOf } from '../../routes';
import { trace, RequestTrace, ruleName } from '../../request-trace';

/** Requests that must all be sent to https, with their path and query as they were. */
const SAMPLES = ['/', '/login?next=/project/1', '/e/?ip=1', '/static/array.js', '/_stats', '/.well-known/acme-challenge/x'];

/** 303 makes a GET of everything; the others keep a request, or at least its path. */
const STATUSES = [301, 302, 307, 308];

/** Whether plain HTTP does nothing but lead to https. */
export function checkRedirect({ deployment, door, domain = 'posthog.example.com', stranger }: CheckContext): CheckResult[] {
  const listener = plainListener(deployment);
  if (!listener || !door) {
    return [];
  }
  const passages = SAMPLES.map((target) => ({ target, passage: trace(door, { scheme: 'http', method: 'GET', host: domain, target, sourceIp: stranger, headers: [] }) }));
  const astray = passages.find(({ target, passage }) => !leadsToHttps(passage, `https://${domain}${target}`));
  if (!astray) {
    return [pass(`plain http is redirected to https, paths and all: ${answerOf(passages[0].passage.outcome)}`)];
  }
  const { target, passage } = astray;
  return [fail(`http://${domain}${target} is not redirected to https: ${answerOf(passage.outcome)}, by ${passage.rule ? ruleName(passage.rule) : 'no rule'} of port ${listener.port}`,
    `make the default action of port ${listener.port} a redirect, and remove its other rules: aws elbv2 modify-listener --listener-arn ${listener.arn} ` +
    '--default-actions \'Type=redirect,RedirectConfig={Protocol=HTTPS,Port=443,StatusCode=HTTP_301}\'')];
}

function leadsToHttps({ outcome }: RequestTrace, wanted: string): boolean {
  return outcome.kind === 'redirected' && STATUSES.includes(outcome.status) && outcome.location === wanted;
}
