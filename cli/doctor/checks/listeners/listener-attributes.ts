import { CheckContext, CheckResult, fail, pass, unknown } from '../../check';
import { isUnavailable } from '../../deployment/deployment';
import { tlsListener } from '../../deployment/deployed-ingress';

const HSTS = 'routing.http.response.strict_transport_security.header_value';

/** Checks that responses have Strict-Transport-Security. The Rust services do not send it, so the load balancer must. */
export function checkListenerAttributes({ deployment }: CheckContext): CheckResult[] {
  const listener = tlsListener(deployment);
  if (!listener) {
    return [];
  }
  if (isUnavailable(listener.attributes)) {
    return [unknown("the listener's attributes", listener.attributes)];
  }
  const value = listener.attributes[HSTS] ?? '';
  const seconds = Number(/max-age=(\d+)/.exec(value)?.[1] ?? 0);
  return [
    seconds > 0
      ? pass(`browsers are required to use HTTPS: Strict-Transport-Security: ${value}`)
      : fail(
          'browsers are not required to use HTTPS: no Strict-Transport-Security',
          `aws elbv2 modify-listener-attributes --listener-arn ${listener.arn} --attributes Key=${HSTS},Value=max-age=31536000`,
        ),
  ];
}
