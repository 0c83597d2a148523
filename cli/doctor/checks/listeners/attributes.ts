import { CheckContext, CheckResult, fail, pass, unknown } from '../../check';
import { tlsListener } from '../../deployment/deployed-ingress';
import { isUnavailable } from '../../../aws/loaded';
import { attribute, HEADER_ATTRIBUTES } from '../../../alb/headers';

interface Rule {
  readonly attribute: { readonly key: string; readonly defaultValue: string };
  readonly wanted: string;
  readonly good: string;
  /** The effect of any other value. */
  readonly bad: (value: string) => string;
}

const MONITOR = { key: 'routing.http.desync_mitigation_mode', defaultValue: 'defensive' };

const RULES: readonly Rule[] = [
  {
    attribute: HEADER_ATTRIBUTES.XFF_MODE,
    wanted: 'append',
    good: 'X-Forwarded-For ends with the address that connected',
    bad: (value) =>
      value === 'remove'
        ? 'X-Forwarded-For is removed, so every client seems to be the load balancer'
        : 'X-Forwarded-For is forwarded as clients send it, so they can choose their IP',
  },
  {
    attribute: HEADER_ATTRIBUTES.XFF_CLIENT_PORT,
    wanted: 'false',
    good: 'X-Forwarded-For has addresses without ports',
    bad: () => 'X-Forwarded-For has ports, which versions of PostHog up to 2025 cannot parse',
  },
  {
    attribute: HEADER_ATTRIBUTES.DROP_INVALID,
    wanted: 'true',
    good: 'headers with invalid names are dropped',
    bad: () => 'headers with invalid names are forwarded, such as X_Forwarded_For, which servers may read as X-Forwarded-For',
  },
  {
    attribute: HEADER_ATTRIBUTES.PRESERVE_HOST,
    wanted: 'true',
    good: 'the Host header is forwarded as the client sent it',
    bad: () => 'the load balancer may change the Host header, which ALLOWED_HOSTS and the CSRF check compare',
  },
];

/** Checks that requests are forwarded as PostHog needs them. */
export function checkAttributes({ deployment: { attributes, loadBalancer } }: CheckContext): CheckResult[] {
  if (isUnavailable(attributes)) {
    return [unknown("the load balancer's attributes", attributes)];
  }
  const set = (key: string, value: string) =>
    `aws elbv2 modify-load-balancer-attributes --load-balancer-arn ${loadBalancer.arn} --attributes Key=${key},Value=${value}`;
  const context = RULES.map(({ attribute: which, wanted, good, bad }) => {
    const value = attribute(attributes, which);
    return value === wanted ? pass(`${good} (${which.key} is ${value})`) : fail(`${bad(value)} (${which.key} is ${value})`, set(which.key, wanted));
  });
  return attribute(attributes, MONITOR) === 'monitor'
    ? [
        ...context,
        fail(`ambiguous requests, which two servers may parse differently, are forwarded (${MONITOR.key} is monitor)`, set(MONITOR.key, 'defensive')),
      ]
    : context;
}

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
