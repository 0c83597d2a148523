import { Case } from '../case';
import { Deployment } from '../deployment';
import { Judgement, right, wrong } from '../finding';
import { plainListener, tlsListener } from '../live-door';
import { ruleName } from '../../passage';

/** Whether the load balancer is up, and listens where visitors knock. */
export function judgeListeners({ deployment, door }: Case): Judgement[] {
  const { loadBalancer } = deployment;
  return [
    loadBalancer.state === 'active' ? right(`the load balancer is active: ${loadBalancer.dnsName}`)
      : wrong(`the load balancer is ${loadBalancer.state}, not active`, 'wait while it is provisioning; where it has failed, AWS shows why in its console'),
    tls(deployment),
    plain(deployment),
    ...(door?.unreadable ?? []).map((rule): Judgement => ({
      verdict: 'unknown', text: `${ruleName(rule)} has a regular expression that cannot be read here, and is left out of all that follows`,
    })),
  ];
}

function tls(deployment: Deployment): Judgement {
  const listener = tlsListener(deployment);
  if (!listener) {
    return wrong('no listener ends TLS, so nothing else about requests can be judged', 'add an HTTPS listener on port 443 with a certificate');
  }
  return listener.port === 443 ? right('https is answered on port 443')
    : wrong(`https is answered on port ${listener.port} only`, 'add an HTTPS listener on port 443: SDKs and browsers ask there');
}

function plain(deployment: Deployment): Judgement {
  const listener = plainListener(deployment);
  return listener?.port === 80 ? right('plain http is answered on port 80')
    : wrong('nothing answers plain http on port 80', 'add an HTTP listener on port 80 that redirects to https: who types the name without a scheme may ask there first');
}
