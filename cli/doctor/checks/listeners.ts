import { CheckContext } from '../check-context';
import { Deployment } from '../deployment';
import { CheckResult, pass, fail } from '../check-result';
import { plainListener, tlsListener } from '../deployed-ingress';
import { ruleName } from '../../request-trace';

/** Whether the load balancer is up, and listens where visitors knock. */
export function checkListeners({ deployment, door }: CheckContext): CheckResult[] {
  const { loadBalancer } = deployment;
  return [
    loadBalancer.state === 'active' ? pass(`the load balancer is active: ${loadBalancer.dnsName}`)
      : fail(`the load balancer is ${loadBalancer.state}, not active`, 'wait while it is provisioning; where it has failed, AWS shows why in its console'),
    tls(deployment),
    plain(deployment),
    ...(door?.unreadable ?? []).map((rule): CheckResult => ({
      verdict: 'unknown', text: `${ruleName(rule)} has a regular expression that cannot be read here, and is left out of all that follows`,
    })),
  ];
}

function tls(deployment: Deployment): CheckResult {
  const listener = tlsListener(deployment);
  if (!listener) {
    return fail('no listener ends TLS, so nothing else about requests can be judged', 'add an HTTPS listener on port 443 with a certificate');
  }
  return listener.port === 443 ? pass('https is answered on port 443')
    : fail(`https is answered on port ${listener.port} only`, 'add an HTTPS listener on port 443: SDKs and browsers ask there');
}

function plain(deployment: Deployment): CheckResult {
  const listener = plainListener(deployment);
  return listener?.port === 80 ? pass('plain http is answered on port 80')
    : fail('nothing answers plain http on port 80', 'add an HTTP listener on port 80 that redirects to https: who types the name without a scheme may ask there first');
}
