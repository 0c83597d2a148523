import { CheckContext, CheckResult, fail, pass } from '../../check';
import { Deployment } from '../../deployment/deployment';
import { plainListener, tlsListener } from '../../deployment/deployed-ingress';
import { ruleName } from '../../../ingress/request-trace';

/** Checks that the load balancer is active and listens on ports 443 and 80. */
export function checkListeners({ deployment, ingress }: CheckContext): CheckResult[] {
  const { loadBalancer } = deployment;
  return [
    loadBalancer.state === 'active'
      ? pass(`the load balancer is active: ${loadBalancer.dnsName}`)
      : fail(
          `the load balancer is ${loadBalancer.state}, not active`,
          'wait while it is provisioning; if it has failed, see the AWS console for the reason',
        ),
    tls(deployment),
    plain(deployment),
    ...(ingress?.unreadable ?? []).map((rule): CheckResult => ({
      status: 'unknown',
      text: `${ruleName(rule)} has a regular expression that is not supported here, and is ignored by all further checks`,
    })),
  ];
}

function tls(deployment: Deployment): CheckResult {
  const listener = tlsListener(deployment);
  if (!listener) {
    return fail('no listener terminates TLS, so requests cannot be checked', 'add an HTTPS listener on port 443 with a certificate');
  }
  return listener.port === 443
    ? pass('HTTPS is served on port 443')
    : fail(`HTTPS is served on port ${listener.port} only`, 'add an HTTPS listener on port 443: SDKs and browsers use it');
}

function plain(deployment: Deployment): CheckResult {
  const listener = plainListener(deployment);
  return listener?.port === 80
    ? pass('plain HTTP is served on port 80')
    : fail(
        'plain HTTP is not served on port 80',
        'add an HTTP listener on port 80 that redirects to HTTPS: browsers may use it for a name without a scheme',
      );
}
