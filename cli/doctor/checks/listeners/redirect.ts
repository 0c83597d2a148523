import { CheckContext, CheckResult, fail, pass } from '../../check';
import { plainListener } from '../../deployment/deployed-ingress';
import { answerOf } from '../../../routes/routes';
import { trace, RequestTrace, ruleName } from '../../../ingress/request-trace';

/** Requests that must all be redirected to HTTPS, with unchanged path and query. */
const SAMPLES = ['/', '/login?next=/project/1', '/e/?ip=1', '/static/array.js', '/_stats', '/.well-known/acme-challenge/x'];

/** Without 303, which turns every request into a GET. */
const STATUSES = [301, 302, 307, 308];

/** Checks that plain HTTP does nothing but redirect to HTTPS. */
export function checkRedirect({ deployment, ingress, domain = 'posthog.example.com', publicClient }: CheckContext): CheckResult[] {
  const listener = plainListener(deployment);
  if (!listener || !ingress) {
    return [];
  }
  const traces = SAMPLES.map((target) => ({
    target,
    requestTrace: trace(ingress, { scheme: 'http', method: 'GET', host: domain, target, sourceIp: publicClient, headers: [] }),
  }));
  const failed = traces.find(({ target, requestTrace }) => !redirectsToHttps(requestTrace, `https://${domain}${target}`));
  if (!failed) {
    return [pass(`plain HTTP is redirected to HTTPS with path and query: ${answerOf(traces[0].requestTrace.outcome)}`)];
  }
  const { target, requestTrace } = failed;
  return [
    fail(
      `http://${domain}${target} is not redirected to HTTPS: ${answerOf(requestTrace.outcome)}, by ${requestTrace.rule ? ruleName(requestTrace.rule) : 'no rule'} of port ${listener.port}`,
      `change the default action of port ${listener.port} to a redirect, and remove its other rules: aws elbv2 modify-listener --listener-arn ${listener.arn} ` +
        "--default-actions 'Type=redirect,RedirectConfig={Protocol=HTTPS,Port=443,StatusCode=HTTP_301}'",
    ),
  ];
}

function redirectsToHttps({ outcome }: RequestTrace, wanted: string): boolean {
  return outcome.kind === 'redirect' && STATUSES.includes(outcome.status) && outcome.location === wanted;
}
